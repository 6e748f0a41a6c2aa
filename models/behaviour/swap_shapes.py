"""Known swap functions: a constant, a curve over one distance, a surface over two.

Log-odds of reporting a non-target rather than the target. Distances are radians of the full feature circle from the
target's probe or report value, unsigned or signed as the shape's own points are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.displays import Displays


class MissingProbe(ValueError):
    """Displays lack the probe values that swaps depend on."""


def distances(displays: Displays, feature: str, signed: bool) -> Tensor:
    """``(M, N)`` distance of every item from the cued one along a feature, radians; column 0 is 0.

    Raises:
        MissingProbe: where a display of two or more items lacks a probe value that is wanted.
    """
    if feature == "report":
        found = displays.report_distance.double()
    else:
        check_probe(displays)
        found = displays.probe_distance.double()
    return found if signed else found.abs()


def check_probe(displays: Displays) -> None:
    """Raise ``MissingProbe``, in a person's words, where a display of two or more items lacks a probe value."""
    wanted = displays.present & (displays.set_size > 1)[:, None]
    missing = (wanted & ~displays.probe.isfinite()).any(1)
    if bool(missing.any()):
        several = int((displays.set_size > 1).sum())
        raise MissingProbe(
            f"a swap function over probe distance needs the probe value of every item, and {int(missing.sum())} of "
            f"{several} trials with more than one item lack some. Assign the columns that hold what the items were "
            "cued by, or fit a model that needs none: over report distance, or the three-component mixture"
        )


@dataclass(frozen=True)
class Constant:
    """The same log-odds whatever the distances."""

    log_odds: float

    def at(self, displays: Displays) -> Tensor:
        """``(M, N)`` log-odds."""
        return torch.full(displays.report.shape, self.log_odds, dtype=torch.float64)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"shape": "constant", "log_odds": self.log_odds}


@dataclass(frozen=True)
class SwapCurve:
    """Log-odds by one distance, linear between its points; beyond them the ends go on as constants.

    Attributes:
        distance: ``(G,)`` radians, ascending; below 0 at its start if the distance is signed.
        log_odds: ``(G,)``.
        feature: "probe" or "report".
    """

    distance: Tensor
    log_odds: Tensor
    feature: str = "probe"

    @property
    def signed(self) -> bool:
        """Whether it tells the two directions round the circle apart."""
        return float(self.distance[0]) < 0

    def value(self, distance: Tensor) -> Tensor:
        """Log-odds at distances of any shape."""
        index, part = bracketed(self.distance, distance)
        return (1 - part) * self.log_odds[index] + part * self.log_odds[index + 1]

    def at(self, displays: Displays) -> Tensor:
        """``(M, N)`` log-odds; raises ``MissingProbe`` where the probe is needed and absent."""
        return self.value(distances(displays, self.feature, self.signed))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "shape": "curve",
            "feature": self.feature,
            "distance": self.distance.tolist(),
            "log_odds": self.log_odds.tolist(),
        }


@dataclass(frozen=True)
class SwapSurface:
    """Log-odds by probe and report distance, bilinear between the points of a grid.

    Attributes:
        probe, report: ``(G1,)`` and ``(G2,)`` radians, ascending; both signed or both unsigned.
        log_odds: ``(G1, G2)``.
    """

    probe: Tensor
    report: Tensor
    log_odds: Tensor

    @property
    def signed(self) -> bool:
        """Whether it tells directions round the circles apart."""
        return float(self.probe[0]) < 0

    def value(self, probe: Tensor, report: Tensor) -> Tensor:
        """Log-odds at pairs of distances of any (equal) shape."""
        i, a = bracketed(self.probe, probe)
        j, b = bracketed(self.report, report)
        low = (1 - b) * self.log_odds[i, j] + b * self.log_odds[i, j + 1]
        high = (1 - b) * self.log_odds[i + 1, j] + b * self.log_odds[i + 1, j + 1]
        return (1 - a) * low + a * high

    def at(self, displays: Displays) -> Tensor:
        """``(M, N)`` log-odds; raises ``MissingProbe`` where a probe value is absent."""
        return self.value(distances(displays, "probe", self.signed), distances(displays, "report", self.signed))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "shape": "surface",
            "probe": self.probe.tolist(),
            "report": self.report.tolist(),
            "log_odds": self.log_odds.tolist(),
        }


Shape = Constant | SwapCurve | SwapSurface


def bracketed(points: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Which interval of ascending points each value lies in, and how far through it, 0 to 1; ends go on."""
    upper = torch.searchsorted(points, value.contiguous()).clamp(1, len(points) - 1)
    start, stop = points[upper - 1], points[upper]
    return upper - 1, ((value - start) / (stop - start)).clamp(0, 1)


def shape_from_json(plain: Mapping[str, Any]) -> Shape:
    """The shape that its ``to_json`` wrote down."""
    if plain["shape"] == "constant":
        return Constant(float(plain["log_odds"]))
    log_odds = torch.tensor(plain["log_odds"], dtype=torch.float64)
    if plain["shape"] == "curve":
        return SwapCurve(torch.tensor(plain["distance"], dtype=torch.float64), log_odds, plain["feature"])
    probe, report = (torch.tensor(plain[axis], dtype=torch.float64) for axis in ("probe", "report"))
    return SwapSurface(probe, report, log_odds)


def whole_circle(points: int) -> Tensor:
    """``(points,)`` signed distances from -pi to pi."""
    return torch.linspace(-math.pi, math.pi, points, dtype=torch.float64)
