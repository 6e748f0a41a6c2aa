"""How far apart the items of a law's displays are in the probe feature: the distances at which swaps can be measured."""

from __future__ import annotations

import torch
from torch import Tensor

from models.analysis.subject import DRAWS, Subject

PLACES = 18  # at most so many different distances count as places; more are a continuum
POINTS = 25  # of the grid over a continuum
ROUND = 1e-6


def probe_distances(subject: Subject, size: int) -> Tensor:
    """``(D,)`` ascending unsigned probe distances (radians) of two items of a display of ``size``; empty without probes.

    The places of a law with few of them, otherwise a grid from the smallest to the largest. The displays are drawn with
    a seed of their own, so that the distances are the same for all networks of one law of displays.
    """
    shown = Subject(subject.network, subject.displays, subject.law, seed=0).draw(DRAWS, size)
    distance = shown.probe_distance[:, 1:].abs()
    distance = distance[distance.isfinite()]
    if not len(distance):
        return distance
    places = (distance / ROUND).round().unique() * ROUND
    if len(places) <= PLACES:
        return places
    return torch.linspace(float(places[0]), float(places[-1]), POINTS, dtype=torch.float64)
