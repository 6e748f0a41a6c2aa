"""Response and target: their columns, the proof by a column of errors, and their units."""

from __future__ import annotations

import numpy as np

from models.reading.mapping import TAU, describe_period
from models.reading.question import Guess, Question
from models.reading.roles import Roles
from models.reading.table import Table
from models.reading.units import Units, pair_units, report_units, turn


def choose_response(result: Guess, table: Table, roles: Roles) -> None:
    """Set response and target of a guess with their periods; ask when half a circle and a whole one both fit."""
    column = roles.response or roles.error
    assert column is not None
    kind = "angle" if roles.response else "error"
    units, target_units = response_units(table, column, roles.target, roles.nontargets)
    periods = {"response": units.period, "target": target_units.period, "nontargets": units.period, "probe": TAU}
    result.mapping = result.mapping.but(response=column, response_is=kind, target=roles.target, periods=periods)
    result.reasons["units"] = _in_words(units)
    if target_units != units:
        result.reasons["target_units"] = _in_words(target_units)
    result.reasons.setdefault(
        "response", f"“{column}”, by its name" + (", is response minus target" if kind == "error" else "")
    )
    if roles.target:
        result.reasons.setdefault("target", f"“{roles.target}”, by its name")
    _check_error(result, table, roles)
    if units.other is not None and not _settled(table, roles, units.period):
        _ask_period(result, units.period, units.other)


def _in_words(units: Units) -> str:
    return f"{describe_period(units.period)}: {units.reason.split(': ', 1)[-1]}"


def response_units(table: Table, response: str, target: str | None, nontargets: tuple[str, ...]) -> tuple[Units, Units]:
    """Units of a response (or error) and of the target; without a target that varies, the other items help."""
    answers = table.numbers(response)
    asked = table.numbers(target) if target else None
    if asked is not None and np.isfinite(asked).any() and np.ptp(asked[np.isfinite(asked)]) > 0:
        return pair_units(answers, asked)
    if nontargets:
        shown = np.column_stack([table.numbers(name) for name in nontargets]).ravel()
        with np.errstate(invalid="ignore"):
            answers = np.concatenate([answers, shown[np.abs(shown) <= 2 * np.nanmax(np.abs(answers))]])
    units = report_units(answers, None)
    return units, units


def _check_error(result: Guess, table: Table, roles: Roles) -> None:
    """A column of errors beside response and target proves both roles and the period."""
    mapping = result.mapping
    for column in roles.errors:
        if roles.response is None or roles.target is None:
            return
        error = turn(table.numbers(column), mapping.period("response"))
        answers = turn(table.numbers(roles.response), mapping.period("response"))
        difference = turn(answers - turn(table.numbers(roles.target), mapping.period("target")), TAU)
        both = np.isfinite(error) & np.isfinite(difference)
        if both.any() and np.mean(np.abs(turn(error - difference, TAU))[both] < 0.02) > 0.98:
            result.reasons["response"] = (
                f"“{roles.response}” minus “{roles.target}” is the column “{column}” on every row"
            )
            result.reasons["target"] = result.reasons["response"]
            return


def _settled(table: Table, roles: Roles, half: float) -> bool:
    """Whether orientations need not be asked about: the values fill the half circle from end to end."""
    columns = [column for column in (roles.response, roles.target) if column]
    values = np.concatenate([table.numbers(column) for column in columns or [str(roles.error)]])
    values = values[np.isfinite(values)]
    fills = np.ptp(values) > 0.97 * half and len(np.unique(np.floor(values / half * 24))) >= 24
    return bool(fills and len(values) > 300 and roles.response is not None)


def _ask_period(result: Guess, period: float, other: float) -> None:
    choices = []
    for length in (period, other):
        periods = {role: length if role != "probe" else value for role, value in result.mapping.periods.items()}
        choices.append((describe_period(length), result.mapping.but(periods=periods)))
    result.questions.append(
        Question(
            "period",
            "How long is one full turn of the reported feature?",
            "All values lie within half a circle, so they may be orientations or directions that were all on one side.",
            tuple(choices),
        )
    )
