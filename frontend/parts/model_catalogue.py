"""The family of behavioural models that can be fitted: what each assumes, what it needs, which options it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ModelChoice:
    """A model as it is offered to people.

    Attributes:
        name: identifies the choice; `model` is the API's name.
        label: what it is called in lists and figures.
        assumes: what it takes for granted, in one sentence.
        term: its entry in the glossary, which cites the paper.
        dimensions: BNS: what the swap function sees; None for other models.
        options: names of the settings that it has, beside the seed.
        needs_probe: whether it sees distances between the items' probe values.
        needs_items: whether it needs displays with more than one item.
    """

    name: str
    model: str
    label: str
    assumes: str
    term: str
    options: tuple[str, ...]
    dimensions: str | None = None
    needs_probe: bool = False
    needs_items: bool = False


_BNS = ("even", "swap_function", "noise", "emission", "uniform", "subjects")
_GROUPS: dict[str, tuple[ModelChoice, ...]] = {
    "BNS: swaps as a function learnt from the data": (
        ModelChoice(
            "bns-probe", "bns", "BNS · probe distance",
            "How often a non-target is reported may depend in any smooth way on its probe distance to the target.",
            "BNS", _BNS, "probe", needs_probe=True, needs_items=True,
        ),
        ModelChoice(
            "bns-report", "bns", "BNS · report distance",
            "Swaps may depend in any smooth way on how different the reported features are.",
            "BNS", _BNS, "report", needs_items=True,
        ),
        ModelChoice(
            "bns-both", "bns", "BNS · both distances",
            "Swaps may depend on probe and report distance together: a surface on the torus of the two.",
            "BNS", _BNS, "both", needs_probe=True, needs_items=True,
        ),
        ModelChoice(
            "bns-none", "bns", "BNS · no distance",
            "Every non-target has the same log-odds against the target, whatever the distance.",
            "BNS", _BNS[1:], "none", needs_items=True,
        ),
    ),
    "Mixtures": (
        ModelChoice(
            "two_component", "two_component", "Two-component mixture",
            "A response follows the target or is a guess; nobody swaps.",
            "two-component mixture", ("uniform", "subjects"),
        ),
        ModelChoice(
            "three_component", "three_component", "Three-component mixture",
            "Target, non-targets and guesses, with one swap rate a set size for all non-targets alike.",
            "three-component mixture", ("uniform", "subjects"), needs_items=True,
        ),
    ),
    "Capacity": (
        ModelChoice(
            "slots", "slots", "Slots",
            "A fixed number of items is kept, all equally precise; about the others people guess. Nobody swaps.",
            "slots", ("subjects",),
        ),
        ModelChoice(
            "slots_averaging", "slots_averaging", "Slots + averaging",
            "As slots, but with few items several slots hold the same one and are averaged. Nobody swaps.",
            "slots + averaging", ("subjects",),
        ),
    ),
    "Variable precision": (
        ModelChoice(
            "variable_precision", "variable_precision", "Variable precision",
            "Every item is kept; precision varies over trials and falls with set size. Nobody swaps or guesses.",
            "variable precision", ("subjects",),
        ),
        ModelChoice(
            "variable_precision_swaps", "variable_precision_swaps", "Variable precision + swaps",
            "As variable precision, with a rate of swaps, alike for all non-targets, and one of guesses a set size.",
            "variable precision", ("uniform", "subjects"), needs_items=True,
        ),
    ),
    "Mechanisms": (
        ModelChoice(
            "interference", "interference", "Interference",
            "A cue also activates the other items, the less the farther away their probe values are, down to a floor.",
            "interference model", ("subjects",), needs_probe=True, needs_items=True,
        ),
        ModelChoice(
            "neural_population", "neural_population", "Neural population",
            "Noisy spikes, shared by the items, are decoded; few spikes look like guesses. One swap rate a set size.",
            "neural population", ("subjects",),
        ),
        ModelChoice(
            "confusability", "confusability", "Target confusability (TCC)",
            "The value that feels most familiar is reported: one strength of memory and one swap rate a set size.",
            "TCC", ("subjects",),
        ),
    ),
}  # fmt: skip
GROUPS: Mapping[str, tuple[ModelChoice, ...]] = _GROUPS
CHOICES: Mapping[str, ModelChoice] = {choice.name: choice for group in _GROUPS.values() for choice in group}
PRESETS: Mapping[str, tuple[str, ...]] = {
    "The essentials": ("bns-probe", "two_component", "three_component"),
    "BNS variants": ("bns-probe", "bns-report", "bns-both", "bns-none"),
    "Everything": tuple(CHOICES),
}
DEFAULTS: Mapping[str, str] = {
    "even": "even",
    "swap_function": "each",
    "noise": "each",
    "emission": "von_mises",
    "uniform": "with",
    "subjects": "pooled",
}
"""The settings of a fit as the form has them: all of them words."""

_TOLD = {
    "even": {"signed": "signed"},
    "swap_function": {"shared": "shared"},
    "noise": {"shared": "shared noise", "linked": "linked noise"},
    "emission": {
        "wrapped_normal": "wrapped normal",
        "wrapped_cauchy": "wrapped cauchy",
        "wrapped_stable": "wrapped stable",
    },
    "uniform": {"without": "no guesses"},
    "subjects": {"separate": "separate", "hierarchical": "hierarchical"},
}


def options_of(choice: ModelChoice, settings: Mapping[str, str]) -> dict[str, Any]:
    """The API's options of a model under these settings (as in DEFAULTS); settings that it does not have are left out.

    Only BNS has a hierarchical fit: other models are then fitted to each subject.
    """
    options: dict[str, Any] = {} if choice.dimensions is None else {"dimensions": choice.dimensions}
    for name in choice.options:
        value = settings.get(name, DEFAULTS[name])
        if name == "even":
            options["even"] = value == "even"
        elif name == "swap_function":
            options["swap_function_shared"] = value == "shared"
        elif name == "uniform":
            options["uniform"] = value == "with"
        elif name == "subjects" and value == "hierarchical" and choice.model != "bns":
            options["subjects"] = "separate"
        else:
            options[name] = value
    return options


def settings_of(options: Mapping[str, Any]) -> dict[str, str]:
    """The settings that a fit's options came from; what is not said has its default."""
    told = {name: str(options[name]) for name in ("noise", "emission", "subjects") if options.get(name)}
    if options.get("even") is False:
        told["even"] = "signed"
    if options.get("swap_function_shared"):
        told["swap_function"] = "shared"
    if options.get("uniform") is False:
        told["uniform"] = "without"
    return dict(DEFAULTS) | told


def choice_of(model: str, options: Mapping[str, Any]) -> ModelChoice | None:
    """The choice that a fit belongs to; None for a model that is not in the catalogue."""
    dimensions = options.get("dimensions", "probe") if model == "bns" else None
    return next((one for one in CHOICES.values() if one.model == model and one.dimensions == dimensions), None)


def label_of(model: str, options: Mapping[str, Any]) -> str:
    """What the API calls a fit: its model, and every setting that is not the usual one."""
    choice = choice_of(model, options)
    if choice is None:
        return model.replace("_", " ")
    settings = settings_of(options)
    extras = [_TOLD[name][settings[name]] for name in choice.options if settings[name] in _TOLD[name]]
    return " · ".join([choice.label, *extras])


def unsuitable(choice: ModelChoice, summary: Mapping[str, Any] | None) -> str | None:
    """Why a dataset (its `summary`, as the API gives it) cannot be fitted with a model; None when it can."""
    if not summary:
        return None
    if choice.needs_items and max(summary["set_sizes"], default=1) < 2:
        return "No display of this dataset has a second item, so nothing could be swapped."
    if choice.needs_probe and not summary.get("has_probe"):
        return "This dataset has no probe values, so there is no probe distance."
    return None


def suitable(names: Iterable[str], summary: Mapping[str, Any] | None) -> list[str]:
    """Those of the named choices that the dataset can be fitted with, in the order of the catalogue."""
    wanted = set(names)
    return [name for name, choice in CHOICES.items() if name in wanted and unsuitable(choice, summary) is None]
