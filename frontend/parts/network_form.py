"""What to train: the law of the responses, the objective, the size and the time, which is said before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, html

from frontend import api
from frontend.api import Problem
from frontend.parts import network_law, network_settings
from frontend.parts.icon import icon
from frontend.parts.markup import aria
from frontend.parts.network_law import LAWS, law_fields, law_of
from frontend.parts.network_settings import as_it_is, config_of, in_words, settings_fold
from frontend.wiring import callback, go, no_update

OBJECTIVES: dict[str, tuple[str, str]] = {
    "diffusion": ("Diffusion", "The whole distribution of the responses, swaps included: the paper's method."),
    "mean_matching": (
        "Mean-matching",
        "Only the mean of the responses; where two items are likely it reports in between.",
    ),
    "moment_matching": (
        "Moment-matching",
        "Mean and covariance of the responses to each display: one cloud, however many clusters there are.",
    ),
    "task_optimal": ("Task-optimal", "Always the cued item, as well as it can: the classic task-trained network."),
}
BUDGETS: dict[str, str] = {"quick": "Quick look", "demo": "Good", "full": "Best"}
SIZES: dict[str, tuple[str, dict[str, int]]] = {
    "small": ("Small", {"neurons": 24, "hidden": 64}),
    "medium": ("Medium", {"neurons": 48, "hidden": 256}),
    "large": ("Large", {"neurons": 96, "hidden": 512}),
}
TREE_NEURONS = {"small": 8, "medium": 16, "large": 32}
"""Neurons of the dendritic cell, each with a tree of 100 leaves; the published network has 16."""
CELLS: dict[str, str] = {
    "rate": "Rate: one hidden layer of softplus units",
    "dendritic": "Dendritic: a tree for every neuron, as published",
    "gru": "Gated: a GRU, the field's habit",
}
ENCODINGS: dict[str, str] = {
    "conjunctive": "Probe × report code, cued by a probe",
    "slots": "A slot for every item, cued by a probe",
    "index": "Slots, cued by the item's number",
}


def source_of(chosen: str | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the request that says where responses come from: `fit:ID`, or `law:KIND` with what is told of it."""
    kind, _, key = (chosen or "law:smooth").partition(":")
    return {"fit_id": key, "law": None} if kind == "fit" else {"fit_id": None} | law_of(key, told)


def request(
    source: str | None,
    objective: str,
    size: str,
    budget: str,
    cell: str | None = "rate",
    encoding: str | None = "conjunctive",
    count: float | None = 1,
    recorded: bool | None = False,
    seed: float | None = 1,
    *,
    settings: Mapping[str, Any] | None = None,
    law: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of `POST /networks`; settings as they are by default are left out.

    `settings` are those set by hand, as `config` has them; `law` is what the fields of a written-down law say.
    """
    config: dict[str, Any] = dict(SIZES[size][1]) if size in SIZES else {}
    if cell == "dendritic" and size in SIZES:
        config = {"neurons": TREE_NEURONS[size]}
    if cell and cell != "rate":
        config["cell"] = cell
    if encoding and encoding != "conjunctive":
        config["encoding"] = encoding
    where = source_of(source, law or {})
    if recorded and where["fit_id"]:
        where["responses"] = "recorded"
    return where | {
        "objective": objective,
        "config": config | dict(settings or {}),
        "seed": 1 if seed in (None, "") else int(seed),
        "count": int(count or 1),
        "budget": budget,
    }


def duration(seconds: float) -> str:
    """Seconds in words: "about 4 min"."""
    if seconds < 90:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def network_form(fits: list[dict[str, Any]], chosen: str | None = None) -> html.Section:
    """The form; `fits` are those of the API, `chosen` is the id of the one to start with."""
    ready = [fit for fit in fits if fit.get("state") == "done"]
    groups = [
        {"group": "Fitted models", "items": [{"value": f"fit:{fit['id']}", "label": fit["name"]} for fit in ready]},
        {
            "group": "Written-down swap laws",
            "items": [{"value": f"law:{kind}", "label": words} for kind, words in LAWS.items()],
        },
    ]
    known = {str(fit["id"]) for fit in ready}
    sizes = [("budget", "By time")] + [(name, words) for name, (words, _) in SIZES.items()]
    # The fits of a study end a second apart, and the newest is not the one that networks are for.
    likely = sorted(ready, key=lambda fit: fit.get("model") != "bns")
    first = chosen if chosen in known else next((str(fit["id"]) for fit in likely), None)
    return html.Section(
        [
            html.H2("Train a network", className="card-title"),
            html.P("A recurrent network learns to respond as the model says people do.", className="card-note"),
            dmc.Select(
                id="network-source",
                label="It should respond like",
                data=[group for group in groups if group["items"]],
                value=f"fit:{first}" if first else "law:smooth",
                allowDeselect=False,
            ),
            law_fields(f"fit:{first}" if first else "law:smooth"),
            dmc.Switch(
                id="network-recorded",
                label="From the recorded responses themselves",
                description="Of a fitted model: learn from what people did, one response a display, and not from what "
                "the model says; it is then only what the network is compared with.",
                checked=False,
            ),
            dmc.RadioGroup(
                id="network-objective",
                label="By learning",
                value="diffusion",
                children=dmc.Stack(
                    [dmc.Radio(value=name, label=words, description=why) for name, (words, why) in OBJECTIVES.items()],
                    gap=8,
                    mt=6,
                ),
            ),
            _choice("network-size", "Size", "budget", sizes),
            _choice("network-budget", "Time", "demo", list(BUDGETS.items())),
            dmc.Select(
                id="network-cell",
                label="Cell",
                data=[{"value": name, "label": words} for name, words in CELLS.items()],
                value="rate",
                allowDeselect=False,
            ),
            dmc.Select(
                id="network-encoding",
                label="What it sees",
                description="A cue between items can only be tried where the cue is a probe.",
                data=[{"value": name, "label": words} for name, words in ENCODINGS.items()],
                value="conjunctive",
                allowDeselect=False,
            ),
            html.Div(
                [
                    dmc.NumberInput(
                        id="network-count", label="Networks", value=1, min=1, max=16, step=1, w=120, allowDecimal=False
                    ),
                    dmc.NumberInput(
                        id="network-seed",
                        label="First seed",
                        value=1,
                        min=0,
                        allowDecimal=False,
                        max=10**6,
                        step=1,
                        w=120,
                    ),
                ],
                className="row",
            ),
            html.P(
                "Several networks differ in their seed alone. They are trained together and shown with their spread. "
                "A claim about a mechanism wants at least 5.",
                className="soft small",
            ),
            settings_fold(),
            html.Div(
                [
                    dmc.Button("Train", id="network-train", leftSection=icon("play", 15)),
                    html.Span("…", id="network-cost", className="soft", **aria(live="polite")),
                ],
                className="row",
            ),
        ],
        className="card network-form stack",
    )


def _choice(name: str, label: str, value: str, choices: list[tuple[str, str]]) -> html.Div:
    data = [{"value": one, "label": words} for one, words in choices]
    return html.Div(
        [
            html.Div(label, className="small network-label"),
            dmc.SegmentedControl(id=name, value=value, data=data, fullWidth=True, size="sm", **aria(label=label)),
        ]
    )


_CHOICES = (
    ("network-source", "value"),
    ("network-objective", "value"),
    ("network-size", "value"),
    ("network-budget", "value"),
    ("network-cell", "value"),
    ("network-encoding", "value"),
    ("network-count", "value"),
    ("network-recorded", "checked"),
    ("network-seed", "value"),
)
_SETTINGS = {"type": network_settings.TYPE, "name": ALL}
_LAW = {"type": network_law.TYPE, "name": ALL}


@callback(
    Output("network-cost", "children"),
    Output(_SETTINGS, "placeholder"),
    *(Input(*one) for one in _CHOICES[:-1]),
    Input(_SETTINGS, "value"),
    State(_SETTINGS, "id"),
)
async def say_cost(*told: Any) -> object:  # noqa: ANN401 - values of the form's controls, of many kinds
    """How long the training would take on this machine, and what the settings are that were left empty."""
    *chosen, values, ids = told
    names = [one["name"] for one in ids]
    try:
        asked = request(*chosen, settings=config_of(names, values))
        body = {name: asked[name] for name in ("objective", "config", "budget", "count")}
        if asked.get("responses") == "recorded":
            body["config"] |= {"target": "sampled"}
        cost = await api.current().post("/networks/estimate", body)
    except Problem as problem:
        return f"{problem.title}. {in_words(problem.detail)}".strip(), [no_update] * len(names)
    time = f"{duration(cost['seconds'])} on {cost.get('device') or 'this machine'}"
    return time, as_it_is(names, cost.get("config", {}))


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input("network-train", "n_clicks"),
    *(State(*one) for one in _CHOICES),
    State(_SETTINGS, "value"),
    State(_SETTINGS, "id"),
    State(_LAW, "value"),
    State(_LAW, "id"),
    State("network-law-apart", "checked"),
    running=[(Output("network-train", "loading"), True, False)],
    prevent_initial_call=True,
)
async def start(clicks: int | None, *told: Any) -> object:  # noqa: ANN401 - values of the form's controls
    """Ask for the training and go to its page."""
    if not clicks:
        return no_update
    *chosen, values, ids, law_values, law_ids, apart = told
    settings = config_of([one["name"] for one in ids], values)
    law = {one["name"]: value for one, value in zip(law_ids, law_values, strict=True)} | {"apart": apart}
    try:
        job = await api.current().post("/networks", request(*chosen, settings=settings, law=law))
    except Problem as problem:
        raise Problem(problem.title, in_words(problem.detail), problem.status) from problem
    result = job.get("result") or {}
    go(f"/network/{result['id']}" if result.get("id") else "/jobs")
    return f"train-{job['id']}"
