"""The few numbers of each analysis in a table: mean and interval over networks, the null underneath."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from frontend.figures.mechanism_groups import Entry, Group, same
from frontend.parts.markup import Child, aria

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Number:
    """A number of the table: the measure, its name, its unit ("degrees", "radians", "share", "seconds" or "")."""

    measure: str
    words: str
    unit: str = ""
    null: str = ""
    pick: Entry = same


NUMBERS: dict[str, Sequence[Number]] = {
    "planes": (
        Number("before", "angle before the cue", "degrees", "before"),
        Number("after", "angle at the end of recall", "degrees", "after"),
        Number("change", "change", "degrees", "change"),
        Number("floor_after", "floor: a plane and itself", "degrees"),
    ),
    "refit": (
        Number("largest_gap", "largest gap of the swap function", "share", "largest_gap"),
        Number("mean_gap", "mean gap (signed)", "share", "mean_gap"),
        Number("sd", "sd of the errors", "radians", "sd"),
    ),
}


def written(value: float | None, unit: str = "", sign: bool = False) -> str:
    """A number with its unit as people write it: "41°", "12.3 %", "1.25 s"; "–" where there is none."""
    if value is None:
        return "–"
    if unit == "radians":
        value, unit = math.degrees(value), "degrees"
    plus = "+" if sign else ""
    if unit == "share":
        return _minus(f"{100 * value:{plus}.1f} %")
    if unit == "degrees":
        return _minus(f"{value:{plus}.0f}°" if abs(value) >= 10 else f"{value:{plus}.1f}°")
    if unit in ("seconds", "s"):
        return _minus(f"{value:{plus}.2f} s")
    return _minus(f"{value:{plus}.0f}" if abs(value) >= 100 else f"{value:{plus}.2f}")


def interval(low: float | None, high: float | None, unit: str = "", sign: bool = False) -> str:
    """An interval as "(35° to 47°)"; empty where there is none."""
    return "" if low is None or high is None else f"({written(low, unit, sign)} to {written(high, unit, sign)})"


def _minus(words: str) -> str:
    return words.replace("-", MINUS)


def numbers_table(analysis: str, groups: Sequence[Group]) -> html.Div | None:
    """Rows are numbers, columns groups of networks; None where no network has any of the numbers."""
    shown = [one for one in NUMBERS.get(analysis, ()) if any(group.has(one.measure) for group in groups)]
    if not shown:
        return None
    head = html.Tr([html.Th(""), *(html.Th(group_name(group), scope="col") for group in groups)])
    rows = [
        html.Tr([html.Th(number.words, scope="row"), *(html.Td(_cell(number, group)) for group in groups)])
        for number in shown
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plain mechanism-numbers")
    return html.Div(table, className="scroll", tabIndex="0", **aria(label="The numbers"))


def group_name(group: Group) -> html.Span:
    """The name of a group after a dot of its colour."""
    dot = html.Span(className="swatch swatch-dot", style={"--swatch": group.colour})
    return html.Span([dot, group.name], className="key-entry")


def _cell(number: Number, group: Group) -> list[Child]:
    if not group.has(number.measure):
        return [html.Span("–", className="faint")]
    told = group.measures[number.measure]
    mean, low, high = (number.pick(told[part]) for part in ("mean", "low", "high"))
    null = number.pick((group.nulls.get(number.null) or {}).get("mean")) if number.null else None
    return [
        html.Span(written(mean, number.unit), className="strong"),
        html.Span(" " + interval(low, high, number.unit), className="interval soft"),
        html.Div(f"null {written(null, number.unit)}", className="interval faint") if null is not None else None,
    ]


def tests_table(result: Mapping[str, Any]) -> html.Div | None:
    """Every contrast between groups, and every number against its null, with intervals, effects and corrected p."""
    rows = [_test(one, " − ".join(one["groups"])) for one in result.get("contrasts", ())]
    rows += [_test(one, f"{one['group']} − null") for one in result.get("nulls", ())]
    if not rows:
        return None
    head = ("", "Between", "Difference", "95 % interval", "Effect", "p", "p corrected")
    table = html.Table(
        [html.Thead(html.Tr([html.Th(words) for words in head])), html.Tbody(rows)], className="plain parameters"
    )
    return html.Div(table, className="scroll", tabIndex="0", **aria(label="Table of contrasts"))


def _test(one: Mapping[str, Any], between: str) -> html.Tr:
    unit = one.get("unit") or ""
    words = one.get("label") or one["measure"]
    cells: list[Child] = [
        html.Th(words, scope="row"),
        html.Td(between),
        html.Td(written(one["difference"], unit, sign=True), className="number strong"),
        html.Td(interval(one["low"], one["high"], unit, sign=True).strip("()"), className="number"),
        html.Td(written(one["effect"]), className="number"),
        html.Td(_p(one.get("p_t", one["p"])), className="number"),
        html.Td(_p(one.get("adjusted")), className="number"),
    ]
    return html.Tr(cells)


def _p(value: float | None) -> str:
    return "–" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"
