"""What a person should know before trusting a fit, in whole sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.behaviour.bns import BNS
from models.behaviour.fitting import BehaviourFit
from models.behaviour.subjects import SubjectModels
from models.behaviour.swap_part import SwapPart
from models.circular import resultant
from models.trials import Trials

FEW_TRIALS = 100
_SHARPEST, _BLUNTEST = 0.01414, 1.95  # radians: a von Mises concentration of 5,000, and of 0.3
_MOSTLY_GUESSES, _ONE_VALUE, _MANY_VALUES = 0.9, 0.99, 0.9


def warnings(fit: BehaviourFit, trials: Trials, weights: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences, the gravest first; empty when there is nothing to say.

    Args:
        fit: of ``trials``.
        trials: the data that were fitted.
        weights: mean component weights by set size, as ``weight_summary`` makes them.
    """
    model = fit.model
    found: list[str] = []
    if not fit.convergence.converged:
        found.append(f"The fit did not converge: {fit.convergence.reason}. Its numbers may still move.")
    found += _one_response(trials)
    for size in trials.set_sizes:
        found += _few(size, int((trials.set_size == size).sum()), fit.config.model == "bns")
    for entry in weights:
        found += _guesses(entry["set_size"], entry["uniform"]["value"])
    mixtures: list[Any] = list(model.models.values()) if isinstance(model, SubjectModels) else [model]
    for size in model.set_sizes:
        spread = sorted(one.emissions[size].sd for one in mixtures if size in one.emissions)
        found += _noise(size, spread[len(spread) // 2])
    if trials.set_sizes == [1]:
        found.append("Every display has a single item, so there are no swaps to be seen.")
    shape = model.population if isinstance(model, SubjectModels) else model
    if isinstance(shape, BNS) and shape.axes:
        found += _distances([part for block in shape.blocks for part in block.parts])
        found += _coincident(trials) if "probe" in shape.axes else []
    return found


def _few(size: int, count: int, priors: bool) -> list[str]:
    if count >= FEW_TRIALS:
        return []
    trials = "1 trial" if count == 1 else f"{count} trials"
    cost = "its estimates lean on the priors" if priors else "its estimates and their intervals are rough"
    return [f"Set size {size} has only {trials}; {cost}."]


def _one_response(trials: Trials) -> list[str]:
    same = float(resultant(trials.response)[0]) > _ONE_VALUE
    if len(trials) < 2 or not same or float(resultant(trials.report[:, 0])[0]) > _MANY_VALUES:
        return []
    return ["All responses are nearly the same, whatever was asked for: is the response the right column?"]


def _guesses(size: int, uniform: float) -> list[str]:
    if uniform < _MOSTLY_GUESSES:
        return []
    return [
        f"At set size {size} the model takes {100 * uniform:.0f} % of the responses for guesses: check the column "
        "roles, units and periods."
    ]


def _noise(size: int, sd: float) -> list[str]:
    if sd < _SHARPEST:
        return [
            f"At set size {size} responses hardly scatter around the items (SD {math.degrees(sd):.2g}° of the full "
            "circle): are the responses copies of the item values?"
        ]
    if sd > _BLUNTEST:
        return [
            f"At set size {size} responses hardly depend on the items (SD {math.degrees(sd):.0f}° of the full circle): "
            "check the column roles."
        ]
    return []


def _distances(parts: Sequence[SwapPart]) -> list[str]:
    """Where the data say nothing about the swap function; one sentence for all set sizes of the same distances."""
    ranges: dict[tuple[str, str], list[int]] = {}
    for part in parts:
        for axis, observed in zip(part.axes, part.observed, strict=True):
            low, high = (round(math.degrees(value)) for value in observed)
            if not part.function.even:
                low, high = 0 if low < 0 else low, max(-low, high)
            if low >= 5 or high <= 175:
                shown = f"always {low}°" if low == high else f"{low}° to {high}°"
                ranges.setdefault((axis, shown), []).extend(part.sizes)
    return [
        f"Non-targets were {shown} (of the full circle) from the target's {axis} value at set size{_plural(sizes)}; "
        f"at other distances the swap function is the prior's guess."
        for (axis, shown), sizes in ranges.items()
    ]


def _plural(sizes: Sequence[int]) -> str:
    return ("s " if len(sizes) > 1 else " ") + ", ".join(str(size) for size in sorted(sizes))


def _coincident(trials: Trials) -> list[str]:
    count = int((trials.displays.probe_distance[:, 1:].abs() < 1e-6).any(1).sum())
    if not count:
        return []
    where = "On 1 trial" if count == 1 else f"On {count} trials"
    return [
        f"{where} a non-target has the same probe value as the target; the swap function at distance 0 is fitted to "
        "them."
    ]
