"""How a display and a cue become the network's input; another encoding is another class here and a line below.

An encoding has a ``width`` D, ``stimulus(shown)`` and ``cue(shown)``, both ``(..., B, D)``; ``...`` is the axis of an
ensemble's members or nothing. Input during delay, gap and recall is none.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.network.config import TrainConfig
from models.network.task import Stimuli


class Conjunctive(nn.Module):
    """Probe x report "palimpsest": banks of tuning curves, the sum over items of their outer products, projected.

    It has no item slots, so one network takes displays of any number of items; the cue is any probe angle. The
    projection is learned, separately for either feature, and starts as harmonics.
    """

    def __init__(self, config: TrainConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.width = config.projection**2
        basis = fourier_projection(config.projection, config.tuning_centres, config.tuning_concentration)
        self.report_projection = nn.Parameter(basis.clone())
        self.probe_projection = nn.Parameter(basis.clone())

    def stimulus(self, shown: Stimuli) -> Tensor:
        """The projected image of the display."""
        return self._project(stimulus_image(shown.report, shown.probe, shown.present, self.config))

    def cue(self, shown: Stimuli) -> Tensor:
        """The projected image of the cue."""
        return self._project(cue_image(shown.cue, self.config))

    def _project(self, image: Tensor) -> Tensor:
        left = self.report_projection[..., None, :, :] @ image
        return (left @ self.probe_projection[..., None, :, :].mT).flatten(-2)


class Slots(nn.Module):
    """Cartesian slots: cosine and sine of every item's report and probe in a place of its own; the cue is a probe.

    Which item takes which slot is random, or the cued one would be known before the cue. Input that no item fills is 0.
    """

    def __init__(self, config: TrainConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.slots = config.slots
        self.width = 4 * config.slots + 2

    def stimulus(self, shown: Stimuli) -> Tensor:
        """Reports, then probes, in slots; the cue's place is empty."""
        reports, probes = (in_slots(angle, shown, self.slots) for angle in (shown.report, shown.probe))
        return nn.functional.pad(torch.cat([reports, probes], dim=-1), (0, 2))

    def cue(self, shown: Stimuli) -> Tensor:
        """Cosine and sine of the cue in the last two places."""
        return nn.functional.pad(_unit(shown.cue), (4 * self.slots, 0))


class Index(nn.Module):
    """Slots of reports alone; the cue is the number of the item's slot, a learned row of N(0, 1) at the start.

    Probes are never shown, so that no cue can lie between items, and what depends on probe distance cannot be learned.
    """

    def __init__(self, config: TrainConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.slots = config.slots
        self.width = 3 * config.slots
        self.embedding = nn.Parameter(torch.randn(config.slots, config.slots, generator=generator))

    def stimulus(self, shown: Stimuli) -> Tensor:
        """Reports in slots; the cue's places are empty."""
        return nn.functional.pad(in_slots(shown.report, shown, self.slots), (0, self.slots))

    def cue(self, shown: Stimuli) -> Tensor:
        """The embedding of the cued item's slot."""
        chosen = nn.functional.one_hot(shown.slot[..., 0], self.slots).to(self.embedding) @ self.embedding
        return nn.functional.pad(chosen, (2 * self.slots, 0))


ENCODINGS: dict[str, type[Conjunctive] | type[Slots] | type[Index]] = {
    "conjunctive": Conjunctive,
    "slots": Slots,
    "index": Index,
}


def in_slots(angle: Tensor, shown: Stimuli, slots: int) -> Tensor:
    """``(..., B, 2 slots)``: cosine and sine of angles ``(..., B, N)``, each item's at its slot, 0 where no item is."""
    values = _unit(angle) * shown.present[..., None]
    empty = values.new_zeros(*angle.shape[:-1], slots, 2)
    return empty.scatter(-2, shown.slot[..., None].expand_as(values), values).flatten(-2)


def _unit(angle: Tensor) -> Tensor:
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


def tuning(angle: Tensor, centres: int, concentration: float) -> Tensor:
    """Responses ``(..., centres)`` of evenly spaced von Mises tuning curves, 1 at their peaks, to angles (radians).

    Source: ``g_k(a) = exp(kappa (cos(a - c_k) - 1))``, ``c_k = -pi + 2 pi k / centres``.
    """
    steps = torch.arange(centres, device=angle.device, dtype=angle.dtype)
    centre = -math.pi + 2 * math.pi / centres * steps
    return torch.exp(concentration * (torch.cos(angle[..., None] - centre) - 1))


def stimulus_image(report: Tensor, probe: Tensor, present: Tensor, config: TrainConfig) -> Tensor:
    """``(..., B, report centres, probe centres)``: the sum over items of their conjunctive responses.

    Args:
        report, probe: ``(..., B, N)`` radians, finite also where no item is.
        present: ``(..., B, N)`` 1 where an item is, 0 elsewhere.
    """
    reports = tuning(report, config.tuning_centres, config.tuning_concentration)
    probes = tuning(probe, config.tuning_centres, config.tuning_concentration)
    return (reports * present[..., None]).mT @ probes


def cue_image(cue: Tensor, config: TrainConfig) -> Tensor:
    """``(..., B, report centres, probe centres)``: the cue's probe responses, the same for every report."""
    probes = tuning(cue, config.tuning_centres, config.tuning_concentration)
    return probes[..., None, :].expand(*cue.shape, config.tuning_centres, -1)


def fourier_projection(features: int, centres: int, concentration: float) -> Tensor:
    """``(features, centres)`` weights that read 1, cos a, sin a, cos 2a, ... out of a bank of tuning curves.

    A conjunctive code projected this way is a sum over items of products of harmonics of report and probe: a memory
    that a cue can be multiplied with.
    """
    centre = -math.pi + 2 * math.pi / centres * torch.arange(centres, dtype=torch.float64)
    curve = torch.exp(concentration * (torch.cos(centre) - 1))
    rows = []
    for feature in range(features):
        order = (feature + 1) // 2
        wave = torch.cos(order * centre) if feature % 2 or order == 0 else torch.sin(order * centre)
        gain = (torch.cos(order * centre) * curve).sum()
        rows.append(wave / gain.clamp(min=0.1))
    return torch.stack(rows).float()
