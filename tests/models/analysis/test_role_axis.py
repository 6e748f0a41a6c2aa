"""The role axis: planted roles are found with their sign, a copy of the response is not taken for one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.analysis import role_axis
from models.analysis.activity import CORRECT, observe
from models.analysis.plane_geometry import harmonics
from models.analysis.role_axis import measure, random_cosine
from models.analysis.role_direction import role_direction
from models.analysis.roles import (
    Crossed,
    RoleTrials,
    alignment,
    common_share,
    crossed,
    echo,
    without,
)
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.circular import distance, wrap
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network import storage
from models.network.config import QUICK
from models.network.intervention import Intervention, Push
from models.network.network import Network
from models.network.recording import record
from models.network.swap_laws import SwapLaw

EXAMPLE = next((Path(__file__).parents[3] / "example/artifacts/network").iterdir())
VALUES, RUNS, DIMENSIONS = 8, 64, 20


class Planted:
    """Trials with known roles: the first item has one of 8 reports, the other any at least 60 degrees away.

    Attributes:
        states: noise of sd 1 to which a test adds what it plants.
    """

    def __init__(self, seed: int, swaps: float = 0.2) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.value = torch.arange(VALUES).repeat_interleave(RUNS).repeat(2)
        count = len(self.value)
        self.target = torch.arange(count) < count // 2
        first = self.value * (2 * math.pi / VALUES)
        other = first + math.pi / 3 + torch.rand(count, generator=self.generator) * 4 * math.pi / 3
        self.reports = wrap(torch.stack([first, other], dim=1))
        self.swap = torch.rand(count, generator=self.generator) < swaps
        reported = torch.where(self.target ^ self.swap, 0, 1)
        self.response = self.reports.gather(1, reported[:, None])[:, 0]
        self.states = torch.randn(count, DIMENSIONS, generator=self.generator)

    def direction(self) -> Tensor:
        return torch.nn.functional.normalize(torch.randn(DIMENSIONS, generator=self.generator), dim=0)

    def trials(self) -> RoleTrials:
        return RoleTrials(self.value, self.target, ~self.swap, self.swap, self.states[:, None])

    def without_copy(self) -> list[RoleTrials]:
        """The trials with the copy of the response taken away, as fitted on either half."""
        trials = self.trials()
        return [without(trials, echo(trials, self.response, self.reports, half)) for half in (0, 1)]


def found_in(trials: RoleTrials) -> Crossed:
    return crossed((trials, trials), VALUES)


def test_a_planted_axis_is_found_with_its_sign_size_and_swaps() -> None:
    planted = Planted(seed=1)
    axis = planted.direction()
    reported_first = (planted.target ^ planted.swap).float()
    planted.states += 4 * (reported_first - 0.5)[:, None] * axis
    trials = planted.trials()
    found = found_in(trials).axes[:, :, 0]
    assert float((found @ axis).mean()) == pytest.approx(4, abs=0.2)
    assert float(found_in(trials).separation) == pytest.approx(4, abs=0.5)
    assert float(found_in(trials).place[trials.swap].mean()) == pytest.approx(1, abs=0.12)


def test_swaps_that_keep_the_role_of_the_cued_item_stay_on_its_side() -> None:
    planted = Planted(seed=2)
    planted.states += 4 * (planted.target.float() - 0.5)[:, None] * planted.direction()
    trials = planted.trials()
    assert float(found_in(trials).place[trials.swap].mean()) == pytest.approx(0, abs=0.12)


def test_without_roles_nothing_is_separated() -> None:
    assert float(found_in(Planted(seed=3).trials()).separation) == pytest.approx(0, abs=0.25)


def test_axes_that_share_a_direction_are_aligned_and_all_pairs_count() -> None:
    """Two displays share an axis, a third has its own: two of six ordered pairs are aligned, in either order."""
    generator = torch.Generator().manual_seed(4)
    basis = torch.linalg.qr(torch.randn(DIMENSIONS, DIMENSIONS, generator=generator)).Q
    axes = basis[[0, 0, 1]][:, None, None, None].expand(3, 2, VALUES, 1, DIMENSIONS)
    across = alignment(axes, across=True)
    assert across.shape == (5, 6 * 16, 1)
    assert across.isfinite().all(2).sum(1).tolist() == [48, 96, 96, 96, 48]
    assert across.nanmean((1, 2)).tolist() == pytest.approx([1 / 3] * 5, abs=1e-5)
    assert alignment(axes, across=False).nanmean((1, 2)).tolist() == pytest.approx([1] * 5, abs=1e-5)
    opposed = axes * torch.tensor([1.0, -1.0, 1.0])[:, None, None, None, None]
    assert alignment(opposed, across=True).nanmean((1, 2)).tolist() == pytest.approx([-1 / 3] * 5, abs=1e-5)
    assert float(common_share(axes)) == pytest.approx(5 / 9, abs=1e-5)


def test_a_copy_of_the_response_looks_like_a_role_and_is_unmasked() -> None:
    """It separates, swaps lie across, axes at one report align whatever the probes and oppose at opposite reports."""
    axes = []
    for seed in (5, 6, 7):
        planted = Planted(seed)
        plane = torch.eye(DIMENSIONS)[:2]
        planted.states = 0.3 * planted.states + 3 * harmonics(planted.response, 1).float() @ plane
        trials = planted.trials()
        assert float(found_in(trials).separation) > 2
        assert float(found_in(trials).place[trials.swap].mean()) == pytest.approx(1, abs=0.1)
        axes.append(found_in(trials).axes)
        assert float(crossed(planted.without_copy(), VALUES).separation) == pytest.approx(0, abs=0.25)
    cosine = alignment(torch.stack(axes), across=True).nanmean((1, 2))
    assert float(cosine[0]) > 0.95
    assert float(cosine[-1]) < -0.6
    assert abs(float(common_share(torch.stack(axes)))) < 0.01


def test_a_role_beside_a_copy_of_the_response_is_kept_when_the_copy_is_taken_away() -> None:
    planted = Planted(seed=8)
    axis = torch.eye(DIMENSIONS)[5]
    planted.states += 3 * harmonics(planted.response, 1).float() @ torch.eye(DIMENSIONS)[:2]
    planted.states += 4 * (planted.target.float() - 0.5)[:, None] * axis
    assert float(crossed(planted.without_copy(), VALUES).separation) == pytest.approx(4, abs=0.5)


def test_taking_the_copy_away_brings_no_roles_into_a_memory_that_has_none() -> None:
    """Before the cue both items are held alike; what is reported later must not be read into that."""
    planted = Planted(seed=9)
    basis = torch.eye(DIMENSIONS)
    planted.states += 3 * harmonics(planted.reports[:, 0], 1).float() @ basis[:2]
    planted.states += 3 * harmonics(planted.reports[:, 1], 1).float() @ basis[1:3]
    assert float(crossed(planted.without_copy(), VALUES).separation) == pytest.approx(0, abs=0.25)


def test_random_directions_are_as_aligned_as_theory_says() -> None:
    drawn = torch.randn(2, 20_000, 46, generator=torch.Generator().manual_seed(10))
    cosine = torch.nn.functional.cosine_similarity(drawn[0], drawn[1], dim=-1).abs().mean()
    assert float(cosine) == pytest.approx(random_cosine(46), rel=0.02)


@pytest.fixture(scope="module")
def example() -> Subject:
    """The shipped network, on displays of two items at its eight places."""
    network = storage.load({path.name: path.read_bytes() for path in EXAMPLE.iterdir() if path.is_file()})
    return Subject(network, UniformDisplays((2,), probe_places=8), SwapLaw(), seed=1001)


@pytest.fixture(scope="module")
def found(example: Subject) -> Iterator[Result]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(role_axis, "EACH", 1)  # for seconds
        yield measure(example)


def test_the_example_network_separates_roles_by_its_response(found: Result) -> None:
    json.dumps(found.to_json(), allow_nan=False)
    assert found.measures["separation"] > 3
    assert found.nulls["separation"] == pytest.approx(0, abs=0.3)
    assert found.measures["swap_place"] > 0.8
    assert found.measures["alignment"] == pytest.approx(found.nulls["alignment_echo"], abs=0.05)
    assert found.measures["response_share"] > 0.9


def test_roles_are_unknown_before_the_cue(found: Result) -> None:
    onset = found.axes["time"].index(pytest.approx(0))
    for name in ("separation_time", "separation_time_beyond_response"):
        assert abs(found.measures[name][onset]) < 0.3
        assert found.measures[name][onset + 5] > 1


def test_a_network_without_swaps_says_nothing_about_them_and_the_rest_is_the_same(
    monkeypatch: pytest.MonkeyPatch, example: Subject, found: Result
) -> None:
    monkeypatch.setattr(role_axis, "FEWEST", 10**9)
    again = measure(example)
    about_swaps = {name for name in again.measures if "swap" in name} | {"crossed"}
    assert all(again.measures[name] is None for name in about_swaps - {"swap_place_time"})
    assert set(again.measures["swap_place_time"]) == {None}
    rest = set(found.measures) - about_swaps
    assert {name: again.measures[name] for name in rest} == {name: found.measures[name] for name in rest}


def test_pushing_along_the_direction_of_roles_exchanges_them(example: Subject) -> None:
    network = example.network
    shown = example.draw(64, 2)
    apart = distance(shown.report[:, 0], shown.report[:, 1]) > math.pi / 2
    shown = shown.select(apart)
    directions = role_direction(network, shown, example.generator())
    assert float((directions @ network.frame[:2].T).abs().max()) < 1e-4
    activity = observe(network, shown, example.generator(1), runs=4)
    before_recall = activity.steps("recall").start - 1
    direction = directions[:, before_recall]
    size = float(direction.norm(dim=-1).mean())
    assert float((activity.outcome == CORRECT).float().mean()) > 0.7
    pushed = record(
        network, shown, 4, example.generator(1), intervention=Intervention(push=Push(direction, -size, "gap"))
    )
    reported = distance(pushed.response.double(), shown.report[:, 1:]) < math.pi / 4
    assert float(reported.float().mean()) > 0.7


def test_a_display_of_one_item_has_no_roles(example: Subject) -> None:
    one = Displays(torch.tensor([[0.0, math.nan]]), torch.tensor([[0.0, math.nan]]), torch.tensor([1]))
    with pytest.raises(NothingToAnalyse, match="second item"):
        role_direction(example.network, one, example.generator())
    alone = Subject(Network(QUICK, seed=1), UniformDisplays((1,), probe_places=8), SwapLaw(), seed=1)
    with pytest.raises(NothingToAnalyse, match="one item"):
        measure(alone)
    untrained = Subject(Network(QUICK, seed=1), UniformDisplays((6,), probe_places=8), SwapLaw(), seed=1)
    with pytest.raises(NothingToAnalyse, match="hardly ever"):
        measure(untrained)
