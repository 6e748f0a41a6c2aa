"""The training of a network: as it runs, and as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from frontend import theme
from frontend.figures import responses, training
from frontend.parts.figure_card import figure_card, key
from frontend.parts.job_card import job_card
from frontend.parts.markup import data
from frontend.parts.network_form import duration
from frontend.parts.network_settings import setting_words

SETTINGS = {
    "cell": "cell",
    "encoding": "input",
    "neurons": "neurons",
    "hidden": "hidden units",
    "steps": "training steps",
    "displays_per_batch": "displays a batch",
    "samples_per_display": "samples a display",
    "learning_rate": "peak learning rate",
    "target": "target",
    "schedule": "noise schedule",
    "recall_steps": "recall steps",
    "delay_steps": "delay",
    "alpha": "step size α",
}
MORE = {
    "stimulus_steps": "display",
    "cue_steps": "cue",
    "gap_steps": "gap after the cue",
    "step_seconds": "seconds a step stands for",
    "preparation_noise": "noise before recall",
    "memory_noise": "noise of memory in recall",
    "curriculum": "a stage ends",
    "patience": "stop early after",
    "optimiser": "optimiser",
    "weighting": "weighting of the denoising errors",
}


def in_training(network: dict[str, Any], job: dict[str, Any] | None, curve: dict[str, Any]) -> list[Component | None]:
    """The job, its loss against the floor, and the responses as they form; moved by the server's events."""
    points = curve.get("points") or []
    picture = curve.get("picture") or (network.get("result") or {}).get("picture")
    known = training.stages(points)
    stage = known[-1][0] if known else "starting" if _learns_swaps(network) else "no swaps asked for"
    job_id = (job or {}).get("id") or ""
    loss_card = figure_card(
        "network-loss",
        "Loss against its floor",
        training.loss(points),
        height=280,
        note=floor_words(points),
        legend=loss_key(points),
    )
    return [
        job_card(job) if job else None,
        html.Div(
            [
                html.Span("Stage", className="soft small"),
                html.Strong(stage, id="network-stage"),
            ],
            className="row",
        ),
        forming_card(picture),
        html.Div(loss_card, **data(live=job_id, fields="loss,floor")),
        dcc.Store(id="network-job", data=job_id),
    ]


def loss_key(points: list[dict[str, Any]]) -> html.Div:
    """The curves that are drawn; a floor of 0 is not."""
    has_floor = any((point.get("floor") or 0) > 0 for point in points)
    entries = [(theme.SIMULATED, "loss", "line")] + [(theme.UNIFORM, "floor", "dash")] * has_floor
    return key(*entries)


def floor_words(points: list[dict[str, Any]]) -> str:
    """What the floor is, a log scale cannot show one of 0; and whose loss it is, where several learn together."""
    if any("loss_low" in point for point in points):
        return "The mean of all networks that are trained together. " + floor_words(
            [{"floor": point.get("floor")} for point in points]
        )
    floors = [point["floor"] for point in points if point.get("floor") is not None]
    if floors and floors[-1] <= 0:
        return "With exact targets the floor is 0: the lower, the better."
    return "The floor is what a perfect network would still lose: there, nothing is left to learn."


def forming_card(picture: dict[str, Any] | None, title: str = "Responses, as they form") -> html.Section:
    """The response distributions of a few displays that training never sees."""
    rows = -(-len((picture or {}).get("displays", [])) // 3) or 2
    return figure_card(
        "network-forming",
        title,
        responses.forming(picture),
        height=60 + 150 * rows,
        panels=3,
        note="Displays that training never uses. Triangles are the items' reports; degrees, full circle 360°.",
        legend=key(
            (theme.SIMULATED, "network", "bar"),
            (theme.MODEL, "behavioural model", "line"),
            (theme.CUED, "cued item", "dot"),
            (theme.NON_TARGET, "other items", "dot"),
        ),
    )


def _learns_swaps(network: dict[str, Any]) -> bool:
    return network.get("objective") != "task_optimal"


def finished(network: dict[str, Any]) -> list[Component | None]:
    """Training and settings of a finished network, under its fidelity."""
    result = network["result"]
    told = result.get("training") or {}
    curve = told.get("curve") or []
    if not _learns_swaps(network):  # an earlier version wrote down stages of swaps nevertheless
        curve = [{name: value for name, value in point.items() if name != "swap_weight"} for point in curve]
    seconds = told.get("seconds")
    note = f"{told.get('steps', 0):,} steps in {duration(seconds).removeprefix('about ')}" if seconds else None
    if note and told.get("steps", 0) < told.get("planned_steps", 0):
        note += f", ended early: nothing more was gained ({told['planned_steps']:,} were planned)"
    return [
        html.H2("Training", className="section"),
        forming_card(result.get("picture"), "Responses on displays it was never trained on"),
        html.Div(
            [
                figure_card(
                    "network-loss",
                    "Loss against its floor",
                    training.loss(curve, told.get("stages") or [] if _learns_swaps(network) else []),
                    height=280,
                    note=note,
                    legend=loss_key(curve),
                ),
                _settings(network),
            ],
            className="columns",
        ),
    ]


def _settings(network: dict[str, Any]) -> html.Section:
    result = network["result"]
    config = result.get("config") or {}
    size = [("parameters", f"{result['parameters']:,}")] * ("parameters" in result)
    seed = [("seed", result.get("seed", network.get("seed")))]
    main = {name: words for name, words in SETTINGS.items() if name != "hidden" or config.get("cell", "rate") == "rate"}
    more = html.Details([html.Summary("More settings"), _rows(_known(MORE, config))], className="network-more")
    return html.Section(
        [html.H3("Settings", className="card-title"), _rows(size + _known(main, config) + seed), more], className="card"
    )


def _known(wanted: Mapping[str, str], config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(words, config[name]) for name, words in wanted.items() if name in config]


def _rows(settings: list[tuple[str, Any]]) -> html.Dl:
    rows = [html.Div([html.Dt(words), html.Dd(setting_words(value), className="number")]) for words, value in settings]
    return html.Dl(rows, className="settings")
