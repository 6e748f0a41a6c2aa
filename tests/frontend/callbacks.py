"""What tests of pages share: all that a component says, and a callback awaited as Dash would."""

from __future__ import annotations

import json
from contextvars import copy_context
from typing import Any

import plotly.utils
from dash._callback_context import context_value
from dash._utils import AttributeDict


def text_of(component: Any) -> str:
    """All that a component says, as JSON."""
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


async def within_callback(
    function: Any, *values: Any, triggered: Any = None, states: Any = None, inputs: Any = None
) -> Any:
    """Await a callback as Dash would, with what triggered it."""
    lists = {"states_list": states or [], "inputs_list": inputs or []}
    context = AttributeDict(updated_props={}, triggered_inputs=[], cookies={}, **lists)
    if triggered is not None:
        name = json.dumps(triggered, sort_keys=True, separators=(",", ":"))
        context.triggered_inputs = [{"prop_id": f"{name}.n_clicks", "value": 1}]

    async def run() -> Any:
        context_value.set(context)
        return await function(*values), context.updated_props

    return await copy_context().run(run)
