"""Memory planes: do two items lie in different planes before the cue, and in the same one after it?

After Panichello & Buschman (2021, Nature 592:601), who found near-orthogonal planes before and aligned planes after
selection in monkeys' prefrontal cortex. An item's plane is the two-dimensional subspace that holds most of the variance
of the condition means over its report; activity is that outside the behaviour plane.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, Activity, observe
from models.analysis.plane_comparison import Comparison, Labelled, compare
from models.analysis.plane_geometry import (
    angle_of,
    corrected_angle,
    harmonics,
    plane_of,
    random_angle,
    shared,
    tuning_to,
)
from models.analysis.probe_sets import ProbeSets, either_cued, probe_sets, slots_of
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.displays import Displays
from models.network.targets import grid
from models.network.task import stimuli
from models.progress import Progress, Report, silent

EACH = 4  # arrangements of the probes for each probe distance
TRIALS = 400  # of each arrangement and cued item
LAST = 3  # steps at the end of an epoch that are averaged
RING = 12  # reports at which example rings are drawn
FEWEST = 60  # correct trials in each half that a plane is found from, and for each item
COEFFICIENTS = 12  # times this many: twice as many as it has coefficients


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

        ``measures`` (angles in degrees, 0 to 90):

        - ``angle`` [D][T], ``angle_all`` [T] over all distances, ``before_by_distance`` and ``after_by_distance`` [D];
        - ``before`` (last steps of the delay), ``cued`` (last steps before recall), ``after`` (last of recall),
          ``change`` (after - before), ``change_by_cue`` (cued - before);
        - ``reliability`` [T], a plane with itself, ``floor_before`` and ``floor_after``: what cannot be told from 0;
        - ``angle_corrected`` [T], ``before_corrected``, ``after_corrected``: what noise adds taken out, None where
          there is too much of it;
        - ``largest_angle`` [T], the second principal angle;
        - ``uncued`` [T], of the items' planes in the trials in which they are not the cued one, and
          ``uncued_reliability`` [T]; ``cued_uncued`` [T], planes of the cued and the uncued item of the same trials;
        - ``code`` [T], correlation (-1 to 1) of the two items' condition means, report by report: 1 if one readout
          serves both items, 0 if planes are orthogonal or out of phase by a quarter, negative if phases are opposite;
          ``code_reliability`` [T], of one item's with itself; ``code_before``, ``code_after``;
        - ``variance_share`` [T], of the variance of memory activity that lies in the cued item's plane.

        ``nulls``: ``angle`` [T], ``before``, ``cued``, ``after``, ``change``, ``change_by_cue`` with reports shuffled
        over trials, which leaves what all activity shares; ``random``, of random planes; ``input`` and
        ``input_by_distance`` [D], of the planes in the network's input: what its code of the display does by itself;
        ``code`` [T], shuffled.

        ``detail``: ``examples``, for the nearest and the farthest pair ``{"probes", "distance", "before", "after"}``,
        where before and after are ``{"first", "second": [R][3], "explained"}``: condition means of both items on the
        three axes of most variance of both.

    Raises:
        NothingToAnalyse: if there is never more than one item, or the network hardly ever reports the cued one.
    """
    sets = probe_sets(subject, EACH)
    found: Groups = [[] for _ in sets.distances]
    shuffled: Groups = [[] for _ in sets.distances]
    inputs = torch.zeros(len(sets))
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    for number in range(len(sets)):
        report(Progress(number / len(sets), "Finding the planes in which items are held"))
        shown = sets.displays(number, sets.reports(grid(TRIALS), generator))
        shown = shown.select(torch.randperm(TRIALS, generator=generator))
        inputs[number] = _input_share(subject, shown)
        pair, activity = _trials(subject, shown, number)
        if min(len(angles) for angles, _ in pair) < 2 * max(FEWEST, COEFFICIENTS * shown.items):
            continue
        group = int(sets.group[number])
        found[group].append(compare(*pair))
        shuffled[group].append(compare(*(_shuffled(one, generator) for one in pair)))
    if not any(found):
        raise NothingToAnalyse("This network hardly ever reports the cued item: no plane of a cued item can be found.")
    by_distance = torch.stack([inputs[sets.group == group].mean() for group in range(len(sets.distances))])
    return _result(sets, found, shuffled, by_distance, activity)


Groups = list[list[Comparison]]
"""Of every probe distance, what was found at its arrangements of the probes."""


def _trials(subject: Subject, shown: Displays, number: int) -> tuple[tuple[Labelled, Labelled], Activity]:
    """Correct trials with the first and with the second item cued."""
    kinds, noise = [], subject.generator(number)
    for displays, slots in zip(either_cued(shown), slots_of(shown), strict=True):
        activity = observe(subject.network, displays, noise, order=slots)
        right = activity.outcome == CORRECT
        kinds.append((displays.report[right], activity.memory[right]))
    return (kinds[0], kinds[1]), activity


def _shuffled(trials: Labelled, generator: torch.Generator) -> Labelled:
    angles, states = trials
    return angles[torch.randperm(len(angles), generator=generator)], states


def _input_share(subject: Subject, shown: Displays) -> Tensor:
    """Share of one item's plane in the other's in the network's input: how alike the code of the display makes them."""
    with torch.inference_mode():
        inputs = subject.network.encoding.stimulus(stimuli(shown, subject.network.config)).cpu()
    one, other = plane_of(tuning_to(shown.report, inputs)[:2])
    return shared(one, other)


def _result(sets: ProbeSets, found: Groups, shuffled: Groups, inputs: Tensor, activity: Activity) -> Result:
    windows = {
        name: slice(activity.steps(epoch).stop - LAST, activity.steps(epoch).stop)
        for name, epoch in (("before", "delay"), ("cued", "gap"), ("after", "recall"))
    }
    steps = len(activity.seconds)
    share, chance = (torch.stack([_over(one, "between", steps) for one in groups]) for groups in (found, shuffled))
    names = ("within", "cued_uncued", "uncued", "uncued_within", "largest", "code", "code_within", "variance")
    within, cued_uncued, uncued, uncued_within, largest, code, code_within, variance = (
        _over([one for group in found for one in group], name, steps) for name in names
    )
    measures = {
        "angle": angle_of(share),
        "angle_all": angle_of(share.nanmean(0)),
        **_summary(share.nanmean(0), windows),
        "before_by_distance": angle_of(share[:, windows["before"]].mean(1)),
        "after_by_distance": angle_of(share[:, windows["after"]].mean(1)),
        "angle_corrected": corrected_angle(share.nanmean(0), within),
        "before_corrected": corrected_angle(*(one[windows["before"]].mean() for one in (share.nanmean(0), within))),
        "after_corrected": corrected_angle(*(one[windows["after"]].mean() for one in (share.nanmean(0), within))),
        "largest_angle": largest,
        "reliability": angle_of(within),
        "floor_before": angle_of(within[windows["before"]].mean()),
        "floor_after": angle_of(within[windows["after"]].mean()),
        "cued_uncued": angle_of(cued_uncued),
        "uncued": angle_of(uncued),
        "uncued_reliability": angle_of(uncued_within),
        "code": code,
        "code_reliability": code_within,
        "code_before": code[windows["before"]].mean(),
        "code_after": code[windows["after"]].mean(),
        "variance_share": variance,
    }
    nulls = {
        "angle": angle_of(chance.nanmean(0)),
        **_summary(chance.nanmean(0), windows),
        "random": torch.tensor(random_angle(activity.memory.shape[-1])),
        "input": angle_of(inputs.mean()),
        "input_by_distance": angle_of(inputs),
        "code": _over([one for group in shuffled for one in group], "code", steps),
    }
    axes = {"time": activity.seconds.tolist(), "probe_distance": sets.distances, "report": grid(RING).tolist()}
    return Result(axes, _plain(measures), _plain(nulls), {"examples": _examples(sets, found, windows)})


def _plain(values: dict[str, Tensor]) -> dict[str, Any]:
    return {name: as_plain(value.double().numpy()) for name, value in values.items()}


def _over(comparisons: list[Comparison], name: str, steps: int) -> Tensor:
    """Mean ``(T,)`` of one attribute; NaN where there is nothing to be averaged."""
    if not comparisons:
        return torch.full((steps,), math.nan)
    return torch.stack([getattr(one, name) for one in comparisons]).mean(0)


def _summary(share: Tensor, windows: dict[str, slice]) -> dict[str, Tensor]:
    """Angles at the end of delay, cue and recall, and how they change."""
    angle = {name: angle_of(share[window].mean()) for name, window in windows.items()}
    return {
        **angle,
        "change": angle["after"] - angle["before"],
        "change_by_cue": angle["cued"] - angle["before"],
    }


def _examples(sets: ProbeSets, found: Groups, windows: dict[str, slice]) -> list[dict[str, Any]]:
    """Rings of the nearest and of the farthest pair of probes."""
    present = [number for number, group in enumerate(found) if group]
    examples = []
    for group in sorted({present[0], present[-1]}):
        probes = sets.probe[(sets.group == group).nonzero()[0, 0], :2]
        rings = {name: _rings(found[group][0].tuning[:, windows[name].stop - 1]) for name in ("before", "after")}
        examples.append({"probes": as_plain(probes.numpy()), "distance": sets.distances[group], **rings})
    return examples


def _rings(tuning: Tensor) -> dict[str, Any]:
    """Condition means of both items ``(2, 2 H, m)`` on the three axes of most variance of both."""
    rings = harmonics(grid(RING)).to(tuning) @ tuning
    _, size, axes = torch.linalg.svd(rings.flatten(0, 1), full_matrices=False)
    first, second = rings @ axes[:3].T
    explained = size[:3].square().sum() / size.square().sum()
    return {"first": as_plain(first.numpy()), "second": as_plain(second.numpy()), "explained": float(explained)}
