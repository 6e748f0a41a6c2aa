"""Recorded responses as a source: what is learned from is what people did."""

import math

import pytest
import torch

from models.circular import wrap
from models.network.config import QUICK
from models.network.recorded import AnsweredDisplays, RecordedDisplays, RecordedResponses, recorded_source
from models.network.swap_laws import SwapLaw
from models.network.targets import draw, grid
from models.network.training import train
from models.trials import Trials

LAW = SwapLaw(kind="flat", correct=0.7, emission="von_mises", concentration=20.0)


@pytest.fixture(scope="module")
def trials(two_items):
    generator = torch.Generator().manual_seed(3)
    displays = two_items.sample(3000, generator)
    return Trials.build(displays, LAW.sample(displays, generator))


def test_trials_are_turned_as_a_whole(trials, generator):
    shown = RecordedDisplays(trials).sample(500, generator)
    known = {tuple(row) for row in trials.error.mul(1e6).round().tolist()}
    found = wrap(shown.response[:, None] - shown.report).mul(1e6).round().tolist()
    close = sum(tuple(row) in known for row in found)
    assert close > 450, "but for rounding, errors to all items are those of a recorded trial"
    assert float(wrap(shown.report[:, 0]).abs().mean()) == pytest.approx(math.pi / 2, abs=0.15)


def test_a_table_holds_the_one_response_and_the_model_where_none_is_known(trials, generator):
    source = recorded_source(trials, LAW)
    batch = draw(source, QUICK, 64, seed=1, number=1)
    assert torch.allclose(batch.probability.max(1).values, torch.ones(64))
    assert float(batch.plain.max()) < 0.5, "without swaps there is no response to go by, and the model is asked"
    plain = two = RecordedDisplays(trials).sample(4, generator)
    bare = type(trials.displays)(plain.report, plain.probe, plain.set_size)
    law = RecordedResponses(LAW)
    assert torch.equal(law.density(bare, grid(90)), LAW.density(bare, grid(90)))
    assert torch.equal(law.sample(two, generator), two.response)
    drawn = batch.sample_angles(20, generator)
    centre = batch.angles[batch.probability.argmax(1)]
    assert float(wrap(drawn - centre[:, None]).abs().max()) <= math.pi / 90 + 1e-5


def test_over_all_trials_the_table_is_the_law_that_made_them(trials, generator):
    """Swaps: 30 %, counted on tables of single responses."""
    source = recorded_source(trials, LAW)
    batch = draw(source, QUICK, 8000, seed=1, number=1)
    response = batch.angles[batch.probability.argmax(1)]
    errors = wrap(response[:, None] - batch.shown.report).abs()
    assert float((errors.argmin(1) == 1).float().mean()) == pytest.approx(0.3, abs=0.04)


def test_trials_kept_aside_are_never_learned_from(trials):
    source = recorded_source(trials, LAW, seed=1)
    aside, learned = source.kept_aside.trials, source.displays.trials
    assert len(aside) + len(learned) == len(trials)
    assert len(aside) == pytest.approx(300, abs=5)
    assert not set(aside.row.tolist()) & set(learned.row.tolist())


def test_rows_keep_their_responses(trials, generator):
    shown = RecordedDisplays(trials).sample(6, generator)
    some = shown.select(torch.tensor([4, 1]))
    assert isinstance(some, AnsweredDisplays)
    assert torch.equal(some.response, shown.response[[4, 1]])


def test_a_network_can_be_trained_on_them(trials):
    config = QUICK.changed(target="sampled", steps=60, held_out=32, evaluations=3)
    trained = train(config, recorded_source(trials, LAW), seed=1, device="cpu")
    assert math.isfinite(trained.score)
    assert max(trained.picture["displays"][0]["target"]) < 5, "beside it stands the model, not single responses"
