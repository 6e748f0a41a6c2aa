"""The same trials of a network again and again, each time with something done to it, and what is answered then.

All runs use the same random numbers (common random numbers), so that a difference between two of them is what was done
and not chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.analysis.activity import FAR, nearest_item
from models.analysis.subject import Subject
from models.circular import circular_sd, distance, wrap
from models.displays import Displays
from models.network.intervention import Intervention
from models.network.recording import record
from models.network.targets import grid

LOOKED_AT = 8  # times as many displays as are wanted
ANGLES = 360
LEAST_FREE = 0.05  # of the circle must be far from all items, or guesses cannot be told
Z = 1.959964


@dataclass(frozen=True)
class Answers:
    """What M trials answered.

    Attributes:
        reported: ``(M,)`` int64, the item that the response is nearest to; -1 if it is far from all, or there is none.
        error: ``(M,)`` float64, from the cued item's report, radians.
    """

    reported: Tensor
    error: Tensor

    @property
    def swapped(self) -> Tensor:
        """``(M,)`` float64, 1 where another item than the cued one is reported."""
        return (self.reported > 0).double()

    @property
    def guesses(self) -> float:
        """Share of responses that are far from all items."""
        return float((self.reported < 0).double().mean())

    @property
    def sd(self) -> float | None:
        """Circular sd (radians) of the errors of trials that report the cued item; None with fewer than two."""
        own = self.error[self.reported == 0]
        return float(circular_sd(own)) if len(own) > 1 else None


@dataclass(frozen=True)
class Trials:
    """S runs of each of B displays, M = B S trials; item 1 is the one with the probe nearest to the cued item's.

    Attributes:
        subject: the network.
        displays: B of them, in which the cued item's report is far from all others, if that can be.
        order: ``(B, K)`` slots of the items, in networks that have slots.
        runs: S.
        owned: ``(B, K)`` share of the circle on which a response counts as reporting each item.
    """

    subject: Subject
    displays: Displays
    order: Tensor
    runs: int
    owned: Tensor

    @staticmethod
    def of(subject: Subject, count: int, runs: int) -> Trials:
        """``count`` displays of the smallest set size above 1.

        Raises:
            NothingToAnalyse: if the network has only ever seen one item at a time.
        """
        size = subject.pair_size()
        drawn = subject.draw(LOOKED_AT * count, size)
        gap = distance(drawn.report[:, 1:], drawn.report[:, :1]).amin(1)
        # Reports within 2 FAR of each other share responses; beyond that one gap is as good as another.
        rows = gap.clamp(max=2 * FAR).sort(descending=True, stable=True).indices[:count]
        shown = _nearest_probe_first(drawn.select(rows))
        generator = torch.Generator().manual_seed(subject.seed % 2**63)
        order = torch.rand(count, size, generator=generator).argsort(1)
        return Trials(subject, shown, order, runs, _owned(shown))

    def part(self, start: int, stop: int) -> Trials:
        """Some of the displays."""
        rows = torch.arange(len(self.displays))[start:stop]
        return replace(self, displays=self.displays.select(rows), order=self.order[rows], owned=self.owned[rows])

    def answers(self, change: Intervention | None = None, delay: int | None = None, noise: int = 1) -> Answers:
        """Run all trials.

        Args:
            change: what is done to the network.
            delay: steps of delay; None is the longest of the training. Other delays have other random numbers.
            noise: which random numbers; trials with the same number have the same.
        """
        recording = record(
            self.subject.network, self.displays, self.runs, self.subject.generator(noise), delay=delay, states=False,
            order=self.order, intervention=change,
        )  # fmt: skip
        response = recording.response.flatten().cpu().double()
        shown = self.displays.select(torch.arange(len(self.displays)).repeat_interleave(self.runs))
        reported = torch.where(response.isfinite(), nearest_item(response, shown), -1)
        return Answers(reported, wrap(response - shown.report[:, 0]))

    def beyond_guesses(self, answers: Answers) -> Tensor:
        """``(M,)`` whose mean is the share of swaps less what would be expected of uniform guesses.

        1 where another item is reported, and, for every response far from all, minus as many as uniform responses put
        near the other items for each that they put far from all. Responses that are far because they are imprecise
        are taken for guesses, so that this errs on the low side. Where items leave no room to be far from, nothing is
        taken off.
        """
        free, others = 1 - float(self.owned.sum(1).mean()), float(self.owned[:, 1:].sum(1).mean())
        factor = others / free if free >= LEAST_FREE else 0.0
        return answers.swapped - factor * (answers.reported < 0).double()

    def swap_curve(self, answers: Answers, edges: Sequence[float]) -> list[float | None]:
        """Probability that one other item is reported, by its probe distance; None where no item is.

        Args:
            answers: of these trials.
            edges: between D bins of unsigned probe distance, radians, ascending; D - 1 of them.
        """
        items = torch.arange(1, self.displays.items)
        share = (answers.reported.reshape(-1, self.runs, 1) == items).double().mean(1)
        apart = distance(self.displays.probe[:, 1:], self.displays.probe[:, :1]).nan_to_num(0.0)
        bins = torch.bucketize(apart, torch.tensor(list(edges), dtype=torch.float64))
        found = [share[bins == one] for one in range(len(edges) + 1)]
        return [float(values.mean()) if len(values) else None for values in found]


def interval(values: Tensor) -> tuple[float, float]:
    """95 % interval of the mean of trial values ``(M,)``, normal, but never narrower than one trial's worth.

    Of shares it is the binomial one. Displays are the same in all runs, so that it errs on the wide side.
    """
    mean, spread = float(values.mean()), float(values.var(correction=0))
    half = Z * math.sqrt(max(spread, 1 / len(values)) / len(values))
    return mean - half, mean + half


def _nearest_probe_first(shown: Displays) -> Displays:
    """The same displays with the items after the cued one by rising probe distance; unknown ones as they were."""
    apart = distance(shown.probe[:, 1:], shown.probe[:, :1]).nan_to_num(math.inf)
    order = torch.nn.functional.pad(apart.argsort(dim=1, stable=True) + 1, (1, 0))
    return Displays(shown.report.gather(1, order), shown.probe.gather(1, order), shown.set_size)


def _owned(shown: Displays) -> Tensor:
    """``(B, K)`` share of the circle that is nearest to each item and not far from it."""
    angles = grid(ANGLES).double()
    gap, item = distance(angles[:, None], shown.report[:, None, :]).min(2)
    mine = torch.where(gap <= FAR, item, -1)
    return torch.stack([(mine == one).double().mean(1) for one in range(shown.items)], dim=1)
