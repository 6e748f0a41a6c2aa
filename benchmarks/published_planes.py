"""The published measure of plane alignment, as it was published, to see what differs: the networks or the measure.

Activity off the behaviour plane, less its mean over neurons; three principal components of all trials, anew at every
step; in the trials with either item cued (and not swapped) the mean activity in 16 bins of the reported angle; the
plane's normal is the third principal axis of these means; alignment is the unsigned cosine of the two normals. Reports
of a display are kept at least s apart, so that means over one report hold the other item as well, around the opposite
report: orthogonal planes come out with a cosine of 2 c / (1 + c^2), c = sin(s) / (pi - s), which is 0.54 at the
published s = pi / 4.1. And if both groups vary alike in the same three dimensions it goes to 1 whatever the codes
within them. ``models/analysis/planes.py`` fits both reports at once, and measures angles in all dimensions.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, Activity, observe
from models.analysis.probe_sets import either_cued
from models.analysis.subject import Result, Subject
from models.circular import FULL_CIRCLE, distance, wrap
from models.display_laws import published_separation
from models.displays import Displays
from models.progress import Report, silent

PLACES, DIFFERENCES, ROTATIONS = 24, range(3, 12), 2
RUNS, BINS, DIMENSIONS, LAST = 2, 16, 3, 3


def measure(subject: Subject, report: Report = silent) -> Result:
    """Alignment over time, averaged over probe differences of 45 to 165 degrees.

    Returns:
        ``axes``: ``time`` [T] seconds from cue onset. ``measures``: ``cosine`` [T]; ``early``, ``before``, ``cued`` and
        ``after``, its means over the first and the last steps of the delay, before recall and at its end.
        ``nulls``: ``cosine`` [T] with the two groups' trials mixed.
    """
    reports = report_pairs()
    found, mixed = [], []
    generator = torch.Generator().manual_seed(subject.seed)
    for number, (difference, turn) in enumerate((d, t) for d in DIFFERENCES for t in range(ROTATIONS)):
        probe = torch.tensor([0.0, difference * FULL_CIRCLE / PLACES], dtype=torch.float64)
        probe = wrap(probe + turn * FULL_CIRCLE / ROTATIONS / 2 + difference)
        shown = Displays(reports, probe.expand(len(reports), 2), torch.full((len(reports),), 2))
        groups = [observe(subject.network, one, subject.generator(number), RUNS) for one in either_cued(shown)]
        states = torch.cat([off_plane(one, subject) for one in groups])
        cued = torch.arange(2).repeat_interleave(len(groups[0].response))
        response = torch.cat([one.response for one in groups])
        right = torch.cat([one.outcome == CORRECT for one in groups])
        found.append(alignment(states, response, right, cued))
        mixed.append(alignment(states, response, right, cued[torch.randperm(len(cued), generator=generator)]))
    cosine = torch.stack(found).mean(0)
    epochs = {name: groups[0].steps(name) for name in ("delay", "gap", "recall")}
    windows = {
        "early": slice(epochs["delay"].start, epochs["delay"].start + LAST),
        "before": slice(epochs["delay"].stop - LAST, epochs["delay"].stop),
        "cued": slice(epochs["gap"].stop - LAST, epochs["gap"].stop),
        "after": slice(epochs["recall"].stop - LAST, epochs["recall"].stop),
    }
    values = {"cosine": cosine, **{name: cosine[steps].mean() for name, steps in windows.items()}}
    return Result(
        {"time": groups[0].seconds.tolist()},
        {name: as_plain(value.double().numpy()) for name, value in values.items()},
        {"cosine": as_plain(torch.stack(mixed).mean(0).double().numpy())},
    )


def report_pairs() -> Tensor:
    """``(456, 2)`` pairs of reports on the grid of 24 angles that are far enough apart, radians."""
    angles = wrap(FULL_CIRCLE / PLACES * torch.arange(PLACES, dtype=torch.float64))
    pairs = torch.cartesian_prod(angles, angles)
    return pairs[distance(pairs[:, 0], pairs[:, 1]) > published_separation(2)]


def off_plane(activity: Activity, subject: Subject) -> Tensor:
    """``(M, T, n)`` activity of the neurons outside the behaviour plane, less its mean over neurons."""
    neurons = activity.memory @ subject.network.frame[2:]
    return neurons - neurons.mean(-1, keepdim=True)


def alignment(states: Tensor, response: Tensor, right: Tensor, group: Tensor) -> Tensor:
    """``(T,)`` unsigned cosine of the normals of the planes of two groups of trials.

    Args:
        states: ``(M, T, n)``.
        response: ``(M,)`` radians, by which trials are averaged.
        right: ``(M,)`` bool, which trials have a part in the averages; all have one in the principal components.
        group: ``(M,)`` 0 or 1.
    """
    centred = (states - states.mean(0)).double().transpose(0, 1)
    axes = torch.linalg.svd(centred.mT @ centred).U[..., :DIMENSIONS]
    reduced = centred @ axes
    bins = ((response + math.pi) * (BINS / FULL_CIRCLE)).long().clamp(0, BINS - 1)
    normals = []
    for one in (0, 1):
        member = torch.nn.functional.one_hot(bins, BINS).double() * (right & (group == one))[:, None]
        filled = member.sum(0) > 0
        means = torch.einsum("mb,tmd->tbd", member, reduced)[:, filled] / member.sum(0)[filled, None]
        normals.append(torch.linalg.svd(means - means.mean(1, keepdim=True)).Vh[:, -1])
    return (normals[0] * normals[1]).sum(-1).abs()
