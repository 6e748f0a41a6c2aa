"""The pictures of a dataset: errors by set size, responses around non-targets, trials per subject."""

from __future__ import annotations

from typing import Any

from dash import html

from frontend import theme
from frontend.figures.errors import around_non_targets, error_distributions, trials_by_subject
from frontend.parts.figure_card import figure_card, key
from frontend.parts.glossary import term
from frontend.parts.markup import Child

HALVED = "In brackets: degrees of the orientation itself, half of those on the full circle."


def pictures(dataset: dict[str, Any]) -> list[Child]:
    """A card for each picture that the dataset has."""
    drawn = dataset.get("pictures") or {}
    own = (dataset.get("summary") or {}).get("feature_degrees") or 360
    halved = [f" {HALVED}"] if own != 360 else []
    cards: list[Child] = []
    if drawn.get("errors"):
        note = html.Span(["Response minus ", term("target"), ", by ", term("set size"), ".", *halved])
        figure = error_distributions(drawn["errors"], own)
        cards.append(figure_card("errors", "Errors", figure, note=note))
    pair: list[Child] = []
    if drawn.get("nontargets"):
        note = html.Span(["A bump at 0° that rises above chance is what a ", term("swap"), " leaves behind.", *halved])
        legend = key(
            (theme.RECORDED, "recorded", "bar"),
            (theme.NON_TARGET, "chance level: the same with the non-targets of other trials", "dash"),
        )
        figure = around_non_targets(drawn["nontargets"], own)
        pair.append(figure_card("non-targets", "Response minus non-targets", figure, note=note, legend=legend))
    if drawn.get("subjects"):
        figure = trials_by_subject(drawn["subjects"])
        pair.append(figure_card("subjects", "Trials per subject", figure, note="After rows left out."))
    return [*cards, html.Div(pair, className="grid", style={"--cell": "420px"})] if pair else cards
