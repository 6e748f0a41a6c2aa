"""The field's words, each with what it means and where it comes from; shown when a term is pointed at or focused."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

BAYS_2009 = "Bays, Catalao & Husain (2009), J. Vision 9(10):7"
ZHANG_2008 = "Zhang & Luck (2008), Nature 453:233"
RADMARD = "Radmard, Bays & Lengyel, a Bayesian non-parametric mixture model of swap errors (arXiv 2505.01178)"
RADMARD_2025 = "Radmard, Bays & Lengyel (2025), networks trained on behaviour (arXiv 2512.04808)"
BERG_2012 = "van den Berg, Shin, Chou, George & Ma (2012), PNAS 109:8780"
BAYS_2014 = "Bays (2014), J. Neurosci. 34:3632"
BAYS_2016 = "Bays (2016), Sci. Rep. 6:19203"
SCHNEEGANS_2017 = "Schneegans & Bays (2017), J. Neurosci. 37:3913"
OBERAUER_2017 = "Oberauer & Lin (2017), Psychol. Rev. 124:21"
SCHURGIN_2020 = "Schurgin, Wixted & Brady (2020), Nat. Hum. Behav. 4:1156"
BURNHAM = "Burnham & Anderson (2002), Model selection and multimodel inference"
GELMAN = "Gelman et al. (2013), Bayesian data analysis, chapters 5 and 6"
PANICHELLO_2021 = "Panichello & Buschman (2021), Nature 592:601"
ALLEMAN_2024 = "Alleman, Panichello, Buschman & Johnston (2024), PNAS 121:e2401032121"
SUSSILLO_2013 = "Sussillo & Barak (2013), Neural Comput. 25:626"
HOLM_1979 = "Holm (1979), Scand. J. Statist. 6:65"
HEDGES_1981 = "Hedges (1981), J. Educ. Stat. 6:107"
MARDIA = "Mardia & Jupp (2000), Directional statistics"

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
    "two-component mixture": ("Responses around the target and guesses; no swaps.", ZHANG_2008),
    "slots": (
        "K items are stored, all with one precision; the responses about the others are guesses.",
        ZHANG_2008,
    ),
    "slots + averaging": (
        "With fewer items than slots, an item is stored several times and its copies are averaged.",
        ZHANG_2008,
    ),
    "variable precision": (
        "The precision of an item is drawn anew in every trial, from a gamma distribution whose mean falls with set "
        "size as a power law.",
        BERG_2012,
    ),
    "interference model": (
        "Items are bound to places; a cue also activates the items near it, with a strength that falls exponentially "
        "with distance. Its measurement version is fitted.",
        OBERAUER_2017,
    ),
    "neural population": (
        "A fixed amount of spiking, divided among the items, is decoded; few spikes make long-tailed errors.",
        BAYS_2014,
    ),
    "TCC": (
        "Target confusability competition: every value of the wheel has a familiarity, noisy and the larger the more "
        "similar it is to the target; the most familiar one is reported.",
        SCHURGIN_2020,
    ),
    "report distance": (
        "How far apart a non-target and the target are in the feature that is reported, such as their colours.",
        SCHNEEGANS_2017,
    ),
    "even": (
        "An even swap function depends on how far an item is, not on which side; a signed one may differ between the "
        "two directions round the circle.",
        RADMARD,
    ),
    "torus": (
        "Two circular distances together make a torus: round the ring by probe, round the tube by report distance.",
        RADMARD,
    ),
    "noise": (
        "How responses scatter round the item that is reported: a width, and for some laws heavier tails, for each set "
        "size, one for all, or following a power law of set size.",
        RADMARD,
    ),
    "emission": (
        "The law of the noise round the reported item. A wrapped stable law has the normal and the Cauchy as special "
        "cases; heavy tails can take the place of guesses.",
        RADMARD,
    ),
    "hierarchical": (
        "Subjects differ, but not arbitrarily: each one’s curve varies around the population’s, by as much as the data "
        "say. Subjects with few trials borrow from the others.",
        GELMAN,
    ),
    "non-parametric": (
        "An estimate that assumes no law of the errors, only that they scatter alike round whichever item is reported.",
        BAYS_2016,
    ),
    "circular sd": ("Spread of angles: √(−2 ln R), with R the length of their mean resultant.", MARDIA),
    "information criteria": (
        "AIC, AICc and BIC: log-likelihood of the same data that were fitted, with a price for parameters. Lower is "
        "better; held-out likelihood (Compare models) is the stronger evidence.",
        BURNHAM,
    ),
    "memory plane": (
        "The two-dimensional subspace of activity in which the report of an item is held: where its condition means "
        "lie, report by report.",
        PANICHELLO_2021,
    ),
    "misbinding": ("The wrong pairing is stored: the report of one item with the probe of another.", ALLEMAN_2024),
    "misselection": ("What is stored and the cue are right, but the wrong item is taken out of memory.", ALLEMAN_2024),
    "misinterpretation": ("The cue is read as if it belonged to another item.", ALLEMAN_2024),
    "role axis": (
        "The direction of activity that says whether an item is the target or the distractor of this trial.",
        RADMARD_2025,
    ),
    "fixed point": (
        "A state in which the noise-free network stays; a slow point is one that it hardly leaves.",
        SUSSILLO_2013,
    ),
    "null": (
        "What the same computation gives where there is nothing to be found, such as with labels shuffled over trials.",
        GELMAN,
    ),
    "Hedges’ g": ("A difference of means in units of their pooled sd, corrected for small groups.", HEDGES_1981),
    "Holm’s correction": (
        "Makes p larger so that, over all tests of a table, one false finding has at most the stated probability.",
        HOLM_1979,
    ),
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
