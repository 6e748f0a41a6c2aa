"""Which columns are items, told by their values: copies and distances are set aside, positions are paired by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.reading.swaps import signature
from models.reading.units import TAU, concentration, turn

ERRORS = 0.65  # resultant length above which a column is more like errors than like items
ALIKE = 0.25  # how much the spread of items may differ from that of the targets


@dataclass(frozen=True)
class Angles:
    """Some rows of all columns that may hold angles: as numbers and, by the circle each seems to fill, in radians."""

    numbers: dict[str, np.ndarray]
    radians: dict[str, np.ndarray]

    def spread(self, column: str) -> float:
        """Resultant length: 0 for angles all around the circle."""
        return concentration(self.radians[column])

    def around_zero(self, column: str) -> bool:
        """Whether values lie on both sides of 0 and around it, as errors do."""
        values, radians = self.numbers[column], self.radians[column]
        known = np.isfinite(values)
        mean = np.angle(np.exp(1j * radians[known]).mean())
        return bool(0.3 < np.mean(values[known] < 0) < 0.7 and abs(mean) < 0.5)


def originals(angles: Angles, pair: tuple[str, str], triples: list[tuple[str, str, str]]) -> list[str]:
    """Angle columns that are neither copies of target, response or one another nor differences from them."""
    kept = [name for name in angles.numbers if name not in pair]
    for members in triples:
        rest = [name for name in members if name not in pair]
        if len(rest) == 1:
            kept = [name for name in kept if name not in rest]
        elif len(rest) == 2 and all(name in kept for name in rest):
            kept.remove(_distance(angles, pair, rest))
    unique: list[str] = []
    for name in kept:
        earlier = [angles.radians[other] for other in (*pair, *unique)]
        if not any(np.nanmean(np.abs(turn(angles.radians[name] - other, TAU)) < 1e-9) > 0.98 for other in earlier):
            unique.append(name)
    return unique


def _distance(angles: Angles, pair: tuple[str, str], both: list[str]) -> str:
    """Of an item and the response's distance from it, the distance.

    It fills the whole circle where items fill half; of two equally wide ones, large errors land less on it.
    """
    first, second = sorted(both, key=lambda name: float(np.nanmax(np.abs(angles.numbers[name]))))
    widths = [float(np.nanmax(np.abs(angles.numbers[name]))) for name in (first, second)]
    if widths[0] < 0.6 * widths[1]:
        return second
    return min(both, key=lambda name: _drawn(angles, pair, name))


def _drawn(angles: Angles, pair: tuple[str, str], name: str) -> float:
    target, response = (angles.radians[column] for column in pair)
    known = np.isfinite(target) & np.isfinite(response) & np.isfinite(angles.radians[name])
    offset = turn(angles.radians[name] - target, TAU)[known, None]
    return signature(turn(response - target, TAU)[known], offset, np.ones(int(known.sum()))) or 0.0


def list_of_all(angles: Angles, pair: tuple[str, str], triples: list[tuple[str, str, str]]) -> tuple[str, list[str]]:
    """The target and the columns that list all items: on every row one of them equals the target."""
    for target in pair:
        same = {name: _same(angles, name, target) for name in angles.numbers if name not in pair}
        share = {name: float(hits.mean()) for name, hits in same.items()}
        members = [name for name in same if 0.01 < share[name] < 0.99]
        for names in triples:  # differences equal the target now and then, by chance
            rest = [name for name in names if name not in pair]
            known = [name for name in rest if name in members]
            if len(rest) == 1 or len(known) == 2:
                members = [name for name in members if name != min(known or rest, key=lambda one: share.get(one, 0.0))]
        members = [name for name in members if not any(_same(angles, name, one).mean() > 0.98 for one in pair)]
        if len(members) > 1 and np.mean(np.any([same[name] for name in members], axis=0)) > 0.98:
            return target, members
    return pair[0], []


def _same(angles: Angles, name: str, other: str) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(turn(angles.radians[name] - angles.radians[other], TAU)) < 1e-6


def others_like(angles: Angles, pair: tuple[str, str], others: list[str]) -> list[str]:
    """Columns with the range of target and response, or half or double of it, that are spread as those are."""
    fitting = [name for name in others if _fits(angles, name, pair)]
    if not fitting:
        return []
    spreads = [angles.spread(column) for column in pair]
    # Non-targets sorted by value are spread as targets are only when taken together.
    together = concentration(np.concatenate([angles.radians[name] for name in fitting]))
    if min(abs(together - spread) for spread in spreads) < ALIKE / 2:
        return [name for name in fitting if angles.spread(name) < max(*spreads, ERRORS) or not angles.around_zero(name)]
    return [name for name in fitting if min(abs(angles.spread(name) - spread) for spread in spreads) < ALIKE]


def _fits(angles: Angles, name: str, pair: tuple[str, str]) -> bool:
    values = angles.numbers[name]
    own = float(np.nanmax(np.abs(values)))
    ranged = varied = False
    for column in pair:
        span = float(np.nanmax(np.abs(angles.numbers[column])))
        ranged |= any(0.8 * span * scale < own <= 1.01 * span * scale for scale in (1.0, 0.5, 2.0))
        # Positions lie on a circle, too, but take far fewer values.
        varied |= len(np.unique(values)) > 0.2 * len(np.unique(angles.numbers[column])) * np.isfinite(values).mean()
    return ranged and varied


def order(angles: Angles, pair: tuple[str, str], others: list[str], proven: bool) -> tuple[str, str]:
    """Target first: it has the range of the other items, and responses are drawn to these while targets are not."""
    if not others:
        return pair
    spans = [float(np.ptp(angles.numbers[name][np.isfinite(angles.numbers[name])])) for name in (*pair, *others)]
    apart = [abs(span - float(np.median(spans[2:]))) for span in spans[:2]]
    if max(apart) > 0.2 * max(spans[:2]) and not proven:
        return pair if apart[0] < apart[1] else pair[::-1]
    scores = []
    for target, response in (pair, pair[::-1]):
        error = turn(angles.radians[response] - angles.radians[target], TAU)
        offset = turn(np.column_stack([angles.radians[o] - angles.radians[target] for o in others]), TAU)
        known = np.isfinite(error)
        scores.append(signature(error[known], offset[known], np.ones(int(known.sum()))) or 0.0)
    return pair[::-1] if scores[1] > scores[0] + (4.0 if proven else 0.0) else pair


def adjacent_positions(columns: list[str], numbers: dict[str, np.ndarray], owners: list[str]) -> tuple[str, ...]:
    """The probes where the column of each item is followed by one of positions, else none.

    Which position belongs to which item cannot be told from values in any other order.
    """
    following = {name: columns[place + 1] for place, name in enumerate(columns[:-1])}
    probes = [following.get(name, "") for name in owners]
    if len(owners) < 2 or set(probes) & set(owners):
        return ()
    return tuple(probes) if all(_is_position(numbers.get(name, np.zeros(0))) for name in probes) else ()


def _is_position(values: np.ndarray) -> bool:
    known = np.unique(values[np.isfinite(values)])
    return bool(3 <= len(known) <= 64 and (known.max() <= 24 or np.any(known != np.round(known))) and known.min() > -7)
