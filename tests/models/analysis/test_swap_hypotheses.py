"""Planted errors are recognised, with their time; a network without swaps is not given any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.analysis import pairs, swap_timing
from models.analysis.commitment import Ideal
from models.analysis.error_types import TYPES, crossed, mixture, posterior, weigh
from models.analysis.forks import determined, fork, ideally_determined, moments, resampled
from models.analysis.generative import fit, terms
from models.analysis.planted_errors import DELAY, PLANTED, Planted, plant, recover
from models.analysis.subject import NothingToAnalyse, Subject
from models.analysis.swap_evidence import judge
from models.analysis.swap_hypotheses import measure
from models.display_laws import UniformDisplays
from models.network import storage
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw
from models.network.task import epochs

TWO = UniformDisplays((2,), report_separation="published", probe_separation="published")
EXAMPLE = next((Path(__file__).parents[3] / "example/artifacts/network").iterdir())


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def judged(planted: Planted) -> tuple[dict, dict]:
    model = fit(planted.training.memory, planted.training.pair)
    return judge(model, planted.swap, planted.same, planted.timing)


def farthest(values: list[float], wanted: float) -> float:
    return max(abs(value - wanted) for value in values)


@pytest.mark.parametrize("identity", ["probe", "slot"])
@pytest.mark.parametrize("noise", [0.5, 1.0])
def test_planted_types_are_told_apart_nine_times_in_ten(identity, noise):
    """Every type, early and late misselection included, trial by trial in one recording that has all of them."""
    planted = plant(PLANTED, seed=11, swaps=200, noise=noise, identity=identity)
    found = recover(planted)
    for place in planted.kind.unique():
        of_kind = planted.kind == place
        assert float((found[of_kind] == place).double().mean()) >= 0.9, list(TYPES)[int(place)]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("none", set()),
        ("misbinding", {"misbinding", "misselection"}),
        ("early_misselection", {"misselection"}),
        ("misinterpretation", {"misinterpretation"}),
    ],
)
def test_projections_are_one_where_an_error_was_planted_and_nought_elsewhere(kind, shown):
    """After the cue, items that had been bound wrongly look like the wrong one selected; only time tells the two."""
    planted = plant([kind], seed=21, swaps=80)
    measures, nulls = judged(planted)
    for name in ("misbinding", "misselection", "misinterpretation"):
        on = slice(0, DELAY) if name == "misbinding" else slice(DELAY + 2, None)
        assert farthest(measures[f"projection_{name}_correct"][on], 0) < 0.06
        assert farthest(nulls[f"projection_{name}_swap"][on], 0) < 0.3
        projection = measures[f"projection_{name}_swap"][on]
        if name in shown:
            assert farthest(projection, 1) < 0.06
        elif name == "misbinding" or kind == "none":
            assert farthest(projection, 0) < 0.06
        else:  # the two errors after the cue have the reports in common
            assert max(projection) < 0.8
    assert measures[f"share_{kind}"] > 0.9
    assert nulls["share_none"] > 0.95
    assert measures["weight_none"][-1] == pytest.approx(float(kind == "none"), abs=0.05)


def test_misinterpretation_has_no_projection_before_the_cue():
    measures, nulls = judged(plant(["misinterpretation"], seed=22, swaps=60))
    for found in (measures, nulls):
        assert found["projection_misinterpretation_swap"][:DELAY] == [None] * DELAY
        assert found["projection_misbinding_swap"][DELAY:] == [None] * (len(found["looks_wrong"]) - DELAY)


def test_the_time_of_the_decision():
    planted = plant(["late_misselection"], seed=23, swaps=120)
    measures, _ = judged(planted)
    # planted: a logistic of the steps with its middle at step 15, where time is 0.05 (15 + 1 - 6) s
    assert measures["memory_turns"] == pytest.approx(0.5, abs=0.03)
    assert measures["memory_turns_low"] <= measures["memory_turns"] <= measures["memory_turns_high"]
    assert measures["memory_turns_high"] - measures["memory_turns_low"] < 0.05
    assert 0.25 < measures["departs"] < 0.45
    early, _ = judged(plant(["misbinding"], seed=23, swaps=120))
    assert early["memory_turns"] == pytest.approx(float(planted.timing.seconds[0]))
    assert early["looks_wrong_at_cue"] > 0.95
    assert measures["looks_wrong_at_cue"] == pytest.approx(0.5, abs=0.15)


def test_without_swaps_measures_keep_their_shape():
    planted = plant(["misbinding"], seed=24, swaps=40)
    model = fit(planted.training.memory, planted.training.pair)
    some, none = (judge(model, swap, planted.same, planted.timing) for swap in (planted.swap, None))
    for with_swaps, without in zip(some, none, strict=True):
        assert set(with_swaps) == set(without)
        for name, value in with_swaps.items():
            assert isinstance(value, list) == isinstance(without[name], list), name
            assert not isinstance(value, list) or len(value) == len(without[name])
    assert none[0]["projection_misbinding_correct"] == some[0]["projection_misbinding_correct"]
    assert none[0]["share_none"] is None


def test_only_training_trials_enter_the_model():
    """Held-out activity can be anything: the model and what it expects stay the same, and its trials stand alone."""
    planted = plant(["misbinding"], seed=25, swaps=40)
    model = fit(planted.training.memory, planted.training.pair)
    whole = weigh(model, planted.swap.memory, planted.swap.pair)
    disturbed = planted.swap.memory.clone()
    disturbed[20:] += 100
    again = weigh(model, disturbed, planted.swap.pair)
    assert torch.equal(whole.likelihood[:, :20], again.likelihood[:, :20])


def test_what_correct_trials_leave_unexplained_favours_no_hypothesis():
    """The residual is orthogonal to the terms of every hypothesis, because exchange and flip only permute them."""
    planted = plant(["none"], seed=26, swaps=40)
    model = fit(planted.training.memory, planted.training.pair)
    residual = model.coordinates(planted.training.memory) - model.expected(planted.training.pair)
    for pair in (planted.training.pair, planted.training.pair.exchanged(), planted.training.pair.flipped()):
        x = terms(pair)
        relative = (x.T @ residual).abs() / (x.norm(dim=0)[:, None] * residual.norm(dim=1, keepdim=True) + 1e-12)
        assert float(relative[:, : x.shape[1]].max()) < 0.05


def test_the_mixture_finds_planted_weights_and_is_the_maximum():
    generator, truth = seeded(3), torch.tensor([0.6, 0.3, 0.1]).double()
    kind = torch.multinomial(truth, 4_000, replacement=True, generator=generator)
    seen = torch.randn(4_000, generator=generator, dtype=torch.float64) + torch.tensor([0.0, 2.0, 4.0])[kind]
    likelihood = -0.5 * (seen[:, None] - torch.tensor([0.0, 2.0, 4.0])) ** 2
    weights = mixture(likelihood)
    assert weights.tolist() == pytest.approx(truth.tolist(), abs=0.04)

    def total(w: Tensor) -> float:
        return float(torch.logsumexp(likelihood + w.log(), 1).sum())

    for shift in ([0.02, -0.02, 0.0], [0.0, 0.02, -0.02], [-0.02, 0.0, 0.02]):
        assert total(weights) > total(weights + torch.tensor(shift).double())
    assert posterior(likelihood, weights).mean(0).tolist() == pytest.approx(weights.tolist(), abs=1e-4)
    _, gain = crossed(likelihood)
    expected = torch.logsumexp(likelihood + truth.log(), 1) - likelihood[:, 0]
    assert float(gain) == pytest.approx(float(expected.mean()), abs=0.02)


@pytest.mark.parametrize(("share", "exact"), [(0.0, None), (0.5, None), (1.0, 1.0)])
def test_how_much_a_common_past_determines(share, exact):
    """A past decides with this probability, once and for all; otherwise each future decides by itself."""
    generator, chance = seeded(5), torch.rand(4000, 1, 1, generator=seeded(6), dtype=torch.float64)
    decided = torch.rand(4000, 2, 1, generator=generator, dtype=torch.float64) < share
    of_past = torch.rand(4000, 2, 1, generator=generator, dtype=torch.float64) < chance
    of_future = torch.rand(4000, 2, 4, generator=generator, dtype=torch.float64) < chance
    swapped = torch.where(decided, of_past, of_future).double()[None]
    found = float(determined(swapped)[0])
    # runs agree by their past only where it has decided for both
    assert found == pytest.approx(share if exact is None else exact, abs=0.03)
    assert float(resampled(swapped).std()) < 0.03


def test_single_items_leave_nothing_to_analyse():
    subject = Subject(Network(QUICK, seed=1), UniformDisplays((1,)), SwapLaw(kind="none"), 1)
    with pytest.raises(NothingToAnalyse, match="one item at a time"):
        measure(subject)


def test_a_network_that_knows_nothing_leaves_nothing_to_analyse(monkeypatch):
    monkeypatch.setattr(pairs, "TRIALS", 300)
    with pytest.raises(NothingToAnalyse, match="answers were right"):
        measure(Subject(Network(QUICK, seed=1), TWO, SwapLaw(), 1))


def test_the_example_network_selects_the_wrong_item_during_recall(monkeypatch):
    monkeypatch.setattr(pairs, "TRIALS", 1000)
    monkeypatch.setattr(swap_timing, "DISPLAYS", 100)
    network = storage.load({path.name: path.read_bytes() for path in EXAMPLE.iterdir() if path.is_file()})
    displays, law = UniformDisplays((2,), probe_places=8), SwapLaw(offset=-1.0, emission="von_mises")
    result = measure(Subject(network, displays, law, 3))
    assert json.loads(json.dumps(result.to_json(), allow_nan=False)) == result.to_json()
    measures, nulls = result.measures, result.nulls
    assert measures["share_late_misselection"] > 0.8
    assert nulls["share_none"] > 0.9
    assert measures["cue_told_apart"] > 2
    cue_ends = (QUICK.cue_steps + QUICK.gap_steps) * QUICK.step_seconds
    assert cue_ends < measures["decided"] < result.axes["time"][-1]
    assert measures["decided_low"] <= measures["decided"] <= measures["decided_high"]
    for found in (measures, nulls):
        assert found["determined"][:3] == pytest.approx([0] * 3, abs=0.25)
        assert found["determined"][-1] == pytest.approx(1)
        assert len(found["determined"]) == len(result.axes["fork"])
        assert len(found["commitment"]) == len(result.axes["time"])


@pytest.mark.parametrize("encoding", ["conjunctive", "index"])
def test_runs_that_share_all_noise_end_alike(encoding):
    network = Network(QUICK.changed(encoding=encoding), seed=2)
    subject = Subject(network, TWO, SwapLaw(), 1)
    displays = subject.draw(20, 2)
    order = torch.tensor([[0, 1]]).expand(20, -1)
    swapped = fork(subject, displays, order, number=1)
    steps = moments(epochs(QUICK, QUICK.delay_steps[1]))
    assert steps == [2, 4, 7, 9, 10, 11, 13, 15, 16, 17, 19]
    assert swapped.shape == (len(steps), 20, 2, 4)
    assert torch.equal(swapped[-1], swapped[-1][..., :1].expand(-1, -1, 4))
    assert float(swapped[:-1].var(3).mean()) > 0  # an untrained network answers anything


def test_an_ideal_sampler_without_displays_that_swap_is_no_number():
    never = Ideal(torch.zeros(5, 4, dtype=torch.int64), torch.tensor([1.0, 0.0]).expand(3, 5, 4, 2).clone())
    assert never.rise() is None
    assert bool(ideally_determined(never, [0, 1]).isnan().all())
