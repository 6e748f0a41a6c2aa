"""What is measured of networks that recall one of two items: swap curves, clouds of responses, shares of swaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from benchmarks.clusters import Clusters, along_chord, clusters
from models.analysis.activity import SWAP, observe
from models.analysis.components import attribute
from models.analysis.fidelity import component_groups, respond
from models.analysis.swap_curve import SwapCurve, distance_bins, swap_curve
from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.network import Network
from models.network.published import TWO_ITEMS
from models.network.recording import record
from models.network.swap_laws import SwapLaw

DISPLAYS, RUNS = 4000, 4
ROTATIONS, EACH = 24, 200
APART = -2 * math.pi / 3
"""Report of the other item, from that of the cued one, in the published pictures (radians)."""
UNSEEN = 2000
"""Seed of all displays, the same for every network; no training has used it."""


@dataclass(frozen=True)
class Cloud:
    """Responses to displays that differ by a rotation only.

    Attributes:
        plane: ``(B, S, 2)`` responses in the behaviour plane.
        cued, other: ``(B,)`` reports of the two items, radians.
        radius: at which reports lie in the plane.
    """

    plane: Tensor
    cued: Tensor
    other: Tensor
    radius: float

    @property
    def split(self) -> float:
        """Share of the displays whose responses form two clusters between the items."""
        return sum(one.two for one in self._clusters) / len(self.plane)

    @property
    def swapped(self) -> float:
        """Share of the responses in a second cluster, nearer to the other item than to the cued one."""
        return sum(one.swapped for one in self._clusters) / len(self.plane)

    @property
    def offset(self) -> float:
        """Mean place of the responses along the line from the cued item (0) to the other (1)."""
        return float(self._places.mean())

    @property
    def mean_radius(self) -> float:
        """Distance of a display's mean response from the origin of the plane, as a share of the radius of reports."""
        return float(self.plane.mean(1).norm(dim=-1).mean()) / self.radius

    @property
    def spread(self) -> float:
        """Root mean square distance of responses from their display's mean, as a share of the radius."""
        centred = self.plane - self.plane.mean(1, keepdim=True)
        return float(centred.square().sum(-1).mean().sqrt()) / self.radius

    def turned(self) -> Tensor:
        """``(B, S, 2)``: the responses turned so that the cued report lies at angle 0, in shares of the radius."""
        cosine, sine = self.cued.cos()[:, None], self.cued.sin()[:, None]
        x, y = self.plane.unbind(-1)
        return torch.stack([cosine * x + sine * y, cosine * y - sine * x], -1) / self.radius

    @cached_property
    def _clusters(self) -> list[Clusters]:
        return [clusters(row) for row in self._places]

    @property
    def _places(self) -> Tensor:
        return along_chord(self.plane, self.cued, self.other, self.radius)


def pairs(distance: float) -> Displays:
    """Two items, reports as far apart as published, probes ``distance`` radians; ``ROTATIONS`` random rotations."""
    generator = torch.Generator().manual_seed(UNSEEN)
    report, probe = FULL_CIRCLE * torch.rand(2, ROTATIONS, generator=generator, dtype=torch.float64)
    table = [wrap(torch.stack([first, first + gap], 1)) for first, gap in ((report, APART), (probe, distance))]
    return Displays(table[0], table[1], torch.full((ROTATIONS,), 2))


def cloud(network: Network, distance: float, seed: int, noise: float = 1.0) -> Cloud:
    """``EACH`` responses to each of ``pairs(distance)`` with all noise multiplied."""
    shown = pairs(distance)
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    plane = record(network, shown, EACH, generator, noise=noise, states=False).plane[:, :, -1].double()
    return Cloud(plane, shown.report[:, 0], shown.report[:, 1], network.config.radius)


def curve(network: Network, law: SwapLaw, seed: int) -> SwapCurve:
    """Swaps against probe distance on new displays of the training's law, the same displays for all networks."""
    shown = TWO_ITEMS.draw(DISPLAYS, torch.Generator().manual_seed(UNSEEN))
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    responses = respond(network, shown, RUNS, generator)
    bins = distance_bins(shown)
    return swap_curve(shown, bins, attribute(law, shown, responses, component_groups(shown, bins)), generator)


def swapped_share(network: Network, seed: int, noise: float = 1.0) -> float:
    """Share of responses that are swaps, on new displays of the training's law: near an item, and not the cued one."""
    shown = TWO_ITEMS.draw(DISPLAYS, torch.Generator().manual_seed(UNSEEN + 1))
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    outcome = observe(network, shown, generator, noise=noise).outcome
    return float((outcome == SWAP).double().mean())
