"""Refit: the swap function of responses is found, whoever gave them, and responses without swaps give none."""

from __future__ import annotations

import json
import math

import pytest
import torch

from models.analysis import refit as refitting
from models.analysis.refit import measure, refit, swap_probability
from models.analysis.separations import POINTS, probe_distances
from models.analysis.subject import NothingToAnalyse, Subject
from models.behaviour.config import FitConfig
from models.display_laws import ResampledDisplays, UniformDisplays
from models.displays import Displays
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw
from models.trials import Trials

SHOWN = UniformDisplays((2,), probe_separation=math.pi / 4, report_separation=math.pi / 4)
SMOOTH = SwapLaw(kind="smooth", offset=0.0)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch):
    """One thread, few trials and one refit of the law."""
    monkeypatch.setattr(refitting, "TRIALS", 1000)
    monkeypatch.setattr(refitting, "REPEATS", 1)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def subject(law: SwapLaw = SMOOTH, displays: UniformDisplays | ResampledDisplays = SHOWN) -> Subject:
    return Subject(Network(QUICK, seed=1), displays, law, seed=2)


def answering(law: SwapLaw, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that responds as a law does."""
    monkeypatch.setattr(
        refitting, "answers", lambda one, shown: Trials.build(shown, law.sample(shown, one.generator()))
    )


@pytest.mark.parametrize("size", [2, 4])
def test_a_swap_probability_is_that_of_one_non_target_against_the_target(size: int) -> None:
    distance = torch.tensor([0.8, 1.6, math.pi], dtype=torch.float64)
    odds = torch.exp(-0.5 * distance.square() / 1.50002)
    assert torch.allclose(swap_probability(SMOOTH, distance, size), odds / (1 + odds), atol=1e-6)
    guessing = SwapLaw(kind="flat", correct=0.8, uniform=0.3)
    apart = 0.2 / (size - 1) / (0.8 + 0.2 / (size - 1))
    assert swap_probability(guessing, distance, size).numpy() == pytest.approx(apart)


def test_a_refit_of_the_laws_own_responses_covers_the_law() -> None:
    shown = SHOWN.draw(3000, torch.Generator().manual_seed(3))
    trials = Trials.build(shown, SMOOTH.sample(shown, torch.Generator().manual_seed(4)))
    distance = torch.linspace(math.pi / 4, math.pi, 12, dtype=torch.float64)
    found, target = refit(trials, FitConfig(), distance, torch.Generator()), swap_probability(SMOOTH, distance, 2)
    assert (found.swaps - target).abs().max() < 0.06
    assert ((found.low <= target) & (target <= found.high)).double().mean() >= 0.75
    assert found.sd == pytest.approx(0.05, rel=0.1)
    assert found.guesses < 0.01


def test_responses_of_another_law_are_found_as_far_from_the_target_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(SwapLaw(kind="flat", correct=0.7), monkeypatch)
    found = measure(subject())
    target = found.measures["target"]
    assert found.measures["largest_gap"] == pytest.approx(max(abs(0.3 - value) for value in target), abs=0.06)
    assert found.nulls["largest_gap"] < found.measures["largest_gap"] - 0.05
    assert len(target) == len(found.measures["swap_function"]) == len(found.axes["distance"]) == POINTS
    assert json.dumps(found.to_json(), allow_nan=False) == json.dumps(measure(subject()).to_json(), allow_nan=False)


def test_responses_without_swaps_give_a_curve_at_0(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(SwapLaw(kind="none"), monkeypatch)
    found = measure(subject())
    assert max(found.measures["high"]) < 0.02
    assert found.measures["mean_gap"] == pytest.approx(-sum(found.measures["target"]) / POINTS, abs=0.01)


def test_an_untrained_network_only_guesses() -> None:
    found = measure(subject(SwapLaw(kind="none"), UniformDisplays((1, 3), probe_places=8)))
    assert found.measures["guesses"] > 0.5
    assert found.detail["set_size"] == 3
    assert found.axes["distance"] == pytest.approx([math.pi / 4 * k for k in (1, 2, 3, 4)])


def test_distances_are_those_of_the_displays_whatever_the_seed() -> None:
    first = probe_distances(subject(), 2)
    assert torch.equal(first, probe_distances(Subject(Network(QUICK, seed=5), SHOWN, SMOOTH, seed=6), 2))
    assert float(first[0]) == pytest.approx(math.pi / 4, abs=0.01)
    assert float(first[-1]) == pytest.approx(math.pi, abs=0.01)


def test_displays_without_probes_have_one_swap_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = SHOWN.draw(200, torch.Generator().manual_seed(7))
    unknown = ResampledDisplays(Displays(drawn.report, torch.full_like(drawn.probe, math.nan), drawn.set_size))
    law = SwapLaw(kind="flat", correct=0.7)
    answering(law, monkeypatch)
    found = measure(subject(law, unknown))
    curve = found.measures["swap_function"]
    assert max(curve) - min(curve) < 1e-6
    assert curve[0] == pytest.approx(0.3, abs=0.05)


def test_single_items_cannot_be_swapped() -> None:
    with pytest.raises(NothingToAnalyse, match="one item"):
        measure(subject(displays=UniformDisplays((1,))))
