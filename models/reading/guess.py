"""Guessing which column is what, in which units, with the reason for each; asking where two readings fit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from models.reading import by_values
from models.reading.guess_items import choose_items, choose_probes, probe_values
from models.reading.guess_response import choose_response, response_units
from models.reading.long_tables import CUED
from models.reading.mapping import Mapping, describe_period
from models.reading.question import Guess
from models.reading.roles import Roles, named_roles
from models.reading.table import Table
from models.reading.units import item_period, probe_units, turn

AT_CUE = " of the cued item"


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
    """The roles of one table's columns: by names as far as the values agree, else by values."""
    roles = named_roles(table)
    if (roles.response is None and roles.error is None) or (roles.response and not roles.target and not roles.cued):
        found = by_values.find(_with_cued_values(table))
        if found is not None:
            roles = _from_values(found, roles)
    mapping = Mapping(table=table.name or None, header=table.header, subject=roles.subject, condition=roles.condition)
    result = Guess(mapping, dict(roles.reasons))
    if roles.lacks is not None:
        result.mapping = mapping.but(response=roles.response or "", target=roles.target)
        result.lacks = roles.lacks
        return result
    _choose_subject(result, table)
    choose_response(result, table, roles)
    choose_items(result, table, roles)
    choose_probes(result, table, roles)
    return result


def complete(table: Table, mapping: Mapping) -> tuple[Mapping, dict[str, str]]:
    """The mapping with the periods it leaves open guessed from the values, and the reason for each.

    A person who gives a role another column need not know that column's units.
    """
    periods, reasons = dict(mapping.periods), {}
    columns = set(mapping.columns())
    if not mapping.response or not columns <= set(table.frame.columns):
        return mapping, {}
    response, target = response_units(table, mapping.response, mapping.target, mapping.nontargets)
    for role, units, reason in (("response", response, "units"), ("target", target, "target_units")):
        if role not in periods:
            periods[role] = units.period
            reasons[reason] = f"{describe_period(units.period)}: {units.reason.split(': ', 1)[-1]}"
    if "nontargets" not in periods:
        periods["nontargets"] = periods["target" if mapping.include_target else "response"]
        if mapping.nontargets and mapping.target and not mapping.include_target:
            raw = np.column_stack([table.numbers(name) for name in mapping.nontargets])
            values = np.where(np.isin(raw, mapping.missing), np.nan, raw)
            scaled = turn(table.numbers(mapping.target), periods["target"]) / (2 * np.pi) * periods["response"]
            periods["nontargets"] = item_period(values, scaled, periods["response"])
            reasons["nontargets_units"] = f"{describe_period(periods['nontargets'])}, by the range of the values"
    probes = [name for name in (mapping.target_probe, *mapping.nontarget_probes) if name]
    places = probe_units(probe_values(table, probes, mapping.missing)) if "probe" not in periods and probes else None
    if places is not None:
        periods["probe"] = places.period
        reasons["probe"] = f"{describe_period(places.period)}; {places.reason}"
    return mapping.but(periods=periods), reasons


# Which reason explains which of a mapping's roles.
EXPLAINS = {
    "response": ("response", "response_is"),
    "target": ("target",),
    "nontargets": ("nontargets", "nontargets_are", "include_target", "cued"),
    "probe": ("target_probe", "nontarget_probes", "nontarget_probes_are"),
    "set_size": ("set_size", "missing"),
    "subject": ("subject",),
    "condition": ("condition",),
    "trial": ("trial", "item"),
}
UNITS = {"units": "response", "target_units": "target", "nontargets_units": "nontargets"}


def explained(mapping: Mapping, guessed: Guess) -> dict[str, str]:
    """The reasons for a mapping that a person chose: those of the guess where both agree, else what was guessed."""
    reasons: dict[str, str] = {}
    for reason, roles in EXPLAINS.items():
        same = all(getattr(mapping, role) == getattr(guessed.mapping, role) for role in roles)
        if same and reason in guessed.reasons:
            reasons[reason] = guessed.reasons[reason]
        elif not same:
            theirs = getattr(guessed.mapping, roles[0])
            listed = [theirs] if isinstance(theirs, str) else list(theirs or ())
            named = ", ".join(f"“{name}”" for name in listed[:4]) + (" …" if len(listed) > 4 else "")
            changed = getattr(mapping, roles[0]) != theirs
            instead = f"; the guess was {named}" if named and changed else ""
            reasons[reason] = f"chosen by you{instead}"
    for reason, role in UNITS.items():
        alike = math.isclose(mapping.period(role), guessed.mapping.period(role), rel_tol=1e-4)
        if reason in guessed.reasons and alike:
            reasons[reason] = guessed.reasons[reason]
    return reasons


def _choose_subject(result: Guess, table: Table) -> None:
    """Of several files, each is a subject unless a column tells subjects apart in another way."""
    if not table.files:
        return
    own = result.mapping.subject
    if own is not None and table.frame[own].nunique() > 1:
        return
    column = next(str(name) for name in reversed(table.frame.columns) if table.frame[name].tolist() == [*table.files])
    result.change(subject=column)
    result.reasons["subject"] = "each file is one subject, named by its file" + (
        f"; “{own}” is the same in all of them" if own is not None else ""
    )


def _with_cued_values(table: Table) -> Table:
    """For a table with one row an item that was put side by side: the cued item's value as columns of their own."""
    if not table.source_columns or CUED not in table.frame:
        return table
    frame, place = table.frame.copy(), table.frame[CUED].to_numpy().astype(int) - 1
    for source in table.source_columns:
        items = [f"{source}_{number + 1}" for number in range(len(frame.columns)) if f"{source}_{number + 1}" in frame]
        if items and all(frame[name].dtype.kind == "f" for name in items):
            frame[f"{source}{AT_CUE}"] = frame[items].to_numpy()[np.arange(len(frame)), place]
    return replace(table, frame=frame)


def _from_values(found: by_values.Found, named: Roles) -> Roles:
    reasons = dict(found.reasons)
    by_place = found.target is not None and found.target.endswith(AT_CUE)
    if by_place:
        reasons["target"] = reasons["nontargets"] = f"the item that “{CUED}” counts, of those that the response follows"
    if found.subject and not named.subject:
        reasons["subject"] = f"“{found.subject}” stays the same over long runs of rows"
    return Roles(
        response=found.response,
        error=found.error,
        target=None if by_place else found.target,
        cued=CUED if by_place else None,
        nontargets=found.items,
        include_target=found.include_target,
        target_probe=found.probes[0] if found.probes and not found.include_target else None,
        nontarget_probes=found.probes if found.include_target else found.probes[1:],
        subject=named.subject or found.subject,
        condition=named.condition,
        set_size=named.set_size,
        reasons={**{key: value for key, value in named.reasons.items() if key in ("subject", "condition")}, **reasons},
    )
