"""Guessing which column is what, in which units, with the reason for each; asking where two readings fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.reading import unnamed
from models.reading.conventions import WORDS, convention
from models.reading.display_size import sizes
from models.reading.mapping import TAU, Mapping, describe_period
from models.reading.roles import Roles, named_roles
from models.reading.table import Table
from models.reading.units import item_period, probe_units, report_units, turn


@dataclass(frozen=True)
class Question:
    """Something two readings fit; every choice is a whole mapping."""

    id: str
    title: str
    detail: str
    choices: tuple[tuple[str, Mapping], ...]

    def to_json(self) -> dict[str, Any]:
        """The question as the API shows it."""
        choices = [{"label": label, "mapping": mapping.to_json()} for label, mapping in self.choices]
        return {"id": self.id, "title": self.title, "detail": self.detail, "choices": choices}


@dataclass
class Guess:
    """A mapping with a sentence for each role; ``lacks`` is (title, detail) of what the file does not hold."""

    mapping: Mapping
    reasons: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    lacks: tuple[str, str] | None = None


def guess(tables: list[Table]) -> Guess:
    """The most complete reading of any of a file's tables, of equals the longest."""
    guesses = [(guess_table(table), table) for table in tables]
    best, table = max(
        guesses, key=lambda pair: (pair[0].lacks is None, bool(pair[0].mapping.response), len(pair[1].frame))
    )
    if len(tables) > 1:
        best.reasons["table"] = f"“{table.name}” is the table of this file that holds trials"
    return best


def guess_table(table: Table) -> Guess:
    """The roles of one table's columns."""
    roles = named_roles(table)
    if (roles.response is None and roles.error is None) or (roles.response and not roles.target and not roles.cued):
        found = unnamed.find(table)
        if found is not None:
            roles = _from_values(found, roles)
    mapping = Mapping(table=table.name or None, header=table.header, subject=roles.subject, condition=roles.condition)
    result = Guess(mapping, dict(roles.reasons))
    if roles.lacks is not None:
        kind = "error" if roles.response is None and roles.error else "angle"
        column = roles.response or roles.error or ""
        result.mapping = mapping.but(response=column, response_is=kind, target=roles.target)
        result.lacks = roles.lacks
        return result
    _choose_response(result, table, roles)
    _choose_items(result, table, roles)
    _choose_probes(result, table, roles)
    return result


def _from_values(found: unnamed.Found, named: Roles) -> Roles:
    columns = ", ".join(f"“{column}”" for column in found.nontargets)
    reasons = {
        "response": f"“{found.response}” follows “{found.target}” closely (resultant {found.concentration:.2f})",
        "target": f"“{found.target}” is what “{found.response}” answers",
    }
    if found.nontargets:
        reasons["nontargets"] = f"{columns} have the range of the target, and responses are drawn to them"
    if found.subject:
        reasons["subject"] = f"“{found.subject}” stays the same over long runs of rows"
    return Roles(
        response=found.response,
        target=found.target,
        nontargets=found.nontargets,
        target_probe=found.probes[0] if found.probes else None,
        nontarget_probes=found.probes[1:],
        subject=named.subject or found.subject,
        condition=named.condition,
        set_size=named.set_size,
        unnamed=True,
        reasons=reasons,
    )


def _choose_response(result: Guess, table: Table, roles: Roles) -> None:
    column = roles.response or roles.error
    assert column is not None
    response = table.numbers(column)
    target = table.numbers(roles.target) if roles.target else None
    constant = target is not None and np.ptp(target[np.isfinite(target)]) == 0
    compared = None if target is None or constant else target
    if compared is None and roles.nontargets:
        shown = np.column_stack([table.numbers(name) for name in roles.nontargets]).ravel()
        units = report_units(np.concatenate([response, shown[np.abs(shown) <= 2 * np.nanmax(np.abs(response))]]), None)
    else:
        units = report_units(response, compared)
    periods = {"response": units.period, "target": units.period, "nontargets": units.period, "probe": TAU}
    kind = "angle" if roles.response else "error"
    result.mapping = result.mapping.but(response=column, response_is=kind, target=roles.target, periods=periods)
    result.reasons["units"] = f"{describe_period(units.period)}: {units.reason.split(': ', 1)[-1]}"
    result.reasons.setdefault(
        "response", f"“{column}”, by its name" + (", is response minus target" if kind == "error" else "")
    )
    if roles.target:
        result.reasons.setdefault("target", f"“{roles.target}”, by its name")
    _check_error(result, table, roles)
    if units.other is not None and not _settled(table, roles, units.period, units.other):
        _ask_period(result, units.period, units.other)


def _check_error(result: Guess, table: Table, roles: Roles) -> None:
    """A column of errors beside response and target proves both roles and the period."""
    mapping = result.mapping
    for column in roles.errors:
        if roles.response is None or roles.target is None:
            return
        period = mapping.period("response")
        error = turn(table.numbers(column), period)
        difference = turn(table.numbers(roles.response) - table.numbers(roles.target), period)
        both = np.isfinite(error) & np.isfinite(difference)
        if both.any() and np.mean(np.abs(turn(error - difference, TAU))[both] < 0.02) > 0.98:
            result.reasons["response"] = (
                f"“{roles.response}” minus “{roles.target}” is the column “{column}” on every row"
            )
            result.reasons["target"] = result.reasons["response"]
            return


def _settled(table: Table, roles: Roles, half: float, full: float) -> bool:
    """Whether orientations need not be asked about: the values fill the half circle from end to end."""
    columns = [column for column in (roles.response, roles.target) if column]
    values = np.concatenate([table.numbers(column) for column in columns or [str(roles.error)]])
    values = values[np.isfinite(values)]
    fills = np.ptp(values) > 0.97 * half and len(np.unique(np.floor(values / half * 24))) >= 24
    return bool(fills and len(values) > 300 and roles.response is not None)


def _ask_period(result: Guess, period: float, other: float) -> None:
    mapping = result.mapping
    choices = []
    for turn_length in (period, other):
        periods = {role: turn_length if role != "probe" else value for role, value in mapping.periods.items()}
        choices.append((describe_period(turn_length), mapping.but(periods=periods)))
    result.questions.append(
        Question(
            "period",
            "How long is one full turn of the reported feature?",
            "All values lie within half a circle, so they may be orientations or directions that were all on one side.",
            tuple(choices),
        )
    )


def _choose_items(result: Guess, table: Table, roles: Roles) -> None:
    mapping = result.mapping
    raw = np.column_stack([table.numbers(name) for name in roles.nontargets] or [np.empty((len(table.frame), 0))])
    response = turn(table.numbers(mapping.response), mapping.period("response"))
    target = turn(table.numbers(mapping.target), mapping.period("target")) if mapping.target else None
    error = response if mapping.response_is == "error" or target is None else turn(response - target, TAU)
    extra = 0 if roles.include_target else 1
    named = [roles.set_size] if roles.set_size else []
    size = sizes(table, raw, extra, named, None)
    if size.column is None and not named:
        taken = {mapping.response, mapping.target, mapping.subject, roles.target_probe, *roles.nontargets}
        free = [str(name) for name in table.frame if name not in taken | set(roles.nontarget_probes) | set(roles.trial)]
        size = sizes(table, raw, extra, free, error)
    result.reasons["set_size"] = size.reason
    values, sizes_shown = _shown_items(table, raw, size.column, size.missing, extra)
    period = mapping.period("response")
    if mapping.response_is == "angle" and target is not None and not roles.include_target:
        period = item_period(values, table.numbers(str(mapping.target)), period)
        if period != mapping.period("response"):
            result.reasons["nontargets_units"] = (
                f"{describe_period(period)}: the non-targets fill half the circle that target and response fill, "
                "so they were not doubled and are doubled here"
            )
    periods = {**mapping.periods, "nontargets": period}
    result.mapping = mapping.but(
        nontargets=roles.nontargets,
        include_target=roles.include_target,
        cued=roles.cued,
        set_size=size.column,
        missing=size.missing,
        periods=periods,
    )
    if roles.nontargets and not roles.include_target:
        _choose_convention(result, turn(values, period), target, error, sizes_shown, roles)
    for question_place, question in enumerate(result.questions):
        result.questions[question_place] = _carried(question, result.mapping)


def _carried(question: Question, mapping: Mapping) -> Question:
    """A question asked early, with the roles found since in each of its choices."""
    choices = []
    for label, choice in question.choices:
        periods = {**mapping.periods}
        scale = choice.period("response") / mapping.period("response")
        for role in ("response", "target", "nontargets"):
            periods[role] = mapping.period(role) * scale
        choices.append((label, mapping.but(periods=periods)))
    return Question(question.id, question.title, question.detail, tuple(choices))


def _shown_items(
    table: Table, raw: np.ndarray, column: str | None, missing: tuple[float, ...], extra: int
) -> tuple[np.ndarray, np.ndarray]:
    """Item values with NaN for every cell that is no item, and the set sizes."""
    kept = np.isfinite(raw) & ~np.isin(raw, missing)
    if column is not None:
        wanted = table.numbers(column) - extra
        unclear = kept.sum(axis=1) > wanted
        kept = np.where(unclear[:, None], np.arange(raw.shape[1])[None, :] < wanted[:, None], kept)
    return np.where(kept, raw, np.nan), kept.sum(axis=1) + extra


def _choose_convention(
    result: Guess,
    values: np.ndarray,
    target: np.ndarray | None,
    error: np.ndarray,
    set_size: np.ndarray,
    roles: Roles,
) -> None:
    absolute = target if result.mapping.response_is == "angle" or target is not None else None
    if absolute is not None and np.ptp(absolute[np.isfinite(absolute)]) == 0:
        result.reasons["nontargets"] = (
            "angles, like the target, which is 0 on every row: this file is relative to the target"
        )
        return
    good = np.isfinite(error) & (np.isfinite(absolute) if absolute is not None else True)
    found = convention(
        values[good], absolute[good] if absolute is not None else None, error[good], set_size[good], roles.relative
    )
    result.mapping = result.mapping.but(nontargets_are=found.reading)
    first = result.reasons.get("nontargets", "by their names")
    result.reasons["nontargets"] = f"{first}; {found.reason}"
    if found.undecided:
        choices = tuple((WORDS[way], result.mapping.but(nontargets_are=way)) for way in found.undecided)
        result.questions.append(
            Question(
                "nontargets_are",
                "What do the non-target columns hold?",
                "Both readings fit these values; which it is decides where swaps are seen. "
                "The script that wrote the file knows.",
                choices,
            )
        )


def _choose_probes(result: Guess, table: Table, roles: Roles) -> None:
    columns = [name for name in (roles.target_probe, *roles.nontarget_probes) if name]
    if not columns:
        result.reasons["probe"] = roles.reasons.get("probe", "no column holds circular values that items are cued by")
        return
    missing = result.mapping.missing
    values = np.column_stack([table.numbers(name) for name in columns])
    values = np.where(np.isin(values, [value for value in missing if value not in (0.0,)]), np.nan, values)
    units = probe_units(values)
    if units is None:
        result.reasons["probe"] = (
            f"“{columns[0]}” is not used: its values are no angles and no counted positions on a circle"
        )
        return
    relative = roles.target_probe is None and not roles.include_target
    periods = {**result.mapping.periods, "probe": units.period}
    changes: dict[str, Any] = {
        "target_probe": roles.target_probe,
        "nontarget_probes": roles.nontarget_probes,
        "nontarget_probes_are": "minus_target" if relative else "angles",
        "periods": periods,
    }
    result.mapping = result.mapping.but(**changes)
    result.questions = [
        Question(
            question.id,
            question.title,
            question.detail,
            tuple(
                (label, choice.but(**{**changes, "periods": {**choice.periods, "probe": units.period}}))
                for label, choice in question.choices
            ),
        )
        for question in result.questions
    ]
    result.reasons["probe"] = f"“{columns[0]}”: {describe_period(units.period)}; {units.reason}"
