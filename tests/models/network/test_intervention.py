"""Interventions against the same thing done step by step and by hand, in every cell and encoding."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from models.displays import Displays
from models.network.config import TrainConfig
from models.network.intervention import CueFlip, ImpossibleIntervention, Intervention, Push
from models.network.network import Network
from models.network.recording import Recording, record
from models.network.task import epochs, stimuli

TINY: dict[str, Any] = {
    "neurons": 8, "hidden": 20, "branches": 2, "leaves": 3, "slots": 3, "stimulus_steps": 2, "delay_steps": (3, 3),
    "cue_steps": 2, "recall_steps": 6,
}  # fmt: skip
CELLS = ("rate", "dendritic", "gru")
ENCODINGS = ("conjunctive", "slots", "index")


def network(cell: str = "rate", encoding: str = "conjunctive", **changes: Any) -> Network:
    return Network(TrainConfig(**{**TINY, "cell": cell, "encoding": encoding, **changes}), seed=4)


def displays(count: int = 2) -> Displays:
    report = torch.tensor([[0.5, -2.0, 1.4], [3.0, 1.0, -1.0]], dtype=torch.float64)[:count]
    probe = torch.tensor([[-1.0, 2.0, 0.3], [0.2, -0.9, 2.2]], dtype=torch.float64)[:count]
    return Displays(report, probe, torch.full((count,), 3))


def runs(net: Network, change: Intervention | None, count: int = 2, each: int = 3, **more: Any) -> Recording:
    return record(net, displays(count), each, torch.Generator().manual_seed(9), intervention=change, **more)


def steps(net: Network, name: str) -> slice:
    return next(slice(one.start, one.stop) for one in epochs(net.config, net.config.delay_steps[1]) if one.name == name)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_an_intervention_of_nothing_changes_no_number(cell: str, encoding: str) -> None:
    net = network(cell, encoding)
    nothing = Intervention(noise=dict.fromkeys(("stimulus", "recall"), 1.0), push=Push(torch.ones(8), 0.0, "gap"))
    assert nothing.changes_nothing
    for one in (Intervention(), nothing):
        for count in (1, 2):
            plain, changed = runs(net, None, count), runs(net, one, count)
            assert torch.equal(plain.response, changed.response)
            assert torch.equal(plain.states, changed.states)
            assert torch.equal(plain.plane, changed.plane)


def stepwise(net: Network, silenced: list[int], seed: int, rows: int) -> Tensor:
    """Activity ``(steps, rows, n)`` with neurons set to 0 after every single step, by the cell itself."""
    config, generator = net.config, torch.Generator().manual_seed(seed)
    shown = stimuli(displays(1), config, generator)

    def held(state: Tensor) -> Tensor:
        activity = state @ net.frame
        activity[:, silenced] = 0
        return activity @ net.frame.T

    state, states = held(net.initial(rows, 1.0, generator)), []
    for epoch in epochs(config, config.delay_steps[1]):
        if epoch.name == "recall":
            shocks, time = net.recall_noise(rows, generator), net.time_basis.flip(0)
        else:
            shocks = net.draw((epoch.steps, rows, config.neurons), generator) * net.preparation_sd()
            time = net.preparation_time.expand(epoch.steps, -1)
        inputs = {"stimulus": net.encoding.stimulus, "cue": net.encoding.cue}.get(epoch.name)
        for step in range(epoch.steps):
            drive = net.cell.drive(None if inputs is None else inputs(shown), time[step][None])
            state = held(net.cell.run(state, drive, shocks[step][None], None, config.alpha, net.frame)[0])
            states.append(state @ net.frame)
    return torch.stack(states)


@torch.inference_mode()
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_silenced_neurons_are_at_zero_and_drive_nobody(cell: str, encoding: str) -> None:
    net = network(cell, encoding)
    found = runs(net, Intervention(silenced=(1, 6)), count=1, each=4)
    assert bool((found.states[..., [1, 6]] == 0).all())
    byhand = stepwise(net, [1, 6], seed=9, rows=4)
    torch.testing.assert_close(found.states[0].transpose(0, 1), byhand, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(found.plane[0].transpose(0, 1), byhand @ net.frame[:2].T, atol=2e-5, rtol=1e-4)
    assert not torch.allclose(found.states, runs(net, None, count=1, each=4).states[:, :, :, :])


def test_without_any_neuron_there_is_no_response() -> None:
    found = runs(network(), Intervention(silenced=tuple(range(8))))
    assert bool(found.response.isnan().all())
    assert float(found.states.abs().max()) == 0
    assert bool(runs(network(), Intervention(silenced=tuple(range(7)))).response.isfinite().all())


def test_noise_is_scaled_in_the_epoch_that_is_named() -> None:
    net = network()
    plain = runs(net, None)
    quiet = runs(net, Intervention(noise={"recall": 0.0}))
    before = steps(net, "recall").start
    assert torch.equal(plain.states[:, :, :before], quiet.states[:, :, :before])
    assert not torch.equal(plain.states[:, :, before], quiet.states[:, :, before])
    everywhere = dict.fromkeys(("stimulus", "delay", "cue", "gap", "recall"), 0.0)
    silent = runs(net, Intervention(noise=everywhere))
    assert torch.equal(silent.states, runs(net, None, noise=0.0).states)
    torch.testing.assert_close(silent.response[:, 0], silent.response[:, 1], msg="nothing is left to chance")
    louder = runs(net, Intervention(noise=dict.fromkeys(everywhere, 3.0)), noise=0.5)
    torch.testing.assert_close(louder.states, runs(net, None, noise=1.5).states)
    doubled = runs(net, Intervention(noise={"delay": 2.0}), noise=0.0)
    assert torch.equal(doubled.states, silent.states), "a multiple of no noise is no noise"


@pytest.mark.parametrize("cell", CELLS)
def test_noise_is_scaled_in_the_plane_and_outside_it_apart(cell: str) -> None:
    """The first state is what was drawn, so that the noise is seen in it before the network has mixed it."""
    net = network(cell, stimulus_steps=1)
    plain, still, quiet = (
        runs(net, one).states @ net.frame.T for one in (None, Intervention(plane_noise=0), Intervention(memory_noise=0))
    )
    assert float((plain - still)[:, :, 0].abs().max()) > 0.1
    both = runs(net, Intervention(plane_noise=0, memory_noise=0))
    assert torch.equal(both.states, runs(net, None, noise=0.0).states)
    last = steps(net, "recall").stop - 1
    assert float(quiet[:, :, last, 2:].std(1).mean()) < float(plain[:, :, last, 2:].std(1).mean())
    doubled = runs(net, Intervention(plane_noise=2, memory_noise=2))
    torch.testing.assert_close(doubled.states, runs(net, None, noise=2.0).states)


@pytest.mark.parametrize("cell", CELLS)
def test_a_push_moves_the_state_by_its_size(cell: str) -> None:
    net = network(cell)
    direction = torch.randn(8, generator=torch.Generator().manual_seed(2))
    push = Push(5 * direction, -0.7, "delay", step=1)
    plain, pushed = runs(net, None).states, runs(net, Intervention(push=push)).states
    at = steps(net, "delay").start + 1
    moved = pushed - plain
    assert float(moved[:, :, :at].abs().max()) == 0
    expected = -0.7 * direction / direction.norm()
    torch.testing.assert_close(moved[:, :, at], expected.expand(2, 3, 8), atol=2e-6, rtol=0)
    assert float(moved[:, :, at + 1].norm(dim=-1).min()) > 0, "and leaves the network to itself"


def test_a_direction_for_every_display() -> None:
    net = network()
    each = torch.eye(8)[:2]
    pushed = runs(net, Intervention(push=Push(each, 0.4, "recall"))).states - runs(net, None).states
    moved = pushed[:, :, steps(net, "recall").start]
    torch.testing.assert_close(moved, 0.4 * each[:, None].expand(2, 3, 8), atol=2e-6, rtol=0)
    sizes = torch.tensor([0.0, -3.0])
    pushed = runs(net, Intervention(push=Push(torch.ones(8), sizes, "recall"))).states - runs(net, None).states
    along = pushed[:, :, steps(net, "recall").start].sum(-1) / math.sqrt(8)
    torch.testing.assert_close(along, sizes[:, None].expand(2, 3), atol=5e-6, rtol=0)


def test_a_push_does_not_wake_silenced_neurons() -> None:
    push = Push(torch.ones(8), 2.0, "cue")
    found = runs(network(), Intervention(silenced=(0,), push=push))
    assert bool((found.states[..., 0] == 0).all())


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_flipped_cue_is_the_input_of_the_other_items_cue(cell: str, encoding: str) -> None:
    net = network(cell, encoding)
    shown = displays(1)
    order = torch.tensor([[2, 0, 1]])
    flip = Intervention(flip=CueFlip(item=1, step=2, steps=3))
    plain, flipped = (runs(net, one, 1, order=order).states for one in (None, flip))
    first = steps(net, "recall").start + 2
    torch.testing.assert_close(plain[:, :, :first], flipped[:, :, :first])
    # By hand: one step from the same state with the cue that the network gets when item 1 is the cued one.
    swapped = Displays(shown.report[:, [1, 0, 2]], shown.probe[:, [1, 0, 2]], shown.set_size)
    with torch.inference_mode():
        cue = net.encoding.cue(stimuli(swapped, net.config, order=order[:, [1, 0, 2]]))
        state = plain[0, :, first - 1] @ net.frame.T
        time = net.time_basis.flip(0)[2:3]
        silence = torch.zeros(1, 3, 8)
        with_cue, without = (
            net.cell.run(state, net.cell.drive(one, time), silence, None, net.config.alpha, net.frame)[0] @ net.frame
            for one in (cue, None)
        )
    moved = (flipped - plain)[0, :, first]
    torch.testing.assert_close(moved, with_cue - without, atol=2e-5, rtol=1e-4)
    assert float(moved.abs().max()) > 1e-3


def test_a_flip_at_the_ends_of_recall() -> None:
    net = network()
    for flip in (CueFlip(1, 0, 6), CueFlip(1, 5, 1), CueFlip(0, 0, 1)):
        found = runs(net, Intervention(flip=flip))
        assert found.states.shape[2] == 14
        assert not torch.equal(found.states[:, :, -1], runs(net, None).states[:, :, -1])


def test_all_at_once_on_any_delay() -> None:
    everything = Intervention(
        silenced=(2,), noise={"cue": 0.0}, plane_noise=0.5, push=Push(torch.ones(8), 1.0, "delay", 6),
        flip=CueFlip(2, 1, 2),
    )  # fmt: skip
    found = runs(network(), everything, delay=7)
    assert found.epochs[1].steps == 7
    assert bool(found.states.isfinite().all())
    assert math.isfinite(float(found.response.sum()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Intervention(silenced=(3, 8)), "no neuron 8 to be silenced: the network has 8, numbered 0 to 7"),
        (Intervention(silenced=(-1,)), "no neuron -1"),
        (Intervention(noise={"sleep": 1.0}), "no epoch “sleep”; there are stimulus, delay, cue, gap, recall"),
        (Intervention(push=Push(torch.ones(8), 1.0, "lunch")), "no epoch “lunch”"),
        (Intervention(push=Push(torch.ones(8), 1.0, "delay", 3)), "step 3 of the delay, whose steps are 0 to 2"),
        (Intervention(push=Push(torch.ones(7), 1.0, "delay")), "direction of 7 numbers is none of a network of 8"),
        (Intervention(push=Push(torch.zeros(8), 1.0, "delay")), "needs a direction"),
        (Intervention(flip=CueFlip(3, 0, 1)), "cue of item 3 cannot be shown: there are 3 items"),
        (Intervention(flip=CueFlip(1, 4, 3)), "for 3 steps from recall step 4 on: recall has steps 0 to 5"),
    ],
)
def test_what_cannot_be_done_is_said(change: Intervention, says: str) -> None:
    with pytest.raises(ImpossibleIntervention, match=says):
        runs(network(), change)


def test_a_push_into_an_epoch_without_steps() -> None:
    with pytest.raises(ImpossibleIntervention, match="which has no steps in this trial"):
        runs(network(gap_steps=0), Intervention(push=Push(torch.ones(8), 1.0, "gap")))
