"""The few numbers of each analysis in a table: mean and interval over networks, the null underneath."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from frontend.figures.mechanism_groups import Group
from frontend.parts.markup import Child, aria

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Number:
    """A number of the table: the measure, its name, its unit ("degrees", "radians", "share", "points" (of a
    hundred), "seconds", "count" or "").

    `null` is its null among the analysis' nulls. Of a measure with many entries `at` picks one: over time the last
    step before the cue ("before") or of all ("end"), else an epoch or a condition by its name.
    """

    measure: str
    words: str
    unit: str = ""
    null: str = ""
    at: str = ""

    def of(self, told: Any, axes: Mapping[str, Any]) -> float | None:  # noqa: ANN401
        """The number in a measure's mean, bound or null; None where it is missing."""
        if not self.at or not isinstance(told, list):
            return told if isinstance(told, int | float) else None
        named = list(axes.get("epochs") or axes.get("what") or ())
        if self.at in named:
            place = named.index(self.at)
        else:
            steps = [step for step, second in enumerate(axes.get("time", ())) if self.at == "end" or second <= 0]
            place = steps[-1] if steps else len(told)
        value = told[place] if place < len(told) else None
        return value if isinstance(value, int | float) else None


NUMBERS: dict[str, Sequence[Number]] = {
    "planes": (
        Number("before", "angle before the cue", "degrees", "before"),
        Number("after", "angle at the end of recall", "degrees", "after"),
        Number("change", "change", "degrees", "change"),
        Number("floor_after", "floor: a plane and itself", "degrees"),
        Number("code_after", "one code for both items (1), at the end"),
    ),
    "decoding": (
        Number("cued_report", "cued report, before the cue", "", "cued_report", "before"),
        Number("cued_report", "cued report, end of recall", "", "cued_report", "end"),
        Number("cued_report_on_swaps", "the same on swap trials", "", "cued_report", "end"),
        Number("uncued_report", "other report, end of recall", "", "uncued_report", "end"),
        Number("cued_index", "which item was cued, end of recall", "share", "cued_index", "end"),
    ),
    "swap_hypotheses": (
        Number("share_misbinding", "misbinding, of all swaps", "share", "share_misbinding"),
        Number("share_misinterpretation", "misinterpretation", "share", "share_misinterpretation"),
        Number("share_misselection", "misselection", "share", "share_misselection"),
        Number("share_none", "none of these", "share", "share_none"),
        Number("decided", "decided at", "seconds", "decided"),
        Number("swap_rate", "swaps, of all trials", "share"),
    ),
    "fixed_points": (
        Number("count", "points in the delay", "count", "", "delay"),
        Number("fixed_share", "states led to a fixed point, delay", "share", "", "delay"),
        Number("lasting_directions", "directions that last a second, delay", "count", "", "delay"),
        Number("held_error", "error of what points hold, delay", "radians", "held_error", "delay"),
        Number("held_error", "the same in recall", "radians", "held_error", "recall"),
    ),
    "cue_sweep": (
        Number("switch_index_mean", "switch index (1 switches, 0 moves along)"),
        Number("bistable_gain_mean", "two modes beyond one (nats)", "", "bistable_gain_mean_if_interpolating"),
        Number("between_mean", "responses to no item, cue midway", "share"),
    ),
    "role_axis": (
        Number("separation", "roles apart (d′)", "", "separation"),
        Number("separation_beyond_response", "beyond a copy of the response (d′)", "", "separation"),
        Number("swap_place", "place of swaps (0 cued role, 1 other)", "", "swap_place"),
        Number("swap_place_beyond_response", "place of swaps, beyond the response"),
        Number("crossed", "swaps cross over at", "seconds"),
        Number("alignment_same", "alignment, same report (cosine)", "", "random"),
        Number("alignment_other", "alignment, opposite report (cosine)", "", "random"),
    ),
    "interventions": (
        Number("swaps", "swaps, undisturbed", "share", "", "undisturbed"),
        Number("swaps", "without noise in recall", "share", "swaps", "no noise in recall"),
        Number("swaps", "pushed to the other item’s role", "share", "swaps", "role: to the other item"),
        Number("swaps", "pushed to it in the behaviour plane", "share", "swaps", "plane: to the other item"),
        Number("swaps", "cue of the other item in recall", "share", "swaps", "other cue in recall"),
        Number("committed", "no push turns it round from", "seconds"),
        Number("reliability", "reliability of single neurons’ effects"),
    ),
    "refit": (
        Number("largest_gap", "largest gap of the swap function", "points", "largest_gap"),
        Number("mean_gap", "mean gap, signed", "points", "mean_gap"),
        Number("sd", "sd of the errors", "radians", "sd"),
        Number("guesses", "guesses", "share", "guesses"),
    ),
}


def written(value: float | None, unit: str = "", sign: bool = False) -> str:
    """A number with its unit as people write it: "41°", "12.3 %", "1.25 s"; "–" where there is none."""
    if value is None:
        return "–"
    if unit == "radians":
        value, unit = math.degrees(value), "degrees"
    plus = "+" if sign else ""
    factor, digits, suffix = {
        "share": (100, 1, " %"),
        "points": (100, 1, " points"),
        "degrees": (1, 0 if abs(value) >= 10 else 1, "°"),
        "seconds": (1, 2, " s"),
        "count": (1, 1, ""),
    }.get(unit, (1, 0 if abs(value) >= 100 else 2, ""))
    shown = round(factor * value, digits) + 0.0  # no minus before a zero
    return f"{shown:{plus}.{digits}f}{suffix}".replace("-", MINUS)


def interval(low: float | None, high: float | None, unit: str = "", sign: bool = False) -> str:
    """An interval as "(35° to 47°)"; empty where there is none. Of shares, what lies in 0 to 100 %."""
    if low is None or high is None:
        return ""
    if unit == "share" and not sign:
        low, high = max(low, 0.0), min(high, 1.0)
    return f"({written(low, unit, sign)} to {written(high, unit, sign)})"


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
    mean, low, high = (number.of(told[part], group.axes) for part in ("mean", "low", "high"))
    null = number.of((group.nulls.get(number.null) or {}).get("mean"), group.axes) if number.null else None
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
