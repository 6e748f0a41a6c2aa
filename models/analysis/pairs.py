"""The cued item and another one, trial by trial: what decoders and hypotheses about swaps are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import CORRECT, SWAP, Activity, observe
from models.analysis.activity import joined as join
from models.analysis.subject import Subject

TRIALS = 3000
BATCHES = 4  # of trials that are looked through for swaps
ENOUGH = 300  # swap trials
ORDERS = 4  # harmonics of the probe: enough for eight places, each to be told from all others


@dataclass(frozen=True)
class Pair:
    """Two items of each of M trials; place 0 of the second axis is the cued item, place 1 the other.

    Attributes:
        report: ``(M, 2)`` float64 radians.
        identity: ``(M, 2, P)`` float64, by what the network can tell items apart: harmonics of the probe, or a code
            of the slot.
    """

    report: Tensor
    identity: Tensor

    def select(self, index: Tensor) -> Pair:
        """Some of the trials."""
        return Pair(self.report[index], self.identity[index])

    def exchanged(self) -> Pair:
        """Report values exchanged between the items, the cue kept: wrong binding, or the wrong report selected."""
        return Pair(self.report.flip(1), self.identity)

    def flipped(self) -> Pair:
        """The cue flipped to the other item, values kept with their items: the cue misread."""
        return Pair(self.report.flip(1), self.identity.flip(1))


@dataclass(frozen=True)
class Observed:
    """M trials with their pairs of items, and ``order`` ``(M, N)``: the slots that items were in."""

    activity: Activity
    pair: Pair
    order: Tensor

    def __len__(self) -> int:
        return len(self.order)

    def select(self, index: Tensor) -> Observed:
        """Some of the trials, by integer index or boolean mask."""
        return Observed(self.activity.select(index), self.pair.select(index), self.order[index])


def gather(subject: Subject) -> tuple[Observed, Observed]:
    """Trials to learn from, and swap trials: theirs and, where swaps are rare, those of more trials.

    Raises:
        NothingToAnalyse: if the network has only known single items.
    """
    observed = observe_pairs(subject, TRIALS)
    found = [observed.select(observed.activity.outcome == SWAP)]
    for number in range(1, BATCHES):
        if sum(map(len, found)) >= ENOUGH:
            break
        more = observe_pairs(subject, TRIALS, number)
        found.append(more.select(more.activity.outcome == SWAP))
    return observed, joined(found)


def observe_pairs(subject: Subject, count: int, number: int = 0) -> Observed:
    """``count`` new displays of the smallest size with two items, run freely, once each.

    The other item is the one that was reported in place of the cued one, and otherwise any of the others.

    Raises:
        NothingToAnalyse: if the network has only known single items.
    """
    displays = subject.draw(count, subject.pair_size(), number)
    generator = torch.Generator().manual_seed((subject.seed * 1_000_003 + 700_001 + number) % 2**63)
    order = torch.rand(displays.report.shape, generator=generator).argsort(1)
    activity = observe(subject.network, displays, subject.generator(number), order=order)
    return Observed(activity, pair_of(activity, order, subject.network.config.encoding, generator), order)


def joined(parts: Sequence[Observed]) -> Observed:
    """Trials of several, one after another."""
    pair = Pair(torch.cat([one.pair.report for one in parts]), torch.cat([one.pair.identity for one in parts]))
    return Observed(join([one.activity for one in parts]), pair, torch.cat([one.order for one in parts]))


def matched(subject: Subject, swaps: Observed, number: int, runs: int = 4) -> tuple[Observed, Observed]:
    """For swap trials, correct ones of the very same displays: what differs between them is not what was shown.

    Args:
        subject: whose trials they are.
        swaps: M trials.
        number: of the randomness.
        runs: how often a display is run again to find a correct trial.

    Returns:
        The swap trials for which one was found, and those correct trials; equally many.
    """
    if not len(swaps):
        return swaps, swaps
    activity = observe(subject.network, swaps.activity.displays, subject.generator(number), runs, order=swaps.order)
    correct = (activity.outcome == CORRECT).reshape(len(swaps), runs)
    found = correct.any(1)
    first = correct.long().argmax(1) + torch.arange(len(swaps)) * runs
    kept = swaps.select(found)
    return kept, Observed(activity.select(first[found]), kept.pair, kept.order)


def pair_of(activity: Activity, order: Tensor, encoding: str, generator: torch.Generator) -> Pair:
    """The cued and another item of every trial.

    Args:
        activity: M trials of displays that all have the same number N > 1 of items.
        order: ``(M, N)`` slots that the items were in.
        encoding: of the network; it decides by what items can be told apart.
        generator: picks the other item where there are several.
    """
    count, items = activity.displays.report.shape
    other = 1 + torch.randint(items - 1, (count,), generator=generator)
    other = torch.where(activity.outcome == SWAP, activity.reported, other)
    both = torch.stack([torch.zeros_like(other), other], 1)
    report = activity.displays.report.gather(1, both)
    codes = []
    if encoding != "index":
        codes.append(harmonics(activity.displays.probe.gather(1, both), ORDERS))
    if encoding != "conjunctive":
        slots = torch.nn.functional.one_hot(order.gather(1, both), items).double()
        codes.append(2 * slots[..., :-1] - 1)
    return Pair(report, torch.cat(codes, -1))


def harmonics(angle: Tensor, orders: int) -> Tensor:
    """``(..., 2 orders)``: cosine and sine of ``k angle`` for k = 1..orders."""
    k = torch.arange(1, orders + 1, dtype=angle.dtype)
    turned = angle[..., None] * k
    return torch.stack([turned.cos(), turned.sin()], -1).flatten(-2)
