"""A written-down truth: what simulated data were made from, as plain JSON.

::

    {"description": "...",
     "swap_function": {"baseline": -3.6, "height": 4.0, "sharpness": 1.8}
                      or {"distance": [rad, ascending in 0..pi], "log_odds": [...]},
     "set_sizes": {"4": {"concentration": 8.0, "uniform_log_odds": -2.8}, ...}}

The parametric swap function is ``f(d) = baseline + height * exp(sharpness * (cos d - 1))``; one function serves all set
sizes. ``uniform_log_odds`` (guess against target) is null where there are no guesses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch

from models.behaviour.emissions import VonMises
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import SwapCurve

CURVE_POINTS = 1441  # an eighth of a degree: distances between eight or twelve locations fall on points


def truth_model(truth: Mapping[str, Any]) -> FixedMixture:
    """The behavioural model that a truth dict describes."""
    function = truth["swap_function"]
    if "distance" in function:
        distance = torch.tensor(function["distance"], dtype=torch.float64)
        log_odds = torch.tensor(function["log_odds"], dtype=torch.float64)
    else:
        distance = torch.linspace(0, math.pi, CURVE_POINTS, dtype=torch.float64)
        shape = torch.exp(function["sharpness"] * (distance.cos() - 1))
        log_odds = function["baseline"] + function["height"] * shape
    curve = SwapCurve(distance, log_odds)
    return FixedMixture(
        {
            int(size): SizeParameters(
                VonMises(values["concentration"]),
                -math.inf if values["uniform_log_odds"] is None else values["uniform_log_odds"],
                curve if int(size) > 1 else None,
            )
            for size, values in truth["set_sizes"].items()
        }
    )
