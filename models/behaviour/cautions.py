"""What a person should know before trusting a fit, in whole sentences."""

from __future__ import annotations

import math

from models.behaviour.bns import BNS, Block
from models.behaviour.fitting import BehaviourFit
from models.trials import Trials

FEW_TRIALS = 100
_SHARPEST, _BLUNTEST = 5e3, 0.3


def warnings(fit: BehaviourFit, trials: Trials) -> list[str]:
    """Sentences, the gravest first; empty when there is nothing to say."""
    found: list[str] = []
    if not fit.convergence.converged:
        found.append(f"The fit did not converge: {fit.convergence.reason}. Its numbers may still move.")
    for size in trials.set_sizes:
        count = int((trials.set_size == size).sum())
        if count < FEW_TRIALS:
            found.append(f"Set size {size} has only {count} trials; its estimates lean on the priors.")
    model = fit.model
    for size in model.set_sizes:
        found += _noise(size, float(model.concentrations[size]))
    if trials.set_sizes == [1]:
        found.append("Every display has a single item, so there are no swaps to be seen.")
    if isinstance(model, BNS):
        for block in model.blocks:
            found += _distances(block)
        coincident = int((trials.displays.probe_distance[:, 1:].abs() < 1e-6).any(1).sum())
        if coincident:
            found.append(
                f"On {coincident} trials a non-target has the same probe value as the target; the swap function at "
                "distance 0 is fitted to them."
            )
    return found


def _noise(size: int, kappa: float) -> list[str]:
    if kappa > _SHARPEST:
        return [
            f"At set size {size} responses hardly scatter around the items (κ = {kappa:.3g}): are the responses copies "
            "of the item values?"
        ]
    if kappa < _BLUNTEST:
        return [f"At set size {size} responses hardly depend on the items (κ = {kappa:.2g}): check the column roles."]
    return []


def _distances(block: Block) -> list[str]:
    if block.observed is None:
        return []
    low, high = (math.degrees(value) for value in block.observed)
    if low < 5 and high > 175:
        return []
    where = "in every display" if len(block.sizes) > 1 else f"at set size {block.sizes[0]}"
    return [
        f"Non-targets were {low:.0f}° to {high:.0f}° from the target's probe value {where}; outside that range the "
        "swap function is the prior's guess."
    ]
