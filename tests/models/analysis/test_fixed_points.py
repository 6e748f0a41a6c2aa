"""Slow and fixed points against networks whose points are known, and against an independent root finder."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from scipy.optimize import brentq, minimize_scalar, root
from torch import Tensor

from models.analysis import turned
from models.analysis.fixed_points import half_life, measure
from models.analysis.frozen import Frozen, in_delay, in_recall, precise
from models.analysis.plane_attractors import attractors
from models.analysis.slow_points import SlowPoints, find, slow_points
from models.analysis.subject import Subject
from models.analysis.turned import TURNS, own_share, ring_share
from models.circular import distance
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw

NEURONS, UNITS = 8, 48
SMALL = QUICK.changed(neurons=NEURONS, hidden=2 * UNITS, objective="diffusion")
STEP = SMALL.step_seconds


def planted(directions: Tensor, gain: float, steepness: float, shift: float = 0.0) -> Network:
    """A rate network with drive ``sum_k ramp(u_k r - shift) u_k`` along directions ``(K, n)``, K up to ``UNITS``.

    ``ramp(x) = (gain / 2) (softplus(steepness (x + 1)) - softplus(steepness (x - 1))) / steepness - gain / 2`` is about
    ``gain x / 2`` near 0 and saturates at ``-gain / 2`` and ``gain / 2``.
    """
    network = Network(SMALL, seed=0).requires_grad_(False)
    cell, count = network.cell, len(directions)
    for value in network.parameters():
        value.zero_()
    cell.recurrent[:, :count] = steepness * directions.T
    cell.recurrent[:, UNITS : UNITS + count] = steepness * directions.T
    cell.bias[:count], cell.bias[UNITS : UNITS + count] = steepness * (1 - shift), steepness * (-1 - shift)
    cell.outward[:count] = gain / (2 * steepness) * directions
    cell.outward[UNITS : UNITS + count] = -gain / (2 * steepness) * directions
    cell.outward_bias.copy_(-gain / 2 * directions.sum(0))
    return precise(network)


def ramp(x: float, gain: float, steepness: float, shift: float = 0.0) -> float:
    """The function of ``planted``, worked out anew."""
    inner = np.logaddexp(0, steepness * (x - shift + 1)) - np.logaddexp(0, steepness * (x - shift - 1))
    return float(gain / 2 * inner / steepness - gain / 2)


def ring_network() -> Network:
    angle = torch.arange(UNITS, dtype=torch.float64) * (2 * math.pi / UNITS)
    directions = torch.zeros(UNITS, NEURONS, dtype=torch.float64)
    directions[:, 0], directions[:, 1] = angle.cos(), angle.sin()
    return planted(directions.float(), gain=0.3, steepness=1.5)


def one_direction(gain: float, shift: float = 0.0) -> Network:
    return planted(torch.eye(NEURONS)[:1], gain, steepness=4.0, shift=shift)


def searched(network: Network, neurons: Tensor, size: float = 1.0) -> SlowPoints:
    """Points from states ``(M, n)`` of the neurons."""
    return find("delay", in_delay(network), neurons @ network.frame.T, size, STEP)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_fixed_points_of_a_ring_attractor_are_recovered() -> None:
    network, generator = ring_network(), torch.Generator().manual_seed(1)
    angle = torch.arange(24, dtype=torch.float64) * (2 * math.pi / 24)
    unit = [math.cos(2 * math.pi * k / UNITS) for k in range(UNITS)]
    radius = brentq(lambda r: sum(ramp(r * u, 0.3, 1.5) * u for u in unit) - r, 0.5, 20)
    start = torch.randn(24, NEURONS, generator=generator, dtype=torch.float64) * 0.2
    start[:, 0] += 1.2 * radius * angle.cos()
    start[:, 1] += 1.2 * radius * angle.sin()
    found = searched(network, start, size=radius)
    neurons = found.states @ network.frame
    assert len(found) == 24
    assert bool(found.fixed.all())
    assert bool(found.stable.all())
    assert neurons[:, :2].norm(dim=1).numpy() == pytest.approx(radius, rel=1e-5)
    assert neurons[:, 2:].abs().max() < 1e-4
    # A start goes to the point of the ring that is nearest, it does not slide along.
    here = torch.atan2(neurons[found.reached, 1], neurons[found.reached, 0])
    assert distance(here, torch.atan2(start[:, 1], start[:, 0])).max() < 0.02
    sizes = found.eigenvalues.abs()
    assert sizes[:, 0].numpy() == pytest.approx(1.0, abs=1e-5), "along the ring nothing is lost"
    assert (sizes[:, 1] < 0.99).all()
    assert sizes[:, 2:].numpy() == pytest.approx(1 - SMALL.alpha, abs=1e-3)
    assert found.lasting(20).tolist() == [1] * 24
    for row in range(0, 24, 4):
        theirs = root(lambda s: flow(network, s), start[row].numpy() @ network.frame.numpy().T, method="lm")
        assert theirs.success
        there = torch.from_numpy(theirs.x) @ network.frame
        assert float(there[:2].norm()) == pytest.approx(radius, rel=1e-5)


def flow(network: Network, state: np.ndarray) -> np.ndarray:
    """F(s) - s of the delay from the weights alone, for an independent root finder."""
    cell, frame = network.cell, network.frame.numpy()
    rates = state @ frame
    hidden = np.logaddexp(0, rates @ cell.recurrent.numpy() + cell.bias.numpy())
    drive = hidden @ cell.outward.numpy() + cell.outward_bias.numpy()
    return network.config.alpha * (drive - rates) @ frame.T


def test_a_bistable_neuron_has_two_stable_points_and_one_between_them_as_scipy_finds() -> None:
    network, generator = one_direction(gain=3.0), torch.Generator().manual_seed(2)
    start = torch.randn(200, NEURONS, generator=generator, dtype=torch.float64)
    found = searched(network, start)
    order = (found.states @ network.frame)[:, 0].argsort()
    place = (found.states @ network.frame)[order]
    edge = brentq(lambda x: ramp(x, 3.0, 4.0) - x, 0.5, 5)
    assert len(found) == 3, "equal points are merged"
    assert place[:, 0].numpy() == pytest.approx([-edge, 0.0, edge], abs=1e-5)
    assert found.unstable[order].tolist() == [0, 1, 0]
    assert bool((found.reached >= 0).all())
    theirs = [root(lambda s: flow(network, s), one.numpy(), tol=1e-12) for one in start[:30] @ network.frame.T]
    known = found.states.numpy()
    for answer in (one for one in theirs if one.success):
        assert np.linalg.norm(known - answer.x, axis=1).min() < 1e-5


def test_where_two_points_have_just_vanished_a_slow_point_is_left_with_its_speed() -> None:
    shift = 0.27  # beyond which only the lower point is left
    network = one_direction(gain=3.0, shift=shift)
    lowest = minimize_scalar(lambda x: abs(ramp(x, 3.0, 4.0, shift) - x), bounds=(0.8, 2.5), method="bounded")
    assert 1e-3 < lowest.fun < 0.02, "a ghost, not a point"
    start = torch.zeros(2, NEURONS, dtype=torch.float64)
    start[0, 0], start[1, 0] = lowest.x + 0.1, -3.0
    found = searched(network, start, size=5.0)
    ghost, point = found.reached.tolist()
    assert found.fixed[point]
    assert not found.fixed[ghost]
    assert float((found.states @ network.frame)[ghost, 0]) == pytest.approx(lowest.x, abs=1e-3)
    assert float(found.speed[ghost]) == pytest.approx(SMALL.alpha * lowest.fun / (5.0 * STEP), rel=1e-3)


def test_what_moves_fast_everywhere_has_no_points() -> None:
    network = one_direction(gain=0.0)
    network.cell.outward_bias[0] = 1e6
    start = torch.zeros(3, NEURONS, dtype=torch.float64)
    found = find("delay", in_delay(network), start, 1.0, STEP, iterations=0)
    assert len(found) == 0
    assert found.reached.tolist() == [-1, -1, -1]


def test_points_of_different_inputs_are_not_merged() -> None:
    network = one_direction(gain=0.0)
    start = torch.randn(6, NEURONS, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    found = find("cue", in_delay(network), start, 1.0, STEP, group=torch.tensor([0, 0, 0, 1, 1, 1]))
    assert len(found) == 2
    assert len(set(found.reached[:3].tolist())) == 1
    assert len(set(found.reached[3:].tolist())) == 1


@pytest.mark.parametrize("cell", ["rate", "dendritic", "gru"])
def test_jacobians_agree_with_differences(cell: str) -> None:
    network = precise(Network(QUICK.changed(cell=cell, neurons=6, hidden=32, branches=2, leaves=3), seed=4))
    if cell == "rate":
        network.cell.gains.normal_(std=0.3, generator=torch.Generator().manual_seed(6))
    dynamics = in_recall(network, 3)
    state = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    ours, step = dynamics.jacobian(state), 1e-6
    for component in range(6):
        shift = torch.zeros(6, dtype=torch.float64)
        shift[component] = step
        difference = (dynamics.step(state + shift) - dynamics.step(state - shift)) / (2 * step)
        assert torch.allclose(ours[:, :, component], difference, atol=1e-7)
    assert torch.allclose(ours, Frozen(network, dynamics.drive)._by_back_propagation(state), atol=1e-12)


def test_the_plane_is_drawn_to_the_two_answers_that_were_planted() -> None:
    network = one_direction(gain=3.0)
    network.cell.recurrent.copy_(network.frame.T @ network.cell.recurrent)  # the direction is the plane's first
    network.cell.outward.copy_(network.cell.outward @ network.frame)
    network.cell.outward_bias.copy_(network.cell.outward_bias @ network.frame)
    edge = brentq(lambda x: ramp(x, 3.0, 4.0) - x, 0.5, 5)
    report = torch.tensor([[0.0, math.pi / 2], [math.pi / 2, -math.pi / 2]], dtype=torch.float64)
    shown = Displays(report, report.clone(), torch.tensor([2, 2]))
    found = attractors(in_recall(network, 5), torch.zeros(2, NEURONS - 2, dtype=torch.float64), shown, edge)
    assert found.count.tolist() == [2, 2]
    assert sorted(found.place[:2, 0].tolist()) == pytest.approx([-edge, edge], abs=1e-4)
    assert found.place[:, 1].abs().max() < 1e-3
    assert found.holds(cued=True).tolist() == [True, False], "the second display's items are not on this line"
    assert not found.holds(cued=False).any()


def test_a_ring_is_told_from_noise_and_from_a_few_points() -> None:
    generator = torch.Generator().manual_seed(6)
    noise = torch.randn(6 * TURNS, 10, generator=generator, dtype=torch.float64)
    angle = torch.arange(6 * TURNS, dtype=torch.float64) % TURNS * (2 * math.pi / TURNS)
    ring = torch.stack([angle.cos(), angle.sin()], 1) @ torch.randn(2, 10, generator=generator, dtype=torch.float64)
    there = torch.ones(6 * TURNS, dtype=torch.bool)
    assert abs(ring_share(noise, there)) < 0.1
    assert ring_share(ring + 0.05 * noise, there) > 0.98
    assert ring_share(torch.ones(6 * TURNS, 10, dtype=torch.float64), there) is None
    there[TURNS:] = False
    assert ring_share(ring, there) == pytest.approx(1.0)
    assert ring_share(ring, torch.zeros_like(there)) is None
    number = torch.arange(6 * TURNS)
    assert own_share(number) == 1.0
    assert own_share(torch.zeros_like(number)) == 0.0
    assert own_share(torch.where(number % 2 == 0, number, -1)) == 1.0
    assert own_share(torch.full_like(number, -1)) is None


def test_the_half_life_of_a_memory_that_decays_is_found() -> None:
    seconds = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0]
    assert half_life(seconds, [1.5 - 1.4 * 0.5 ** (t / 1.0) for t in seconds], 1.5) == pytest.approx(1.0)
    assert half_life(seconds, [0.1, 0.1, 0.1, 0.1, 0.9, 1.5], 1.5) == pytest.approx(1.0 + 0.7 / 0.8)
    assert half_life(seconds, [0.1] * 6, 1.5) is None, "attractors keep it"
    assert half_life(seconds, [1.6] * 6, 1.5) is None, "there is nothing to lose"


@pytest.mark.parametrize("cell", ["rate", "gru"])
@pytest.mark.parametrize("items", [1, 3])
def test_the_points_of_one_display_can_be_drawn(cell: str, items: int) -> None:
    network = Network(QUICK.changed(cell=cell), seed=7)
    display = UniformDisplays((items,)).draw(1, torch.Generator().manual_seed(8))
    landmarks = slow_points(network, display, torch.Generator().manual_seed(9), cue=torch.tensor([0.3]))
    again = slow_points(network, display, torch.Generator().manual_seed(9), cue=torch.tensor([0.3]))
    assert {one.epoch for one in landmarks} == {"delay", "cue", "recall"}
    for one, other in zip(landmarks, again, strict=True):
        count = len(one.speed)
        assert one.states.shape == (count, network.config.neurons)
        assert torch.equal(one.states, other.states)
        for values in (one.fixed, one.stable, one.starts, one.answer, one.item):
            assert values.shape == (count,)
        assert (one.item < items).all()
        assert int(one.starts.sum()) <= 8
        if count and one.epoch == "delay" and bool(one.fixed[0]):
            dynamics, exact = in_delay(precise(network)), one.states[:1].double() @ network.frame.double().T
            assert float((dynamics.step(exact) - exact).norm()) < 1e-4


def test_the_measures_of_a_network_are_plain_and_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turned, "BASES", 2)
    subject = Subject(Network(QUICK, seed=10), UniformDisplays((1,)), SwapLaw(), seed=11)
    text = json.dumps(measure(subject).to_json(), allow_nan=False)
    assert len(text) < 100_000
    assert text == json.dumps(measure(subject).to_json(), allow_nan=False)


def test_the_measures_of_two_networks_have_the_same_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turned, "BASES", 2)
    law = UniformDisplays((2, 3), probe_places=8)
    found, other = (measure(Subject(Network(QUICK, seed=seed), law, SwapLaw(), seed=seed)) for seed in (12, 13))
    assert found.axes == other.axes
    for name, value in found.measures.items():
        assert np.shape(value) == np.shape(other.measures[name])
    assert len(found.measures["held_error"]) == len(found.axes["epochs"]) == 3
    assert found.measures["error_after"][0] == pytest.approx(found.measures["start_error"][0])
    delay = found.detail["delay"]
    assert len(delay["points"]) == len(delay["held"]) == len(delay["stable"]) == found.measures["count"][0]
