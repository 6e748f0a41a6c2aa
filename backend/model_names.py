"""What behavioural models are called; mirrors ``models.behaviour.result.label`` (a test compares the two)."""

from __future__ import annotations

from backend.schemas.fits import FitOptions

MODEL_NAMES = {
    "bns": "BNS",
    "two_component": "Two-component mixture",
    "three_component": "Three-component mixture",
    "slots": "Slots",
    "slots_averaging": "Slots + averaging",
    "variable_precision": "Variable precision",
    "variable_precision_swaps": "Variable precision + swaps",
    "interference": "Interference",
    "neural_population": "Neural population",
    "confusability": "Target confusability (TCC)",
}
_SEEN = {"probe": "probe distance", "report": "report distance", "both": "both distances", "none": "no distance"}
_WITHOUT_GUESSES = ("bns", "two_component", "three_component", "variable_precision_swaps")


def fit_name(model: str, options: FitOptions) -> str:
    """The model, and of its options those that are not the usual ones."""
    parts = [MODEL_NAMES[model]]
    if model == "bns":
        parts.append(_SEEN[options.dimensions])
        if not options.even and options.dimensions != "none":
            parts.append("signed")
        if options.swap_function_shared:
            parts.append("shared")
        if options.noise != "each":
            parts.append(f"{options.noise} noise")
        if options.emission != "von_mises":
            parts.append(options.emission.replace("_", " "))
    if not options.uniform and model in _WITHOUT_GUESSES:
        parts.append("no guesses")
    if options.subjects != "pooled":
        parts.append(options.subjects)
    return " · ".join(parts)
