"""What a network's memory rests on: slow and fixed points of the delay, the cue and recall, and what they hold.

A memory can be kept by attractors (a point for everything that is remembered, near where activity is) or on the way (a
transient that decays, or turns, slowly enough). Points alone do not tell: they must hold the items. So every point that
a state leads to is read out by the network itself: it goes on from there without noise, and its answer is compared
with the display that the state came from. The same from the state itself says what there was to be held, and with
other displays what chance is. Method of the search: ``models.analysis.slow_points``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.frozen import Frozen, in_delay, in_recall, recalled, under_cue
from models.analysis.plane_attractors import attractors
from models.analysis.slow_points import EPOCHS, SlowPoints, cloud_size, find
from models.analysis.subject import Result, Subject
from models.analysis.turned import TURNS, Turned, own_share, ring_share, turned_runs
from models.circular import distance
from models.progress import Progress, Report, silent

WAITING = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)  # seconds
COURSE = 7  # steps of recall at which the plane is looked at
COURSE_TURNS = 4  # turns of each display there
LEAST_HELD = 0.1  # radians better than chance that states must be, or there is nothing to be held
DIGITS = 4  # of coordinates in the detail


@torch.no_grad()
def measure(subject: Subject, report: Report = silent) -> Result:
    """Slow and fixed points of a network from where it is in the delay, under the cue and in recall.

    Displays have ``subject.pair_size()`` items, or one where there are never more. The dynamics are noise-free; input
    and time signal are held as they are at the end of the delay and of the cue, and at three quarters of recall.
    Lengths are in *sizes*: rms distance of the states at that moment from their mean. A direction is lasting where more
    than 1/e of a displacement is left after a second.

    Returns:
        A result with

        - axes: ``epochs`` (E,) delay, cue, recall; ``waiting`` (W,) seconds; ``recall`` (K,) seconds from cue onset.
        - measures by epoch (E,): ``count`` of different points; ``fixed_share``, ``slow_share`` of the states that lead
          to a fixed point, to one that is slow only; ``slowest_speed`` and ``point_speed`` (sizes per second, slowest
          and median point; None without points), ``start_speed`` (median, where the network is); ``moved`` (sizes,
          median from the states to their points); ``stable_share`` of the points; ``unstable_directions``,
          ``lasting_directions``, means over points; ``held_error``, radians, mean distance of what the network answers
          from the points and the items (delay: every item cued in turn; cue: the cued item; recall: the nearest item);
          ``start_error``, the same from the states; ``held_share``, which part of what the states hold beyond chance
          the points hold (1 all, 0 none; None where the states hold nothing); ``own_point``, how many of the turns of a
          display lead to points of their own (0 all to one, 1 each to another); ``ring``, share of the variance of
          where they lead that lies on a closed curve of two harmonics of the turn (0 by chance; a continuum of points
          is a ring only where both are near 1); ``start_ring``, the same of the states.
        - measures by waiting (W,): ``error_after``, radians, as ``start_error`` of the delay when the noise-free delay
          goes on for longer; ``half_life``, seconds until half of what was held is lost, None beyond the last.
        - measures by recall (K,): ``answers``, mean number of attractors of the behaviour plane, memory held;
          ``cued_answer``, ``other_answer``, shares of runs where the cued item, another item is one.
        - nulls: ``held_error`` (E,) against the items of other displays; ``error_after`` (W,) likewise.
        - detail: by epoch ``points``, ``starts`` (three principal axes of both), ``speed``, ``fixed``, ``stable``,
          ``unstable``, ``held`` (radians, what the network answers from each point, with the cue of the first run
          that led there); ``reached`` (number of a start's point, -1), ``report`` (radians, the cued item of each
          start); ``size``; ``explained`` by each axis.
    """
    runs = turned_runs(subject)
    found, columns = {}, []
    for number, epoch in enumerate(EPOCHS):
        report(Progress(number / 4, f"Looking for slow points of the {epoch}"))
        dynamics, group = _dynamics(runs, epoch)
        start = runs.at(epoch)
        found[epoch] = find(epoch, dynamics, start, cloud_size(start), runs.step_seconds, group)
        speed = (dynamics.step(start) - start).norm(dim=1) / (found[epoch].size * runs.step_seconds)
        columns.append({"start_speed": _median(speed), **_numbers(runs, found[epoch], subject.generator(1))})
    report(Progress(0.75, "Looking for the answers that recall is drawn to"))
    seconds, course = _course(runs)
    held_null = [one.pop("held_null") for one in columns]
    after, after_null = _after_waiting(runs, subject.generator(2))
    measures: dict[str, Any] = {name: [one[name] for one in columns] for name in columns[0]}
    measures |= {"error_after": after, "half_life": half_life(WAITING, after, sum(after_null) / len(after_null))}
    return Result(
        axes={"epochs": list(EPOCHS), "waiting": list(WAITING), "recall": seconds},
        measures=measures | course,
        nulls={"held_error": held_null, "error_after": after_null},
        detail={epoch: _detail(runs, found[epoch]) for epoch in EPOCHS},
    )


def _dynamics(runs: Turned, epoch: str) -> tuple[Frozen, Tensor | None]:
    """What is held still at the end of an epoch, and which runs have the same input (None: all)."""
    if epoch == "cue":
        dynamics = under_cue(runs.network, runs.shown())
        return dynamics, torch.arange(len(runs.displays)) // TURNS  # the turns of a display share their cue
    return (in_delay(runs.network) if epoch == "delay" else in_recall(runs.network)), None


def _numbers(runs: Turned, found: SlowPoints, generator: torch.Generator) -> dict[str, Any]:
    """The measures of one epoch, and ``held_null``, the held error against other displays."""
    start, there = runs.at(found.epoch), found.reached >= 0
    ends = start.clone()
    ends[there] = found.states[found.reached[there]]
    fixed = torch.zeros_like(there)
    fixed[there] = found.fixed[found.reached[there]]
    held, null = _errors(runs, found.epoch, ends, generator)
    before, chance = (float(one.mean()) for one in _errors(runs, found.epoch, start, generator))
    held_error = _mean(held[there])
    share = None
    if held_error is not None and chance - before > LEAST_HELD:
        share = (chance - held_error) / (chance - before)
    return {
        "count": len(found),
        "fixed_share": float(fixed.double().mean()),
        "slow_share": float((there & ~fixed).double().mean()),
        "slowest_speed": float(found.speed.min()) if len(found) else None,
        "point_speed": _median(found.speed),
        "moved": _median(found.moved[there]),
        "stable_share": _mean(found.stable),
        "unstable_directions": _mean(found.unstable),
        "lasting_directions": _mean(found.lasting(1 / runs.step_seconds)),
        "held_error": held_error,
        "held_null": _mean(null[there]),
        "start_error": before,
        "held_share": share,
        "own_point": own_share(found.reached),
        "ring": ring_share(ends[:, 2:], there),
        "start_ring": ring_share(start[:, 2:], torch.ones_like(there)),
    }


def _errors(runs: Turned, epoch: str, states: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """``(M,)`` distances (radians) of what is answered from states to what was shown, and to other displays.

    Every item is cued in turn after the delay, the cued item counts after the cue, and the nearest after recall.
    """
    report = runs.displays.report
    other = report[torch.randperm(len(report), generator=generator)]
    if epoch == "delay":
        items = range(runs.displays.items)
        answers = torch.stack([recalled(runs.network, runs.shown(item), states, epoch) for item in items], 1)
        return distance(answers, report).mean(1), distance(answers, other).mean(1)
    answer = recalled(runs.network, runs.shown(), states, epoch)[:, None]
    if epoch == "cue":
        return distance(answer, report[:, :1])[:, 0], distance(answer, other[:, :1])[:, 0]
    return distance(answer, report).amin(1), distance(answer, other).amin(1)


def half_life(seconds: Sequence[float], errors: Sequence[float], chance: float) -> float | None:
    """When the error has come half way from its first value to chance, by linear interpolation; None if it never has.

    Args:
        seconds: ascending times, 0 first.
        errors: at these times.
        chance: what the error is when nothing is held.
    """
    half = (errors[0] + chance) / 2
    if errors[0] >= chance:
        return None
    for place in range(1, len(errors)):
        before, after = errors[place - 1], errors[place]
        if after >= half:
            return seconds[place - 1] + (half - before) / (after - before) * (seconds[place] - seconds[place - 1])
    return None


def _after_waiting(runs: Turned, generator: torch.Generator) -> tuple[list[float], list[float]]:
    """Errors when the delay goes on, and the same against other displays."""
    dynamics, state = in_delay(runs.network), runs.at("delay")
    errors, nulls, waited = [], [], 0
    for seconds in WAITING:
        steps = round(seconds / runs.step_seconds) - waited
        if steps > 0:
            state, waited = dynamics.run(state, steps)[-1], waited + steps
        error, null = _errors(runs, "delay", state, generator)
        errors.append(float(error.mean()))
        nulls.append(float(null.mean()))
    return errors, nulls


def _course(runs: Turned) -> tuple[list[float], dict[str, Any]]:
    """Seconds from cue onset, and the measures of the answers that recall is drawn to."""
    epochs = {one.name: one for one in runs.epochs}
    recall, cue = epochs["recall"], epochs["cue"]
    rows = torch.arange(0, len(runs.displays), TURNS // COURSE_TURNS)
    shown = runs.displays.select(rows)
    names = ("answers", "cued_answer", "other_answer")
    seconds: list[float] = []
    columns: list[tuple[float | None, ...]] = []
    for step in torch.linspace(0, recall.steps - 2, COURSE).round().int().tolist():
        seconds.append((recall.start + step + 1 - cue.start) * runs.step_seconds)
        memory = runs.states[rows, recall.start + step - 1, 2:]
        open_ones = attractors(in_recall(runs.network, step), memory, shown, runs.network.config.radius)
        holds = [_mean(open_ones.holds(cued)) for cued in (True, False)]
        columns.append((_mean(open_ones.count), *holds))
    return seconds, {name: list(column) for name, column in zip(names, zip(*columns, strict=True), strict=True)}


def _detail(runs: Turned, found: SlowPoints) -> dict[str, Any]:
    """Points and starts on three axes, and what is known of each."""
    start = runs.at(found.epoch)
    both = torch.cat([start, found.states])
    _, singular, axes = torch.linalg.svd(both - both.mean(0), full_matrices=False)
    place = (both - both.mean(0)) @ axes[:3].T
    led = [int((found.reached == point).nonzero()[0, 0]) for point in range(len(found))]
    shown = runs.shown().change(lambda value: value[led])
    held = recalled(runs.network, shown, found.states, found.epoch)
    return {
        "starts": _rounded(place[: len(start)]),
        "points": _rounded(place[len(start) :]),
        "explained": _rounded(singular[:3].square() / singular.square().sum()),
        "speed": _rounded(found.speed),
        "fixed": found.fixed.tolist(),
        "stable": found.stable.tolist(),
        "unstable": found.unstable.tolist(),
        "reached": found.reached.tolist(),
        "held": _rounded(held),
        "report": _rounded(runs.displays.report[:, 0]),
        "size": found.size,
    }


def _rounded(values: Tensor) -> Any:  # noqa: ANN401 - nested lists of any depth
    return as_plain(values.double().numpy().round(DIGITS))


def _mean(values: Tensor) -> float | None:
    return float(values.double().mean()) if len(values) else None


def _median(values: Tensor) -> float | None:
    return float(values.median()) if len(values) else None
