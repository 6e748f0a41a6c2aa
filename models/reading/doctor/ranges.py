"""Where on the circle items and responses lie, and how far items keep from each other."""

from __future__ import annotations

import math

import numpy as np

from models.reading.doctor.case import Case, Finding, degrees
from models.reading.swaps import separation
from models.reading.units import TAU

FEW = 50


def _covered(values: np.ndarray) -> float:
    """Radians of the circle outside the widest stretch that holds no value."""
    ordered = np.sort(values)
    return TAU - float(np.diff(np.append(ordered, ordered[0] + TAU)).max())


def _items(case: Case) -> np.ndarray:
    values = case.trials.report.numpy()
    return values[np.isfinite(values)]


def narrow_items(case: Case) -> list[Finding]:
    """Items that cover only part of the circle."""
    values = _items(case)
    if case.relative or len(values) < FEW or _covered(values) > 0.75 * TAU:
        return []
    detail = f"Items cover {degrees(_covered(values))} of the 360° of the full circle. Is the period right?"
    breaks = (
        "Models assume items anywhere on the circle: the uniform component and the chance level of swaps are too small "
        "here, and a non-target lies near the target more often than by chance."
    )
    return [Finding("warning", "narrow_items", "Items cover only part of the circle", detail, breaks)]


def narrow_responses(case: Case) -> list[Finding]:
    """Responses that never leave the range of the items, as on a half-circle dial or a scale with ends."""
    responses = case.trials.response.numpy()
    if len(responses) < FEW or case.relative or case.mapping.response_is == "error":
        return []
    covered, items = _covered(responses), _covered(_items(case))
    if covered > 0.75 * TAU or covered > 1.05 * items:
        return []
    detail = (
        f"Responses stay within {degrees(covered)} of the 360° of the full circle, where the items are "
        f"({degrees(items)}). Noise alone would carry some of them farther: the dial seems to end there."
    )
    breaks = "A guess is assumed to fall anywhere on the circle; guesses that could not are taken for something else."
    return [Finding("warning", "narrow_responses", "Responses never leave the range of the items", detail, breaks)]


def minimum_distance(case: Case) -> list[Finding]:
    """A minimum distance between target and non-targets."""
    closest = separation(case.offset)
    if not np.isfinite(case.offset).any() or closest < math.radians(8):
        return []
    detail = (
        f"Non-targets keep at least {degrees(closest)} of the full circle from the target; new displays are "
        "drawn likewise."
    )
    return [Finding("info", "minimum_distance", "Items keep a minimum distance", detail)]
