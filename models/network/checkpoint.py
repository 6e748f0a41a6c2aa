"""Everything a training needs to go on as if it had never stopped, as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from models.network.config import InvalidConfig, TrainConfig
from models.network.optimiser import Optimiser

TENSORS, POSITION = "checkpoint.safetensors", "checkpoint.json"


class Diverged(RuntimeError):
    """The training has left the numbers; the message says when and what to change."""


class WrongCheckpoint(ValueError):
    """The checkpoint belongs to another training or is damaged."""


@dataclass
class Position:
    """Where a training is.

    Attributes:
        step: steps done.
        seconds: time spent on them.
        curve: points of the learning curve so far.
        pending: sum and number of the losses since the last point of the curve.
        best_score, best_step: smallest loss on held-out displays and when it was met; None before the first look.
    """

    step: int = 0
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    pending: list[float] = field(default_factory=lambda: [0.0, 0.0])
    best_score: float | None = None
    best_step: int = 0


def write(
    optimiser: Optimiser, position: Position, generator: torch.Generator, config: TrainConfig, seed: int
) -> dict[str, bytes]:
    """The checkpoint as files.

    Raises:
        Diverged: if any weight is not finite; nothing is written then.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in optimiser.tensors().items()}
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise Diverged(
            f"The training left the numbers at step {position.step}: some weights are not finite any more. "
            "The last checkpoint is still good; a smaller learning rate usually helps."
        )
    tensors["generator"] = generator.get_state()
    about = {"format": 1, "seed": seed, "config": config.to_json(), "position": vars(position)}
    return {TENSORS: save_tensors(tensors), POSITION: json.dumps(about).encode()}


def read(
    files: Mapping[str, bytes], optimiser: Optimiser, generator: torch.Generator, config: TrainConfig, seed: int
) -> Position:
    """Put a checkpoint back.

    Raises:
        WrongCheckpoint: if it is damaged or was written with another configuration or seed.
    """
    try:
        about: dict[str, Any] = json.loads(files[POSITION])
        tensors = load_tensors(bytes(files[TENSORS]))
        # Compared as configurations: one that was written before a setting existed has that setting's default.
        if TrainConfig.from_json(about["config"]) != config or about["seed"] != seed:
            raise WrongCheckpoint("The checkpoint belongs to a training with other settings or another seed.")
        optimiser.restore(tensors)
        generator.set_state(tensors["generator"])
        return Position(**about["position"])
    except (KeyError, TypeError, RuntimeError, SafetensorError, json.JSONDecodeError, InvalidConfig) as error:
        raise WrongCheckpoint(f"The checkpoint is damaged: {error}") from error
