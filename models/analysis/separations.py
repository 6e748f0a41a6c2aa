"""How far apart the items of a law's displays are in the probe feature: the distances at which swaps are measured."""

from __future__ import annotations

import torch
from torch import Tensor

from models.analysis.subject import DRAWS, Subject
from models.displays import Displays

PLACES = 18  # at most so many different distances count as places; more are a continuum
POINTS = 25  # of the grid over a continuum
ROUND = 1e-6


def usual_displays(subject: Subject, size: int) -> Displays:
    """Many displays of one set size with a seed of their own: the same for all networks of one law of displays."""
    return Subject(subject.network, subject.displays, subject.law, seed=0).draw(DRAWS, size)


def probe_distances(subject: Subject, size: int) -> Tensor:
    """``(D,)`` ascending unsigned probe distances (radians) of two items of a display; empty without probes.

    They are the places of a law with few of them, otherwise a grid from the smallest to the largest; and they are the
    same for all networks of one law of displays.
    """
    distance = usual_displays(subject, size).probe_distance[:, 1:].abs()
    distance = distance[distance.isfinite()]
    if not len(distance):
        return distance
    places = (distance / ROUND).round().unique() * ROUND
    if len(places) <= PLACES:
        return places
    return torch.linspace(float(places[0]), float(places[-1]), POINTS, dtype=torch.float64)
