"""The other items of a display: how many, in which units, how their values are to be read, and where they were."""

from __future__ import annotations

import numpy as np

from models.reading.conventions import WORDS, convention
from models.reading.display_size import LARGEST_SET, Sizes, sizes
from models.reading.mapping import TAU, Mapping, describe_period
from models.reading.question import Guess, Question
from models.reading.roles import Roles
from models.reading.table import Table
from models.reading.units import item_period, probe_units, turn


def choose_items(result: Guess, table: Table, roles: Roles) -> None:
    """Set the non-targets of a guess, with set size, placeholders, period and convention."""
    if not roles.nontargets:
        _without_items(result, table, roles)
        return
    raw = np.column_stack([table.numbers(name) for name in roles.nontargets])
    extra = 0 if roles.include_target else 1
    target, error = _target_and_error(result.mapping, table)
    size = _set_size(result.mapping, table, roles, raw, error)
    result.reasons["set_size"] = size.reason
    values, shown = _shown_items(table, raw, size.column, size.missing, extra)
    period = _period(result, table, roles, values)
    result.change(
        nontargets=roles.nontargets,
        include_target=roles.include_target,
        cued=roles.cued,
        set_size=size.column,
        missing=size.missing,
    )
    _set_period(result, period)
    if not roles.include_target:
        _choose_convention(result, turn(values, period), target, error, shown, roles)


def _target_and_error(mapping: Mapping, table: Table) -> tuple[np.ndarray | None, np.ndarray]:
    """Target (None where the file holds only errors) and error in radians."""
    response = turn(table.numbers(mapping.response), mapping.period("response"))
    if mapping.target is None:
        return None, response
    target = turn(table.numbers(mapping.target), mapping.period("target"))
    return target, response if mapping.response_is == "error" else turn(response - target, TAU)


def _set_size(mapping: Mapping, table: Table, roles: Roles, raw: np.ndarray, error: np.ndarray) -> Sizes:
    extra = 0 if roles.include_target else 1
    named = [roles.set_size] if roles.set_size else []
    size = sizes(table, raw, extra, named, None)
    if size.column is None and not named:
        taken = {mapping.response, mapping.target, mapping.subject, roles.target_probe, *roles.nontargets}
        free = [str(name) for name in table.frame if name not in taken | set(roles.nontarget_probes) | set(roles.trial)]
        size = sizes(table, raw, extra, free, error)
    return size


def _period(result: Guess, table: Table, roles: Roles, values: np.ndarray) -> float:
    mapping = result.mapping
    target = table.numbers(mapping.target) if mapping.target else None
    if mapping.response_is != "angle" or target is None or roles.include_target:
        return mapping.period("target" if roles.include_target else "response")
    scaled = turn(target, mapping.period("target")) / TAU * mapping.period("response")
    period = item_period(values, scaled, mapping.period("response"))
    if period != mapping.period("response"):
        result.reasons["nontargets_units"] = (
            f"{describe_period(period)}: the non-targets fill this circle from end to end, target and response fill "
            f"another ({describe_period(mapping.period('response'))}), so their values were written differently"
        )
    return period


def _set_period(result: Guess, period: float) -> None:
    """The period of the items; in the choices of a question about half and whole circles, the same share of theirs."""
    share = period / result.mapping.period("response")

    def changed(mapping: Mapping) -> Mapping:
        return mapping.but(periods={**mapping.periods, "nontargets": share * mapping.period("response")})

    result.mapping = changed(result.mapping)
    result.questions = [question.with_each(changed) for question in result.questions]


def _without_items(result: Guess, table: Table, roles: Roles) -> None:
    """Say that there is nothing but targets; where displays had more items, a person must agree to go on without."""
    sizes_shown = table.numbers(roles.set_size) if roles.set_size else np.ones(0)
    known = np.unique(sizes_shown[np.isfinite(sizes_shown)])
    counts = bool(len(known) and np.all((known >= 1) & (known == np.round(known)) & (known <= LARGEST_SET)))
    if roles.response is not None and not (counts and known.max() > 1):
        result.reasons["set_size"] = "no column holds other items, so each display counts as one item"
        if counts:
            result.change(set_size=roles.set_size)
        return
    condition = result.mapping.condition
    if counts and len(known) > 1 and roles.set_size not in condition:
        condition = (*condition, str(roles.set_size))
        result.change(condition=condition)
        result.reasons["condition"] = f"“{roles.set_size}” is kept as the condition, as its items are not in this file"
    result.reasons["set_size"] = _size_in_words(roles.set_size if counts else None, known)
    only = f"“{roles.error}” is response minus target" if roles.response is None else "There are responses and targets"
    several = counts and len(known) > 1
    label = "Load each response as a display of one item" + (f", with “{roles.set_size}” as condition" * several)
    result.questions.append(
        Question(
            "no_items",
            "This file holds errors only" if roles.response is None else "This file holds no non-targets",
            f"{only}, but no column says what else was on the display, so nothing can be said about swaps. "
            "Two-component and variable-precision models need errors only. "
            f"{result.reasons['set_size'][:1].upper()}{result.reasons['set_size'][1:]}. "
            "For swaps, add a column for each non-target: its value, or its value minus the target's.",
            ((label, result.mapping),),
        )
    )


def _size_in_words(column: str | None, known: np.ndarray) -> str:
    if column is None:
        return "no column says how many items a display had, so spread cannot be compared between set sizes"
    if len(known) == 1:
        return f"“{column}” says that every display had {known[0]:g} items; which they were, the file does not say"
    listed = ", ".join(f"{size:g}" for size in known)
    return f"“{column}” says that displays had {listed} items; which they were, the file does not say"


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
    if target is not None and np.ptp(target[np.isfinite(target)]) == 0:
        result.reasons["nontargets"] = (
            "angles, like the target, which is 0 on every row: this file is relative to the target"
        )
        return
    good = np.isfinite(error) & (np.isfinite(target) if target is not None else True)
    found = convention(
        values[good], target[good] if target is not None else None, error[good], set_size[good], roles.relative
    )
    result.change(nontargets_are=found.reading)
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


def choose_probes(result: Guess, table: Table, roles: Roles) -> None:
    """Set the probe columns of a guess, with their period."""
    columns = [name for name in (roles.target_probe, *roles.nontarget_probes) if name]
    if not columns:
        result.reasons["probe"] = roles.reasons.get("probe", "no column holds circular values that items are cued by")
        return
    units = probe_units(probe_values(table, columns, result.mapping.missing))
    if units is None:
        result.reasons["probe"] = (
            f"“{columns[0]}” is not used: its values are no angles and no counted positions on a circle"
        )
        return
    relative = roles.target_probe is None and not roles.include_target
    result.change(
        target_probe=roles.target_probe,
        nontarget_probes=roles.nontarget_probes,
        nontarget_probes_are="minus_target" if relative else "angles",
    )

    def changed(mapping: Mapping) -> Mapping:
        return mapping.but(periods={**mapping.periods, "probe": units.period})

    result.mapping = changed(result.mapping)
    result.questions = [question.with_each(changed) for question in result.questions]
    result.reasons["probe"] = f"“{columns[0]}”: {describe_period(units.period)}; {units.reason}"


def probe_values(table: Table, columns: list[str], missing: tuple[float, ...]) -> np.ndarray:
    """``(M, K)`` numbers of probe columns, NaN for placeholders; 0 stays, as it is a place as well."""
    values = np.column_stack([table.numbers(name) for name in columns])
    return np.where(np.isin(values, [value for value in missing if value != 0.0]), np.nan, values)
