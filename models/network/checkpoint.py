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
from torch import Tensor

from models.network.config import TrainConfig
from models.network.network import Network

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


class Optimiser:
    """Adam (Kingma & Ba 2015) on all weights with a running average of them, and the best average so far.

    A step whose gradient is not finite is left out on the device, without asking the device whether it was.
    """

    def __init__(self, network: Network, config: TrainConfig) -> None:
        self.names = [name for name, _ in network.named_parameters()]
        self.weights: list[Tensor] = list(network.parameters())
        self.first = [torch.zeros_like(weight) for weight in self.weights]
        self.second = [torch.zeros_like(weight) for weight in self.weights]
        self.average = [weight.detach().clone() for weight in self.weights]
        self.best = [weight.detach().clone() for weight in self.weights]
        self.counts = torch.zeros(2, dtype=torch.float64, device=network.device)  # steps taken, steps left out
        self._clip, self._decay = config.clip, config.averaging

    @torch.no_grad()
    def step(self, rate: float, number: int) -> None:
        """One update with learning rate ``rate``; ``number`` counts from 1."""
        gradients = [weight.grad if weight.grad is not None else torch.zeros_like(weight) for weight in self.weights]
        norm = torch.stack(torch._foreach_norm(gradients)).norm()
        sound = norm.isfinite()
        scale = torch.where(sound, (self._clip / (norm + 1e-6)).clamp(max=1.0), 0.0)
        gradients = [gradient.nan_to_num(0.0, 0.0, 0.0) for gradient in gradients]  # 0 * NaN would still be NaN
        torch._foreach_mul_(gradients, scale)
        torch._foreach_lerp_(self.first, gradients, 0.1)
        torch._foreach_mul_(self.second, 0.999)
        torch._foreach_addcmul_(self.second, gradients, gradients, 0.001)
        root = torch._foreach_sqrt(self.second)
        torch._foreach_div_(root, (1 - 0.999**number) ** 0.5)
        torch._foreach_add_(root, 1e-8)
        torch._foreach_addcdiv_(self.weights, self.first, root, -rate / (1 - 0.9**number))
        decay = min(self._decay, number / (number + 10))
        torch._foreach_lerp_(self.average, self.weights, 1 - decay)
        self.counts[0] += 1
        self.counts[1] += (~sound).double()
        for weight in self.weights:
            weight.grad = None

    def keep_average(self) -> None:
        """The running average is the best there has been."""
        self.best = [value.clone() for value in self.average]

    @torch.no_grad()
    def put(self, network: Network, values: list[Tensor]) -> None:
        """Give a network these weights."""
        for weight, value in zip(network.parameters(), values, strict=True):
            weight.copy_(value)

    def tensors(self) -> dict[str, Tensor]:
        """All of it by name."""
        kinds: dict[str, list[Tensor]] = {
            "weights": self.weights,
            "first": self.first,
            "second": self.second,
            "average": self.average,
            "best": self.best,
        }
        named = {f"{kind}.{name}": v for kind, vs in kinds.items() for name, v in zip(self.names, vs, strict=True)}
        return {**named, "counts": self.counts}

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what ``tensors`` gave."""
        for name, value in self.tensors().items():
            value.copy_(tensors[name])


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
        if about["config"] != config.to_json() or about["seed"] != seed:
            raise WrongCheckpoint("The checkpoint belongs to a training with other settings or another seed.")
        optimiser.restore(tensors)
        generator.set_state(tensors["generator"])
        return Position(**about["position"])
    except (KeyError, TypeError, RuntimeError, SafetensorError, json.JSONDecodeError) as error:
        raise WrongCheckpoint(f"The checkpoint is damaged: {error}") from error
