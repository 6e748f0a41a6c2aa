"""Models stored by the first version, as they would be stored today: nothing that was fitted is lost by an upgrade.

Then a swap function depended on unsigned probe distance, noise was von Mises for each set size, a BNS block had one
function and a covariance, and the three-component model a normal law around its estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor

FORMAT = 1
_DRAWS = 200
_FUNCTION = ("log_amplitude", "constant", "mean", "factor")


def upgraded(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Names and tensors in the present form."""
    if plain["model"] == "bns":
        return _bns(plain, tensors)
    return dict(plain), _three_component(plain, tensors)


def _bns(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    found: dict[str, Tensor] = {}
    blocks = []
    for b, entry in enumerate(plain["blocks"]):
        noise = tensors[f"{b}.log_concentration"]
        found[f"{b}.noise"], found[f"{b}.design"] = noise[:, None], torch.eye(len(noise), dtype=torch.float64)
        found[f"{b}.root"] = _root(tensors[f"{b}.covariance"])
        effective = float(len(noise))
        if f"{b}.uniform_log_odds" in tensors:
            found[f"{b}.uniform_log_odds"] = tensors[f"{b}.uniform_log_odds"]
            effective += len(noise)
        parts = []
        if f"{b}.function.mean" in tensors:
            found |= {f"{b}.0.{name}": tensors[f"{b}.function.{name}"] for name in _FUNCTION}
            found[f"{b}.0.log_sharpness"] = tensors[f"{b}.function.log_sharpness"].reshape(1)
            found[f"{b}.0.inducing.0"] = tensors[f"{b}.function.inducing"]
            factor = tensors[f"{b}.function.factor"]
            effective += 1 + len(factor) - float(factor.square().sum())
            parts = [{"set_sizes": [size for size in entry["set_sizes"] if size > 1], "observed": [entry["observed"]]}]
        told = {"set_sizes": entry["set_sizes"], "family": "von_mises", "parts": parts}
        blocks.append(told | {"effective": effective, "common": 0})
    return {**plain, "axes": ["probe"], "even": True, "blocks": blocks}, found


def _three_component(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """With draws from the normal law, brought to the simplex where they leave it."""
    found, generator = dict(tensors), Generator().manual_seed(0)
    for size in plain["set_sizes"]:
        _, swap, uniform, concentration = tensors[f"{size}.estimate"].tolist()
        centre = torch.tensor([swap, uniform, concentration], dtype=torch.float64)
        centre[2] = centre[2].clamp(min=1e-9).log()
        noise = torch.randn(_DRAWS, 3, generator=generator, dtype=torch.float64)
        drawn = centre + noise @ _root(tensors[f"{size}.covariance"]).T
        shares = drawn[:, :2].clamp(0, 1)
        shares = shares / shares.sum(1, keepdim=True).clamp(min=1)
        found[f"{size}.draws"] = torch.cat([shares, drawn[:, 2:]], 1)
    return found


def _root(covariance: Tensor) -> Tensor:
    value, vector = torch.linalg.eigh(covariance)
    return vector * value.clamp(min=0).sqrt()
