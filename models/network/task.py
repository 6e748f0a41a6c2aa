"""The task as the network lives it: epochs, and the input that a display and a cue give.

The input is the conjunctive "palimpsest" code: banks of tuning curves for report and probe, and the sum over items of
their outer products. It has no item slots, so one network takes displays of any number of items.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.network.config import TrainConfig

PREPARATION = ("stimulus", "delay", "cue", "gap")


@dataclass(frozen=True)
class Epoch:
    """One stretch of a trial: the network's updates ``start`` (included) to ``stop`` (not included)."""

    name: str
    start: int
    stop: int

    @property
    def steps(self) -> int:
        """How many updates the epoch lasts."""
        return self.stop - self.start


def epochs(config: TrainConfig, delay: int) -> list[Epoch]:
    """The five epochs of a trial with a delay of ``delay`` steps, in order and without gaps between them."""
    names = (*PREPARATION, "recall")
    steps = (config.stimulus_steps, delay, config.cue_steps, config.gap_steps, config.recall_steps)
    result, start = [], 0
    for name, count in zip(names, steps, strict=True):
        result.append(Epoch(name, start, start + count))
        start += count
    return result


def tuning(angle: Tensor, centres: int, concentration: float) -> Tensor:
    """Responses ``(..., centres)`` of evenly spaced von Mises tuning curves, 1 at their peaks, to angles (radians).

    Source: ``g_k(a) = exp(kappa (cos(a - c_k) - 1))``, ``c_k = -pi + 2 pi k / centres``.
    """
    steps = torch.arange(centres, device=angle.device, dtype=angle.dtype)
    centre = -math.pi + 2 * math.pi / centres * steps
    return torch.exp(concentration * (torch.cos(angle[..., None] - centre) - 1))


def stimulus_image(report: Tensor, probe: Tensor, present: Tensor, config: TrainConfig) -> Tensor:
    """``(B, report centres, probe centres)``: the sum over items of their conjunctive responses.

    Args:
        report, probe: ``(B, N)`` radians, finite also where no item is.
        present: ``(B, N)`` 1 where an item is, 0 elsewhere.
    """
    reports = tuning(report, config.tuning_centres, config.tuning_concentration)
    probes = tuning(probe, config.tuning_centres, config.tuning_concentration)
    return torch.einsum("bnr,bnp->brp", reports * present[..., None], probes)


def cue_image(cue: Tensor, config: TrainConfig) -> Tensor:
    """``(B, report centres, probe centres)``: the cue's probe responses ``(B,)``, the same for every report."""
    probes = tuning(cue, config.tuning_centres, config.tuning_concentration)
    return probes[:, None, :].expand(-1, config.tuning_centres, -1)
