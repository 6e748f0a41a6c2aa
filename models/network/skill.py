"""What a network can do so far, measured on displays that it is not trained on, running freely.

The measures tell a training when to go on to the next stage of its curriculum, when nothing more is gained, and, if it
failed, at what.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import distance
from models.network.network import Generators, Network
from models.network.targets import Batch

NEAR = math.pi / 4
"""A response nearer than this to an item has to do with it (radians); to a single item a quarter are by chance."""
RESPONSES = 8  # to each display, for the energy distance

REMEMBERED, SELECTED = 0.8, 0.8  # shares of what the law itself would show at which a stage has done its work
UNABLE = 0.3


def remembered(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """``(...)``: how often a response is near an item of its display; 1 as often as by the law, 0 by chance."""
    return _share(_is_near, network, batch, _is_near(_everywhere(batch), batch).float().mean(-1), generator)


def selected(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """``(...)``: how often the item nearest to a response is the cued one, on displays with several.

    1 as often as by the law of the batch, 0 as often as if all items were reported alike.
    """
    return _share(_is_nearest_to_cued, network, batch, 1 / batch.shown.present.sum(-1), generator)


def _share(
    is_so: Callable[[Tensor, Batch], Tensor], network: Network, batch: Batch, chance: Tensor, generator: Generators
) -> Tensor:
    """``(...)``: how often something is so, from 0 for a ``chance`` ``(..., B)`` to 1 for as often as by the law.

    Displays on which the law itself is hardly above chance say nothing and are left out; without any others it is 1.
    """
    found = is_so(responses(network, batch, 1, generator), batch).float().mean(-1)
    ideal = (batch.probability * is_so(_everywhere(batch), batch)).sum(-1)
    telling = (ideal - chance > 0.05).float()
    found, ideal, chance = ((value * telling).sum(-1) for value in (found, ideal, chance))
    return torch.where(telling.sum(-1) > 0, (found - chance) / (ideal - chance).clamp(min=1e-6), 1.0)


def _everywhere(batch: Batch) -> Tensor:
    return batch.angles.expand_as(batch.probability)


def energy(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """``(...)``: energy distance (radians) of responses from the tabulated law on the same display, averaged.

    ``2 E|x - y| - E|x - x'| - E|y - y'|`` with responses x and the law's y: 0 if and only if they have one distribution
    (Szekely & Rizzo 2013); the estimate is unbiased.
    """
    given = responses(network, batch, RESPONSES, generator)
    across = distance(given[..., None], batch.angles)
    between = (across.mean(-2) * batch.probability).sum(-1)
    gaps = distance(given[..., None], given[..., None, :])
    own = gaps.sum((-2, -1)) / (RESPONSES * (RESPONSES - 1))
    table = distance(batch.angles[:, None], batch.angles)
    law = ((batch.probability @ table) * batch.probability).sum(-1)
    return (2 * between - own - law).mean(-1)


@torch.no_grad()
def responses(network: Network, batch: Batch, runs: int, generator: Generators) -> Tensor:
    """``(..., B, runs)`` responses, radians, of a freely running network or ensemble."""
    prepared = network.prepare(batch.shown, batch.delay, generator)[-1].repeat_interleave(runs, dim=-2)
    end = network.recall(prepared, network.recall_noise(prepared.shape[-2], generator))[-1, ..., :2]
    return torch.atan2(end[..., 1], end[..., 0]).unflatten(-1, (len(batch), runs))


def _gaps(angle: Tensor, batch: Batch) -> Tensor:
    """``(..., B, A, N)``: distance of angles ``(..., B, A)`` from all items, infinite where none is."""
    gaps = distance(angle[..., None], batch.shown.report[..., None, :])
    return gaps.masked_fill(batch.shown.present[..., None, :] == 0, math.inf)


def _is_near(angle: Tensor, batch: Batch) -> Tensor:
    return _gaps(angle, batch).amin(-1) < NEAR


def _is_nearest_to_cued(angle: Tensor, batch: Batch) -> Tensor:
    return _gaps(angle, batch).argmin(-1) == 0


@dataclass(frozen=True)
class Verdict:
    """What a finished network can do; see ``remembered`` and ``selected``."""

    remembered: float
    selected: float

    def problem(self, steps: int) -> str:
        """A sentence on what was not learned in so many steps; empty if the network does what it should."""
        if self.remembered < UNABLE:
            return (
                f"After {steps:,} steps the responses have little to do with what was shown: the network has not "
                "learnt to remember. More steps, more neurons or a shorter delay may help."
            )
        if self.selected < UNABLE:
            return (
                f"After {steps:,} steps the network still reports all items about equally: it has not learnt the cue. "
                "A longer time without swaps, more steps or more neurons usually help."
            )
        return ""
