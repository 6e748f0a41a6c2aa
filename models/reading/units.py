"""Units: how many steps of a column make one full turn of the feature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

TAU = 2 * math.pi
EXTRA = TAU * math.pi / 180  # radians that were multiplied by pi/180 once more
STEEP = 360.0 * 180 / math.pi  # degrees that were multiplied by 180/pi once more
TURNS = (EXTRA, TAU, 360.0, STEEP)
WORDS = {EXTRA: "radians times π/180", TAU: "radians", 360.0: "degrees", STEEP: "degrees times 180/π"}
CIRCLES = {EXTRA: ("2π·π/180", "π·π/180"), TAU: ("2π", "π"), 360.0: ("360°", "180°"), STEEP: ("20,626", "10,313")}
FEW = 40  # values below which their range says little


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


def agreement(response: np.ndarray, target: np.ndarray) -> float:
    """How closely angles (radians) follow others: resultant length of the differences beyond what unrelated angles with
    the same spread would give; 0 for unrelated ones, 1 for equal ones all around the circle.
    """
    both = np.isfinite(response) & np.isfinite(target)
    by_chance = concentration(response[both]) * concentration(target[both])
    return concentration(response[both] - target[both]) - by_chance


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
    shown = f"values run from {low:.4g} to {high:.4g}"
    twice = next((2 * whole for whole in (TAU, 360.0) if target is not None and fills(values, 2 * whole)), None)
    if twice is not None and target is not None and fills(target, twice):
        return Units(twice, f"{WORDS[twice / 2]}, doubled once too often: {shown}")
    full = _full_circle(values)
    if full is None:
        return Units(360.0, f"{shown}, which is neither degrees nor radians; 360 to the circle is assumed", None)
    half = full / 2
    tolerance = 1e-4 * full
    within_half = (low >= -tolerance and high <= half + tolerance) or (
        low >= -half / 2 - tolerance and high <= half / 2 + tolerance
    )
    word, (circle, half_circle) = WORDS[full], CIRCLES[full]
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


def _full_circle(values: np.ndarray) -> float | None:
    """The full circle of the unit that the largest value speaks for; None for neither degrees nor radians."""
    largest = float(np.abs(values).max())
    if largest <= EXTRA * 1.001 and len(np.unique(values)) >= FEW:
        return EXTRA
    if 0.2 < largest <= TAU * 1.001:
        return TAU
    if TAU < largest <= 361:
        return 360.0
    return STEEP if largest > 1000 and filled_period(values) in (STEEP, STEEP / 2) else None


def filled_period(values: np.ndarray) -> float | None:
    """The circle, full or half, of the usual units that values fill from end to end; None if they fill none."""
    values = values[np.isfinite(values)]
    return next((period for full in TURNS for period in (full / 2, full) if fills(values, period)), None)


def fills(values: np.ndarray, period: float) -> bool:
    """Whether values lie within one turn, from 0 or around 0, reach both its ends and leave no twelfth of it out."""
    values = values[np.isfinite(values)]
    if len(values) < FEW:
        return False
    low, high = float(values.min()), float(values.max())
    start = 0.0 if low >= -1e-3 * period else -period / 2
    if low < start - 2e-3 * period or high > start + period * 1.004 or high - low < 0.95 * period:
        return False
    return len(np.unique(np.clip((values - start) / period * 12, 0, 11).astype(int))) == 12


def pair_units(response: np.ndarray, target: np.ndarray) -> tuple[Units, Units]:
    """Periods of response and target, which differ where one was doubled or written in other units than the other.

    Each fills a circle of its own then, and responses follow targets far better with two periods than with one.
    """
    joint = report_units(response, target)
    own = filled_period(response), filled_period(target)
    if own[0] is None or own[1] is None or own[0] == own[1]:
        return joint, joint
    together = agreement(turn(response, joint.period), turn(target, joint.period))
    apart = agreement(turn(response, own[0]), turn(target, own[1]))
    if apart < together + 0.15:
        return joint, joint
    shown = f"responses follow targets only so read (agreement {apart:.2f} of 1, else {together:.2f})"
    told = [Units(period, f"{_named(period)}; {shown}") for period in own if period is not None]
    return told[0], told[1]


def _named(period: float) -> str:
    full = period if period in TURNS else 2 * period
    return f"{WORDS[full]}, {'full circle' if period == full else 'orientation'} {CIRCLES[full][period != full]}"


def item_period(values: np.ndarray, target: np.ndarray, report: float) -> float:
    """The period of the non-targets: the report's, unless they fill another circle while the targets fill theirs."""
    known = values[np.isfinite(values)]
    own = filled_period(known)
    if own is None or math.isclose(own, report, rel_tol=1e-6):
        return report
    spread = np.abs(turn(target[np.isfinite(target)], report))
    wide = len(spread) > 0 and float(np.mean(spread > math.pi / 2)) > 0.3
    return own if wide else report


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
