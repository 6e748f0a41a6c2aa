"""Memory planes: planted angles come back, whatever else the activity does, and nothing is found where nothing is."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from models.analysis import planes
from models.analysis.plane_comparison import Comparison, Labelled, compare
from models.analysis.plane_geometry import (
    angle_of,
    corrected_angle,
    plane_of,
    principal_angles,
    random_angle,
    shared,
    tuning_to,
)
from models.analysis.probe_sets import either_cued, probe_sets, slots_of
from models.analysis.subject import NothingToAnalyse, Subject
from models.circular import distance, wrap
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw

DIMENSIONS = 30
TRIALS = 400


def random_basis(generator: torch.Generator) -> Tensor:
    """``(30, 30)`` random orthonormal rows."""
    return torch.linalg.qr(torch.randn(DIMENSIONS, DIMENSIONS, generator=generator)).Q


def separated_reports(generator: torch.Generator, apart: float = math.pi / 4.1) -> Tensor:
    first = (torch.rand(TRIALS, generator=generator, dtype=torch.float64) * 2 - 1) * math.pi
    other = first + apart + torch.rand(TRIALS, generator=generator, dtype=torch.float64) * (2 * math.pi - 2 * apart)
    return wrap(torch.stack([first, other], dim=1))


def ring(angle: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return (angle.cos()[:, None] * x + angle.sin()[:, None] * y).float()


def planted(degrees: tuple[float, float], noise: float, seed: int = 1) -> tuple[Labelled, Labelled]:
    """Trials of either item cued: a plane each, at two principal angles, a second item in planes of its own.

    All trials share a strong, three-dimensional variation that has nothing to do with any report.
    """
    generator = torch.Generator().manual_seed(seed)
    basis = random_basis(generator)
    first = basis[:2]
    turn = [math.radians(one) for one in degrees]
    turned = [math.cos(turn[i]) * basis[i] + math.sin(turn[i]) * basis[2 + i] for i in (0, 1)]
    kinds = []
    for x, y in (first, turned):
        report = separated_reports(generator)
        states = ring(report[:, 0], x, y) + ring(report[:, 1], basis[4], basis[5])
        states += 4 * noise * torch.randn(TRIALS, 3, generator=generator) @ basis[6:9]
        states += noise * torch.randn(TRIALS, DIMENSIONS, generator=generator) + 3 * basis[9]
        kinds.append((report, states[:, None]))
    return kinds[0], kinds[1]


def angle(comparison: Comparison) -> float:
    return float(angle_of(comparison.between))


@pytest.mark.parametrize("degrees", [0, 45, 90])
@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_planted_angles_are_recovered_under_noise(degrees: float, noise: float) -> None:
    """Plainly where there is little noise; where there is more, once the floor that it makes is taken out."""
    found = [compare(*planted((degrees, degrees), noise, seed=seed)) for seed in range(24)]
    between, within = (torch.stack([getattr(one, name) for one in found]).mean() for name in ("between", "within"))
    assert float(corrected_angle(between, within)) == pytest.approx(degrees, abs=3)
    if noise < 0.1:
        assert float(angle_of(between)) == pytest.approx(degrees, abs=3)
    else:
        assert float(angle_of(within)) > 5


def test_planes_that_share_a_line_count_by_the_variance_they_share() -> None:
    """Two planes at a right angle in three dimensions: half of one is seen in the other."""
    found = compare(*planted((0, 90), noise=0.05))
    assert angle(found) == pytest.approx(45, abs=3)
    assert float(found.largest) == pytest.approx(90, abs=3)


def test_items_that_keep_apart_are_not_taken_for_each_other() -> None:
    """Means over bins of one report, as was published, hold the other item as well, around the opposite report.

    The mean of ``exp(i other)`` given one report is ``-c exp(i one)`` with ``c = sin(s) / (pi - s)`` for reports at
    least s apart, so that orthogonal planes A and B come out as ``A - c B`` and ``B - c A``, whose cosine is
    ``2 c / (1 + c^2)``.
    """
    generator = torch.Generator().manual_seed(3)
    apart = math.pi / 4.1
    basis = random_basis(generator)
    report = torch.cat([separated_reports(generator, apart) for _ in range(20)])
    states = ring(report[:, 0], basis[0], basis[1]) + ring(report[:, 1], basis[2], basis[3])
    ours = [plane_of(one) for one in tuning_to(report, states)]
    binned = [plane_of(means_in_bins(report[:, item], states)) for item in (0, 1)]
    assert float(angle_of(shared(*ours))) > 89.5
    assert float(angle_of(shared(ours[0], basis[:2].T))) < 0.5
    other = math.sin(apart) / (math.pi - apart)
    assert float(shared(*binned).sqrt()) == pytest.approx(2 * other / (1 + other**2), abs=0.03)
    assert float(shared(*binned).sqrt()) > 0.5


def means_in_bins(report: Tensor, states: Tensor) -> Tensor:
    bins = ((report + math.pi) / (2 * math.pi) * 16).long().clamp(max=15)
    means = torch.stack([states[bins == one].mean(0) for one in range(16)])
    return means - means.mean(0)


def test_variance_that_all_activity_shares_does_not_pull_planes_together() -> None:
    """Three dimensions that vary alike in all trials, three times as much as a ring, would be the first three PCs."""
    between = []
    for seed in range(12):
        generator = torch.Generator().manual_seed(100 + seed)
        loud = torch.linalg.qr(torch.randn(DIMENSIONS, 3, generator=generator)).Q.T
        kinds = [
            (reports, states + (torch.randn(TRIALS, 3, generator=generator) @ loud)[:, None])
            for reports, states in planted((90, 90), noise=0.03, seed=seed)
        ]
        between.append(compare(*kinds).between)
    assert float(angle_of(torch.stack(between).mean())) > 85


def test_random_planes_are_as_far_apart_as_theory_says() -> None:
    generator = torch.Generator().manual_seed(4)
    for dimensions in (6, 46):
        drawn = torch.linalg.qr(torch.randn(2, 4000, dimensions, 2, generator=generator)).Q
        share = shared(drawn[0], drawn[1])
        assert float(share.mean()) == pytest.approx(2 / dimensions, rel=0.03)
        assert float(angle_of(share.mean())) == pytest.approx(random_angle(dimensions), abs=0.5)


def test_principal_angles_are_those_of_scipy() -> None:
    one, other = torch.eye(4)[:, :2], torch.eye(4)[:, [0, 2]]
    assert principal_angles(one, other).tolist() == pytest.approx([0, 90], abs=1e-3)
    drawn = torch.linalg.qr(torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(8), dtype=torch.float64)).Q
    theirs = np.degrees(scipy.linalg.subspace_angles(drawn[0].numpy(), drawn[1].numpy()))
    assert principal_angles(drawn[0], drawn[1]).numpy() == pytest.approx(np.sort(theirs), abs=1e-6)
    assert float(shared(drawn[0], drawn[1])) == pytest.approx((np.cos(np.radians(theirs)) ** 2).mean())


def test_reliability_falls_with_noise_and_bounds_what_can_be_told() -> None:
    floors = [float(angle_of(compare(*planted((0, 0), noise)).within)) for noise in (0.02, 0.2, 1.0)]
    assert floors[0] < 2 < floors[1] < floors[2]
    aligned = compare(*planted((0, 0), 0.2))
    assert angle(aligned) == pytest.approx(floors[1], abs=2)


def test_one_plane_with_opposite_phases_is_not_one_code() -> None:
    generator = torch.Generator().manual_seed(5)
    basis = random_basis(generator)
    kinds = []
    for sign in (1, -1):
        report = separated_reports(generator)
        kinds.append((report, ring(report[:, 0], sign * basis[0], sign * basis[1])[:, None]))
    opposite, same = compare(kinds[0], kinds[1]), compare(kinds[0], kinds[0])
    assert angle(opposite) < 1
    assert float(opposite.code) == pytest.approx(-1, abs=1e-3)
    assert float(same.code) == pytest.approx(1, abs=1e-3)


def test_too_few_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        tuning_to(torch.zeros(10, 2), torch.zeros(10, 4))


def untrained(encoding: str, law: UniformDisplays) -> Subject:
    config = QUICK.changed(encoding=encoding, slots=4)
    return Subject(Network(config, seed=1), law, SwapLaw(), seed=1001)


def test_probe_sets_cover_the_distances_of_the_law_and_are_the_same_for_all_seeds() -> None:
    places = untrained("conjunctive", UniformDisplays((2,), probe_places=8))
    sets = probe_sets(places, each=3)
    assert sets.distances == pytest.approx([math.pi / 4 * step for step in (1, 2, 3, 4)])
    assert sets.group.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    apart = distance(sets.probe[:, 0], sets.probe[:, 1])
    assert apart.tolist() == pytest.approx([sets.distances[group] for group in sets.group.tolist()])
    again = probe_sets(Subject(places.network, places.displays, places.law, seed=7), each=3)
    assert torch.equal(sets.probe, again.probe)
    continuum = UniformDisplays((2,), report_separation="published", probe_separation="published")
    sets = probe_sets(untrained("conjunctive", continuum), each=2)
    assert len(sets.distances) == 5
    assert all(math.pi / 4.1 < one < math.pi for one in sets.distances if one is not None)
    reports = sets.reports(torch.zeros(50), torch.Generator().manual_seed(1))
    assert float(distance(reports[:, 0], reports[:, 1]).min()) >= sets.separation - 1e-9


def test_an_item_keeps_its_slot_whichever_is_cued() -> None:
    shown = Displays(torch.tensor([[0.1, 0.2, 0.3]]), torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([3]))
    first, second = either_cued(shown)
    assert second.report.tolist() == [pytest.approx([0.2, 0.1, 0.3])]
    for displays, slots in zip((first, second), slots_of(shown), strict=True):
        assert dict(zip(slots[0].tolist(), displays.probe[0].tolist(), strict=True)) == {0: 1.0, 1: 2.0, 2: 3.0}


@pytest.mark.parametrize("encoding", ["conjunctive", "slots", "index"])
def test_measure_gives_plain_numbers_for_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "FEWEST", 15)  # an untrained network is right by chance
    monkeypatch.setattr(planes, "EACH", 1)
    result = planes.measure(untrained(encoding, UniformDisplays((1, 2), probe_places=4)))
    json.dumps(result.to_json(), allow_nan=False)
    distances = result.axes["probe_distance"]
    assert distances == ([None] if encoding == "index" else pytest.approx([math.pi / 2, math.pi]))
    steps = len(result.axes["time"])
    assert [len(row) for row in result.measures["angle"]] == [steps] * len(distances)
    assert all(0 <= value <= 90 for name in ("angle_all", "reliability") for value in result.measures[name])
    assert result.nulls["input"] == pytest.approx(90, abs=15 if encoding == "conjunctive" else 1e-2)


def test_one_item_at_a_time_has_nothing_to_compare() -> None:
    with pytest.raises(NothingToAnalyse, match="one item"):
        planes.measure(untrained("conjunctive", UniformDisplays((1,), probe_places=8)))


def test_a_network_that_never_reports_the_cued_item_is_refused() -> None:
    with pytest.raises(NothingToAnalyse, match="hardly ever"):
        planes.measure(untrained("conjunctive", UniformDisplays((6,), probe_places=8)))
