"""What a budget means, and whether settings go together; mirrors ``models.network.config`` (a test compares both).

The whole configuration of a training is written into its job when it is planned. So an upgrade that changes what a
budget means changes no training that was started before, and a stored request gives the same numbers again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from backend.schemas.training import TrainOptions

_DEMO: dict[str, Any] = {
    "stimulus_steps": 4,
    "delay_steps": (2, 10),
    "cue_steps": 4,
    "gap_steps": 1,
    "recall_steps": 24,
    "alpha": 0.2,
    "log_snr_high": 5.5,
    "log_snr_low": -4.5,
    "preparation_noise": 0.03,
    "memory_noise": 0.1,
    "hidden": 256,
    "displays_per_batch": 64,
    "steps": 10_000,
}
_QUICK: dict[str, Any] = {
    **_DEMO,
    "neurons": 24,
    "hidden": 64,
    "stimulus_steps": 2,
    "delay_steps": (2, 2),
    "cue_steps": 2,
    "recall_steps": 12,
    "steps": 400,
    "pool": 2048,
    "held_out": 64,
    "evaluations": 5,
    "averaging": 0.98,
    "picture_seconds": 1.0,
    "curriculum": "scheduled",
}
_FULL: dict[str, Any] = {
    "steps": 30_000,
    "displays_per_batch": 256,
    "hidden": 256,
    "neurons": 64,
    "preparation_noise": 0.03,
    "memory_noise": 0.1,
}
BUDGETS: Mapping[str, Mapping[str, Any]] = {"quick": _QUICK, "demo": _DEMO, "full": _FULL}
"""What a budget sets otherwise than the defaults of ``TrainOptions``."""
MOMENT_SAMPLES = 4
"""Fewer responses to a display have no covariance in either of their halves."""
DENDRITIC_NEURONS = 16
"""The published size, where none is chosen: every neuron has a tree of its own."""


def settled(budget: str | None, objective: str, chosen: TrainOptions) -> TrainOptions:
    """The whole configuration: defaults, changed by the budget, changed by what was chosen.

    Raises:
        ValueError: naming all settings that do not go together.
    """
    set_by_hand = {name: getattr(chosen, name) for name in chosen.model_fields_set}
    whole = TrainOptions.model_construct(**{**BUDGETS.get(budget or "", {}), **set_by_hand, "objective": objective})
    suited: dict[str, Any] = {}
    if whole.cell == "dendritic" and "neurons" not in set_by_hand:
        suited["neurons"] = DENDRITIC_NEURONS
    if objective == "moment_matching" and "samples_per_display" not in set_by_hand:
        suited |= batch_for_moments(whole, set_by_hand)
    whole = whole.model_copy(update=suited)
    problems = clashes(whole)
    if problems:
        raise ValueError("; ".join(problems))
    return whole


def batch_for_moments(whole: TrainOptions, chosen: Container[str]) -> dict[str, Any]:
    """Enough responses to each display to compare covariances, in fewer steps: the same cost.

    The stage without swaps has as many steps as before. What was chosen by hand stays as it is.
    """
    share = min(1.0, whole.samples_per_display / MOMENT_SAMPLES)
    suited = {
        "samples_per_display": max(whole.samples_per_display, MOMENT_SAMPLES),
        "steps": max(1, round(whole.steps * share)),
        "without_swaps": min(whole.without_swaps / share, 1 - whole.ramp),
    }
    return {name: value for name, value in suited.items() if name not in chosen}


def clashes(whole: TrainOptions) -> list[str]:
    """Sentences about settings that do not go together; empty when all is well."""
    problems = []
    if whole.delay_steps[0] > whole.delay_steps[1]:
        problems.append("the delay must be a range of steps, the shorter one first")
    if whole.log_snr_low >= whole.log_snr_high:
        problems.append("log_snr_low must be below log_snr_high")
    if whole.beta_low > whole.beta_high:
        problems.append("beta_low cannot be above beta_high")
    if whole.without_swaps + whole.ramp > 1:
        problems.append("without_swaps and ramp are shares of the training and cannot add up to more than 1")
    if whole.cell == "rate" and whole.hidden < 2 * whole.neurons:
        problems.append(f"hidden must be at least {2 * whole.neurons}, twice the neurons")
    if whole.objective == "moment_matching" and whole.samples_per_display < MOMENT_SAMPLES:
        problems.append(
            f"moment_matching compares means and covariances and needs samples_per_display of at least "
            f"{MOMENT_SAMPLES}, not {whole.samples_per_display}"
        )
    return problems
