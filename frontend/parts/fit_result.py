"""A fit, shown: its curves, weights, predictions, parameters and how it converged."""

from __future__ import annotations

from typing import Any

from dash import html

from frontend import theme
from frontend.figures.convergence import bound
from frontend.figures.weights import simplex, stacked
from frontend.parts.checks_report import deviation_card, distance_card, errors_card, precision_card
from frontend.parts.figure_card import figure_card, key
from frontend.parts.fit_tables import parameters_card
from frontend.parts.fit_views import redraws, switch
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.markup import Child
from frontend.parts.subjects_report import subjects_card, subjects_table
from frontend.parts.swap_report import data_driven_card, surface_card, swap_card


def weights_card(result: dict[str, Any]) -> html.Section:
    """Mixture weights by set size, as bars or on the simplex."""
    entries = [(theme.CUED, "target", "bar"), (theme.NON_TARGET, "swap", "bar"), (theme.UNIFORM, "uniform", "bar")]
    if all(row.get("truth") for row in result["weights"]):
        entries.append((theme.TRUTH, "truth", "line"))
    return figure_card(
        "weights",
        "Weights by set size",
        stacked(result["weights"]),
        note=html.Span(["Shares of responses, with 95 % intervals; also on the ", term("simplex"), "."]),
        controls=switch("weights-view", "View", {"stacked": "Bars", "simplex": "Simplex"}),
        legend=key(*entries),
    )


def convergence_card(result: dict[str, Any]) -> html.Section:
    """How the fit came to its end."""
    story = result["convergence"]
    ended = "Converged" if story["converged"] else "Stopped before it converged"
    note = f"{ended} after {story['steps']:,} steps in {story['seconds']:.1f} s: {story['reason']}."
    quantity = "bound" if result["model"] == "bns" else "log-likelihood"
    return figure_card("convergence", "Convergence", bound(story["curve"], quantity=quantity), note=note)


def remarks(told: list[str]) -> html.Details | None:
    """What to keep in mind about this fit; a fit that did not converge says so here."""
    if not told:
        return None
    words = "1 remark" if len(told) == 1 else f"{len(told)} remarks"
    return html.Details(
        [
            html.Summary([icon("alert", 16), html.Span(words)]),
            html.Ul([html.Li(one) for one in told], className="small soft"),
        ],
        className="remarks",
    )


def pair(*cards: Child) -> Child:
    """Cards side by side where there is room; those that are None are left out."""
    there = [card for card in cards if card is not None]
    if not there:
        return None
    return html.Div(there, className="grid", style={"--cell": "440px"})


def fit_result(result: dict[str, Any], beside: Child = None) -> list[Child]:
    """All cards of a finished fit, the main one first; `beside` stands beside the last one."""
    return [
        surface_card(result),
        swap_card(result),
        remarks(result.get("warnings") or []),
        subjects_card(result),
        subjects_table(result),
        data_driven_card(result),
        pair(weights_card(result), parameters_card(result)),
        errors_card(result),
        deviation_card(result),
        distance_card(result),
        pair(precision_card(result), convergence_card(result)),
        beside,
    ]


redraws("weights", lambda result, view: (simplex if view == "simplex" else stacked)(result["weights"]), "weights-view")
