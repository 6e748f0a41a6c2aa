"""The role axis: does memory at the end of recall tell which item was the target, and where do swaps lie?

After the "misprojection" analysis of Radmard, Bays & Lengyel (2025, arXiv 2512.04808). They took a principal component,
whose sign is arbitrary; here the axis is the difference of the means with the item as target and as distractor, at the
same report and the same probes, so that its sign means something.

Two things are easily mistaken for a code of roles. First, a target is reported: activity outside the behaviour plane
that merely copies the response tells roles apart, puts swaps on the other side, and aligns axes of different probes at
the same report. So what a copy of the response gives stands beside what is found, and everything is measured again with
that copy taken away. Second, every display has one target, whose place on the axis belongs to its own report and probe:
over all displays the axes cancel. ``common`` says how much is left; for one display see ``role_direction``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, Activity, joined, observe
from models.analysis.probe_sets import ProbeSets, either_cued, probe_sets, slots_of, swapped
from models.analysis.roles import RoleTrials, alignment, common_share, crossed, d_prime, echo, without
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.circular import FULL_CIRCLE
from models.network.targets import grid
from models.progress import Progress, Report, silent

EACH = 3  # arrangements of the probes for each probe distance
VALUES = 8  # reports of the first item
RUNS = 64  # trials at each report with either item cued
APART = math.pi / 3  # of the pair's reports, so that a swap cannot be mistaken for an imprecise response
FEWEST = 8  # swaps, below which nothing is said about them
FEWEST_RIGHT = 160  # correct trials of the 512 in each half of a pair of probes, from which axes are found
BEYOND = "_beyond_response"  # ends the names of what is measured without the copy of the response


def measure(subject: Subject, report: Report = silent) -> Result:
    """Role axes of a first item with fixed report in controlled displays, and where trials lie on them.

    Displays keep the probes of a pair in place; the first item has one of 8 reports, the second any that is at least 60
    degrees away (less where more items must fit); either is cued. Axes and means come from one half of the correct
    trials and are used on the other half.

    A memory of the unreported item alone, in a code that is the same for all probes, cannot be told from a memory of
    both items less a copy of the response; it goes with the copy.

    Returns:
        ``axes``: ``report_difference`` [K] radians, 0 to pi; ``time`` [T] seconds from cue onset.

        ``measures``, at the end of recall, each again with ``_beyond_response`` after its name, the copy of the
        response taken away:

        - ``separation``, d' of target and distractor role in correct trials;
        - ``separation_swaps``, d' of swap and correct trials of the same cue, positive if swaps lie towards the other
          role; ``swap_place``, 0 at the mean of the cued roles, 1 at that of the exchanged ones; None if there are
          almost no swaps, as is all that is about them;
        - ``alignment`` [K], mean signed cosine of axes of different pairs of probes; ``alignment_unsigned`` [K], of its
          size; ``alignment_within`` [K], of the same pair of probes, at 0 how reliable an axis is; ``alignment_same``
          and ``alignment_other``, at the same report and at opposite reports;
        - ``common``, share of the axes' squared length that is the same for all reports and probes.

        Besides: ``response_share``, of the variance of memory over correct trials that is a copy of the response; over
        time ``separation_time``, ``separation_time_beyond_response``, ``swap_place_time``, ``response_share_time`` [T];
        ``crossed``, seconds from cue onset at which swaps come to lie nearer to the other role for good.

        ``nulls``: ``separation``, ``separation_swaps``, ``swap_place``, ``alignment`` and ``alignment_unsigned`` with
        roles shuffled over trials of the same report; ``alignment_echo`` [K] if memory were a copy of the response and
        nothing else; ``random`` and ``random_unsigned`` of random directions.

        ``detail``: ``example``, trials of one display with one report of the first item: ``{"points": [M][3], "target",
        "swap", "other_report": [M], "value"}``; the first coordinate is along the axis, larger towards the target
        role, the others along the two axes of most variance orthogonal to it.

    Raises:
        NothingToAnalyse: if there is never more than one item, or the network hardly ever reports the cued one.
    """
    sets = probe_sets(subject, EACH)
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    readings = {name: Reading() for name in ("", BEYOND, "echo", "shuffled")}
    shares: list[Tensor] = []
    example: dict[str, Any] = {}
    for number in range(len(sets)):
        report(Progress(number / len(sets), "Finding the axes of roles"))
        trials, activity = _trials(subject, sets, number, generator)
        if min(int((trials.right & (trials.half == half)).sum()) for half in (0, 1)) < FEWEST_RIGHT:
            continue
        reports = _reports(trials, activity)
        copies = [echo(trials, activity.response, reports, half) for half in (0, 1)]
        rest = [without(trials, copy) for copy in copies]
        readings[""].add((trials, trials))
        readings[BEYOND].add(rest)
        readings["echo"].add([replace(trials, states=copy) for copy in copies])
        readings["shuffled"].add([_shuffled(trials, generator)] * 2)
        shares.append(1 - _power(rest[0], 1) / _power(trials, 1).clamp(min=1e-12))
        if not example:
            example = _example(trials, reports[:, 1])
    if not shares:
        raise NothingToAnalyse("This network hardly ever reports the cued item: no axis of its role can be found.")
    return _result(readings, torch.stack(shares).mean(0), activity, example)


class Reading:
    """Axes and places of trials, pair of probes by pair of probes."""

    def __init__(self) -> None:
        self._axes: list[Tensor] = []
        self._roles: list[Tensor] = []
        self._right: list[Tensor] = []
        self._swaps: list[Tensor] = []

    def add(self, halves: Sequence[RoleTrials]) -> None:
        """Take in the trials of one pair of probes, as ``roles.crossed`` does."""
        found = crossed(halves, VALUES)
        self._axes.append(found.axes)
        self._roles.append(found.separation)
        self._right.append(found.place[found.trials.right])
        self._swaps.append(found.place[found.trials.swap])

    @property
    def separation(self) -> Tensor:
        """``(T,)`` d' of the two roles."""
        return torch.stack(self._roles).nanmean(0)

    @property
    def swaps(self) -> tuple[Tensor, Tensor]:
        """``(T,)`` d' of swap and correct trials, and mean place of swaps; NaN with too few."""
        right, swaps = torch.cat(self._right), torch.cat(self._swaps)
        if len(swaps) < FEWEST:
            nothing = torch.full(right.shape[1:], math.nan)
            return nothing, nothing
        return d_prime(swaps, right), swaps.mean(0)

    def alignment(self, across: bool = True, unsigned: bool = False) -> Tensor:
        """``(K, T)`` mean cosine, or mean size of it."""
        cosine = alignment(torch.stack(self._axes), across)
        return (cosine.abs() if unsigned else cosine).nanmean(1)

    @property
    def common(self) -> Tensor:
        """``(T,)`` share of the axes' squared length that is common to all; NaN where no axis is reliable."""
        return common_share(torch.stack(self._axes))


def _trials(subject: Subject, sets: ProbeSets, number: int, generator: torch.Generator) -> tuple[RoleTrials, Activity]:
    """Trials of one pair of probes, either item cued, and their activity (whose item 0 is the cued one)."""
    value = torch.arange(VALUES).repeat_interleave(RUNS)
    shown = sets.displays(number, sets.reports(grid(VALUES)[value], generator, APART))
    noise, parts = subject.generator(number), []
    for displays, slots in zip(either_cued(shown), slots_of(shown), strict=True):
        parts.append(observe(subject.network, displays, noise, order=slots))
    activity = joined(parts)
    trials = RoleTrials(
        value=value.repeat(2),
        target=torch.arange(2 * len(value)) < len(value),
        right=activity.outcome == CORRECT,
        swap=activity.reported == 1,
        states=activity.memory,
    )
    return trials, activity


def _reports(trials: RoleTrials, activity: Activity) -> Tensor:
    """``(M, 2)`` reports of the first and of the other item, whichever is cued."""
    report = activity.displays.report
    return torch.where(trials.target[:, None], report[:, :2], swapped(report)[:, :2])


def _shuffled(trials: RoleTrials, generator: torch.Generator) -> RoleTrials:
    """Roles exchanged at random between the trials of the same report, right ones and others apart."""
    cell = trials.value * 4 + trials.half * 2 + trials.right
    target = trials.target.clone()
    for one in cell.unique():
        rows = (cell == one).nonzero()[:, 0]
        target[rows] = target[rows[torch.randperm(len(rows), generator=generator)]]
    return replace(trials, target=target)


def _power(trials: RoleTrials, half: int) -> Tensor:
    """``(T,)`` variance over the right trials of one half, all dimensions together."""
    return trials.states[trials.right & (trials.half == half)].var(0).sum(-1)


def _result(readings: dict[str, Reading], share: Tensor, activity: Activity, example: dict[str, Any]) -> Result:
    whole, rest = readings[""], readings[BEYOND]
    seconds, place = activity.seconds.tolist(), whole.swaps[1]
    measures: dict[str, Any] = {
        "response_share": _last(share),
        "response_share_time": as_plain(share.numpy()),
        "separation_time": as_plain(whole.separation.numpy()),
        "separation_time" + BEYOND: as_plain(rest.separation.numpy()),
        "swap_place_time": as_plain(place.numpy()),
        "crossed": _crossed(place, seconds),
    }
    for name in ("", BEYOND):
        measures |= {key + name: value for key, value in _measures(readings[name]).items()}
    shuffled, dimensions = readings["shuffled"], activity.memory.shape[-1]
    separated, middle = shuffled.swaps
    nulls = {
        "separation": _last(shuffled.separation),
        "separation_swaps": _last(separated),
        "swap_place": _last(middle),
        "alignment": _last(shuffled.alignment()),
        "alignment_unsigned": _last(shuffled.alignment(unsigned=True)),
        "alignment_echo": _last(readings["echo"].alignment()),
        "random": 0.0,
        "random_unsigned": random_cosine(dimensions),
    }
    differences = (torch.arange(VALUES // 2 + 1) * (FULL_CIRCLE / VALUES)).tolist()
    axes = {"report_difference": differences, "time": seconds}
    return Result(axes, measures, nulls, {"example": example})


def _measures(reading: Reading) -> dict[str, Any]:
    separated, place = reading.swaps
    aligned = reading.alignment()[:, -1]
    return {
        "separation": _last(reading.separation),
        "separation_swaps": _last(separated),
        "swap_place": _last(place),
        "alignment": as_plain(aligned.numpy()),
        "alignment_unsigned": _last(reading.alignment(unsigned=True)),
        "alignment_within": _last(reading.alignment(across=False)),
        "alignment_same": as_plain(aligned[0].numpy()),
        "alignment_other": as_plain(aligned[-1].numpy()),
        "common": _last(reading.common),
    }


def _crossed(place: Tensor, seconds: list[float]) -> float | None:
    """When the mean place of swaps passes the middle of the two roles and stays beyond it."""
    before = (place <= 0.5).nonzero()[:, 0]
    if not bool(place[-1] > 0.5):
        return None
    return seconds[int(before[-1]) + 1] if len(before) else seconds[0]


def random_cosine(dimensions: int) -> float:
    """Mean size of the cosine of two random directions in m dimensions: Gamma(m/2) / (sqrt(pi) Gamma((m + 1)/2))."""
    logarithm = math.lgamma(dimensions / 2) - math.lgamma((dimensions + 1) / 2)
    return math.exp(logarithm) / math.sqrt(math.pi)


def _example(trials: RoleTrials, other: Tensor) -> dict[str, Any]:
    """Trials with the middle report of the first item at the end of recall, in three coordinates."""
    value = VALUES // 2
    mine = (trials.value == value) & (trials.right | trials.swap)
    axis = torch.nn.functional.normalize(crossed((trials, trials), VALUES).axes[:, value, -1].mean(0), dim=0)
    states = trials.states[mine, -1]
    states = states - states.mean(0)
    along = states @ axis
    _, _, others = torch.linalg.svd(states - along[:, None] * axis, full_matrices=False)
    points = torch.cat([along[:, None], states @ others[:2].T], dim=1)
    return {
        "points": as_plain(points.numpy()),
        "target": trials.target[mine].tolist(),
        "swap": trials.swap[mine].tolist(),
        "other_report": as_plain(other[mine].numpy()),
        "value": float(grid(VALUES)[value]),
    }


def _last(values: Tensor) -> Any:  # noqa: ANN401 - a number or nested lists
    """The end of recall, of what has time as its last axis."""
    return as_plain(values[..., -1].numpy())
