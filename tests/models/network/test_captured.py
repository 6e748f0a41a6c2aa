"""A training step as one recorded graph: what the step must be for that, and when it is recorded and replayed.

Without a GPU nothing can be recorded. A stand-in then runs the recorded step again, and tensors of the device "meta",
which have no contents, fail where the step asks for some or mixes them with tensors from elsewhere.
"""

import warnings

import pytest
import torch

from models.network import captured
from models.network.captured import CapturedStep
from models.network.optimiser import Optimiser
from models.network.training import _Training
from tests.models.network.conftest import BRIEF

CPU, EMPTY = torch.device("cpu"), torch.device("meta")
TINY = BRIEF.changed(delay_steps=[1, 3], neurons=16, hidden=40, branches=3, leaves=3, without_swaps=0.2)
SEEDS = [3, 8]
CASES = [
    {},
    {"curriculum": "measured", "optimiser": "adam"},
    {"cell": "dendritic", "target": "sampled"},
    {"cell": "gru", "objective": "mean_matching"},
    {"encoding": "slots", "objective": "task_optimal"},
    {"encoding": "index", "objective": "moment_matching", "samples_per_display": 16},
]


class Tape:
    """Records work by keeping it; a replay runs it again."""

    def __init__(self, fault=None):
        self.fault, self.done = fault, []

    def aside(self, work):
        self.done.append("aside")
        work()

    def record(self, work):
        self.done.append("record")
        if self.fault:
            raise self.fault

        def replay():
            self.done.append("replay")
            work()

        return replay


class Sum:
    """A step that adds its inputs to a sum, multiplied by its kind."""

    def __init__(self, recorder):
        self.total = torch.zeros(3)
        self.places = set()
        self.step = CapturedStep(self.add, CPU, recorder)

    def add(self, kind, inputs):
        self.places.add(tuple(value.data_ptr() for value in inputs))
        for value in inputs:
            self.total += kind * value


def test_each_kind_is_run_once_recorded_once_and_replayed_with_new_inputs():
    tape = Tape()
    sums = Sum(tape)
    constant = torch.ones(3)
    for kind, value in ((1, 10.0), (2, 20.0), (1, 30.0), (1, 40.0), (2, 50.0)):
        sums.step(kind, [constant, torch.full((3,), value)])
    assert tape.done == ["aside", "aside", "record", "replay", "replay", "record", "replay"]
    assert sums.total.tolist() == [11 + 42 + 31 + 41 + 102] * 3
    assert len(sums.places) == 1  # recorded steps look at one place
    assert constant.data_ptr() not in next(iter(sums.places))


def test_inputs_of_another_shape_are_not_fed_to_what_was_recorded():
    tape = Tape()
    sums = Sum(tape)
    for value in (torch.ones(3), torch.ones(3), torch.ones(1), torch.ones(1), torch.ones(1)):
        sums.step(1, [value])
    assert tape.done == ["aside", "record", "replay", "aside", "record", "replay", "replay"]
    assert sums.total.tolist() == [5.0] * 3


def test_no_more_than_so_many_kinds_are_recorded(monkeypatch):
    monkeypatch.setattr(captured, "MOST", 2)
    tape = Tape()
    sums = Sum(tape)
    for _ in range(3):
        for kind in (1, 2, 3):
            sums.step(kind, [torch.ones(3)])
    assert tape.done.count("record") == 2
    assert sums.total.tolist() == [18.0] * 3


def test_a_step_that_cannot_be_recorded_is_run_as_it_is_and_says_so_once():
    fault = RuntimeError("ending failed")
    fault.__context__ = RuntimeError("operation not permitted when stream is capturing")
    tape = Tape(fault)
    sums = Sum(tape)
    sums.step(1, [torch.ones(3)])
    with pytest.warns(RuntimeWarning, match="not permitted when stream is capturing"):
        sums.step(1, [torch.ones(3)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in (1, 2, 2):
            sums.step(kind, [torch.ones(3)])
    assert tape.done == ["aside", "record"]
    assert sums.total.tolist() == [7.0] * 3


def test_other_faults_are_not_hidden():
    sums = Sum(Tape(ZeroDivisionError()))
    sums.step(1, [torch.ones(3)])
    with pytest.raises(ZeroDivisionError):
        sums.step(1, [torch.ones(3)])


@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(map(str, changes.values())) or "default")
def test_a_step_asks_the_device_for_nothing_and_brings_nothing_from_elsewhere(changes, mixed_source):
    training = _Training(TINY.changed(**changes), mixed_source, SEEDS, "cpu")
    pool = [value.to(EMPTY) for value in training.pool.at(0).tensors()]
    training.network, training.losses, training.device = training.network.to(EMPTY), training.losses.to(EMPTY), EMPTY
    training.optimiser = Optimiser(training.network, training.config)
    swaps, alone, factors = torch.zeros(2), torch.zeros(2, dtype=torch.bool), torch.zeros(4)
    training._replayable(2, [*pool, *(value.to(EMPTY) for value in (swaps, alone, factors))])


def test_questions_and_tensors_from_elsewhere_would_be_noticed():
    empty = torch.zeros(2, device=EMPTY)
    for mistake in (
        lambda: bool(empty.any()),
        lambda: empty + torch.zeros(2),
        lambda: empty.cpu(),
        lambda: empty[0].item(),
    ):
        with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
            mistake()


@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(map(str, changes.values())) or "default")
def test_a_recorded_training_is_the_plain_one(changes, mixed_source):
    """On a CPU the two differ by the rounding of rates to float32, which 20 steps make larger."""
    plain, recorded = (_Training(TINY.changed(**changes), mixed_source, SEEDS, "cpu") for _ in range(2))
    assert plain.captured is None
    tape = Tape()
    recorded.captured = CapturedStep(recorded._replayable, CPU, tape)
    for step in range(20):
        plain._step(step)
        recorded._step(step)
    assert tape.done.count("record") == 3
    assert tape.done.count("replay") == 17
    for name, value in plain.optimiser.tensors().items():
        assert torch.allclose(value, recorded.optimiser.tensors()[name], rtol=1e-3, atol=1e-4), name
    assert torch.allclose(plain.losses, recorded.losses, rtol=1e-4)
    for one, other in zip(plain.generators, recorded.generators, strict=True):
        assert torch.equal(one.get_state(), other.get_state())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(map(str, changes.values())) or "default")
def test_a_captured_training_on_a_gpu_is_the_plain_one(changes, mixed_source):
    plain, recorded = (_Training(TINY.changed(**changes), mixed_source, SEEDS, "cuda") for _ in range(2))
    plain.captured = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a capture that fails warns
        for step in range(20):
            plain._step(step)
            recorded._step(step)
    for name, value in plain.optimiser.tensors().items():
        assert torch.allclose(value, recorded.optimiser.tensors()[name], rtol=1e-3, atol=1e-4), name
    assert torch.allclose(plain.losses, recorded.losses, rtol=1e-4)
    for one, other in zip(plain.generators, recorded.generators, strict=True):
        assert torch.equal(one.get_state(), other.get_state())
