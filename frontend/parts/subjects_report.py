"""Subjects of a fit that tells them apart: every one's swap function over the population's."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from dash import html

from frontend import theme
from frontend.figures.subjects import Order, small_multiples
from frontend.figures.swap_function import View
from frontend.parts.figure_card import figure_card, key
from frontend.parts.fit_views import SCALES, picked_size, redraws, size_switch, switch
from frontend.parts.glossary import term

ORDERS = {"swaps": "Most swaps", "fit": "Best described", "name": "Name"}


def subjects_card(result: dict[str, Any]) -> html.Section | None:
    """Small multiples of the subjects' swap functions; None where subjects are pooled or have no curves."""
    subjects = result.get("subjects") or []
    sizes = _sizes(subjects)
    if not sizes:
        return None
    population = result["swap_functions"]
    entries = [(theme.NON_TARGET, "subject", "line"), (theme.NON_TARGET, "95 % band", "band")]
    if population:
        entries.append((theme.UNIFORM, "population", "dash"))
    return figure_card(
        "subjects",
        f"{len(subjects)} subjects",
        small_multiples(subjects, population, sizes[-1]),
        note=html.Span(
            [
                "Each one’s ",
                term("swap function"),
                " with its 95 % band; n is its trials, then its log-likelihood in nats a trial. In a ",
                term("hierarchical"),
                " fit the curves are drawn towards the population’s.",
            ]
        ),
        controls=[
            size_switch("subjects-size", sizes),
            switch("subjects-order", "Order", ORDERS),
            switch("subjects-scale", "Scale", SCALES),
        ],
        legend=key(*entries),
    )


def _sizes(subjects: list[dict[str, Any]]) -> list[int | None]:
    """Set sizes that subjects have swap functions of; None for one that all sizes share."""
    found = {function["set_size"] for subject in subjects for function in subject.get("swap_functions") or []}
    return sorted(found, key=lambda size: size or 0)


def draw_subjects(result: dict[str, Any], size: str | None, order: Order, view: View) -> go.Figure:
    """The small multiples as the controls of their card say."""
    return small_multiples(result["subjects"], result["swap_functions"], picked_size(size), view, order)


redraws("subjects", draw_subjects, "subjects-size", "subjects-order", "subjects-scale")
