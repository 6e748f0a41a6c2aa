"""An ensemble on several cores: its members in groups, each one batched computation in a process of its own.

Threads that share out single products wait for each other some hundred times a step; where another process holds one of
the cores, a step takes a hundred times as long. Groups meet at the end only.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from typing import Any

from models.network.checkpoint import POSITION, WrongCheckpoint
from models.network.config import TrainConfig
from models.network.device import best_device, idle_cores
from models.network.targets import Source
from models.network.trained import TrainedNetwork
from models.network.training import Save, train_ensemble
from models.progress import Interrupted, Progress, Report, silent

Files = Mapping[str, bytes]
Points = dict[float, dict[int, Mapping[str, float]]]
"""Of the curve, by step and number of the group."""

GROUPS, POINTS, GONE = "groups.json", "points.json", 137
WORTH = 1000
"""Training steps from which on it is worth the few seconds that a process takes to start."""
_AVERAGED = ("loss", "floor", "learning_rate", "swap_weight", "energy")


class ProcessGone(RuntimeError):
    """A process of the training was killed from outside, perhaps for want of memory; checkpoints are sound."""


def group_sizes(config: TrainConfig, members: int) -> list[int]:
    """How many members each group has now: as many groups as there are idle cores for, of sizes as even as can be."""
    alone = members < 2 or config.steps < WORTH or config.threads == 0 or best_device().type != "cpu"
    count = 1 if alone else max(1, min(members, idle_cores() // config.threads))
    ends = [round(members * group / count) for group in range(count + 1)]
    return sorted((end - start for start, end in pairwise(ends)), reverse=True)


def train_side_by_side(
    config: TrainConfig,
    source: Source,
    seeds: Sequence[int],
    report: Report = silent,
    save: Save | None = None,
    resume: Files | None = None,
    sizes: Sequence[int] | None = None,
) -> list[TrainedNetwork]:
    """Train one network for every seed; each becomes what it would be alone.

    Args:
        config, source, seeds, report, save: as of ``train_ensemble``, and so is what is raised.
        resume: files of a checkpoint of the same training, to go on from with the same groups.
        sizes: of the groups; None is as ``group_sizes`` has them.

    Raises:
        ProcessGone: if a process was killed from outside.
    """
    groups = _known_groups(resume, seeds)
    if groups is None and resume is None and len(set(seeds)) == len(seeds):
        groups = _split(seeds, group_sizes(config, len(seeds)) if sizes is None else sizes)
    if groups is None or len(groups) == 1:
        return train_ensemble(config, source, seeds, report, save, resume)
    before = [_files_of(group, resume) for group in range(len(groups))]
    with ExitStack() as ends:
        lines = [_started(ends) for _ in groups]
        for line, group, files in zip(lines, groups, before, strict=True):
            _say(line, pickle.dumps((config, source, group, files)))
        together = _Together([len(group) for group in groups], [_steps_done(files) for files in before], config, report)
        together.waiting = _points_of(resume)
        found = _Groups(lines, groups, together, save, before).results()
    by_seed = {network.seed: network for network in found}
    return [by_seed[seed] for seed in seeds]


def _split(seeds: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    left = iter(seeds)
    return [[next(left) for _ in range(size)] for size in sizes]


def _known_groups(resume: Files | None, seeds: Sequence[int]) -> list[list[int]] | None:
    """The groups that a checkpoint was written by; None for one of a training in one computation, or for none."""
    if resume is None or GROUPS not in resume:
        return None
    try:
        groups: list[list[int]] = json.loads(resume[GROUPS])
        known = [seed for group in groups for seed in group]
    except (ValueError, TypeError) as error:
        raise WrongCheckpoint(f"The checkpoint is damaged: {error}") from error
    if known != list(seeds):
        raise WrongCheckpoint("The checkpoint belongs to a training with other seeds.")
    return groups


def _files_of(group: int, files: Files | None) -> dict[str, bytes] | None:
    """The checkpoint of a group among those of all; None if it had written none."""
    mark = f"{group}."
    return {name.removeprefix(mark): data for name, data in (files or {}).items() if name.startswith(mark)} or None


def _steps_done(files: Files | None) -> int:
    """How far a group's checkpoint is; what is damaged about it is said by the group itself."""
    try:
        return int(json.loads((files or {})[POSITION])["position"]["step"])
    except (KeyError, ValueError, TypeError):
        return 0


def _points_of(files: Files | None) -> Points:
    """Points of the curve that some groups had told when the checkpoint was written, and others had not."""
    try:
        told = json.loads((files or {})[POINTS])
        return {float(step): {int(group): point for group, point in there.items()} for step, there in told.items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _started(ends: ExitStack) -> Connection:
    """A line to a new process that waits for its work; the process does not outlive ``ends``."""
    context = multiprocessing.get_context("spawn")  # forking a process with threads and torch can hang
    here, there = context.Pipe()
    process = context.Process(target=_train_group, args=(there,), daemon=True)
    process.start()
    there.close()
    ends.callback(here.close)
    ends.callback(process.join)
    ends.callback(process.kill)
    return here


def _train_group(line: Connection) -> None:
    """Train what comes down the line first; whatever comes after it stops the training, and so does its end."""

    def report(progress: Progress) -> None:
        _send(line, "progress", progress)
        if line.poll():
            raise Interrupted

    def save(files: Files) -> None:
        _send(line, "checkpoint", files)

    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(BrokenPipeError, EOFError):
        try:
            config, source, seeds, resume = pickle.loads(line.recv_bytes())
            _send(line, "done", train_ensemble(config, source, seeds, report, save, resume))
        except Interrupted:
            _send(line, "stopped", None)
        except (BrokenPipeError, EOFError):
            raise
        except Exception as error:  # to be raised where the training was asked for
            _send(line, "failed", _portable(error))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(GONE)


def _portable(error: Exception) -> Exception:
    """The error with its traceback as a note, or its words where the other process could not have it itself."""
    error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
    return error


def _say(line: Connection, words: bytes) -> None:
    """Send it, unless the process is gone: that is heard where its answer is waited for."""
    with suppress(OSError):
        line.send_bytes(words)


def _send(line: Connection, kind: str, said: Any) -> None:  # noqa: ANN401 (anything that can be pickled)
    line.send_bytes(pickle.dumps((kind, said)))  # a Connection's own way of sending keeps tensors in shared memory


class _Groups:
    """What the processes of a training say, put together."""

    def __init__(
        self,
        lines: Sequence[Connection],
        groups: Sequence[Sequence[int]],
        together: _Together,
        save: Save | None,
        before: Sequence[Files | None],
    ) -> None:
        self._number = {line: number for number, line in enumerate(lines)}
        self._groups, self._save = groups, save
        self._files: dict[int, Files] = {number: files for number, files in enumerate(before) if files}
        self._together = together
        self._stop: Interrupted | None = None

    def results(self) -> list[TrainedNetwork]:
        """The networks of all groups.

        Raises:
            Interrupted: passed on from ``report`` when all groups have saved where they are.
            ProcessGone: if a process was killed.
            Exception: what any of them raised.
        """
        found: list[TrainedNetwork] = []
        doing = set(self._number)
        while doing:
            for line in wait(doing):
                assert isinstance(line, Connection)
                kind, said = _heard(line)
                if kind in ("done", "stopped"):
                    doing.remove(line)
                    found += said or []
                self._take_in(line, kind, said, doing)
        if self._stop is not None:
            raise self._stop
        return found

    def _take_in(self, line: Connection, kind: str, said: Any, doing: set[Connection]) -> None:  # noqa: ANN401
        number = self._number[line]
        if kind == "failed":
            raise said
        if kind == "checkpoint" and self._save is not None:
            self._files[number] = said
            self._save(self._checkpoint())
        if kind == "progress" and self._stop is not None:
            self._together.note(number, said)
        elif kind in ("progress", "done") and self._stop is None:
            try:
                if kind == "progress":
                    self._together.hear(number, said)
                else:
                    self._together.end(number)
            except Interrupted as stop:
                self._stop = stop
                for other in doing:
                    _say(other, b"stop")

    def _checkpoint(self) -> dict[str, bytes]:
        parts = {f"{number}.{name}": data for number, files in self._files.items() for name, data in files.items()}
        points = json.dumps(self._together.waiting).encode()
        return {GROUPS: json.dumps(self._groups).encode(), POINTS: points, **parts}


def _heard(line: Connection) -> tuple[str, Any]:
    try:
        kind, said = pickle.loads(line.recv_bytes())
    except (EOFError, OSError):
        raise ProcessGone("A process of the training was ended from outside, perhaps for want of memory.") from None
    return kind, said


class _Together:
    """One report of all groups: the first one's pictures, and the mean of all at each point of the curve.

    Attributes:
        waiting: points that some groups have told, and others have not.
    """

    def __init__(self, sizes: Sequence[int], done: Sequence[int], config: TrainConfig, report: Report) -> None:
        self.waiting: Points = {}
        self._sizes, self._report = sizes, report
        self._latest = [Progress(steps / config.steps, "starting") for steps in done]
        self._passed = [float(steps) for steps in done]  # what a group has told, or had before the checkpoint
        self._ended: set[int] = set()

    def note(self, group: int, progress: Progress) -> None:
        """Take in what a group says, without passing it on."""
        self._latest[group] = progress
        if "loss" in progress.point:
            step = progress.point["step"]
            self.waiting.setdefault(step, {})[group] = progress.point
            self._passed[group] = max(step, self._passed[group])

    def hear(self, group: int, progress: Progress) -> None:
        """Take in what a group says, and pass it on: a point once all are there; pictures are the first group's."""
        self.note(group, progress)
        others = {} if group or "loss" in progress.point else progress.point
        self._tell(others, progress.picture if group == 0 else None)

    def end(self, group: int) -> None:
        """Pass on the points that waited for nobody but this group, which has no more."""
        self._ended.add(group)
        self._tell({}, None)

    def _tell(self, point: Mapping[str, float], picture: Mapping[str, Any] | None) -> None:
        fraction = sum(s * one.fraction for s, one in zip(self._sizes, self._latest, strict=True)) / sum(self._sizes)
        slowest = min(self._latest, key=lambda one: one.fraction)
        complete = [step for step in sorted(self.waiting) if self._is_complete(step)]
        for one in [self._mean(step) for step in complete] or [point]:
            self._report(Progress(fraction, slowest.message, one, picture, slowest.seconds_left))

    def _is_complete(self, step: float) -> bool:
        """Whether all groups have told their point, but those that ended before it.

        A group that was past it at the checkpoint will not tell it again: all had told it then, and it is known.
        """
        there = self.waiting[step]
        groups = range(len(self._sizes))
        return all(number in there or (number in self._ended and self._passed[number] < step) for number in groups)

    def _mean(self, step: float) -> Mapping[str, float]:
        there = self.waiting.pop(step)
        members = sum(self._sizes[number] for number in there)
        mean = {
            name: sum(self._sizes[number] * one[name] for number, one in there.items()) / members
            for name in _AVERAGED
            if all(name in one for one in there.values())
        }
        low = min(one.get("loss_low", one["loss"]) for one in there.values())
        high = max(one.get("loss_high", one["loss"]) for one in there.values())
        return {"step": step, **there.get(0, {}), **mean, "loss_low": low, "loss_high": high}
