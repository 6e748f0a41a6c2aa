"""Ensembles whose members train in groups, each in a process of its own."""

import multiprocessing
import os
import signal

import pytest
import torch

from models.display_laws import UniformDisplays
from models.network import side_by_side
from models.network.checkpoint import WrongCheckpoint
from models.network.config import InvalidConfig
from models.network.estimate import estimate
from models.network.side_by_side import GROUPS, ProcessGone, group_sizes, train_side_by_side
from models.network.swap_laws import SwapLaw
from models.network.targets import Source
from models.network.training import train_ensemble
from models.progress import Interrupted, Progress
from tests.models.network.conftest import BRIEF

SEEDS, SIZES = [3, 1, 4], [2, 1]
SOURCE = Source(UniformDisplays(set_sizes=(2,)), SwapLaw(kind="smooth"))
FEW = BRIEF.changed(steps=30)


def weights(networks):
    return [torch.cat([value.flatten() for value in one.network.state_dict().values()]) for one in networks]


@pytest.fixture(scope="module")
def together():
    """The same networks in one computation."""
    return train_ensemble(FEW, SOURCE, SEEDS, device="cpu")


def test_each_network_is_what_it_would_be_in_one_computation(together):
    heard = []
    apart = train_side_by_side(FEW, SOURCE, SEEDS, heard.append, sizes=SIZES)
    assert [one.seed for one in apart] == SEEDS
    assert not multiprocessing.active_children()
    for one, other in zip(weights(apart), weights(together), strict=True):
        assert torch.allclose(one, other, atol=1e-4)
    assert [one.fraction for one in heard] == sorted(one.fraction for one in heard)
    assert heard[-1].fraction == 1
    assert any(one.picture for one in heard)
    points = [one.point for one in heard if "loss" in one.point]
    assert [point["step"] for point in points] == [point["step"] for point in together[0].curve]
    for place, point in enumerate(points):
        losses = [one.curve[place]["loss"] for one in apart]
        assert point["loss"] == pytest.approx(sum(losses) / 3)
        assert (point["loss_low"], point["loss_high"]) == (min(losses), max(losses))
        assert point["floor"] == together[0].curve[place]["floor"]


def point_of(step, loss, **more):
    return Progress(step / 30, f"step {step}", {"step": float(step), "loss": loss, **more})


def test_a_group_that_ends_early_is_not_waited_for():
    heard = []
    both = side_by_side._Together([2, 1], [0, 0], FEW, heard.append)
    both.hear(1, point_of(3, 4.0))
    assert (heard[-1].fraction, heard[-1].message, heard[-1].point) == (pytest.approx(0.1 / 3), "starting", {})
    both.hear(0, point_of(3, 1.0, loss_low=0.5, loss_high=1.5, near=0.2))
    assert heard[-1].point == {"step": 3.0, "loss": 2.0, "loss_low": 0.5, "loss_high": 4.0, "near": 0.2}
    for step in (6, 9, 12):
        both.hear(1, point_of(step, float(step)))
    both.hear(0, point_of(6, 3.0))
    both.end(0)
    both.hear(1, point_of(15, 15.0))
    told = [(one.point["step"], one.point["loss"]) for one in heard if one.point]
    assert told == [(3, 2.0), (6, 4.0), (9, 9.0), (12, 12.0), (15, 15.0)]


def test_after_a_crash_points_that_all_had_told_are_not_told_by_some_of_them():
    """The first group's last checkpoint was at step 10, the second's at step 5; the first had told 6 and 9 before."""
    heard = []
    both = side_by_side._Together([1, 1], [10, 5], FEW, heard.append)
    both.waiting = {9.0: {0: {"step": 9.0, "loss": 1.0}}}
    for step in (6, 9, 12):
        both.hear(1, point_of(step, 3.0))
    assert [one.point for one in heard if one.point] == [{"step": 9.0, "loss": 2.0, "loss_low": 1.0, "loss_high": 3.0}]
    both.hear(0, point_of(12, 1.0))
    both.end(0)
    both.end(1)
    assert [one.point["step"] for one in heard if one.point] == [9, 12]


def test_a_stop_reaches_every_process_and_the_checkpoint_goes_on_where_all_were(together):
    saved, told = [], []

    def stop(progress):
        told.append(progress)
        if progress.fraction > 0.4:
            raise Interrupted

    with pytest.raises(Interrupted):
        train_side_by_side(FEW, SOURCE, SEEDS, stop, saved.append, sizes=SIZES)
    assert not multiprocessing.active_children()
    assert sum(one.fraction > 0.4 for one in told) == 1, "nothing is said after the stop"
    again = []
    resumed = train_side_by_side(FEW, SOURCE, SEEDS, again.append, resume=saved[-1], sizes=[1, 1, 1])
    assert again[0].fraction > 0.3, "progress goes on from where it was"
    steps = [one.point["step"] for one in told + again if "loss" in one.point]
    assert steps == [point["step"] for point in together[0].curve], "every point is told, and once"
    for one, other in zip(weights(resumed), weights(together), strict=True):
        assert torch.allclose(one, other, atol=1e-4)
    assert [one.steps for one in resumed] == [30] * 3
    with pytest.raises(WrongCheckpoint):
        train_side_by_side(FEW, SOURCE, [3, 1, 5], resume=saved[-1])
    with pytest.raises(WrongCheckpoint, match="damaged"):
        train_side_by_side(FEW, SOURCE, SEEDS, resume={**saved[-1], GROUPS: b"{"})


def test_a_checkpoint_of_one_computation_goes_on_as_one(together):
    saved = []

    def stop(progress):
        if progress.fraction > 0.4:
            raise Interrupted

    with pytest.raises(Interrupted):
        train_ensemble(FEW, SOURCE, SEEDS, stop, saved.append, device="cpu")
    resumed = train_side_by_side(FEW, SOURCE, SEEDS, resume=saved[-1], sizes=SIZES)
    assert all(torch.equal(*pair) for pair in zip(weights(resumed), weights(together), strict=True))


def test_what_goes_wrong_in_a_process_is_raised_here():
    with pytest.raises(InvalidConfig, match="objective"):
        train_side_by_side(FEW.changed(objective="guessing"), SOURCE, SEEDS, sizes=SIZES)
    assert not multiprocessing.active_children()


def test_a_process_that_is_killed_ends_the_training_in_words():
    def kill(progress):
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    with pytest.raises(ProcessGone, match="ended from outside"):
        train_side_by_side(FEW.changed(steps=2000), SOURCE, SEEDS, kill, sizes=SIZES)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("seeds", [[], [2, 2]])
def test_seeds_must_be_some_and_differ(seeds):
    with pytest.raises(InvalidConfig, match="seed"):
        train_side_by_side(FEW.changed(steps=2000), SOURCE, seeds)


def test_groups_are_as_many_as_idle_cores_and_even(monkeypatch):
    long = FEW.changed(steps=2000)
    monkeypatch.setattr(side_by_side, "best_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(side_by_side, "idle_cores", lambda: 2)
    assert group_sizes(long, 5) == [3, 2]
    assert group_sizes(long, 1) == [1]
    assert group_sizes(FEW, 5) == [5], "a process takes seconds to start"
    monkeypatch.setattr(side_by_side, "idle_cores", lambda: 4)
    assert group_sizes(long, 6) == [2, 2, 1, 1]
    assert group_sizes(long.changed(threads=2), 5) == [3, 2]
    assert group_sizes(long.changed(threads=0), 5) == [5]
    monkeypatch.setattr(side_by_side, "best_device", lambda: torch.device("cuda"))
    assert group_sizes(long, 5) == [5]


def test_the_cost_of_an_ensemble_is_that_of_its_largest_group(monkeypatch):
    asked = []
    monkeypatch.setattr(side_by_side, "best_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(side_by_side, "idle_cores", lambda: 2)
    monkeypatch.setattr(
        "models.network.estimate.train_ensemble",
        lambda config, source, seeds, **rest: asked.append(len(seeds)) or train_ensemble(config, source, seeds, **rest),
    )
    estimate(FEW.changed(steps=2000), device="cpu", members=5)
    assert asked == [3]
