"""When a network's swaps are decided, beside when the noise schedule would have them decided."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.commitment import ideal, plane_belief
from models.analysis.decision import rise_time
from models.analysis.forks import determined, fork, ideally_determined, moments, resampled
from models.analysis.pairs import Observed
from models.analysis.subject import Subject

DISPLAYS, IDEAL_RUNS = 400, 24
BOUNDS = torch.tensor([0.025, 0.975], dtype=torch.float64)
RECALL_ONSET = 2  # place of the onset of recall among the moments of ``forks.moments``


def fork_times(observed: Observed) -> list[float]:
    """Seconds from cue onset at which runs part."""
    return [float(observed.activity.seconds[step - 1]) for step in moments(observed.activity.epochs)]


def decided(subject: Subject, swaps: Observed | None, same: Observed) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls, as ``swap_hypotheses.measure`` describes them.

    Args:
        subject: whose trials they are.
        swaps: swap trials; None if there are (almost) none, and then all measures are None.
        same: correct trials, those of the same displays if there are swap trials.
    """
    shown = same if swaps is None else swaps
    shown = shown.select(torch.arange(min(len(shown), DISPLAYS)))
    measures = _nothing(same) if swaps is None else _of_network(subject, swaps, same, shown)
    return measures, _of_ideal(subject, shown)


def _nothing(observed: Observed) -> dict[str, Any]:
    moments_, steps = [None] * len(fork_times(observed)), [None] * len(observed.activity.seconds)
    lists = {"determined": moments_, "determined_low": moments_, "determined_high": moments_, "commitment": steps}
    return lists | dict.fromkeys(
        ("decided", "decided_low", "decided_high", "decided_plane", "determined_before_recall")
    )


def _of_network(subject: Subject, swaps: Observed, same: Observed, shown: Observed) -> dict[str, Any]:
    rise, times = _rise(subject, swaps, same), torch.tensor(fork_times(shown), dtype=torch.float64)
    forked = fork(subject, shown.activity.displays, shown.order, number=95)
    share, drawn = determined(forked), resampled(forked)
    low, high = torch.nanquantile(drawn, BOUNDS, dim=0)
    halves = [rise_time(one, times, 0.5) for one in drawn]
    between = torch.tensor([one for one in halves if one is not None], dtype=torch.float64)
    decided_low, decided_high = torch.quantile(between, BOUNDS).tolist() if len(between) > 1 else (None, None)
    return {
        "determined": as_plain(share.numpy()),
        "determined_low": as_plain(low.numpy()),
        "determined_high": as_plain(high.numpy()),
        "determined_before_recall": as_plain(share[RECALL_ONSET].numpy()),
        "decided": rise_time(share, times, 0.5),
        "decided_low": decided_low,
        "decided_high": decided_high,
        "commitment": as_plain(rise.numpy()),
        "decided_plane": rise_time(rise, shown.activity.seconds, 0.5),
    }


def _of_ideal(subject: Subject, shown: Observed) -> dict[str, Any]:
    """The exact sampler on these displays; None where it never swaps."""
    seconds, recall = shown.activity.seconds, shown.activity.steps("recall").start
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    sampler = ideal(shown.activity.displays, subject.law, subject.network.config, generator, IDEAL_RUNS)
    rise = sampler.rise()
    if rise is None:
        keep = ("determined", "determined_before_recall", "decided", "commitment", "decided_plane")
        return {name: value for name, value in _nothing(shown).items() if name in keep}
    whole = torch.cat([rise.new_zeros(recall - 1), rise]).double()
    share = ideally_determined(sampler, [step - recall for step in moments(shown.activity.epochs)])
    return {
        "determined": as_plain(share.numpy()),
        "determined_before_recall": as_plain(share[RECALL_ONSET].numpy()),
        "decided": rise_time(share, torch.tensor(fork_times(shown), dtype=torch.float64), 0.5),
        "commitment": as_plain(whole.numpy()),
        "decided_plane": rise_time(whole, seconds, 0.5),
    }


def _rise(subject: Subject, swaps: Observed, same: Observed) -> Tensor:
    """``(T,)`` belief of an ideal observer of the plane in the item that a swap reports: on swap less correct trials.

    0 before recall, when nothing can be known yet.
    """
    rise, recall = torch.zeros_like(swaps.activity.seconds), swaps.activity.steps("recall").start
    item = swaps.activity.reported
    beliefs = []
    for one in (swaps, same):
        before = one.activity.plane[:, recall - 1 : -1]
        belief = plane_belief(before, one.activity.displays, subject.law, subject.network.config)
        beliefs.append(belief[torch.arange(len(item)), :, item].mean(0).double())
    rise[recall - 1 :] = torch.cat([beliefs[0] - beliefs[1], rise.new_ones(1)])
    return rise
