"""Mapping: which column plays which role, and in which units."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any

TAU = 2 * math.pi


class MappingError(Exception):
    """A mapping that cannot be carried out on a table; ``problems`` are sentences for a person."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Mapping:
    """The roles of a table's columns.

    ``nontargets`` are in display order. ``nontargets_are`` says how their values are to be read: ``"angles"``,
    ``"minus_target"`` (non-target minus target) or ``"response_minus"`` (response minus non-target).
    ``include_target`` means that ``nontargets`` list *all* items of a display, the cued one among them: at the place
    ``cued`` (a column that counts items from 1), or where the value equals the target's.
    ``periods`` are units of a column per full turn of the feature, for ``response`` (also an error), ``target``,
    ``nontargets`` and ``probe``; ``shifts`` are parts of a full turn to be added to the first three (0.5 mends a shift
    by half a turn). ``missing`` are placeholder values that mean "no item".
    ``trial`` names the columns that are alike on all rows of one trial in a table with one row an item, empty for one
    row a trial; ``item`` is the column that numbers the items of such a trial. The other roles then name columns of
    the table as it is after its rows were put side by side (``models.reading.long_tables``).
    A mapping without a ``response`` settles table, header and layout only; the roles are guessed.
    """

    response: str = ""
    response_is: str = "angle"
    target: str | None = None
    target_probe: str | None = None
    nontargets: tuple[str, ...] = ()
    nontarget_probes: tuple[str, ...] = ()
    nontargets_are: str = "angles"
    nontarget_probes_are: str = "angles"
    include_target: bool = False
    cued: str | None = None
    table: str | None = None
    header: bool | None = None
    subject: str | None = None
    condition: tuple[str, ...] = ()
    set_size: str | None = None
    periods: Dictionary[str, float] = field(default_factory=dict)
    shifts: Dictionary[str, float] = field(default_factory=dict)
    missing: tuple[float, ...] = ()
    trial: tuple[str, ...] | None = None
    item: str | None = None

    def period(self, role: str) -> float:
        """Units per full turn of ``response``, ``target``, ``nontargets`` or ``probe``; radians unless said."""
        return float(self.periods.get(role, TAU))

    def shift(self, role: str) -> float:
        """Radians of the full circle to be added to the angles of a role."""
        return TAU * float(self.shifts.get(role, 0.0))

    @property
    def feature_degrees(self) -> int:
        """Degrees of the reported feature itself in one full turn: 180 for orientations, which are doubled, else 360.

        One column that was written undoubled says that the others were doubled before.
        """
        roles = [role for role in ("response", "target", "nontargets") if getattr(self, role)]
        halves = [half for half, words in PERIOD_WORDS if "orientation" in words]
        doubled = any(math.isclose(self.period(role), half, rel_tol=1e-4) for role in roles for half in halves)
        return 180 if doubled else 360

    def columns(self) -> list[str]:
        """Every column that has a role, once."""
        single = (self.response, self.target, self.target_probe, self.cued, self.set_size, self.subject)
        named = [name for name in (*single, *self.condition, *self.nontargets, *self.nontarget_probes) if name]
        return list(dict.fromkeys(named))

    def but(self, **changes: object) -> Mapping:
        """The same mapping with some roles changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """Plain data, the form that is stored and sent."""
        plain = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}

    @staticmethod
    def from_json(plain: Dictionary[str, Any]) -> Mapping:
        """The mapping written down in plain data; keys that are absent take their defaults.

        Raises:
            MappingError: if a key is unknown or a value has the wrong kind.
        """
        known = {item.name for item in dataclasses.fields(Mapping)}
        problems = [f"A mapping has no role called “{key}”." for key in plain if key not in known]
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items() if key in known
        }
        values["response"] = values.get("response") or ""
        for key, allowed in CHOICES.items():
            if key in values and values[key] not in allowed:
                problems.append(f"“{key}” must be one of {', '.join(allowed)}, not “{values[key]}”.")
        problems += _wrong_kinds(values)
        if problems:
            raise MappingError(problems)
        for key in ("periods", "shifts"):
            if key in values:  # null leaves a unit to be guessed
                values[key] = {role: float(turn) for role, turn in values[key].items() if turn is not None}
        return Mapping(**values)


CHOICES = {
    "response_is": ("angle", "error"),
    "nontargets_are": ("angles", "minus_target", "response_minus"),
    "nontarget_probes_are": ("angles", "minus_target"),
}


def _wrong_kinds(values: Dictionary[str, Any]) -> list[str]:
    problems = []
    for key in ("response", "target", "target_probe", "cued", "table", "subject", "set_size", "item"):
        if not isinstance(values.get(key), str | None):
            problems.append(f"“{key}” must be the name of a column.")
    for key in ("nontargets", "nontarget_probes", "condition", "trial"):
        names = values.get(key) or ()
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            problems.append(f"“{key}” must be a list of column names.")
    periods = values.get("periods", {})
    if not isinstance(periods, dict) or not all(turn is None or _positive(turn) for turn in periods.values()):
        problems.append("“periods” must give a positive number for each role: the units of one full turn.")
    shifts = values.get("shifts", {})
    if not isinstance(shifts, dict) or not all(isinstance(part, int | float) for part in shifts.values()):
        problems.append("“shifts” must give a number for each role: the part of a full turn to be added.")
    missing = values.get("missing", ())
    if not isinstance(missing, tuple) or not all(isinstance(value, int | float) for value in missing):
        problems.append("“missing” must be a list of numbers.")
    return problems


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def describe_period(period: float) -> str:
    """A period in the words people use: ``degrees, full circle 360°``."""
    for known, words in PERIOD_WORDS:
        if math.isclose(period, known, rel_tol=1e-6):
            return words
    return f"positions, {period:g} to the circle"


PERIOD_WORDS = (
    (TAU, "radians, full circle 2π"),
    (math.pi, "radians, orientation π (doubled)"),
    (360.0, "degrees, full circle 360°"),
    (180.0, "degrees, orientation 180° (doubled)"),
    (2 * TAU, "radians doubled once too often, full circle 4π"),
    (720.0, "degrees doubled once too often, full circle 720°"),
    (TAU * math.pi / 180, "radians times π/180 (one factor too many, undone)"),
    (math.pi * math.pi / 180, "radians times π/180, orientation (one factor too many, undone; doubled)"),
    (360 * 180 / math.pi, "degrees times 180/π (one factor too many, undone)"),
    (180 * 180 / math.pi, "degrees times 180/π, orientation (one factor too many, undone; doubled)"),
)
