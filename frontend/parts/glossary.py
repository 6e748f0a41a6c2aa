"""The field's words, each with what it means and where it comes from; shown when a term is pointed at or focused."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

BAYS_2009 = "Bays, Catalao & Husain (2009), J. Vision 9(10):7"
ZHANG_2008 = "Zhang & Luck (2008), Nature 453:233"
RADMARD = "Radmard, Bays & Lengyel, a Bayesian non-parametric mixture model of swap errors"

TERMS: dict[str, tuple[str, str]] = {
    "swap": ("Reporting the feature of an item that was not cued: a non-target is taken for the target.", BAYS_2009),
    "target": ("The item that was cued, whose feature should be reported.", ZHANG_2008),
    "non-target": ("An item of the display that was not cued.", BAYS_2009),
    "uniform": ("Responses that follow no item: guesses, spread evenly round the circle.", ZHANG_2008),
    "probe": ("The feature by which an item is cued, such as its location.", BAYS_2009),
    "probe distance": ("How far apart a non-target and the target are in the feature that cues them.", RADMARD),
    "swap function": (
        "How the log-odds of reporting a non-target change with its distance to the target; a Gaussian process, so "
        "that its shape is learnt and its uncertainty known.",
        RADMARD,
    ),
    "credible band": ("The curve lies in this band with 95 % probability, given the data and the model.", RADMARD),
    "BNS": ("Bayesian non-parametric swap model: a mixture whose weights are given by a swap function.", RADMARD),
    "three-component mixture": ("Target, non-targets alike, and uniform: one swap rate for every distance.", BAYS_2009),
    "concentration": (
        "κ of the von Mises distribution: how tightly responses gather around an item. Larger is more precise.",
        ZHANG_2008,
    ),
    "set size": ("How many items a display holds.", ZHANG_2008),
    "posterior predictive": ("Responses that the fitted model expects, to lay over those that were recorded.", RADMARD),
    "surrogate": ("Responses drawn from the fitted model for given displays, as if by a participant.", RADMARD),
    "simplex": ("The triangle of all ways to share out 100 % among target, swap and uniform.", ZHANG_2008),
    "bound": ("The evidence lower bound: what the fit increases. It stops when the bound no longer rises.", RADMARD),
}


def term(name: str, words: str | None = None) -> dmc.Tooltip:
    """A term of TERMS in a sentence (written as `words`), dotted underneath; its meaning opens on pointing or focus."""
    meaning, source = TERMS[name]
    return dmc.Tooltip(
        html.Span(words or name, className="term", tabIndex=0),
        label=html.Div([meaning, html.Div(source, className="term-source")]),
        multiline=True,
        w=290,
        withArrow=True,
        openDelay=150,
        boxWrapperProps={"display": "inline"},  # it stands in a sentence
        events={"hover": True, "focus": True, "touch": True},
    )
