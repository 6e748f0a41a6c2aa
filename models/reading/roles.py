"""Roles by name, checked against the values: groups of numbered columns, targets inside them, what is lacking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from models.reading.display_size import PLACEHOLDERS
from models.reading.names import Hint, hint
from models.reading.table import Table
from models.reading.units import concentration, fills, report_units, turn


@dataclass(frozen=True)
class Roles:
    """Columns by role as far as they are known; ``lacks`` is (title, detail) of what the table does not hold."""

    response: str | None = None
    error: str | None = None
    errors: tuple[str, ...] = ()
    target: str | None = None
    target_probe: str | None = None
    nontargets: tuple[str, ...] = ()
    nontarget_probes: tuple[str, ...] = ()
    include_target: bool = False
    cued: str | None = None
    set_size: str | None = None
    subject: str | None = None
    condition: tuple[str, ...] = ()
    trial: tuple[str, ...] = ()
    relative: bool = False
    reasons: dict[str, str] = field(default_factory=dict)
    lacks: tuple[str, str] | None = None


class _Columns:
    """The columns of a table with the roles their names suggest."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.hints: dict[str, Hint] = {str(column): hint(str(column)) for column in table.frame}

    def numeric(self, column: str) -> bool:
        """Whether most filled cells of a column are numbers, with a few typing errors allowed."""
        values = self.table.frame[column]
        if values.dtype.kind == "f":
            return bool(values.notna().any())
        numbers = np.isfinite(self.table.numbers(column)).sum()
        return bool(numbers > 0.5 * (values != "").sum())

    def of(self, *roles: str) -> list[str]:
        """Columns with a role, numeric ones only, in file order."""
        return [column for column, known in self.hints.items() if known.role in roles and self.numeric(column)]

    def angles(self, *roles: str) -> list[str]:
        """Columns with a role whose values could be angles."""
        return [column for column in self.of(*roles) if _could_be_angles(self.table.numbers(column))]

    def groups(self, *roles: str) -> list[list[str]]:
        """Angle columns of the same role and stem, by their number; the largest group first."""
        stems: dict[tuple[str, str], list[str]] = {}
        for column in self.angles(*roles):
            known = self.hints[column]
            stems.setdefault((known.role, known.stem), []).append(column)
        ordered = [sorted(group, key=lambda name: self.hints[name].index or 0) for group in stems.values()]
        return sorted(ordered, key=len, reverse=True)

    def labels(self, role: str) -> list[str]:
        """Columns with a role that may hold text, with at least one value."""
        return [
            column
            for column, known in self.hints.items()
            if known.role == role and (self.table.frame[column].astype(str).str.strip() != "").any()
        ]


def _could_be_angles(values: np.ndarray) -> bool:
    """Whether nine in ten values lie within a full turn of degrees, placeholders for "no item" aside.

    Degrees that were doubled once too often fill two turns.
    """
    shown = values[np.isfinite(values) & ~np.isin(values, PLACEHOLDERS[3:])]
    return bool(len(shown) and (np.quantile(np.abs(shown), 0.9) <= 361 or fills(shown, 720.0)))


def named_roles(table: Table) -> Roles:
    """What the names of a table's columns say, as far as the values agree."""
    columns = _Columns(table)
    roles = _labels(columns)
    errors = tuple(columns.angles("error"))
    roles = replace(roles, errors=errors, trial=tuple(columns.of("trial")))
    responses, targets = columns.angles("response"), columns.angles("target")
    items = columns.groups("item")
    if responses and not targets:
        targets = _first_items(columns, responses[0], items)
    if responses and targets:
        response, target = _best(table, responses, targets)
        return _with_items(columns, replace(roles, response=response, target=target))
    cued = columns.of("cued")
    if responses and items and cued:
        reason = f"“{items[0][0]}” to “{items[0][-1]}” list all items; “{cued[0]}” is the number of the cued one"
        reasons = {**roles.reasons, "nontargets": reason}
        roles = replace(
            roles, response=responses[0], cued=cued[0], include_target=True, nontargets=tuple(items[0]), reasons=reasons
        )
        return _item_probes(columns, roles)
    if errors:
        return _with_items(columns, replace(roles, error=errors[0], target=targets[0] if targets else None))
    wanting = "target" if responses else "response"
    return replace(
        roles,
        response=responses[0] if responses else None,
        lacks=(
            f"No column of this file could be recognised as the {wanting}",
            "A delayed-estimation file needs, on each row, what was reported and what was asked for (an angle, or a "
            "number of positions). Choose the columns yourself, or name them, for instance response and target.",
        ),
    )


def _labels(columns: _Columns) -> Roles:
    """Subject, condition and set size."""
    frame = columns.table.frame
    reasons: dict[str, str] = {}
    subjects = [name for name in columns.labels("subject") if frame[name].nunique() <= max(1, len(frame) / 2)]
    conditions = [name for name in columns.labels("condition") if 2 <= frame[name].nunique() <= 24]
    exact = [name for name in conditions if name.lower() in ("condition", "cond")]
    alone = [name for name in columns.labels("condition") if name.lower() in ("condition", "cond")]
    conditions = (exact or alone or conditions)[:1]
    sizes = columns.of("set_size")
    if subjects:
        reasons["subject"] = f"“{subjects[0]}”, by its name"
        if subjects[0] == "element":
            reasons["subject"] = "each element of the struct array is taken for one subject"
    if conditions:
        reasons["condition"] = (
            f"“{conditions[0]}”, by its name and its {frame[conditions[0]].nunique()} different values"
        )
    return Roles(
        subject=subjects[0] if subjects else None,
        condition=tuple(conditions),
        set_size=sizes[0] if sizes else None,
        reasons=reasons,
    )


def _first_items(columns: _Columns, response: str, items: list[list[str]]) -> list[str]:
    """With all items in numbered columns and no target named, the first is the target if responses follow it alone."""
    if columns.of("cued"):
        return []
    result = []
    for group in items:
        first = group[0]
        agreement = {name: _agreement(columns.table, response, name) for name in group}
        if agreement[first] == max(agreement.values()) and agreement[first] > 0.05:
            result.append(first)
    return result


def _agreement(table: Table, response: str, target: str) -> float:
    answers, asked = table.numbers(response), table.numbers(target)
    if not np.isfinite(answers).any() or not np.isfinite(asked).any():
        return 0.0
    return concentration(turn(answers - asked, report_units(answers, asked).period))


def _best(table: Table, responses: list[str], targets: list[str]) -> tuple[str, str]:
    pairs = [(response, target) for response in responses for target in targets]
    return max(pairs, key=lambda pair: round(_agreement(table, *pair), 3)) if len(pairs) > 1 else pairs[0]


def _with_items(columns: _Columns, roles: Roles) -> Roles:
    """Non-targets from the best group there is: named so, other items, distances named after an error or a place."""
    groups = columns.groups("nontarget")
    if groups:
        return _nontarget_probes(columns, replace(roles, nontargets=tuple(groups[0])))
    for group in columns.groups("item"):
        rest = tuple(name for name in group if name != roles.target)
        if not rest:
            continue
        if roles.target is not None and roles.target not in group and _holds_target(columns.table, roles.target, rest):
            cued = _cued(columns, roles.target, rest)
            reason = f"“{rest[0]}” to “{rest[-1]}” list all items; the target is one of them on every row"
            changed = replace(roles, nontargets=rest, include_target=True, cued=cued)
            return _item_probes(columns, replace(changed, reasons={**roles.reasons, "nontargets": reason}))
        return _item_probes(columns, replace(roles, nontargets=rest))
    for role in ("nontarget_error", "nontarget_probe"):
        for group in columns.groups(role):
            return replace(roles, nontargets=tuple(group), relative=True)
    return roles


def _holds_target(table: Table, target: str, items: tuple[str, ...]) -> bool:
    wanted = table.numbers(target)
    values = np.column_stack([table.numbers(name) for name in items])
    with np.errstate(invalid="ignore"):
        return bool(np.mean((np.abs(values - wanted[:, None]) < 1e-6).any(axis=1)) > 0.98)


def _cued(columns: _Columns, target: str, items: tuple[str, ...]) -> str | None:
    """The column that counts which item was cued, if following it always leads to the target."""
    wanted = columns.table.numbers(target)
    values = np.column_stack([columns.table.numbers(name) for name in items])
    for column, known in columns.hints.items():
        if "cue" not in column.lower() and known.role not in ("cued", "target_probe"):
            continue
        places = columns.table.numbers(column)
        valid = np.isfinite(places) & (places >= 1) & (places <= len(items))
        if valid.mean() > 0.98:
            place = np.where(valid, np.nan_to_num(places, nan=1), 1).astype(int) - 1
            if np.mean(np.abs(values[np.arange(len(place)), place] - wanted) < 1e-6) > 0.98:
                return column
    return None


def _nontarget_probes(columns: _Columns, roles: Roles) -> Roles:
    groups = [group for group in columns.groups("nontarget_probe") if len(group) >= len(roles.nontargets)]
    targets = [name for name in columns.angles("target_probe") if name != roles.target]
    if groups:
        probe = targets[0] if targets else None
        return replace(roles, target_probe=probe, nontarget_probes=tuple(groups[0][: len(roles.nontargets)]))
    return _pixels(columns, roles)


def _item_probes(columns: _Columns, roles: Roles) -> Roles:
    """Cue values in columns numbered like the items: ``probe_2`` belongs to ``report_2``."""
    for group in columns.groups("item_probe"):
        by_number = {columns.hints[name].index: name for name in group}
        wanted = [columns.hints[name].index for name in roles.nontargets]
        found = [by_number.get(number) for number in wanted]
        while found and found[-1] is None:
            found.pop()  # a last item column that never holds a cued item needs no probe
        if not found or None in found or len(found) < len(wanted) - 1:
            continue
        probe = None
        if not roles.include_target and roles.target is not None:
            named = [name for name in columns.angles("target_probe") if name != roles.target]
            probe = by_number.get(columns.hints[roles.target].index) or (named[0] if named else None)
        return replace(roles, target_probe=probe, nontarget_probes=tuple(str(name) for name in found))
    return _pixels(columns, roles)


def _pixels(columns: _Columns, roles: Roles) -> Roles:
    """Say so when items have places on the screen in pixels, which are no place on a circle."""
    screen = [
        name for name, known in columns.hints.items() if known.index is not None and known.stem[-1:].lower() in "xy"
    ]
    far = [name for name in screen if columns.numeric(name) and np.nanmax(columns.table.numbers(name)) > 361]
    if not far:
        return roles
    sentence = f"“{far[0]}” holds places on the screen in pixels, not places on a circle, so it is not used as a probe"
    return replace(roles, reasons={**roles.reasons, "probe": sentence})
