"""What to fit: every option of every behavioural model, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from models.behaviour.emissions import FAMILIES

MODELS = (
    "bns",
    "two_component",
    "three_component",
    "slots",
    "slots_averaging",
    "variable_precision",
    "variable_precision_swaps",
    "interference",
    "neural_population",
    "confusability",
)
"""Names of the models; ``fitting.FITTERS`` has how each is fitted."""

WITH_OPTIONAL_GUESSES = ("bns", "two_component", "three_component", "variable_precision_swaps")
"""Models whose guesses the option ``uniform`` can take away; the others have none, or could not be without."""

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "probe": ("probe",),
    "report": ("report",),
    "both": ("probe", "report"),
    "none": (),
}
"""What a swap function sees, by the option's name: axes of distance from the target."""

NOISE = ("each", "shared", "linked")
SUBJECTS = ("pooled", "separate", "hierarchical")


class CannotFit(ValueError):
    """These trials cannot be fitted with this configuration; the message says why, in a person's words."""


@dataclass(frozen=True)
class FitConfig:
    """What to fit.

    Attributes:
        model: one of ``MODELS``.
        dimensions: BNS: what the swap function depends on: "probe" or "report" distance, "both", or "none" (one swap
            log-odds).
        even: BNS: on unsigned distances; False lets the two directions round the circle differ.
        swap_function_shared: BNS: one swap function for all set sizes, instead of one per set size.
        noise: BNS: parameters of the noise for "each" set size, "shared" by all, or "linked" by a power law of set
            size.
        uniform: whether responses may also be guesses, in the models of ``WITH_OPTIONAL_GUESSES``.
        emission: BNS: the law of the noise, a name of ``emissions.FAMILIES``.
        subjects: "pooled" as if they were one; "separate" fits; "hierarchical" (BNS): swap functions and noise of the
            subjects vary around those of the population.
        inducing: BNS: inducing points along an axis of continuous distance (discrete ones are used as such; with both
            distances at most 8 are used, or 5 on either side of 0).
        max_steps: most iterations of the optimiser (three-component: of EM per set size, times 20).
        tolerance: BNS has converged when the bound gained less than this many nats per trial over ``window``
            iterations; EM when one iteration gained less than a thousandth of it; the log-likelihood of the other
            classics when it gained less than a hundredth of it over ``window`` iterations.
        window: iterations over which the gain is judged.
    """

    model: str = "bns"
    dimensions: str = "probe"
    even: bool = True
    swap_function_shared: bool = False
    noise: str = "each"
    uniform: bool = True
    emission: str = "von_mises"
    subjects: str = "pooled"
    inducing: int = 12
    max_steps: int = 500
    tolerance: float = 1e-5
    window: int = 10

    def __post_init__(self) -> None:
        choices: dict[str, tuple[str, ...]] = {
            "model": MODELS,
            "dimensions": tuple(DIMENSIONS),
            "noise": NOISE,
            "emission": tuple(FAMILIES),
            "subjects": SUBJECTS,
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {getattr(self, name)!r}")
        if self.inducing < 2 or self.max_steps < 1 or self.window < 1 or not self.tolerance > 0:
            raise ValueError("inducing must be at least 2, max_steps and window at least 1, tolerance positive")
        if self.subjects == "hierarchical" and self.model != "bns":
            raise ValueError("only BNS has a hierarchical fit; other models fit subjects pooled or separately")

    @property
    def axes(self) -> tuple[str, ...]:
        """Distances that the swap function depends on."""
        return DIMENSIONS[self.dimensions]

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> FitConfig:
        """From a plain dict; raises ``ValueError`` for names it does not know."""
        unknown = set(values) - {entry.name for entry in fields(FitConfig)}
        if unknown:
            raise ValueError(f"a fit has no option {', '.join(sorted(unknown))}")
        return FitConfig(**values)

    def to_json(self) -> dict[str, Any]:
        """As a plain dict."""
        return asdict(self)
