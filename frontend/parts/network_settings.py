"""Settings of a training beyond the usual choices: what is left empty is as the chosen time has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.api import Problem
from frontend.parts.markup import Child, Json

TYPE = "network-setting"
DELAY = ("delay_shortest", "delay_longest")
"""The ends of the request's one setting `delay_steps`."""


@dataclass(frozen=True)
class Setting:
    """One setting: `name` as in the request, its label, a word on it, and, where it is no number, its choices."""

    name: str
    label: str
    note: str = ""
    whole: bool = False
    choices: Mapping[str, str] | None = None


GROUPS: Mapping[str, tuple[Setting, ...]] = {
    "The network": (
        Setting("neurons", "Neurons", "In the place of the size above.", whole=True),
        Setting("hidden", "Hidden units", "Of the rate cell; twice the neurons or more.", whole=True),
        Setting("branches", "Branches of a neuron", "Of the dendritic cell.", whole=True),
        Setting("leaves", "Leaves of a branch", "Of the dendritic cell.", whole=True),
        Setting("slots", "Slots", "Items that a display may have, if there are slots.", whole=True),
    ),
    "A trial, in steps": (
        Setting("stimulus_steps", "Display", whole=True),
        Setting("cue_steps", "Cue", whole=True),
        Setting("delay_shortest", "Delay, shortest", whole=True),
        Setting("delay_longest", "Delay, longest", "Drawn anew for every batch.", whole=True),
        Setting("gap_steps", "Gap after the cue", whole=True),
        Setting("recall_steps", "Recall, T", whole=True),
        Setting("step_seconds", "Seconds a step stands for", "For time axes alone."),
    ),
    "Dynamics and noise": (
        Setting("alpha", "α", "Share of the state replaced at every step."),
        Setting("preparation_noise", "Noise before recall", "sd off the behaviour plane."),
        Setting("memory_noise", "Noise of memory in recall", "As a multiple of the plane's."),
        Setting(
            "schedule", "Noise schedule of recall", choices={"log_snr": "Even in log SNR", "linear": "As published"}
        ),
    ),
    "Training": (
        Setting("steps", "Steps", whole=True),
        Setting("displays_per_batch", "Displays a step", whole=True),
        Setting("samples_per_display", "Responses to each", whole=True),
        Setting("learning_rate", "Learning rate, peak"),
        Setting(
            "target",
            "Target",
            "Recorded responses are always sampled.",
            choices={"exact": "Exact expectation", "sampled": "Sampled responses"},
        ),
        Setting(
            "curriculum",
            "A stage ends",
            "One item, all items, swaps.",
            choices={"measured": "When it is learned", "scheduled": "By the clock"},
        ),
        Setting("patience", "Stop early after", "Share of the steps without any gain; 0 is never."),
    ),
}
SETTINGS: Mapping[str, Setting] = {one.name: one for group in GROUPS.values() for one in group}
_WORDS = {value: words.lower() for one in SETTINGS.values() for value, words in (one.choices or {}).items()}


def settings_fold() -> html.Details:
    """The settings in groups, folded away."""
    groups = [
        html.Div(
            [
                html.H3(title, className="network-group"),
                html.Div([_field(one) for one in group], className="pairs"),
            ]
        )
        for title, group in GROUPS.items()
    ]
    note = "What is left empty is as the chosen time has it, in grey."
    return html.Details(
        [html.Summary("More settings"), html.P(note, className="soft small"), *groups], className="network-more"
    )


def _field(setting: Setting) -> Child:
    common: dict[str, Json] = {
        "id": {"type": TYPE, "name": setting.name},
        "label": setting.label,
        "description": setting.note or None,
        "size": "xs",
        "inputWrapperOrder": ["label", "input", "description"],
    }
    if setting.choices:
        data = [{"value": value, "label": words} for value, words in setting.choices.items()]
        return dmc.Select(**common, data=data, clearable=True, placeholder="…")
    return dmc.NumberInput(
        **common, allowDecimal=not setting.whole, debounce=True, allowNegative=False, hideControls=True, placeholder="…"
    )


def config_of(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """What was set by hand of a request's `config`; one end of the delay alone is a delay that never varies."""
    given = {name: value for name, value in zip(names, values, strict=True) if value not in (None, "")}
    found = {name: value if SETTINGS[name].choices else number(value) for name, value in given.items()}
    ends = [found.pop(end) for end in DELAY if end in found]
    return found | ({"delay_steps": [ends[0], ends[-1]]} if ends else {})


def number(value: float | str) -> float | int:
    """What stands in a field of numbers, which says "5.0" as text while it is being typed.

    Raises:
        Problem: if it is no number yet.
    """
    try:
        found = float(value)
    except ValueError as error:
        raise Problem("This is no number", f"“{value}” stands in one of the fields.", 422) from error
    return int(found) if found.is_integer() else found


def as_it_is(names: Sequence[str], config: Mapping[str, Any]) -> list[str]:
    """What the settings are where they are left empty, as words to stand in their fields."""
    known = dict(config)
    if "delay_steps" in known:
        known |= dict(zip(DELAY, known["delay_steps"], strict=True))
    found = []
    for name in names:
        value, choices = known.get(name, ""), SETTINGS[name].choices or {}
        found.append(choices.get(str(value), f"{value:g}" if isinstance(value, float) else str(value)))
    return found


def setting_words(value: object) -> str:
    """A setting as people say it: a range of steps [low, high] and a choice in words, a number as it is."""
    if isinstance(value, list | tuple) and len(value) == 2:
        low, high = value
        return f"{low} steps" if low == high else f"{low} to {high} steps"
    return _WORDS.get(str(value), str(value))


def in_words(problem: str) -> str:
    """A problem of the API with the labels of settings in the place of their names."""
    for setting in SETTINGS.values():
        problem = problem.replace(f"config.{setting.name}:", f"{setting.label}:")
    return problem.replace("config.delay_steps", "Delay").replace("config.", "")
