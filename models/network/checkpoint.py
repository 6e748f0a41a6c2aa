"""Everything a training needs to go on as if it had never stopped, as files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from models.network.config import TrainConfig
from models.network.optimiser import Optimiser

TENSORS, POSITION = "checkpoint.safetensors", "checkpoint.json"


class Diverged(RuntimeError):
    """The training has left the numbers; the message says when and what to change."""


class WrongCheckpoint(ValueError):
    """The checkpoint belongs to another training or is damaged."""


@dataclass
class Position:
    """Where a training is; lists have one entry for every member of the ensemble.

    Attributes:
        step: steps done.
        seconds: time spent on them.
        curves: points of the learning curves so far.
        pending: sums and numbers of the losses since the last points of the curves.
        best_score, best_step: smallest loss on held-out displays and when it was met; None before the first look.
        best_energy: smallest distance of responses from their law on held-out displays.
        improved: step at which either was last met.
        stages: step at which each stage began, by name.
    """

    step: int = 0
    seconds: float = 0.0
    curves: list[list[dict[str, float]]] = field(default_factory=list)
    pending: list[list[float]] = field(default_factory=list)
    best_score: list[float | None] = field(default_factory=list)
    best_step: list[int] = field(default_factory=list)
    best_energy: list[float | None] = field(default_factory=list)
    improved: list[int] = field(default_factory=list)
    stages: list[dict[str, int]] = field(default_factory=list)

    @staticmethod
    def start(members: int, first_stage: str) -> Position:
        """Before the first step."""
        return Position(
            curves=[[] for _ in range(members)],
            pending=[[0.0] * members, [0.0] * members],
            best_score=[None] * members,
            best_step=[0] * members,
            best_energy=[None] * members,
            improved=[0] * members,
            stages=[{first_stage: 0} for _ in range(members)],
        )


def write(
    optimiser: Optimiser,
    position: Position,
    generators: Sequence[torch.Generator],
    config: TrainConfig,
    seeds: Sequence[int],
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
    tensors["generators"] = torch.stack([generator.get_state() for generator in generators])
    about = {"format": 2, "seeds": list(seeds), "config": config.to_json(), "position": vars(position)}
    return {TENSORS: save_tensors(tensors), POSITION: json.dumps(about).encode()}


def read(
    files: Mapping[str, bytes],
    optimiser: Optimiser,
    generators: Sequence[torch.Generator],
    config: TrainConfig,
    seeds: Sequence[int],
) -> Position:
    """Put a checkpoint back.

    Raises:
        WrongCheckpoint: if it is damaged or was written with another configuration or other seeds.
    """
    try:
        about: dict[str, Any] = json.loads(files[POSITION])
        tensors = load_tensors(bytes(files[TENSORS]))
        # Compared as configurations: a setting that was not known when it was written is as it was without it.
        if TrainConfig.stored(about["config"]) != config or about["seeds"] != list(seeds):
            raise WrongCheckpoint("The checkpoint belongs to a training with other settings or another seed.")
        optimiser.restore(tensors)
        for generator, state in zip(generators, tensors["generators"], strict=True):
            generator.set_state(state.clone())
        return Position(**about["position"])
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, WrongCheckpoint):
            raise
        raise WrongCheckpoint(f"The checkpoint is damaged: {error}") from error
