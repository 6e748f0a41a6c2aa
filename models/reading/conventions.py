"""How non-target values are to be read: as angles, relative to the target, or as distances of the response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.reading.swaps import opposite_separation, separation, signature
from models.reading.units import concentration, turn

WORDS = {
    "angles": "angles of their own",
    "minus_target": "non-target minus target",
    "response_minus": "response minus non-target",
}
CLEAR_GAP = 0.12  # radians: a designed minimum separation, not chance
CLEAR_SIGNATURE = 4.0
EVEN = 0.3  # resultant length up to which targets count as spread around the circle
TAU = 2 * np.pi


@dataclass(frozen=True)
class Convention:
    """The reading that the values support, why, and which others fit as well.

    ``decided`` is False where the values say nothing and the usual reading was taken.
    """

    reading: str
    reason: str
    undecided: tuple[str, ...] = ()
    decided: bool = True


def offsets(values: np.ndarray, target: np.ndarray, error: np.ndarray, reading: str) -> np.ndarray:
    """Non-target minus target (radians, ``(M, K)``) of values under one reading."""
    if reading == "angles":
        return turn(values - target[:, None], TAU)
    return values if reading == "minus_target" else turn(error[:, None] - values, TAU)


def convention(
    values: np.ndarray, target: np.ndarray | None, error: np.ndarray, set_size: np.ndarray, named: bool = False
) -> Convention:
    """Which reading of non-target values (radians) the values themselves support.

    Two things happen only under the right reading: items keep the distance from each other that the design gave them,
    and large errors cluster on the non-targets of their own trial.

    Args:
        values: ``(M, K)``, NaN where there is no item.
        target: ``(M,)``, or None where the file holds only errors.
        error: ``(M,)`` response minus target.
        set_size: ``(M,)``.
        named: whether the columns' names say that they are relative (an error, a distance).
    """
    readings = (["angles"] if target is not None else []) + ["minus_target", "response_minus"]
    zero = np.zeros_like(error) if target is None else target
    found = {reading: offsets(values, zero, error, reading) for reading in readings}
    # Items on one side of the circle seem to keep a distance, or to attract responses, when misread.
    free = named or target is None or concentration(target) < EVEN
    spaced = _by_gap(found, free)
    if spaced is not None:
        return spaced
    scores = {reading: signature(error, offset, set_size) or 0.0 for reading, offset in found.items()}
    ranked = sorted(scores, key=lambda reading: -scores[reading])
    if target is None:
        opposed = _half_turn(scores)
        if opposed is not None:
            return opposed
    likely = ranked[0]
    ahead = scores[likely] - scores[ranked[1]]
    natural = likely == "angles" or named or target is None or (free and scores["angles"] < 2.6)
    if natural and scores[likely] > CLEAR_SIGNATURE and ahead > CLEAR_SIGNATURE:
        return Convention(
            likely, f"read as {WORDS[likely]}: so read, large errors land on the non-targets of their own trial"
        )
    if target is not None and not named:
        return Convention(
            "angles",
            "read as angles of their own, like the target; nothing in the values says otherwise",
            decided=False,
        )
    # Columns of this kind are more often an "error" towards each item than an offset from the target.
    likely = "response_minus"
    if scores["minus_target"] > scores[likely] + 2:
        likely = "minus_target"
    return Convention(
        likely,
        f"read as {WORDS[likely]}, but the values do not decide it",
        ("response_minus", "minus_target") if likely == "response_minus" else ("minus_target", "response_minus"),
    )


def _by_gap(found: dict[str, np.ndarray], free: bool) -> Convention | None:
    """The one reading under which items keep a distance from the target, or from the point opposite to it."""
    gaps = {reading: max(separation(offset), opposite_separation(offset)) for reading, offset in found.items()}
    first, second = sorted(gaps, key=lambda reading: -gaps[reading])[:2]
    if not (free or first == "angles") or gaps[first] <= CLEAR_GAP or gaps[first] <= 4 * gaps[second]:
        return None
    return Convention(
        first,
        f"read as {WORDS[first]}: so read, no non-target is closer to the target than "
        f"{np.degrees(gaps[first]):.0f}°, as by design; read as {WORDS[second]} they touch",
    )


def _half_turn(scores: dict[str, float]) -> Convention | None:
    """The reading under which large errors avoid the non-targets far more than they seek them under another.

    The mirrored reading of a file shows the opposite of its swaps, but about half as clearly.
    """
    reading = min(scores, key=lambda one: scores[one])
    others = [abs(score) for one, score in scores.items() if one != reading]
    if scores[reading] > -CLEAR_SIGNATURE or -scores[reading] < 1.5 * max(others):
        return None
    return Convention(
        reading, f"read as {WORDS[reading]}: so read, large errors land half a turn from the non-targets of their trial"
    )
