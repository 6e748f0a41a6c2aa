"""A network beside others that learned from the same source: an objective a line, each network in a table below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import objectives as figures
from frontend.figures.objectives import Checked, Objective
from frontend.parts.figure_card import figure_card, graph
from frontend.parts.icon import icon
from frontend.parts.markup import Child
from frontend.parts.network_form import OBJECTIVES
from frontend.parts.network_kin import definition

MOST = 60  # networks that are fetched; each answer holds a whole training's curve
UNDER_WAY = ("queued", "waiting", "running", "training", "paused")
NO_MATTER = ("objective", "threads", "checkpoint_seconds", "picture_seconds")  # settings that change no network


def _swap_error(fidelity: Mapping[str, Any]) -> float | None:
    """Of the swap curve, percentage points; None where no display had an item to swap with."""
    curve = fidelity["swap_curve"]
    return 100 * curve["largest_error"] if curve["distance"] else None


# What the table tells: title, value out of a FidelityResult, and how it is written
MEASURES: tuple[tuple[str, Callable[[Mapping[str, Any]], float | None], str], ...] = (
    ("C2ST", lambda fidelity: fidelity["c2st"]["network"], "{:.3f}"),
    ("swap error", _swap_error, "{:.1f} %"),
    ("energy", lambda fidelity: fidelity["energy"]["ratio"], "{:.2f}"),
)


@dataclass(frozen=True)
class Beside:
    """Networks that one is compared with: `known` have their fidelity, the one itself first; counts of the rest."""

    known: Sequence[dict[str, Any]]
    under_way: int = 0
    unchecked: int = 0
    other_displays: int = 0
    other_definition: int = 0
    older: int = 0

    @property
    def missing(self) -> str:
        """A sentence on the networks of the same source that are not shown; nothing where all are."""
        parts = [
            (self.under_way, "still in training"),
            (self.unchecked, "not yet compared with the model"),
            (self.other_displays, "trained on other displays"),
            (self.other_definition, "compared by another version of the measure"),
            (self.older, "older than these"),
        ]
        said = [f"{count} {words}" for count, words in parts if count]
        return f"Not shown: {', '.join(said)}." if said else ""


async def same_source(network: dict[str, Any], networks: Sequence[dict[str, Any]]) -> Beside:
    """The networks that learned from the same fit or law as this one, with their results.

    Numbers of networks that saw other displays (other set sizes, say), or that another version compared with the model,
    cannot be compared: those are counted only.
    """
    others = [one for one in networks if one["id"] != network["id"] and _source(one) == _source(network)]
    alike = [one for one in others if _displays(one) == _displays(network)]
    done = [one for one in alike if one.get("state") in ("done", "ready")]
    full = await api.current().all(*(f"/networks/{quote(str(one['id']))}" for one in done[:MOST]))
    there = [one for one in full if one and one.get("result")]
    checked = [one for one in there if one["result"].get("fidelity")]
    known = [one for one in checked if definition(one) == definition(network)]
    return Beside(
        [network, *known],
        under_way=sum(one.get("state") in UNDER_WAY for one in alike),
        unchecked=len(there) - len(checked),
        other_definition=len(checked) - len(known),
        other_displays=sum(one.get("state") in ("done", "ready") for one in others) - len(done),
        older=len(done) - len(done[:MOST]),
    )


def objective_of(network: Mapping[str, Any]) -> str:
    """What a network was trained to do, as a request names it."""
    return str((network.get("result") or {}).get("objective") or network.get("objective") or "diffusion")


def objective_words(network: Mapping[str, Any]) -> str:
    """The objective as people call it."""
    return _words(objective_of(network))


def grouped(networks: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Networks by objective in the order of the palette, each by its seed."""
    order = [*theme.OBJECTIVES, *sorted({objective_of(one) for one in networks} - set(theme.OBJECTIVES))]
    found = {key: [one for one in networks if objective_of(one) == key] for key in order}
    return {key: sorted(some, key=lambda one: one.get("seed") or 0) for key, some in found.items() if some}


def beside_others(network: dict[str, Any], beside: Beside) -> list[Component]:
    """Swaps by distance and the two-sample test, of this network and of every objective of the same source."""
    this = Objective(objective_of(network), objective_words(network), [_checked(network)])
    by_objective = grouped(beside.known)
    if by_objective[this.key] == [network]:
        del by_objective[this.key]  # the mean of one is drawn already
    groups = [Objective(key, _words(key), [_checked(one) for one in some]) for key, some in by_objective.items()]
    several = any(len(group.networks) > 1 for group in groups)
    swaps = figure_card(
        "network-swaps",
        "Swaps by distance",
        figures.swap_curve(this, groups, height=400 if groups else 250),
        note="How likely another item is reported, by its distance from the cued one in the cueing feature."
        + (" Dashed: the mean of an objective's networks; its band goes from the lowest to the highest." * several),
    )
    halves = html.Div([swaps, _comparison(beside, this, groups)], className="halves")
    return [halves, _singles(network, beside.known)] if groups else [halves]


def _comparison(beside: Beside, this: Objective, groups: Sequence[Objective]) -> html.Section:
    title = "Two-sample test"
    if groups:
        alone = [group.key for group in groups] == [this.key]
        title = "Beside other networks" if alone else "Beside other objectives"
    body = html.Div([graph("network-c2st", figures.told_apart(this, groups)), _table(this, groups)])
    return figure_card("network-told-apart", title, body, note=_note(beside, groups))


def _note(beside: Beside, groups: Sequence[Objective]) -> str:
    said = ["The dashed line is the model against another draw of its own."]
    if groups:
        said.insert(0, "Networks that learned from the same source, this one among them.")
    if any(_settings_differ(some) for some in grouped(beside.known).values()):
        said.append("Networks of one objective differ in other settings too, not in their seed alone.")
    return " ".join([*said, beside.missing]).strip()


def _table(this: Objective, groups: Sequence[Objective]) -> html.Table:
    """The network, then every objective: the mean, and the lowest to the highest."""
    rows = [_line(this, html.Strong("This network"), "is-this")]
    rows += [
        _line(group, [html.Div(group.name), html.Div(group.count, className="small soft")], "") for group in groups
    ]
    return html.Table([_head("Mean, range"), html.Tbody(rows)], className="plain-table")


def _line(group: Objective, name: Child, kind: str) -> html.Tr:
    swatch = html.Span(className="swatch swatch-dot", style={"--swatch": group.colour})
    cells: list[Component] = [html.Td(html.Div([swatch, html.Div(name)], className="key-entry"))]
    for _, pick, form in MEASURES:
        values = [value for one in group.networks if (value := pick(one.fidelity)) is not None]
        if not values:
            cells.append(html.Td("–", className="number"))
            continue
        low, high = (form.format(end).removesuffix(" %") for end in (min(values), max(values)))
        words = f"all {low}" if low == high else f"{low}–{high}"
        extent = html.Div(words, className="small soft") if len(values) > 1 else None
        cells.append(html.Td([html.Div(form.format(fmean(values))), extent], className="number"))
    return html.Tr(cells, className=kind)


def _singles(network: dict[str, Any], known: Sequence[dict[str, Any]]) -> html.Details:
    """Every network in a line, folded."""
    rows = []
    for key, some in grouped(known).items():
        swatch = html.Span(className="swatch swatch-dot", style={"--swatch": Objective(key, "", ()).colour})
        for one in some:
            name = str(one.get("name") or one["id"])
            link = name if one["id"] == network["id"] else dcc.Link(name, href=f"/network/{quote(str(one['id']))}")
            values = [(pick(one["result"]["fidelity"]), form) for _, pick, form in MEASURES]
            numbers = ["–" if value is None else form.format(value) for value, form in values]
            cells = [html.Td(html.Div([swatch, html.Div(link)], className="key-entry"))]
            cells += [html.Td(number, className="number") for number in numbers]
            rows.append(html.Tr(cells, className="is-this" if one["id"] == network["id"] else ""))
    title = html.H3(f"These {len(known)} networks one by one", className="card-title")
    table = html.Table([_head("Network"), html.Tbody(rows)], className="plain-table")
    return html.Details(
        [html.Summary([icon("chevron", 16), title]), html.Div(table, className="scroll")],
        className="card details network-singles",
    )


def _head(first: str) -> html.Thead:
    return html.Thead(html.Tr([html.Th(words) for words in (first, *(words for words, _, _ in MEASURES))]))


def _checked(network: Mapping[str, Any]) -> Checked:
    return Checked(str(network.get("name") or network["id"]), network["result"]["fidelity"])


def _words(objective: str) -> str:
    return OBJECTIVES[objective][0] if objective in OBJECTIVES else objective.replace("_", "-")


def _source(network: Mapping[str, Any]) -> tuple[Any, Any]:
    return network.get("fit_id"), network.get("law")


def _displays(network: Mapping[str, Any]) -> Any:  # noqa: ANN401 - settings as they were asked for
    return (network.get("request") or {}).get("displays")


def _settings_differ(networks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether networks were trained with other settings than one another, seeds aside."""
    found = []
    for one in networks:
        asked = one.get("request") or {}
        config = {name: value for name, value in (one.get("config") or {}).items() if name not in NO_MATTER}
        found.append((asked.get("responses", "model"), config))
    return any(one != found[0] for one in found)
