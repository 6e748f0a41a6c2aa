"""A training that is interrupted, at any moment, ends as if it never had been."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load as load_tensors

from models.progress import Interrupted
from tests.worker.kinds.conftest import Bench, law_request
from worker.kinds import checkpoints

OFTEN = {"checkpoint_seconds": 0.0, "picture_seconds": 0.0}


def test_the_latest_one_is_loaded(tmp_path: Path) -> None:
    assert checkpoints.load(tmp_path) is None
    for number in range(3):
        checkpoints.save(tmp_path, {"a": b"%d" % number, "b": b"x"})
    assert checkpoints.load(tmp_path) == {"a": b"2", "b": b"x"}
    assert len(list(tmp_path.iterdir())) == 2, "earlier ones are cleared away"


@pytest.mark.parametrize("at", range(1, 12))
def test_a_crash_at_any_moment_leaves_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    checkpoints.save(tmp_path, {"a": b"old", "b": b"old"})
    calls = 0

    def crash(*_: object, real: object = None) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt

    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def step(*given: object, real: object = real) -> object:
            crash()
            done = real(*given)  # type: ignore[operator]
            crash()
            return done

        monkeypatch.setattr(os, name, step)
    with contextlib.suppress(KeyboardInterrupt):
        checkpoints.save(tmp_path, {"a": b"new", "b": b"new"})
    monkeypatch.undo()
    assert checkpoints.load(tmp_path) in ({"a": b"old", "b": b"old"}, {"a": b"new", "b": b"new"})
    checkpoints.save(tmp_path, {"a": b"newer"})
    assert checkpoints.load(tmp_path) == {"a": b"newer"}


@pytest.mark.parametrize("pointer", [b"", b"..", b"\xff\xfe", b"0" * 32, b"/etc"])
def test_a_damaged_pointer_is_no_checkpoint(tmp_path: Path, pointer: bytes) -> None:
    checkpoints.save(tmp_path, {"a": b"1"})
    (tmp_path / "current").write_bytes(pointer)
    assert checkpoints.load(tmp_path) is None


def weights(bench: Bench, id: str) -> dict[str, torch.Tensor]:
    return load_tensors(bench.store.artifacts.read("network", id, "network.safetensors"))


def test_interrupted_twice_is_the_same_as_never(bench: Bench) -> None:
    whole = bench.network(law_request(**OFTEN), job="whole")
    id = bench.row("network", objective="diffusion", request=law_request(**OFTEN))
    for looks in (6, 12):
        left = iter(range(looks))
        with pytest.raises(Interrupted):
            bench.do(
                "train", law_request(**OFTEN), id, job="broken", interrupted=lambda left=left: next(left, None) is None
            )
        assert checkpoints.load(bench.store.settings.checkpoint("broken"))
    bench.do("train", law_request(**OFTEN), id, job="broken")
    first, second = weights(bench, whole), weights(bench, id)
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(first[name], second[name], rtol=1e-5, atol=1e-6)
    curves = [
        bench.store.artifacts.read_json("network", one, "result.json")["training"]["curve"] for one in (whole, id)
    ]
    assert [point["step"] for point in curves[0]] == [point["step"] for point in curves[1]]


def test_a_damaged_checkpoint_costs_time_and_no_job(bench: Bench) -> None:
    folder = bench.store.settings.checkpoint("j")
    folder.mkdir(parents=True)
    checkpoints.save(folder, {"checkpoint.safetensors": b"half", "checkpoint.json": b"{"})
    id = bench.network(law_request(), job="j")
    assert bench.store.artifacts.exists("network", id)


def test_an_upgrade_of_the_budgets_restarts_no_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    id = bench.row("network", objective="diffusion", request=law_request(**OFTEN))
    left = iter(range(10))
    with pytest.raises(Interrupted):
        bench.do("train", law_request(**OFTEN), id, interrupted=lambda: next(left, None) is None)
    from models.network import config

    monkeypatch.setitem(config.BUDGETS, "quick", config.FULL)
    bench.sent.clear()
    bench.do("train", law_request(**OFTEN), id)
    steps = [message["point"]["step"] for message in bench.sent if message.get("point")]
    assert min(steps) > 1, "it goes on from its checkpoint"
    assert bench.store.artifacts.read_json("network", id, "result.json")["config"]["neurons"] == 8
