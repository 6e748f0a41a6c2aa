"""Decoders read what was planted, read nothing out of noise, and tell items and trials apart."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.analysis import decoding, pairs
from models.analysis.activity import Activity
from models.analysis.decoders import fit
from models.analysis.decoding import SCORES, SHUFFLED, decode, measure
from models.analysis.pairs import Observed, Pair, harmonics, observe_pairs, pair_of
from models.analysis.subject import NothingToAnalyse, Subject
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network import storage
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw
from models.network.task import Epoch

TWO = UniformDisplays((2,), report_separation="published", probe_separation="published")
EXAMPLE = next((Path(__file__).parents[3] / "example/artifacts/network").iterdir())
STEPS, CUE, NEURONS = 6, 3, 80


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=seeded(seed))


def code(report: Tensor, probe: Tensor) -> Tensor:
    """All products of the report's cosine and sine with 1 and two harmonics of the probe."""
    gates = torch.cat([torch.ones(len(probe), 1), harmonics(probe, 2).float()], 1)
    return (harmonics(report, 1).float()[:, :, None] * gates[:, None]).flatten(1)


def planted(count: int, seed: int, swapped: bool = False, noise: float = 0.05) -> Observed:
    """Trials whose memory is bound until the cue and then holds the cued report in one place, the other in another.

    In swap trials the two trade places at the last two steps.
    """
    displays = TWO.draw(count, seeded(seed))
    report, probe = displays.report, displays.probe
    bound = (code(report[:, 0], probe[:, 0]) + code(report[:, 1], probe[:, 1])) @ normal(10, NEURONS, seed=100)
    places = normal(2, 2, NEURONS, seed=101)
    unit = harmonics(report, 1).float()
    cue = harmonics(probe[:, 0], 4).float() @ normal(8, NEURONS, seed=102)
    right, wrong = ((unit[:, item] @ places[0] + unit[:, 1 - item] @ places[1] + cue) for item in (0, 1))
    steps = [bound] * CUE + [right] * (STEPS - CUE - 2) + [wrong if swapped else right] * 2
    memory = torch.stack(steps, 1) + noise * normal(count, STEPS, NEURONS, seed=seed + 1)
    reported = torch.full((count,), int(swapped))
    response = report[:, int(swapped)]
    epochs = [Epoch("delay", 0, CUE), Epoch("cue", CUE, CUE + 1), Epoch("recall", CUE + 1, STEPS)]
    plane = normal(count, STEPS, 2, seed=seed + 2)
    plane[:, -1] = harmonics(response, 1).float()
    seconds = 0.05 * (torch.arange(1, STEPS + 1).double() - CUE)
    activity = Activity(displays, response, reported, plane, memory, epochs, seconds)
    order = torch.tensor([[0, 1]]).expand(count, -1)
    return Observed(activity, pair_of(activity, order, "conjunctive", seeded(seed)), order)


@pytest.fixture(scope="module")
def found() -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    return decode(planted(900, 1), planted(100, 2, swapped=True), planted(5, 3), True, seeded())


def test_what_was_planted_is_read_perfectly(found):
    measures, _ = found
    assert min(measures["cued_report"]) > 0.97
    assert min(measures["uncued_report"]) > 0.97
    assert min(measures["cued_report_unaided"][CUE:]) > 0.99
    assert min(measures["cued_index"][CUE:]) > 0.99
    assert min(measures["cued_probe"][CUE:]) > 0.99


def test_before_the_cue_nobody_knows_which_item_it_will_be(found):
    measures, _ = found
    assert measures["cued_index"][:CUE] == pytest.approx([0.5] * CUE, abs=0.06)
    # the reports of both items, of which one is cued, are all that can be read without knowing its probe
    assert max(measures["cued_report_unaided"][:CUE]) < 0.8


def test_a_code_that_is_bound_to_probes_reads_the_other_item_and_one_that_is_bound_to_roles_does_not(found):
    measures, _ = found
    assert min(measures["cross_item"][:CUE]) > 0.97
    assert max(measures["cross_item"][CUE:]) < 0.1
    across = measures["cross_temporal"]
    assert across[0][CUE - 1] > 0.97
    assert across[CUE][STEPS - 1] > 0.97
    assert abs(across[0][STEPS - 1]) < 0.3


def test_on_swap_trials_the_reported_item_takes_the_place_of_the_cued_one(found):
    measures, nulls = found
    assert min(measures["cued_report_on_swaps"][:-2]) > 0.97
    assert min(measures["reported_report_on_swaps"][-2:]) > 0.97
    assert measures["reads_reported_on_swaps"] == pytest.approx([0, 0, 0, 0, 1, 1], abs=0.05)
    assert measures["reads_uncued"] == pytest.approx([0] * 6, abs=0.05)
    # reports are at least 44 degrees apart, so that even reading the cued one right has a cosine with the other
    assert measures["reported_report_on_swaps"][:-2] == pytest.approx(nulls["reported_report_on_swaps"][:-2], abs=0.05)
    assert min(measures["cued_index_on_swaps"][CUE:]) > 0.99


def test_too_few_trials_of_a_kind_are_nothing(found):
    measures, nulls = found
    for name, values in (measures | nulls).items():
        assert (values == [None] * STEPS) == name.endswith("_on_guesses")
    assert set(measures) == {*SCORES, "cross_temporal"}
    assert set(nulls) == {*SHUFFLED, "reported_report_on_swaps"}


def test_shuffled_targets_teach_nothing(found):
    _, nulls = found
    for name in ("cued_report", "cued_probe", "cross_item"):
        assert nulls[name] == pytest.approx([0] * STEPS, abs=0.15)
    assert nulls["cued_index"] == pytest.approx([0.5] * STEPS, abs=0.08)


def test_noise_is_at_chance():
    noise, swaps = planted(900, 1), planted(100, 2, swapped=True)
    deaf = []
    for one in (noise, swaps, noise):
        activity = dataclasses.replace(one.activity, memory=normal(len(one), STEPS, NEURONS, seed=9))
        deaf.append(Observed(activity, one.pair, one.order))
    measures, _ = decode(*deaf, True, seeded())
    # sd of a mean cosine of 900 trials is 0.024
    for name in ("cued_report", "cued_report_unaided", "cued_probe"):
        assert measures[name] == pytest.approx([0] * STEPS, abs=0.1)
    assert measures["cued_index"] == pytest.approx([0.5] * STEPS, abs=0.07)
    assert measures["reads_reported_on_swaps"] == pytest.approx([0.5] * STEPS, abs=0.2)
    assert measures["cued_report_with_plane"][-1] > 0.97
    assert abs(measures["cued_report_with_plane"][0]) < 0.1


def test_a_decoder_is_the_ridge_solution():
    """Against the normal equations of the same features, written out for one trial and step."""
    memory, gate, targets = normal(300, 2, 5, seed=1), normal(300, 3, seed=2), normal(300, 1, seed=3)
    decoders = fit(memory, gate, targets)
    centre = memory[:, 1].mean(0)
    variance, axes = torch.linalg.eigh((memory[:, 1] - centre).T @ (memory[:, 1] - centre) / 300)
    seen = torch.cat([(memory[:, 1] - centre) @ axes / variance.sqrt(), torch.ones(300, 1)], 1)
    x = torch.einsum("mj,mk->mjk", gate, seen).flatten(1)
    solution = torch.linalg.solve(x.T @ x + 3.0 * torch.eye(x.shape[1]), x.T @ targets)
    assert torch.allclose(decoders.read(memory, gate)[:, 1], x @ solution, atol=1e-4)
    across = decoders.read_across(memory, gate)
    assert torch.allclose(across[1, :, 1], x @ solution, atol=1e-4)


def test_single_items_leave_nothing_to_analyse():
    subject = Subject(Network(QUICK, seed=1), UniformDisplays((1,)), SwapLaw(kind="none"), 1)
    with pytest.raises(NothingToAnalyse, match="one item at a time"):
        measure(subject)


def test_a_network_that_knows_nothing_leaves_nothing_to_analyse(monkeypatch):
    monkeypatch.setattr(pairs, "TRIALS", 300)
    subject = Subject(Network(QUICK, seed=1), TWO, SwapLaw(), 1)
    with pytest.raises(NothingToAnalyse, match="answers were right"):
        measure(subject)


@pytest.mark.parametrize(("encoding", "width"), [("conjunctive", 8), ("slots", 9), ("index", 1)])
def test_items_are_identified_by_what_the_network_is_shown(encoding, width):
    subject = Subject(Network(QUICK.changed(encoding=encoding), seed=1), TWO, SwapLaw(), 1)
    observed = observe_pairs(subject, 40)
    assert observed.pair.identity.shape == (40, 2, width)
    if encoding != "conjunctive":  # the last code is that of the slot, which items do not share
        assert torch.equal(observed.pair.identity[:, 0, -1], -observed.pair.identity[:, 1, -1])
        first = observed.order[:, 0] == 0
        assert torch.equal(observed.pair.identity[:, 0, -1] > 0, first)


def test_the_other_item_is_the_one_that_was_reported():
    report = torch.tensor([[0.0, 1.0, -2.0]]).double().expand(40, -1)
    displays = Displays(report, report, torch.full((40,), 3))
    reported = torch.tensor([2] * 20 + [0] * 20)
    empty = torch.zeros(40, 1, 2)
    activity = Activity(displays, report.gather(1, reported[:, None])[:, 0], reported, empty, empty, [], torch.zeros(1))
    pair = pair_of(activity, torch.zeros(40, 3, dtype=torch.int64), "conjunctive", seeded())
    assert bool((pair.report[:20, 1] == -2).all())
    assert set(pair.report[20:, 1].tolist()) == {1.0, -2.0}


def test_exchanging_and_flipping():
    pair = Pair(torch.tensor([[0.0, 1.0]]).double(), torch.tensor([[[5.0], [7.0]]]).double())
    assert pair.exchanged().report.tolist() == [[1.0, 0.0]]
    assert pair.exchanged().identity.tolist() == [[[5.0], [7.0]]]
    assert pair.flipped().report.tolist() == [[1.0, 0.0]]
    assert pair.flipped().identity.tolist() == [[[7.0], [5.0]]]


def test_the_example_network_holds_both_items_and_then_the_cued_one(monkeypatch):
    monkeypatch.setattr(pairs, "TRIALS", 1500)
    monkeypatch.setattr(pairs, "BATCHES", 1)
    network = storage.load({path.name: path.read_bytes() for path in EXAMPLE.iterdir() if path.is_file()})
    displays = UniformDisplays((2,), probe_places=8)
    result = measure(Subject(network, displays, SwapLaw(), 3))
    assert json.loads(json.dumps(result.to_json(), allow_nan=False)) == result.to_json()
    time = torch.tensor(result.axes["time"])
    before, after = int((time <= 0).sum()) - 1, int((time <= 0.2).sum()) - 1
    measures = result.measures
    assert measures["cued_report"][before] > 0.95
    assert measures["cross_item"][before] > 0.95
    assert abs(measures["cued_index"][before] - 0.5) < 0.06
    assert measures["cued_index"][after] > 0.9
    assert len(measures["cross_temporal"]) == len(time)
    assert result.detail["trials"]["swap"] > decoding.FEWEST
    assert measures["reads_reported_on_swaps"][before] < 0.15
    assert measures["reads_reported_on_swaps"][-1] > measures["reads_reported_on_swaps"][after] + 0.2
    assert math.isclose(measures["cued_index_on_swaps"][after], measures["cued_index"][after], abs_tol=0.1)
