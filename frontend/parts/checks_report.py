"""Whether a fitted model makes the responses that people made: its predictions over the data."""

from __future__ import annotations

from typing import Any

from dash import html

from frontend import theme
from frontend.figures.checks import distance_to_nontarget, of_feature, precision
from frontend.figures.predictive import predictive
from frontend.parts.figure_card import figure_card, key
from frontend.parts.fit_views import redraws, switch
from frontend.parts.glossary import term

MODEL_KEY = ((theme.MODEL, "model", "line"), (theme.MODEL, "95 % band", "band"))
BARS = ((theme.RECORDED, "recorded", "bar"), *MODEL_KEY)
POINTS = ((theme.RECORDED, "recorded", "dot"), *MODEL_KEY)


def errors_card(result: dict[str, Any]) -> html.Section:
    """Errors by set size under the model's density."""
    return figure_card(
        "predictive",
        "Errors by set size",
        predictive(result["predictive"]),
        note=html.Span([term("posterior predictive", "Posterior predictive"), " density over the recorded errors."]),
        legend=key(*BARS),
    )


def deviation_card(result: dict[str, Any]) -> html.Section | None:
    """Responses relative to the non-targets, with chance; None where no display has one."""
    if not any(row["relative_to"] == "non-target" for row in result["predictive"]):
        return None
    return figure_card(
        "deviation",
        "Deviation from non-targets",
        predictive(result["predictive"], "non-target"),
        note=html.Span(
            [
                "Response minus each ",
                term("non-target"),
                ". A peak at 0° is made by ",
                term("swap", "swaps"),
                "; chance is flat where items are drawn independently.",
            ]
        ),
        legend=key(*BARS, (theme.UNIFORM, "chance", "dash")),
    )


def distance_card(result: dict[str, Any]) -> html.Section | None:
    """Distance of responses from non-targets, against the non-targets' distance from the target."""
    rows = result.get("checks") or []
    features = [feature for feature in ("probe", "report") if of_feature(rows, feature)]
    if not features:
        return None
    control = switch("distance-feature", "Distance", {name: f"By {name}" for name in features})
    if len(features) < 2:
        control.style = {"display": "none"}
    return figure_card(
        "response-distance",
        "Responses near non-targets, by distance",
        distance_to_nontarget(rows, features[0]),
        note=html.Span(
            [
                "Mean distance of the response from a non-target, against that non-target’s distance from the target. "
                "Below 90° responses are drawn to it. 95 % intervals.",
            ]
        ),
        controls=control,
        legend=key(*POINTS),
    )


def precision_card(result: dict[str, Any]) -> html.Section | None:
    """Circular sd of the error against set size."""
    rows = result.get("precision") or []
    if not rows:
        return None
    return figure_card(
        "precision",
        "Precision and set size",
        precision(rows),
        note=html.Span([term("circular sd", "Circular sd"), " of the error to the target, with 95 % intervals."]),
        legend=key(*POINTS),
    )


redraws(
    "response-distance", lambda result, feature: distance_to_nontarget(result["checks"], feature), "distance-feature"
)
