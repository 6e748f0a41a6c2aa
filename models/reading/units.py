"""Units: how many steps of a column make one full turn of the feature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

TAU = 2 * math.pi
EXTRA = TAU * math.pi / 180  # radians that were multiplied by pi/180 once more
TURNS = (EXTRA, TAU, 360.0)


def turn(values: np.ndarray, period: float) -> np.ndarray:
    """Values to radians on ``[-pi, pi)``; values already there stay exactly as they are."""
    angle = values if period == TAU else values * (TAU / period)
    with np.errstate(invalid="ignore"):
        wrapped = np.remainder(angle + math.pi, TAU) - math.pi
        wrapped = np.where(wrapped >= math.pi, wrapped - TAU, wrapped)
        return np.where((angle >= -math.pi) & (angle < math.pi), angle, wrapped)


def concentration(angle: np.ndarray) -> float:
    """Resultant length of angles in radians, NaN left out; 0 without any."""
    angle = angle[np.isfinite(angle)]
    return float(abs(np.exp(1j * angle).mean())) if len(angle) else 0.0


@dataclass(frozen=True)
class Units:
    """A period, why it was chosen, and the other period that fits as well, if there is one."""

    period: float
    reason: str
    other: float | None = None


def report_units(response: np.ndarray, target: np.ndarray | None) -> Units:
    """The period of a report feature from the range of responses and targets and from how they agree.

    Values that stay within half a turn of degrees or radians may be orientations, whose circle is half as long; then
    responses that lie near the target only *across the border* (2° beside 178°) tell the two apart.
    """
    values = response if target is None else np.concatenate([response, target])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    largest = max(abs(low), abs(high))
    shown = f"values run from {low:.4g} to {high:.4g}"
    full = TAU if largest <= TAU * 1.001 else 360.0
    if largest > 361 or largest <= 0.2:
        return Units(360.0, f"{shown}, which is neither degrees nor radians; 360 to the circle is assumed", None)
    half = full / 2
    tolerance = 1e-4 * full
    within_half = (low >= -tolerance and high <= half + tolerance) or (
        low >= -half / 2 - tolerance and high <= half / 2 + tolerance
    )
    word = "radians" if full == TAU else "degrees"
    circle = "2π" if full == TAU else "360°"
    half_circle = "π" if full == TAU else "180°"
    if not within_half:
        return Units(full, f"{word}, full circle {circle}: {shown}")
    if target is not None:
        difference = response - target
        beyond = np.mean(np.abs(difference[np.isfinite(difference)]) > half * 0.75)
        across = concentration(turn(difference, half))
        direct = concentration(turn(difference[np.abs(difference) < half * 0.75], half))
        if high - low > 0.9 * half and beyond > 0.01 and across > direct - 0.15:
            return Units(
                half,
                f"{word}, orientation {half_circle}: {shown}, and responses near one end answer targets near the other",
            )
    return Units(half, f"{word}, orientation {half_circle}: {shown}", full)


def item_period(values: np.ndarray, target: np.ndarray, report: float) -> float:
    """The period of the non-targets; half the report's when they fill just half of a circle the targets fill."""
    values, target = values[np.isfinite(values)], target[np.isfinite(target)]
    if not len(values) or not len(target):
        return report
    quarter = report / 4
    fills = np.abs(values).max() <= quarter * 1.001 and np.quantile(np.abs(values), 0.95) > 0.9 * quarter
    wide = np.mean(np.abs(turn(target, report)) > math.pi / 2) > 0.3
    return report / 2 if fills and wide else report


def probe_units(values: np.ndarray) -> Units | None:
    """The period of cue values: positions that are counted, evenly spaced angles, or any angles; None if no angle."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return None
    distinct = np.unique(np.round(values, 6))
    low, high, count = float(distinct[0]), float(distinct[-1]), len(distinct)
    if count < 2:
        return None
    whole = bool(np.all(distinct == np.round(distinct)))
    if whole and low in (0.0, 1.0) and high - low <= 24:
        positions = high if low == 1 else high + 1
        return Units(positions, f"whole numbers {low:g} to {high:g} count {positions:g} positions around the circle")
    step = float(np.min(np.diff(distinct)))
    if count <= 64:
        for full in TURNS:
            whole_steps = full / step
            even = (
                abs(whole_steps - round(whole_steps)) < 0.01 * whole_steps / max(count, 4) and round(whole_steps) <= 72
            )
            if even and high - low < full and count > 0.55 * whole_steps:
                factor = ", radians with one factor π/180 too many" if full == EXTRA else ""
                return Units(full, f"{count} values one {round(whole_steps)}th of a circle apart{factor}")
    largest = max(abs(low), abs(high))
    if largest <= 0.12:
        return Units(EXTRA, f"values up to {high:.3g} are radians with one factor π/180 too many")
    if largest <= TAU * 1.001:
        return Units(TAU, f"radians: values run from {low:.4g} to {high:.4g}")
    if largest <= 360.5:
        return Units(360.0, f"degrees: values run from {low:.4g} to {high:.4g}")
    return None
