"""The published comparison, started from the home page: networks without any data of one's own, and their mechanism."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, html

from frontend import api
from frontend.api import Problem
from frontend.parts.icon import icon
from frontend.parts.markup import aria
from frontend.parts.network_form import duration
from frontend.wiring import callback, no_update

CONDITIONS: dict[str, str] = {
    "smooth_1": "Diffusion, swaps fall with probe distance",
    "task_optimal": "Task-optimal",
    "no_swap": "Diffusion, no swaps",
    "mean_matching": "Mean matching",
    "moment_matching": "Moment matching",
    "smooth_0": "Diffusion, more swaps that fall with probe distance",
    "flat_0.3": "Diffusion, 30 % swaps at any distance",
    "smooth_2": "Diffusion, fewer swaps that fall with probe distance",
    "flat_0.05": "Diffusion, 5 % swaps at any distance",
}
USUAL = ("smooth_1", "task_optimal", "no_swap", "mean_matching", "moment_matching", "flat_0.3")
SEEDS = 5


def published_study() -> html.Section:
    """The card with its button, and the dialog in which conditions are chosen and the time is said."""
    return html.Section(
        [
            html.H2("The published comparison", className="card-title"),
            html.P(
                "No data of your own yet? Train networks on displays of two items, on written-down laws of swaps and "
                "the traditional ways, and see side by side how each comes to its errors.",
                className="card-note",
            ),
            html.Div(
                dmc.Button("Train and compare …", id="published-open", variant="default", leftSection=icon("flask", 16))
            ),
            _dialog(),
        ],
        className="card stack",
        **aria(label="The published comparison"),
    )


def _dialog() -> dmc.Modal:
    return dmc.Modal(
        html.Div(
            [
                dmc.CheckboxGroup(
                    [dmc.Checkbox(label=words, value=name, mb="xs") for name, words in CONDITIONS.items()],
                    id="published-conditions",
                    label="Which networks",
                    value=list(USUAL),
                ),
                dmc.NumberInput(
                    id="published-count", label="Seeds of each", value=SEEDS, min=1, max=16, step=1, w=140,
                    allowDecimal=False,
                ),
                html.P(
                    f"What holds for one kind of network is what holds over its seeds: {SEEDS} or more for a claim. "
                    "At most 32 networks are compared at a time.",
                    className="soft small",
                ),
                html.Div(
                    [
                        dmc.Button("Start", id="published-start", leftSection=icon("play", 15)),
                        html.Span("…", id="published-cost", className="soft", **aria(live="polite")),
                    ],
                    className="row",
                ),
            ],
            className="stack",
        ),
        id="published-dialog",
        title="The published comparison",
        opened=False,
    )  # fmt: skip


def request(conditions: list[str] | None, count: float | None) -> dict[str, Any]:
    """The body of ``POST /studies/published``; conditions in the order in which they are listed here."""
    return {"conditions": [name for name in CONDITIONS if name in (conditions or [])], "count": int(count or SEEDS)}


@callback(Output("published-dialog", "opened"), Input("published-open", "n_clicks"), prevent_initial_call=True)
async def open_dialog(clicks: int | None) -> bool:
    """Ask which networks."""
    return bool(clicks)


@callback(
    Output("published-cost", "children"),
    Output("published-start", "disabled"),
    Input("published-dialog", "opened"),
    Input("published-conditions", "value"),
    Input("published-count", "value"),
    prevent_initial_call=True,
)
async def say_cost(opened: bool | None, conditions: list[str] | None, count: float | None) -> object:
    """How many networks, and how long it will take here."""
    if not opened:
        return no_update, no_update
    if not conditions:
        return "Choose at least one kind of network.", True
    try:
        cost = await api.current().post("/studies/published/estimate", request(conditions, count))
    except Problem as problem:
        return f"{problem.title}. {problem.detail}".strip(), True
    return f"{cost['networks']} networks: {duration(cost['seconds'])} on {cost['device']}", False


@callback(
    Output("wake", "data", allow_duplicate=True),
    Output("refresh", "data", allow_duplicate=True),
    Output("published-dialog", "opened", allow_duplicate=True),
    Input("published-start", "n_clicks"),
    State("published-conditions", "value"),
    State("published-count", "value"),
    running=[(Output("published-start", "loading"), True, False)],
    prevent_initial_call=True,
)
async def start(clicks: int | None, conditions: list[str] | None, count: float | None) -> object:
    """Start the study; its card shows how far it is."""
    if not clicks:
        return no_update, no_update, no_update
    study = await api.current().post("/studies/published", request(conditions, count))
    return f"study-{study['id']}", f"study-{study['id']}", False
