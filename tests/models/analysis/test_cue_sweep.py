"""Cue sweep: planted switches and planted compromises are told apart, and what is counted is what was answered."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import i0e, i1e
from torch import Tensor

from models.analysis import sweep as sweeping
from models.analysis.cue_sweep import ambiguity, between, law_swaps, measure, switch_test
from models.analysis.subject import NothingToAnalyse, Subject
from models.analysis.sweep import CUES, DISPLAYS, RUNS, Sweep, response_bins, separations, two_items
from models.analysis.switching import Bistable, concentration_of, evenly_moving, fit_bistable, fit_one_mode
from models.circular import wrap
from models.display_laws import UniformDisplays
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw

APART = 2 * math.pi / 3
CUE = (torch.arange(CUES, dtype=torch.float64) - CUES // 2) * (2 * math.pi / CUES)
LIKE = torch.zeros(DISPLAYS, CUES, RUNS, dtype=torch.float64)
SHOWN = UniformDisplays((2,), probe_separation=math.pi / 4, report_separation=math.pi / 4)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def switching(slope: float, width: float = 15.0, guesses: float = 0.03) -> Bistable:
    """Two modes whose shares change with the cue; a steep slope is a sudden switch."""
    second = torch.sigmoid(slope * CUE).clamp(0.02, 0.98).expand(DISPLAYS, CUES)
    return Bistable(second, torch.tensor(width).double(), torch.full((CUES,), guesses).double(), APART)


def moving(separation: float, **settings: float):
    return evenly_moving(CUE, separation, APART, switching(1.0, **settings))


def swept(angle: Tensor, separation: float) -> Sweep:
    distance = torch.stack([wrap(angle).abs(), wrap(angle - APART).abs()])
    item = torch.where(distance.amin(0) <= math.pi / 4, distance.argmin(0), -1)
    return Sweep(CUE, separation, APART, angle, item)


def verdict(hypothesis, separation: float, seed: int) -> dict[str, float | None]:
    generator = torch.Generator().manual_seed(seed)
    return switch_test(swept(hypothesis.sample(LIKE, generator), separation), generator)


@pytest.mark.parametrize("separation", [math.pi / 4, math.pi / 2, math.pi])
@pytest.mark.parametrize("slope", [1.5, 100.0])
def test_planted_switches_are_found_however_sudden(separation: float, slope: float) -> None:
    found = verdict(switching(slope), separation, 1)
    assert found["switch_index"] > 0.85
    assert found["bistable_gain"] > 0


@pytest.mark.parametrize("separation", [math.pi / 4, math.pi / 2, math.pi])
@pytest.mark.parametrize("width", [8.0, 60.0])
def test_planted_compromises_are_found(separation: float, width: float) -> None:
    found = verdict(moving(separation, width=width), separation, 2)
    assert found["switch_index"] < 0.15
    assert found["bistable_gain"] < 0


def test_displays_that_switch_at_different_cues_are_still_bistable_ones() -> None:
    shift = torch.linspace(-0.5, 0.5, DISPLAYS, dtype=torch.float64)[:, None]
    second = torch.sigmoid(40 * (CUE - shift)).clamp(0.02, 0.98)
    planted = Bistable(second, torch.tensor(15.0).double(), torch.full((CUES,), 0.03).double(), APART)
    assert verdict(planted, math.pi / 2, 0)["switch_index"] > 0.85


def test_where_all_responses_are_guesses_nothing_is_told() -> None:
    found = verdict(switching(4.0, guesses=0.999), math.pi / 2, 1)
    assert found["undirected"] > 0.6
    assert found["switch_index"] is None or abs(found["bistable_gain"]) < 0.05


def test_fits_recover_what_was_planted() -> None:
    generator, weight = torch.Generator().manual_seed(2), torch.ones_like(LIKE)
    planted = switching(2.0, width=20.0, guesses=0.2)
    two = fit_bistable(planted.sample(LIKE, generator), APART, weight)
    assert float(two.concentration) == pytest.approx(20, rel=0.1)
    assert two.guesses.mean() == pytest.approx(0.2, abs=0.02)
    assert (two.second.mean(0) - planted.second.mean(0)).abs().mean() < 0.06
    mover = moving(math.pi / 2, width=20.0, guesses=0.2)
    one = fit_one_mode(mover.sample(LIKE, generator), weight)
    assert wrap(one.mode - mover.mode).abs().mean() < 0.08
    assert one.concentration.median() == pytest.approx(20, rel=0.2)
    assert one.guesses.mean() == pytest.approx(0.2, abs=0.03)


def test_samples_and_concentrations_agree_with_scipy() -> None:
    sample = switching(100.0, width=9.0, guesses=0.0).sample(LIKE, torch.Generator().manual_seed(3))
    lowest = sample[:, CUES // 4 : CUES // 4 + 4].flatten().numpy()
    mixture = lambda x: 0.98 * stats.vonmises.cdf(x, 9.0) + 0.02 * stats.vonmises.cdf(x, 9.0, loc=APART)  # noqa: E731
    assert stats.kstest(lowest, mixture).pvalue > 0.01
    for kappa in (2.5, 6.0, 30.0):
        length = i1e(kappa) / i0e(kappa)
        assert float(concentration_of(torch.tensor(length))) == pytest.approx(kappa, rel=0.03)


def test_the_even_mover_is_at_the_items_under_their_cues_and_half_way_between_them() -> None:
    separation = math.pi / 2
    mode = moving(separation).mode[0]
    one = swept(LIKE, separation)
    assert float(mode[one.at(-separation / 2)]) == pytest.approx(0)
    assert float(mode[one.at(separation / 2)]) == pytest.approx(APART)
    assert float(mode[one.at(0.0)]) == pytest.approx(APART / 2)
    assert float(mode[one.at(-math.pi)]) == pytest.approx(APART / 2), "back the long way"


def test_shares_and_modes_are_those_of_the_responses() -> None:
    angle = torch.where(CUE[None, :, None] < 0, 0.02, APART).expand(DISPLAYS, CUES, RUNS).clone()
    angle[..., 0] = -2.0  # far from both
    one = swept(angle, math.pi / 2)
    assert one.share(-1).numpy() == pytest.approx(1 / RUNS)
    assert one.share(0)[CUE < 0].numpy() == pytest.approx(1 - 1 / RUNS)
    assert one.share(1)[CUE < 0].numpy() == pytest.approx(0)
    half_a_bin = math.pi / 72 + 1e-9
    assert (wrap(one.mode - torch.where(CUE < 0, 0.02, APART)).abs() <= half_a_bin).all()
    assert one.histogram.sum(1).numpy() == pytest.approx(1)
    assert between(one) == pytest.approx(1 / RUNS)
    assert ambiguity(one) == pytest.approx(0)
    even = swept(torch.where(torch.arange(RUNS) % 2 == 0, 0.0, APART).expand(DISPLAYS, CUES, RUNS), math.pi / 2)
    assert ambiguity(even) == pytest.approx(1)
    assert response_bins()[0] == pytest.approx(-math.pi + math.pi / 72)


def subject(law: UniformDisplays = SHOWN, **settings: object) -> Subject:
    return Subject(Network(QUICK.changed(**settings), seed=5), law, SwapLaw(kind="smooth", offset=-1.0), seed=6)


def test_displays_stand_at_the_separations_of_the_law_in_many_places() -> None:
    wanted = separations(subject(), 2)
    assert wanted == pytest.approx([math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi])
    for separation in wanted:
        shown, turn, apart = two_items(subject(), separation, 2)
        assert shown.probe_distance[:, 1].abs().numpy() == pytest.approx(separation)
        assert wrap(shown.report_distance[:, 1] - turn * apart).numpy() == pytest.approx(0, abs=1e-12)
        assert len(shown.report[:, 0].round(decimals=6).unique()) == DISPLAYS
    places = subject(UniformDisplays((1, 3), probe_places=8))
    assert separations(places, 3) == pytest.approx([math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi])
    assert two_items(places, math.pi / 2, 3)[0].set_size.tolist() == [3] * DISPLAYS


def test_the_law_says_what_swaps_to_expect_with_the_cue_on_an_item() -> None:
    asked = law_swaps(subject(), math.pi / 2, 2)
    odds = math.exp(-0.5 * (math.pi / 2) ** 2 / 1.50002)
    assert asked == pytest.approx(odds / (math.e + odds), rel=1e-3)


@pytest.mark.parametrize("encoding", ["conjunctive", "slots"])
def test_the_measures_of_a_network_are_plain_and_the_same_every_time(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "SEPARATIONS", 2)
    found = measure(subject(UniformDisplays((1, 3), probe_places=8), encoding=encoding))
    text = json.dumps(found.to_json(), allow_nan=False)
    assert len(text) < 100_000
    again = measure(subject(UniformDisplays((1, 3), probe_places=8), encoding=encoding))
    assert text == json.dumps(again.to_json(), allow_nan=False)
    shares = np.array([found.measures[name] for name in ("first", "second", "neither", "others")])
    assert shares.sum(0) == pytest.approx(1)
    assert len(found.measures["bistable_gain"]) == len(found.nulls["swap"]) == len(found.axes["separation"])
    assert found.measures["farther"][CUES // 2] is None


def test_networks_without_cues_between_items_are_told_so() -> None:
    with pytest.raises(NothingToAnalyse, match="number"):
        measure(subject(encoding="index"))
    with pytest.raises(NothingToAnalyse, match="one item"):
        measure(subject(UniformDisplays((1,))))
