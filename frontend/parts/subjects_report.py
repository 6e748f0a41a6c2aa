"""Subjects of a fit that tells them apart: every one's swap function over the population's."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from dash import html

from frontend import theme
from frontend.figures.axes import items
from frontend.figures.subjects import Order, in_order, small_multiples
from frontend.figures.swap_function import View
from frontend.parts.figure_card import figure_card, key
from frontend.parts.fit_tables import number
from frontend.parts.fit_views import SCALES, picked_size, redraws, size_switch, switch
from frontend.parts.glossary import term
from frontend.parts.icon import icon

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


def subjects_table(result: dict[str, Any]) -> html.Details | None:
    """Every subject in a line: trials, log-likelihood, swaps by set size; None where subjects are pooled."""
    subjects = result.get("subjects") or []
    if not subjects:
        return None
    sizes = sorted({row["set_size"] for subject in subjects for row in subject["weights"]})
    head = ["Subject", "Trials", "Log-likelihood (nats a trial)", *(f"Swaps, {items(size)}" for size in sizes)]
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(words) for words in head])),
            html.Tbody([_line(subject, sizes) for subject in in_order(subjects, None, "name")]),
        ],
        className="plain",
    )
    return html.Details(
        [
            html.Summary(
                [icon("chevron", 16), html.H3(f"{len(subjects)} subjects in numbers", className="card-title")]
            ),
            html.P("Swaps are shares of responses, with 95 % intervals.", className="card-note"),
            html.Div(table, className="scroll"),
        ],
        className="card details",
        open=not _sizes(subjects),
    )


def _line(subject: dict[str, Any], sizes: list[int]) -> html.Tr:
    swaps = {row["set_size"]: row["swap"] for row in subject["weights"]}
    cells = []
    for size in sizes:
        share = swaps.get(size)
        if share is None:
            cells.append(html.Td("–", className="faint"))
            continue
        interval = f"{share['low']:.1%} to {share['high']:.1%}"
        words = [
            html.Span(f"{share['value']:.1%} ", className="strong"),
            html.Span(interval, className="faint interval"),
        ]
        cells.append(html.Td(words, className="number"))
    return html.Tr(
        [
            html.Th(subject["name"], scope="row"),
            html.Td(f"{subject['trials']:,}", className="number"),
            html.Td(number(subject["log_likelihood_per_trial"], ".3f"), className="number"),
            *cells,
        ]
    )


def _sizes(subjects: list[dict[str, Any]]) -> list[int | None]:
    """Set sizes that subjects have swap functions of; None for one that all sizes share."""
    found = {function["set_size"] for subject in subjects for function in subject.get("swap_functions") or []}
    return sorted(found, key=lambda size: size or 0)


def draw_subjects(result: dict[str, Any], size: str | None, order: Order, view: View) -> go.Figure:
    """The small multiples as the controls of their card say."""
    return small_multiples(result["subjects"], result["swap_functions"], picked_size(size), view, order)


redraws("subjects", draw_subjects, "subjects-size", "subjects-order", "subjects-scale")
