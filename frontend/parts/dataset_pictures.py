"""The pictures of a dataset: errors by set size, responses around non-targets, trials per subject."""

from __future__ import annotations

from typing import Any

from dash import html

from frontend.figures.errors import around_non_targets, error_distributions, trials_by_subject
from frontend.parts.figure_card import figure_card
from frontend.parts.glossary import term
from frontend.parts.markup import Child


def pictures(dataset: dict[str, Any]) -> list[Child]:
    """A card for each picture that the dataset has."""
    drawn = dataset.get("pictures") or {}
    cards: list[Child] = []
    if drawn.get("errors"):
        note = html.Span(["Response minus ", term("target"), ", by ", term("set size"), "."])
        cards.append(
            figure_card(
                "errors", "Errors", error_distributions(drawn["errors"]), note=note, panels=len(drawn["errors"])
            )
        )
    pair: list[Child] = []
    if drawn.get("nontargets"):
        note = html.Span(["A bump at 0° that rises above the dots is what a ", term("swap"), " leaves behind."])
        pair.append(
            figure_card("non-targets", "Response minus non-targets", around_non_targets(drawn["nontargets"]), note=note)
        )
    if drawn.get("subjects"):
        pair.append(
            figure_card(
                "subjects", "Trials per subject", trials_by_subject(drawn["subjects"]), note="After rows left out."
            )
        )
    return [*cards, html.Div(pair, className="grid", style={"--cell": "420px"})] if pair else cards
