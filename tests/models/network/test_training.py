import json
import math

import pytest
import torch
from safetensors.torch import load as load_tensors

from models.network import training
from models.network.checkpoint import POSITION, TENSORS, Diverged, WrongCheckpoint
from models.network.config import QUICK, InvalidConfig
from models.network.estimate import estimate
from models.network.optimiser import orthogonalised
from models.network.storage import dump, load
from models.network.training import train
from models.progress import Interrupted
from tests.models.network.conftest import BRIEF

TINY = BRIEF.changed(picture_seconds=0)


class StopAt:
    """A report that interrupts at a step, as a person or a shutdown would."""

    def __init__(self, step):
        self.step, self.seen = step, []

    def __call__(self, progress):
        self.seen.append(progress)
        if progress.point.get("step") == self.step:
            raise Interrupted


def weights(trained):
    return dump(trained.network)["network.safetensors"]


@pytest.fixture(scope="module")
def unbroken(mixed_source):
    return train(TINY, mixed_source, seed=3)


def test_same_seed_same_network_and_another_seed_another(mixed_source, unbroken):
    assert weights(train(TINY, mixed_source, seed=3)) == weights(unbroken)
    assert weights(train(TINY, mixed_source, seed=4)) != weights(unbroken)


@pytest.mark.parametrize("step", [7, 23])
def test_interrupted_and_resumed_is_unbroken_bit_for_bit(step, mixed_source, unbroken):
    saved = []
    with pytest.raises(Interrupted):
        train(TINY, mixed_source, seed=3, report=StopAt(step), save=saved.append)
    assert len(saved) == 1
    assert all(isinstance(content, bytes) for content in saved[0].values())
    resumed = train(TINY, mixed_source, seed=3, resume=saved[0])
    assert weights(resumed) == weights(unbroken)
    assert resumed.curve == unbroken.curve
    assert (resumed.score, resumed.best_step) == (unbroken.score, unbroken.best_step)


def test_checkpoints_come_by_the_clock_and_any_of_them_will_do(mixed_source, unbroken):
    saved = []
    train(TINY.changed(checkpoint_seconds=0), mixed_source, seed=3, save=saved.append)
    assert len(saved) == TINY.steps - 1
    config = TINY.changed(checkpoint_seconds=0)
    assert weights(train(config, mixed_source, seed=3, resume=saved[17])) == weights(unbroken)


def test_a_checkpoint_from_before_there_were_gains_is_gone_on_with(mixed_source):
    """By the training that was planned then; the same plan with today's settings is another training."""
    plain, saved = TINY.changed(time_modulation="additive", swap_power=1.0), []
    with pytest.raises(Interrupted):
        train(plain, mixed_source, seed=3, report=StopAt(2), save=saved.append)
    about = json.loads(saved[0][POSITION])
    del about["config"]["time_modulation"], about["config"]["swap_power"]
    earlier = {**saved[0], POSITION: json.dumps(about).encode()}
    again = train(plain, mixed_source, seed=3, resume=earlier)
    assert weights(again) == weights(train(plain, mixed_source, seed=3))
    with pytest.raises(WrongCheckpoint, match="settings"):
        train(TINY, mixed_source, seed=3, resume=earlier)


def test_a_checkpoint_of_another_training_is_refused(mixed_source):
    saved = []
    with pytest.raises(Interrupted):
        train(TINY, mixed_source, seed=3, report=StopAt(2), save=saved.append)
    with pytest.raises(WrongCheckpoint, match="seed"):
        train(TINY, mixed_source, seed=4, resume=saved[0])
    with pytest.raises(WrongCheckpoint, match="settings"):
        train(TINY.changed(alpha=0.3), mixed_source, seed=3, resume=saved[0])
    with pytest.raises(WrongCheckpoint, match="damaged"):
        train(TINY, mixed_source, seed=3, resume={**saved[0], TENSORS: saved[0][TENSORS][:100]})


class Broken:
    """An objective whose gradient is not a number at some steps."""

    def __init__(self, whole, bad):
        self.whole, self.bad, self.calls = whole, bad, 0

    def floor(self, *arguments):
        return self.whole.floor(*arguments)

    def loss(self, *arguments):
        terms = self.whole.loss(*arguments)
        self.calls += torch.is_grad_enabled()
        if self.bad(self.calls) and torch.is_grad_enabled():
            terms["main"] = terms["main"] * math.nan
        return terms


def test_a_step_without_a_finite_gradient_is_left_out(mixed_source, monkeypatch):
    broken = Broken(training.OBJECTIVES["diffusion"], lambda call: call in (5, 6, 20))
    monkeypatch.setitem(training.OBJECTIVES, "diffusion", broken)
    saved = []
    trained = train(TINY.changed(checkpoint_seconds=0), mixed_source, seed=3, save=saved.append)
    assert all(math.isfinite(point["loss"]) for point in trained.curve)
    for files in saved:
        tensors = load_tensors(files[TENSORS])
        assert all(bool(value.isfinite().all()) for value in tensors.values())


def test_divergence_is_said_and_never_saved(mixed_source, monkeypatch):
    broken = Broken(training.OBJECTIVES["diffusion"], lambda call: call > 10)
    monkeypatch.setitem(training.OBJECTIVES, "diffusion", broken)
    with pytest.raises(Diverged, match="learning rate"):
        train(TINY, mixed_source, seed=3)


def test_weights_that_are_not_finite_do_not_reach_a_checkpoint(mixed_source):
    state = training._Training(TINY, mixed_source, [3], "cpu")
    state.optimiser.weights[0].data[0, 0] = math.inf
    with pytest.raises(Diverged, match="step 0"):
        state._checkpoint()


def test_progress_says_what_a_page_shows(mixed_source):
    watcher = StopAt(-1)
    trained = train(TINY, mixed_source, seed=3, report=watcher)
    pictures = [progress.picture for progress in watcher.seen if progress.picture]
    shown = pictures[-1]["displays"]
    assert 4 <= len(shown) <= 6
    assert {display["set_size"] for display in shown} == {1, 2, 4, 6}
    for display in shown:
        assert len(display["report"]) == len(display["probe"]) == display["set_size"]
        step = 2 * math.pi / len(display["angles"])
        assert sum(display["target"]) * step == pytest.approx(1, abs=1e-3)
    json.dumps(pictures, allow_nan=False)
    points = [progress.point for progress in watcher.seen if "loss" in progress.point]
    assert {"step", "loss", "floor", "learning_rate", "swap_weight"} <= set(points[-1])
    assert any("swap_rate" in progress.point for progress in watcher.seen)
    assert watcher.seen[-1].fraction == 1
    assert all(progress.seconds_left is not None and progress.seconds_left >= 0 for progress in watcher.seen)
    json.dumps(trained.summary(), allow_nan=False)
    assert load(dump(trained.network, trained.summary())).config == TINY


def test_orthogonalised_updates(generator):
    for shape in ((20, 50), (50, 20)):
        matrix = torch.randn(*shape, generator=generator)
        values = torch.linalg.svdvals(orthogonalised(matrix))
        assert float(values.max()) < 1.3
        assert float(values.min()) > 0.3
        assert float((orthogonalised(matrix) * matrix).sum()) > 0


def test_the_cost_is_known_before_a_training_starts():
    cost = estimate(QUICK, device="cpu")
    assert cost.device == "cpu"
    assert 0.0005 < cost.seconds_per_step < 2
    assert cost.seconds == pytest.approx(cost.seconds_per_step * QUICK.steps)


def test_an_objective_that_does_not_exist_is_refused(mixed_source):
    with pytest.raises(InvalidConfig, match="mean_matching"):
        train(TINY.changed(objective="telepathy"), mixed_source, seed=1)
