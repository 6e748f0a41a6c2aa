"""When a response is decided: what an ideal observer of the behaviour plane believes, step by step of the recall.

A diffusion network that were perfect would be the exact sampler: its plane state is all that there is, and the noise
schedule alone imposes when it commits itself to one of the items. A network's own decision is to be compared with that.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.displays import Displays
from models.network.config import TrainConfig
from models.network.diffusion import Schedule, oracle_path, responsibilities, schedule_of
from models.network.targets import ResponseLaw, grid, unit

ROWS = 256  # displays at a time: bounds the memory


@dataclass(frozen=True)
class Ideal:
    """What the exact sampler does on B displays with S runs each.

    Attributes:
        reported: ``(B, S)`` item that its response is nearest to, -1 if it is far from all.
        belief: ``(T + 1, B, S, N)`` probability, given the plane state, that the response will be nearest to each item;
            before the first step of recall, after it, ..., after the last.
    """

    reported: Tensor
    belief: Tensor

    def on_swaps(self) -> Tensor:
        """``(T + 1,)`` mean belief in the item that is reported in the end, over runs that end as swaps; NaN if none.

        With 10 % swaps and the published schedule, half of them are believed in after 22 of 40 steps.
        """
        swaps = self.reported > 0
        item = self.reported[swaps]
        return self.belief[:, swaps].gather(-1, item.expand(len(self.belief), -1)[..., None]).mean((1, 2))

    def rise(self) -> Tensor | None:
        """``(T + 1,)`` belief in the item that a swap reports: on swaps, less on correct runs of the same display.

        None if no display has both.
        """
        swap, correct = (self.reported > 0).float(), (self.reported == 0).float()
        weight = swap * (correct.sum(1, keepdim=True) > 0)
        if not weight.any():
            return None
        item = self.reported.clamp(min=0)
        on_swap = self.belief.gather(-1, item.expand(len(self.belief), -1, -1)[..., None])[..., 0]
        share = correct / correct.sum(1, keepdim=True).clamp(min=1)
        by_item = (self.belief * share[..., None]).sum(2)
        on_correct = by_item.gather(-1, item.expand(len(self.belief), -1, -1))
        return ((on_swap - on_correct) * weight).sum((1, 2)) / weight.sum()


def ideal(displays: Displays, law: ResponseLaw, config: TrainConfig, generator: torch.Generator, runs: int) -> Ideal:
    """The exact sampler on the schedule of a configuration, from N(0, 1) in the plane, for any response law."""
    parts = []
    for rows in torch.arange(len(displays)).split(ROWS):
        some = displays.select(rows)
        target = _target(some, law, config)
        start = torch.randn(len(some), runs, 2, generator=generator)
        path = oracle_path(*target, _schedule(config), start, generator)
        response = torch.atan2(path[-1, ..., 1], path[-1, ..., 0]).double()
        reported = torch.stack([nearest_item(response[:, run], some) for run in range(runs)], 1)
        parts.append((reported, _believed(path[:-1], some, target, config)))
    reported = torch.cat([part[0] for part in parts])
    belief = torch.cat([part[1] for part in parts], 1)
    items = torch.arange(displays.items)
    return Ideal(reported, torch.cat([belief, (reported[..., None] == items).to(belief)[None]]))


def plane_belief(plane: Tensor, displays: Displays, law: ResponseLaw, config: TrainConfig) -> Tensor:
    """What an ideal observer of a network's plane believes.

    Args:
        plane: ``(M, T, 2)`` states before each step of recall, one run of each display.
        displays: M of them.
        law, config: of the network.

    Returns:
        ``(M, T, N)`` probability that the response will be nearest to each item.
    """
    parts = []
    for rows in torch.arange(len(displays)).split(ROWS):
        some = displays.select(rows)
        states = plane[rows].transpose(0, 1)[:, :, None]
        parts.append(_believed(states, some, _target(some, law, config), config)[:, :, 0])
    return torch.cat(parts, 1).transpose(0, 1)


def _schedule(config: TrainConfig) -> Schedule:
    return schedule_of(config).to("cpu", torch.float32)


def _target(displays: Displays, law: ResponseLaw, config: TrainConfig) -> tuple[Tensor, Tensor, float]:
    """Log weights, centres and spread of the mixture on a grid of angles that networks are trained on."""
    angles = grid(config.angles)
    density = law.density(displays, angles).detach().clamp(min=0)
    log_weight = (density / density.sum(1, keepdim=True)).log().float()
    return log_weight, config.radius * unit(angles).float(), config.response_noise * config.radius


def _believed(states: Tensor, displays: Displays, target: tuple[Tensor, Tensor, float], config: TrainConfig) -> Tensor:
    """``(T, B, S, N)`` from states ``(T, B, S, 2)`` that are x_T, ..., x_1."""
    angles = grid(config.angles)
    nearest = torch.stack([nearest_item(angle.expand(len(displays)), displays) for angle in angles], 1)
    belongs = (nearest[..., None] == torch.arange(displays.items)).float()
    probability = responsibilities(states.flip(0), *target, _schedule(config)).flip(0)
    return probability @ belongs
