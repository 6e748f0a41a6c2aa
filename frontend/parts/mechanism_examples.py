"""Pictures of one network, chosen on the page: the planes of two items in its memory, and where its slow points lie."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, html

from frontend import api, theme
from frontend.figures import mechanism_fixed_points as fixed_points
from frontend.figures import mechanism_planes as planes
from frontend.figures.mechanism_groups import Group, groups_of
from frontend.parts.figure_card import figure_card, key
from frontend.parts.markup import aria
from frontend.wiring import callback

Result = Mapping[str, Any]
RINGS_NOTE = (
    "Mean activity of one network for every report of an item that is cued, or will be: item 1 blue, item 2 orange, "
    "the points in the colour of the report, their planes pale. Drag to turn it."
)


def detail_of(result: Result, network: str, analysis: str) -> Mapping[str, Any]:
    """What is kept of one network for pictures; empty where there is nothing."""
    told = result["networks"].get(network, {}).get("analyses", {}).get(analysis, {})
    return told.get("detail") or {}


def networks_with(result: Result, analysis: str) -> dict[str, str]:
    """Names, by id, of the networks that have a picture in this analysis."""
    return {id: str(network["name"]) for id, network in result["networks"].items() if detail_of(result, id, analysis)}


def examples_of(result: Result, analysis: str) -> list[tuple[Group, Mapping[str, Any]]]:
    """Every group with the details of the first of its networks that has any."""
    networks = {group["name"]: group["networks"] for group in result["groups"]}
    found = []
    for group in groups_of(result, analysis):
        details = [detail_of(result, id, analysis) for id in networks[group.name]]
        found += [(group, detail) for detail in details if detail][:1]
    return found


def _choice(name: str, networks: Mapping[str, str]) -> dmc.Select:
    return dmc.Select(
        id=name,
        data=[{"value": id, "label": words} for id, words in networks.items()],
        value=next(iter(networks)),
        allowDeselect=False,
        size="xs",
        w=190,
        **aria(label="Network"),
    )


def _switch(name: str, label: str, choices: Mapping[str, str], value: str) -> dmc.SegmentedControl:
    data = [{"value": one, "label": words} for one, words in choices.items()]
    return dmc.SegmentedControl(id=name, data=data, value=value, size="xs", **aria(label=label))


def _apart(example: Mapping[str, Any]) -> str:
    distance = example.get("distance")
    return "display" if distance is None else f"{math.degrees(distance):.0f}° apart"


def rings_card(result: Result) -> html.Section | None:
    """The planes of two items in three dimensions, of a network of choice, before and after the cue."""
    names = networks_with(result, "planes")
    if not names:
        return None
    examples = detail_of(result, next(iter(names)), "planes")["examples"]
    controls = [
        _choice("mechanism-rings-network", names),
        _switch(
            "mechanism-rings-pair", "Probes", {str(at): _apart(one) for at, one in enumerate(examples)},
            str(len(examples) - 1),
        ),
        _switch("mechanism-rings-when", "When", {"before": "before cue", "after": "after"}, "after"),
    ]  # fmt: skip
    figure = planes.rings(examples[-1], reports_of(result, len(examples[-1]["after"]["first"])), "after")
    legend = key((theme.CUED, "item 1", "line"), (theme.NON_TARGET, "item 2", "line"))
    return figure_card(
        "mechanism-rings", "Both planes of one network", figure, note=RINGS_NOTE, controls=controls, legend=legend,
        height=380,
    )  # fmt: skip


def reports_of(result: Result, count: int) -> list[float]:
    """The reports at which rings are drawn, in radians."""
    for group in result["groups"]:
        axes = (group["analyses"].get("planes") or {}).get("axes") or {}
        if axes.get("report"):
            return list(axes["report"])
    return [2 * math.pi * at / count - math.pi for at in range(count)]


def points_card(result: Result) -> html.Section | None:
    """Slow points of a network of choice."""
    names = networks_with(result, "fixed_points")
    if not names:
        return None
    figure = fixed_points.where(detail_of(result, next(iter(names)), "fixed_points"))
    note = (
        "Small: states of one network, in the colour of the cued report. Large: the points that they come to, in the "
        "colour of the answer; full ones are stable."
    )
    return figure_card(
        "mechanism-where", "Where they lie", figure, note=note, controls=_choice("mechanism-where-network", names)
    )


@callback(
    Output("mechanism-rings", "figure"),
    Input("mechanism-rings-network", "value"),
    Input("mechanism-rings-pair", "value"),
    Input("mechanism-rings-when", "value"),
    State("mechanism", "data"),
    prevent_initial_call=True,
)
async def show_rings(network: str, pair: str, when: str, shown: dict[str, str]) -> object:
    """The planes of another network, of other probes, or at another time."""
    result = (await api.current().get(f"/analyses/{shown['id']}"))["result"]
    example = detail_of(result, network, "planes")["examples"][int(pair)]
    reports = reports_of(result, len(example[when]["first"]))
    return theme.dress(await asyncio.to_thread(planes.rings, example, reports, when))


@callback(
    Output("mechanism-where", "figure"),
    Input("mechanism-where-network", "value"),
    State("mechanism", "data"),
    prevent_initial_call=True,
)
async def show_points(network: str, shown: dict[str, str]) -> object:
    """The slow points of another network."""
    result = (await api.current().get(f"/analyses/{shown['id']}"))["result"]
    return theme.dress(await asyncio.to_thread(fixed_points.where, detail_of(result, network, "fixed_points")))
