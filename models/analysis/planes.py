"""Memory planes: do two items lie in different planes before the cue, and in the same one after it?

After Panichello & Buschman (2021, Nature 592:601), who found near-orthogonal planes before and aligned planes after
selection in monkeys' prefrontal cortex. An item's plane is the two-dimensional subspace that holds most of the variance
of the condition means over its report; activity is that outside the behaviour plane.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, Activity, observe
from models.analysis.plane_geometry import (
    angle_of,
    harmonics,
    plane_of,
    principal_angles,
    random_angle,
    same_code,
    shared,
    tuning_to,
)
from models.analysis.probe_sets import ProbeSets, either_cued, probe_sets, slots_of
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.network.targets import grid
from models.progress import Report, silent

EACH = 4  # arrangements of the probes for each probe distance
TRIALS = 400  # of each arrangement and cued item
LAST = 3  # steps at the end of an epoch that are averaged
RING = 12  # reports at which example rings are drawn
FEWEST = 60  # correct trials in each half that a plane is found from


def measure(subject: Subject, report: Report = silent) -> Result:
    """The angle between the planes of two items over time, by how far their probes are apart.

    Displays keep the probes of a pair in place and vary the reports; either item is cued, in trials of its own. The
    plane of each item is taken from the trials in which it is the cued one (before the cue: will be) and is reported;
    reports of all items are fitted at once, so that the uncued ones are averaged out. All planes come from halves of
    the trials: ``angle`` is between halves that share no trial, as ``reliability`` is.

    The angle of two planes is ``arccos(sqrt((cos^2 a_1 + cos^2 a_2) / 2))`` of their principal angles in all n - 2
    dimensions: 0 for one plane, 90 degrees for orthogonal ones, 45 if half of the variance of one is seen in the other.

    Returns:
        ``axes``: ``time`` [T] seconds from cue onset, ``probe_distance`` [D] radians (``[None]`` without probes),
        ``report`` [R] radians of the example's rings.

        ``measures`` (angles in degrees, 0 to 90): ``angle`` [D][T], ``angle_all`` [T] over all distances; ``before``
        (last steps of the delay), ``cued`` (last steps before recall), ``after`` (last of recall), ``change`` (after -
        before), ``change_by_cue`` (cued - before), ``before_by_distance`` and ``after_by_distance`` [D];
        ``largest_angle`` [T], the second principal angle; ``reliability`` [T], a plane with itself, and
        ``floor_before``, ``floor_after``: what angles cannot be told from 0; ``cued_uncued`` [T], planes of the cued
        and the uncued item of the same trials; ``code`` [T], correlation (-1 to 1) of the two items' condition means,
        report by report: 1 if one readout serves both items, 0 if planes are orthogonal or out of phase by a quarter,
        negative if phases are opposite; ``code_reliability`` [T], of one item's with itself; ``code_before``,
        ``code_after``; ``variance_share`` [T], of the variance of memory activity that lies in the cued item's plane.

        ``nulls``: ``angle`` [T], ``before``, ``cued``, ``after``, ``change``, ``change_by_cue`` with reports shuffled
        over trials, which leaves what all activity shares; ``random``, of random planes; ``code`` [T], shuffled.

        ``detail``: ``examples``, for the nearest and the farthest pair ``{"probes", "distance", "before", "after"}``,
        where before and after are ``{"first", "second": [R][3], "explained"}``: condition means of both items on the
        three axes of most variance of both.

    Raises:
        NothingToAnalyse: if there is never more than one item, or the network hardly ever reports the cued one.
    """
    sets = probe_sets(subject, EACH)
    found: list[list[Comparison]] = [[] for _ in sets.distances]
    shuffled: list[list[Comparison]] = [[] for _ in sets.distances]
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    for number in range(len(sets)):
        pair, activity = _trials(subject, sets, number, generator)
        if min(len(angles) for angles, _ in pair) < 2 * FEWEST:
            continue
        group = int(sets.group[number])
        found[group].append(compare(*pair))
        shuffled[group].append(compare(*(_shuffled(one, generator) for one in pair)))
    if not any(found):
        raise NothingToAnalyse("This network hardly ever reports the cued item: no plane of a cued item can be found.")
    return _result(sets, found, shuffled, activity)


Labelled = tuple[Tensor, Tensor]
"""Reports ``(M, K)`` of the items, the cued one first, and memory activity ``(M, T, m)``."""


@dataclass(frozen=True)
class Comparison:
    """How the planes of the cued item lie in two kinds of trials; all ``(T,)`` but tuning.

    Attributes:
        between: share of one item's plane in the other's, over halves of the trials.
        within: share of a plane in itself, over halves.
        cued_uncued: share of the cued item's plane in that of the other item of the same trials, over halves.
        largest: the second principal angle between the items' planes, degrees.
        code: correlation of the two items' condition means, over halves.
        code_within: of one item's condition means with themselves, over halves.
        variance: share of the variance of activity that is in the plane of its cued item.
        tuning: ``(2, T, 2 H, m)`` of the cued item in either kind.
    """

    between: Tensor
    within: Tensor
    cued_uncued: Tensor
    largest: Tensor
    code: Tensor
    code_within: Tensor
    variance: Tensor
    tuning: Tensor


def compare(first: Labelled, second: Labelled) -> Comparison:
    """Compare trials in which one item is cued with trials in which another is."""
    kinds = (first, second)
    tuning = [[tuning_to(angles[half::2], states[half::2])[:2] for half in (0, 1)] for angles, states in kinds]
    planes = [[plane_of(half) for half in kind] for kind in tuning]
    across = [(planes[0][i][0], planes[1][j][0]) for i in (0, 1) for j in (0, 1)]
    apart = [(kind[i], kind[1 - i]) for kind in planes for i in (0, 1)]
    return Comparison(
        between=_mean(shared(one, other) for one, other in across),
        within=_mean(shared(one[0], other[0]) for one, other in apart),
        cued_uncued=_mean(shared(one[0], other[1]) for one, other in apart),
        largest=_mean(principal_angles(one, other)[..., 1] for one, other in across),
        code=_mean(same_code(tuning[0][i][0], tuning[1][j][0]) for i in (0, 1) for j in (0, 1)),
        code_within=_mean(same_code(halves[0][0], halves[1][0]) for halves in tuning),
        variance=_mean(_inside(states, kind[0][0]) for (_, states), kind in zip(kinds, planes, strict=True)),
        tuning=torch.stack([(halves[0][0] + halves[1][0]) / 2 for halves in tuning]),
    )


def _mean(values: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(values)).mean(0)


def _inside(states: Tensor, plane: Tensor) -> Tensor:
    """``(T,)`` share of the variance over trials of states ``(M, T, m)`` that is in planes ``(T, m, 2)``."""
    inside = torch.einsum("mtd,tdp->mtp", states, plane).var(0).sum(-1)
    return inside / states.var(0).sum(-1).clamp(min=1e-12)


def _trials(
    subject: Subject, sets: ProbeSets, number: int, generator: torch.Generator
) -> tuple[tuple[Labelled, Labelled], Activity]:
    """Correct trials of one arrangement with the first and with the second item cued."""
    first = grid(TRIALS)
    shown = sets.displays(number, sets.reports(first, generator))
    shown = shown.select(torch.randperm(TRIALS, generator=generator))
    kinds, noise = [], subject.generator(number)
    for displays, slots in zip(either_cued(shown), slots_of(shown), strict=True):
        activity = observe(subject.network, displays, noise, order=slots)
        right = activity.outcome == CORRECT
        kinds.append((displays.report[right], activity.memory[right]))
    return (kinds[0], kinds[1]), activity


def _shuffled(trials: Labelled, generator: torch.Generator) -> Labelled:
    angles, states = trials
    return angles[torch.randperm(len(angles), generator=generator)], states


def _result(
    sets: ProbeSets, found: list[list[Comparison]], shuffled: list[list[Comparison]], activity: Activity
) -> Result:
    seconds = activity.seconds.tolist()
    windows = {
        name: slice(activity.steps(epoch).stop - LAST, activity.steps(epoch).stop)
        for name, epoch in (("before", "delay"), ("cued", "gap"), ("after", "recall"))
    }
    steps = len(seconds)
    share = torch.stack([_over(group, "between", steps) for group in found])
    chance = torch.stack([_over(group, "between", steps) for group in shuffled])
    every = [one for group in found for one in group]
    overall = {
        name: _over(every, name, steps)
        for name in ("within", "cued_uncued", "largest", "code", "code_within", "variance")
    }
    measures: dict[str, Any] = {
        "angle": plain(angle_of(share)),
        "angle_all": plain(angle_of(share.nanmean(0))),
        **_summary(share.nanmean(0), windows),
        "before_by_distance": plain(angle_of(share[:, windows["before"]].mean(1))),
        "after_by_distance": plain(angle_of(share[:, windows["after"]].mean(1))),
        "largest_angle": plain(overall["largest"]),
        "reliability": plain(angle_of(overall["within"])),
        "floor_before": plain(angle_of(overall["within"][windows["before"]].mean())),
        "floor_after": plain(angle_of(overall["within"][windows["after"]].mean())),
        "cued_uncued": plain(angle_of(overall["cued_uncued"])),
        "code": plain(overall["code"]),
        "code_reliability": plain(overall["code_within"]),
        "code_before": plain(overall["code"][windows["before"]].mean()),
        "code_after": plain(overall["code"][windows["after"]].mean()),
        "variance_share": plain(overall["variance"]),
    }
    nulls = {
        "angle": plain(angle_of(chance.nanmean(0))),
        **_summary(chance.nanmean(0), windows),
        "random": random_angle(activity.memory.shape[-1]),
        "code": plain(_over([one for group in shuffled for one in group], "code", steps)),
    }
    axes = {"time": seconds, "probe_distance": sets.distances, "report": grid(RING).tolist()}
    return Result(axes, measures, nulls, {"examples": _examples(sets, found, windows)})


def _over(comparisons: list[Comparison], name: str, steps: int) -> Tensor:
    """Mean ``(T,)`` of one attribute; NaN where there is nothing to be averaged."""
    if not comparisons:
        return torch.full((steps,), math.nan)
    return torch.stack([getattr(one, name) for one in comparisons]).mean(0)


def _summary(share: Tensor, windows: dict[str, slice]) -> dict[str, Any]:
    """Angles at the end of delay, cue and recall, and how they change."""
    angle = {name: float(angle_of(share[window].mean())) for name, window in windows.items()}
    return {
        **angle,
        "change": angle["after"] - angle["before"],
        "change_by_cue": angle["cued"] - angle["before"],
    }


def _examples(sets: ProbeSets, found: list[list[Comparison]], windows: dict[str, slice]) -> list[dict[str, Any]]:
    """Rings of the nearest and of the farthest pair of probes."""
    present = [number for number, group in enumerate(found) if group]
    examples = []
    for group in sorted({present[0], present[-1]}):
        probes = sets.probe[(sets.group == group).nonzero()[0, 0], :2]
        rings = {name: _rings(found[group][0].tuning[:, windows[name].stop - 1]) for name in ("before", "after")}
        examples.append({"probes": plain(probes), "distance": sets.distances[group], **rings})
    return examples


def _rings(tuning: Tensor) -> dict[str, Any]:
    """Condition means of both items ``(2, 2 H, m)`` on the three axes of most variance of both."""
    rings = harmonics(grid(RING)).to(tuning) @ tuning
    _, size, axes = torch.linalg.svd(rings.flatten(0, 1), full_matrices=False)
    first, second = rings @ axes[:3].T
    explained = size[:3].square().sum() / size.square().sum()
    return {"first": plain(first), "second": plain(second), "explained": float(explained)}


def plain(values: Tensor) -> Any:  # noqa: ANN401 - a number, None, or nested lists of both
    """Numbers for JSON, None for what is not finite."""
    return as_plain(values.detach().double().numpy())
