"""When a network's swaps are decided, beside when the noise schedule would have them decided."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.commitment import ideal, plane_belief
from models.analysis.decision import rise_time
from models.analysis.forks import determined, fork, ideally_determined, interval, moments
from models.analysis.pairs import Observed
from models.analysis.subject import Subject
from models.analysis.swap_evidence import Timing

DISPLAYS, IDEAL_RUNS = 400, 24


def fork_times(subject: Subject, timing: Timing) -> list[float]:
    """Seconds from cue onset at which runs part."""
    return [float(timing.seconds[timing.recall - 1 + step]) for step in moments(subject.network.config.recall_steps)]


def decided(
    subject: Subject, swaps: Observed | None, same: Observed, timing: Timing
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls, as ``swap_hypotheses.measure`` describes them.

    Args:
        subject: whose trials they are.
        swaps: swap trials; None if there are (almost) none, and then all measures are None.
        same: correct trials, those of the same displays if there are swap trials.
        timing: when the cue and recall begin.
    """
    shown = same if swaps is None else swaps
    shown = shown.select(torch.arange(min(len(shown), DISPLAYS)))
    return _of_network(subject, swaps, same, shown, timing), _of_ideal(subject, shown, timing)


def _of_network(
    subject: Subject, swaps: Observed | None, same: Observed, shown: Observed, timing: Timing
) -> dict[str, Any]:
    times = torch.tensor(fork_times(subject, timing), dtype=torch.float64)
    none = [None] * len(times)
    if swaps is None:
        lists = {"determined": none, "determined_low": none, "determined_high": none}
        return lists | {"commitment": [None] * len(timing.seconds), "decided_plane": None, "half_determined": None}
    rise = _rise(subject, swaps, same, timing)
    forked = fork(subject, shown.activity.displays, shown.order, number=95)
    share, (low, high) = determined(forked), interval(forked)
    return {
        "commitment": as_plain(rise.numpy()),
        "decided_plane": rise_time(rise, timing.seconds, 0.5),
        "determined": as_plain(share.numpy()),
        "determined_low": as_plain(low.numpy()),
        "determined_high": as_plain(high.numpy()),
        "half_determined": rise_time(share, times, 0.5),
    }


def _of_ideal(subject: Subject, shown: Observed, timing: Timing) -> dict[str, Any]:
    """The exact sampler on these displays; None where it never swaps."""
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    sampler = ideal(shown.activity.displays, subject.law, subject.network.config, generator, IDEAL_RUNS)
    rise, steps = sampler.rise(), moments(subject.network.config.recall_steps)
    if rise is None:
        numbers = dict.fromkeys(("decided", "decided_plane", "half_determined"))
        return numbers | {"commitment": [None] * len(timing.seconds), "determined": [None] * len(steps)}
    whole = torch.cat([rise.new_zeros(timing.recall - 1), rise]).double()
    time = rise_time(whole, timing.seconds, 0.5)
    share = ideally_determined(sampler, steps)
    times = torch.tensor(fork_times(subject, timing), dtype=torch.float64)
    return {
        "commitment": as_plain(whole.numpy()),
        "decided": time,
        "decided_plane": time,
        "determined": as_plain(share.numpy()),
        "half_determined": rise_time(share, times, 0.5),
    }


def _rise(subject: Subject, swaps: Observed, same: Observed, timing: Timing) -> Tensor:
    """``(T,)`` belief of an ideal observer of the plane in the item that a swap reports: on swap less correct trials.

    0 before recall, when nothing can be known yet.
    """
    rise = torch.zeros_like(timing.seconds)
    item = swaps.activity.reported
    beliefs = []
    for one in (swaps, same):
        before = one.activity.plane[:, timing.recall - 1 : -1]
        belief = plane_belief(before, one.activity.displays, subject.law, subject.network.config)
        beliefs.append(belief[torch.arange(len(item)), :, item].mean(0).double())
    rise[timing.recall - 1 :] = torch.cat([beliefs[0] - beliefs[1], rise.new_ones(1)])
    return rise
