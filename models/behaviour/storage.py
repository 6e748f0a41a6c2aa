"""A fitted model as bytes: tensors in safetensors, names in JSON; nothing that can execute."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from models.behaviour.bns import BNS, Block
from models.behaviour.classic import ThreeComponentModel, ThreeComponents
from models.behaviour.fitting import BehaviourFit
from models.behaviour.model import BehaviourModel
from models.behaviour.swap_function import SwapFunction

FORMAT = 1
TENSORS, NAMES = "model.safetensors", "model.json"


class UnreadableModel(ValueError):
    """The bytes are not a model that this version of Swapscope can read."""


def dump(fit: BehaviourFit) -> dict[str, bytes]:
    """``{"model.safetensors", "model.json"}`` of a fit; the same fit gives the same bytes."""
    model = fit.model
    if isinstance(model, BNS):
        tensors, plain = _dump_bns(model)
    elif isinstance(model, ThreeComponentModel):
        tensors, plain = _dump_three_component(model)
    else:
        raise TypeError(f"no storage for a {type(model).__name__}")
    plain = {"format": FORMAT, "model": model.name, "config": fit.config.to_json(), "seed": fit.seed, **plain}
    whole = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    return {TENSORS: save_tensors(whole), NAMES: json.dumps(plain, indent=1, sort_keys=True).encode()}


def load(files: Mapping[str, bytes]) -> BehaviourModel:
    """The model that ``dump`` wrote.

    Raises:
        UnreadableModel: a file is missing, damaged, or of another format.
    """
    try:
        plain = json.loads(files[NAMES])
        tensors = load_tensors(files[TENSORS])
        if plain["format"] != FORMAT:
            raise UnreadableModel(f"the model is stored in format {plain['format']}, this version reads {FORMAT}")
        readers: dict[str, Callable[..., BehaviourModel]]
        readers = {BNS.name: _load_bns, ThreeComponentModel.name: _load_three_component}
        return readers[plain["model"]](plain, tensors)
    except UnreadableModel:
        raise
    except Exception as error:
        raise UnreadableModel(f"the stored model cannot be read: {error}") from error


def _dump_bns(model: BNS) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors: dict[str, Tensor] = {}
    blocks = []
    for k, block in enumerate(model.blocks):
        tensors[f"{k}.log_concentration"] = block.log_concentration
        tensors[f"{k}.covariance"] = block.covariance
        if block.uniform_log_odds is not None:
            tensors[f"{k}.uniform_log_odds"] = block.uniform_log_odds
        if block.function is not None:
            tensors |= {f"{k}.function.{name}": getattr(block.function, name) for name in _FUNCTION}
        blocks.append({"set_sizes": list(block.sizes), "observed": block.observed})
    return tensors, {"blocks": blocks}


_FUNCTION = ("inducing", "log_amplitude", "log_sharpness", "constant", "mean", "factor")


def _load_bns(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> BNS:
    blocks = []
    for k, entry in enumerate(plain["blocks"]):
        function = None
        if f"{k}.function.mean" in tensors:
            function = SwapFunction(*(tensors[f"{k}.function.{name}"] for name in _FUNCTION))
        observed = None if entry["observed"] is None else (entry["observed"][0], entry["observed"][1])
        blocks.append(
            Block(
                tuple(entry["set_sizes"]),
                function,
                tensors[f"{k}.log_concentration"],
                tensors.get(f"{k}.uniform_log_odds"),
                tensors[f"{k}.covariance"],
                observed,
            )
        )
    return BNS(blocks)


def _dump_three_component(model: ThreeComponentModel) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors: dict[str, Tensor] = {}
    for size, value in model.sizes.items():
        point = [value.target, value.swap, value.uniform, value.concentration]
        tensors[f"{size}.estimate"] = torch.tensor(point, dtype=torch.float64)
        tensors[f"{size}.covariance"] = value.covariance
    return tensors, {"set_sizes": model.set_sizes}


def _load_three_component(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> ThreeComponentModel:
    sizes = {}
    for size in plain["set_sizes"]:
        target, swap, uniform, concentration = tensors[f"{size}.estimate"].tolist()
        sizes[size] = ThreeComponents(target, swap, uniform, concentration, tensors[f"{size}.covariance"])
    return ThreeComponentModel(sizes)
