"""Surrogate responses: what the fitted model would have answered to displays, recorded or new."""

from __future__ import annotations

import torch
from torch import Tensor

from models.behaviour.model import BehaviourModel
from models.displays import Displays
from models.trials import Trials

FUNCTION_DRAWS = ("posterior", "predictive", "mean")


def surrogate(
    model: BehaviourModel, displays: Displays | Trials, seed: int, function_draw: str = "posterior"
) -> Tensor:
    """Responses ``(M,)``, radians on ``[-pi, pi)``; the same seed gives the same responses.

    Args:
        model: a fitted model.
        displays: ``(M, N)``, of set sizes that the model was fitted to; as trials, each is answered by its own subject
            where the model tells subjects apart.
        seed: of all randomness.
        function_draw: "posterior" draws the parameters (swap function and all) once and uses them for every trial, as
            one person or population would; "predictive" averages the component probabilities over the posterior, so
            that uncertainty about the function becomes noise of every trial; "mean" uses the estimates.

    Raises:
        ValueError: for another ``function_draw``, or displays that the model cannot answer.
    """
    if function_draw not in FUNCTION_DRAWS:
        raise ValueError(f"function_draw must be one of {', '.join(FUNCTION_DRAWS)}, not {function_draw!r}")
    generator = torch.Generator().manual_seed(seed)
    if function_draw == "posterior":
        model = model.draw(generator)
    elif function_draw == "mean":
        model = model.mean_function()
    if isinstance(displays, Trials):
        return model.respond(displays, generator)
    return model.sample(displays, generator)
