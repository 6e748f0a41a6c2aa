"""The options of a fit: what can be set, for which of the chosen models it counts, and why not for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.glossary import term
from frontend.parts.markup import Json, aria
from frontend.parts.model_catalogue import CHOICES, DEFAULTS

Summary = Mapping[str, Any] | None


@dataclass(frozen=True)
class FitOption:
    """One option: `name` as in `model_catalogue.DEFAULTS`, its title, glossary term, and choices in words."""

    name: str
    title: str
    term: str
    choices: Mapping[str, str]


OPTIONS: Mapping[str, FitOption] = {
    option.name: option
    for option in (
        FitOption("even", "Directions of distance", "even", {"even": "Even", "signed": "Signed"}),
        FitOption(
            "swap_function", "Swap function", "swap function", {"each": "Per set size", "shared": "Shared by all"}
        ),
        FitOption("noise", "Noise", "noise", {"each": "Per set size", "shared": "Shared", "linked": "Power law"}),
        FitOption(
            "emission",
            "Law of the noise",
            "emission",
            {
                "von_mises": "Von Mises",
                "wrapped_normal": "Wrapped normal",
                "wrapped_cauchy": "Wrapped Cauchy",
                "wrapped_stable": "Wrapped stable",
            },
        ),
        FitOption("uniform", "Guesses", "uniform", {"with": "With", "without": "Without"}),
        FitOption(
            "subjects",
            "Subjects",
            "hierarchical",
            {"pooled": "Pooled", "separate": "Separate", "hierarchical": "Hierarchical"},
        ),
    )
}


def applies(option: FitOption, names: Sequence[str]) -> bool:
    """Whether any of the chosen models has the option."""
    return any(option.name in CHOICES[name].options for name in names)


def disabled_choices(option: FitOption, names: Sequence[str], summary: Summary) -> list[dict[str, Json]]:
    """The choices of an option, as its control takes them; those that cannot be are disabled."""
    alone = option.name == "subjects" and bool(summary) and (summary or {}).get("subjects", 2) < 2
    no_population = option.name == "subjects" and not any(CHOICES[name].model == "bns" for name in names)
    return [
        {
            "value": value,
            "label": words,
            "disabled": (alone and value != "pooled") or (no_population and value == "hierarchical"),
        }
        for value, words in option.choices.items()
    ]


def note(option: FitOption, names: Sequence[str], value: str | None, summary: Summary) -> str:
    """For which of the chosen models the option counts, or why for none."""
    having = [name for name in names if option.name in CHOICES[name].options]
    if not names:
        return ""
    if not having:
        return _lacking(option)
    if option.name == "subjects":
        return _subjects(names, value, summary)
    if len(having) == len(names):
        return ""
    if option.name == "even":
        return "For BNS models of a distance."
    if option.name == "uniform":
        return "For BNS, mixtures and variable precision + swaps; the others have guesses built in, or none."
    return "For BNS models; the others have their own."


def _lacking(option: FitOption) -> str:
    if option.name == "uniform":
        return "The chosen models have guesses built in, or none."
    if option.name == "even":
        return "Needs a BNS model of a distance."
    return "Needs a BNS model; the chosen ones have their own."


def _subjects(names: Sequence[str], value: str | None, summary: Summary) -> str:
    if summary and summary.get("subjects", 2) < 2:
        return "This dataset has one subject."
    others = [name for name in names if CHOICES[name].model != "bns"]
    if len(others) == len(names):
        alone = "these are fitted to each subject" if value == "hierarchical" else "these can be pooled or separate"
        return f"Hierarchical fits are for BNS models; {alone}."
    if value == "hierarchical" and others:
        return "For BNS models; the others are fitted to each subject."
    return ""


def option_field(option: FitOption, names: Sequence[str], summary: Summary) -> html.Div:
    """An option's title, control and note, as they are for the models chosen at first."""
    name = {"type": "fit-option", "name": option.name}
    common: dict[str, Json] = {
        "id": name,
        "data": disabled_choices(option, names, summary),
        "value": DEFAULTS[option.name],
        "size": "sm",
        "disabled": not applies(option, names),
    }
    control = (
        dmc.Select(**common, allowDeselect=False, **aria(label=option.title))
        if len(option.choices) > 3
        else dmc.SegmentedControl(**common, fullWidth=True, **aria(label=option.title))
    )
    return html.Div(
        [
            html.Div(term(option.term, option.title), className="field-label"),
            control,
            html.P(
                note(option, names, DEFAULTS[option.name], summary),
                id={"type": "fit-note", "name": option.name},
                className="small soft fit-note",
            ),
        ]
    )
