"""Labelled activity: what it is labelled by, and that memory is what the behaviour plane leaves out."""

from __future__ import annotations

import math

import pytest
import torch

from models.analysis.activity import CORRECT, GUESS, SWAP, Activity, joined, nearest_item, observe
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network.config import QUICK
from models.network.network import Network
from models.network.recording import record

NETWORK = Network(QUICK, seed=1)
SHOWN = UniformDisplays((2,), probe_places=8).draw(30, torch.Generator().manual_seed(1))


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(2)


@pytest.fixture(scope="module")
def activity() -> Activity:
    return observe(NETWORK, SHOWN, seeded(), runs=3)


def test_a_response_belongs_to_the_nearest_item_unless_it_is_far_from_all() -> None:
    report = torch.tensor([[0.0, 1.0], [0.0, 1.0], [math.pi - 0.1, 0.0], [0.0, 2.0]], dtype=torch.float64)
    report = torch.cat([report, torch.full((4, 1), math.nan, dtype=torch.float64)], 1)
    displays = Displays(report, report, torch.full((4,), 2))
    response = torch.tensor([0.4, 0.6, -math.pi + 0.1, -1.0], dtype=torch.float64)
    assert nearest_item(response, displays).tolist() == [0, 1, 0, -1]


def test_trials_of_a_display_follow_one_another(activity: Activity) -> None:
    assert activity.memory.shape[:2] == activity.plane.shape[:2] == (90, QUICK.network_steps)
    assert torch.equal(activity.displays.report, SHOWN.report.repeat_interleave(3, 0))
    by_reported = torch.tensor([GUESS, CORRECT, SWAP])  # of item -1, 0, 1
    assert torch.equal(activity.outcome, by_reported[activity.reported + 1])


def test_plane_and_memory_together_are_the_whole_state(activity: Activity) -> None:
    repeated = SHOWN.select(torch.arange(30).repeat_interleave(3))
    states = record(NETWORK, repeated, 1, seeded()).states[:, 0]
    whole = torch.cat([activity.plane, activity.memory], -1) @ NETWORK.frame
    assert torch.allclose(whole, states, atol=1e-4)
    assert activity.memory.shape[-1] == QUICK.neurons - 2
    assert torch.allclose(activity.memory @ NETWORK.frame[2:] @ NETWORK.frame[:2].T, torch.tensor(0.0), atol=1e-4)


def test_time_is_counted_from_cue_onset(activity: Activity) -> None:
    cue, dt = activity.steps("cue"), QUICK.step_seconds
    assert activity.seconds[cue.start].item() == pytest.approx(dt)
    assert activity.seconds[cue.start - 1].item() == pytest.approx(0)
    assert activity.seconds.diff().numpy() == pytest.approx(dt)
    assert activity.steps("recall").stop == len(activity.seconds)


def test_selected_and_joined_again(activity: Activity) -> None:
    first = torch.arange(90) < 40
    again = joined([activity.select(first), activity.select(~first)])
    for name in ("response", "reported", "plane", "memory"):
        assert torch.equal(getattr(again, name), getattr(activity, name))
    assert torch.equal(again.displays.probe, activity.displays.probe)


def test_cue_noise_and_delay_are_passed_on() -> None:
    still = observe(NETWORK, SHOWN, seeded(), noise=0.0)
    assert torch.equal(still.response, observe(NETWORK, SHOWN, torch.Generator().manual_seed(9), noise=0.0).response)
    other = observe(NETWORK, SHOWN, seeded(), noise=0.0, cue=SHOWN.probe[:, 1])
    assert not torch.equal(still.response, other.response)
    longer = observe(NETWORK, SHOWN, seeded(), delay=QUICK.delay_steps[1] + 5)
    assert len(longer.seconds) == len(still.seconds) + 5
