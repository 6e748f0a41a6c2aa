"""Recorded responses as what a network learns from, without any model of them.

Each recorded trial is a display with one response to it, which is all that a sampled target needs. As the report circle
has no privileged direction, a trial is as good turned by any angle: that makes displays that were never shown, with the
responses that would have been given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import wrap
from models.displays import Displays
from models.network.targets import ResponseLaw, Source
from models.trials import Trials

HELD_OUT = 0.1  # share of the trials on which the kept weights are chosen


@dataclass(frozen=True)
class AnsweredDisplays(Displays):
    """Displays with the response ``(M,)`` (radians) that was given to each."""

    response: Tensor

    def select(self, index: Tensor) -> AnsweredDisplays:
        """Rows by integer index or boolean mask."""
        rows = super().select(index)
        return AnsweredDisplays(rows.report, rows.probe, rows.set_size, self.response[index])


@dataclass(frozen=True)
class RecordedDisplays:
    """Recorded trials in random order, each turned by a random angle of the report circle."""

    trials: Trials

    def sample(self, count: int, generator: torch.Generator) -> AnsweredDisplays:
        """``count`` trials, with repetition."""
        rows = torch.randint(len(self.trials), (count,), generator=generator)
        turn = 2 * math.pi * torch.rand(count, generator=generator, dtype=torch.float64)
        shown = self.trials.displays.select(rows)
        report = wrap(shown.report + turn[:, None])
        return AnsweredDisplays(report, shown.probe, shown.set_size, wrap(self.trials.response[rows] + turn))


@dataclass(frozen=True)
class RecordedResponses:
    """The response that was given where one is known, else what a fitted model says."""

    model: ResponseLaw

    def weights(self, displays: Displays) -> Tensor:
        """The model's weights ``(M, N + 1)``."""
        return self.model.weights(displays)

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)``, per radian: all at the angle of the grid that is nearest to a known response."""
        if not isinstance(displays, AnsweredDisplays):
            return self.model.density(displays, angles)
        nearest = wrap(displays.response[:, None] - angles).abs().argmin(1)
        return torch.nn.functional.one_hot(nearest, len(angles)).double() * len(angles) / (2 * math.pi)

    def sample(self, displays: Displays, generator: torch.Generator) -> Tensor:
        """``(M,)`` responses, radians."""
        return displays.response if isinstance(displays, AnsweredDisplays) else self.model.sample(displays, generator)


def recorded_source(trials: Trials, model: ResponseLaw, seed: int = 0) -> Source:
    """Recorded responses as a source; a tenth of the trials is kept aside to choose weights on.

    Args:
        trials: what people did.
        model: fitted to them: says what responses without swaps would be, and is shown beside the network's.
        seed: of which trials are kept aside.
    """
    aside, learned = trials.split(HELD_OUT, torch.Generator().manual_seed(seed))
    if not len(aside):
        aside = learned
    return Source(RecordedDisplays(learned), RecordedResponses(model), RecordedDisplays(aside), model)
