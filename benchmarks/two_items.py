"""What is measured of networks that recall one of two items: swap curves, clouds of responses, shares of swaps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.clusters import along_chord, clusters
from models.analysis.activity import SWAP, observe
from models.analysis.components import attribute
from models.analysis.fidelity import component_groups, respond
from models.analysis.swap_curve import distance_bins, swap_curve
from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.network import Network
from models.network.published import TWO_ITEMS
from models.network.recording import record
from models.network.swap_laws import SwapLaw

DISPLAYS, RUNS = 4000, 4
ROTATIONS, EACH = 48, 200
SHOWN = 144  # responses of a cloud in a picture, as in the published ones
APART = -2 * math.pi / 3
"""Report of the other item, from that of the cued one, in the published pictures (radians)."""
UNSEEN = 2000
"""Seed of all displays, the same for every network; no training has used it."""


@dataclass(frozen=True)
class Cloud:
    """What responses to displays look like that differ by a rotation only.

    Attributes:
        split: share of the displays whose responses form two clusters between the items.
        at_items: share of the displays whose responses form two clusters, one at either item.
        swapped: share of the responses in a second cluster, nearer to the other item than to the cued one.
        offset: mean place of the responses along the line from the cued item (0) to the other (1).
        mean_radius: distance of a display's mean response from the origin, as a share of the radius of reports.
        points: ``SHOWN`` responses ``[x, y]``, as many of every display, turned so that the cued report lies at angle
            0, in shares of the radius.
    """

    split: float
    at_items: float
    swapped: float
    offset: float
    mean_radius: float
    points: list[list[float]]

    @staticmethod
    def of(plane: Tensor, cued: Tensor, other: Tensor, radius: float) -> Cloud:
        """From responses ``(B, S, 2)`` in the behaviour plane and the reports ``(B,)`` of both items, radians."""
        found = clusters(plane, cued, other, radius)
        each = -(-SHOWN // len(plane))
        return Cloud(
            split=sum(one.two for one in found) / len(found),
            at_items=sum(one.at_items for one in found) / len(found),
            swapped=sum(one.swapped for one in found) / len(found),
            offset=float(along_chord(plane, cued, other, radius).mean()),
            mean_radius=float(plane.mean(1).norm(dim=-1).mean()) / radius,
            points=turned(plane[:, :each], cued, radius).flatten(0, 1)[:SHOWN].tolist(),
        )


def turned(plane: Tensor, cued: Tensor, radius: float) -> Tensor:
    """``(B, S, 2)``: responses turned so that the cued report lies at angle 0, in shares of the radius."""
    cosine, sine = cued.cos()[:, None], cued.sin()[:, None]
    x, y = plane.unbind(-1)
    return torch.stack([cosine * x + sine * y, cosine * y - sine * x], -1) / radius


def pairs(distance: float) -> Displays:
    """Two items, reports as far apart as published, probes ``distance`` radians; ``ROTATIONS`` random rotations."""
    generator = torch.Generator().manual_seed(UNSEEN)
    report, probe = FULL_CIRCLE * torch.rand(2, ROTATIONS, generator=generator, dtype=torch.float64)
    table = [wrap(torch.stack([first, first + gap], 1)) for first, gap in ((report, APART), (probe, distance))]
    return Displays(table[0], table[1], torch.full((ROTATIONS,), 2))


def cloud(network: Network, seed: int, distance: float, noise: float = 1.0) -> Cloud:
    """``EACH`` responses to each of ``pairs(distance)`` with all noise multiplied."""
    shown = pairs(distance)
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    plane = record(network, shown, EACH, generator, noise=noise, states=False).plane[:, :, -1].double()
    return Cloud.of(plane, shown.report[:, 0], shown.report[:, 1], network.config.radius)


@dataclass(frozen=True)
class Curve:
    """Swap probability against probe distance (radians, ascending): the law's and what the responses do."""

    distance: list[float]
    target: list[float]
    found: list[float]

    @property
    def largest_error(self) -> float:
        """Largest absolute difference of the two."""
        return max(abs(a - b) for a, b in zip(self.found, self.target, strict=True))


def curve(network: Network, seed: int, law: SwapLaw) -> Curve:
    """Swaps on new displays of the training's law, the same displays for all networks."""
    shown = TWO_ITEMS.draw(DISPLAYS, torch.Generator().manual_seed(UNSEEN))
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    responses = respond(network, shown, RUNS, generator)
    bins = distance_bins(shown)
    found = swap_curve(shown, bins, attribute(law, shown, responses, component_groups(shown, bins)), generator)
    return Curve(found.distance.tolist(), found.target.tolist(), found.found.tolist())


def swapped_share(network: Network, seed: int, noise: float = 1.0) -> float:
    """Share of responses that are swaps, on new displays of the training's law: near an item, and not the cued one."""
    shown = TWO_ITEMS.draw(DISPLAYS, torch.Generator().manual_seed(UNSEEN + 1))
    generator = torch.Generator().manual_seed(UNSEEN + seed)
    outcome = observe(network, shown, generator, noise=noise).outcome
    return float((outcome == SWAP).double().mean())
