"""The recurrent cells: what drives each neuron, given the state, the input and the time.

A cell has two methods. ``drive`` turns what is constant during an epoch (input, time) into whatever the cell can add up
at each step, once. ``run`` steps through an epoch in *frame coordinates*: ``frame`` is orthogonal, its first two rows
span the behaviour plane, and neurons are ``state @ frame``. ``rest`` is the rate of every neuron at which a fresh cell
holds its state. Another cell is another file and a line in ``CELLS``.

``...`` in shapes is the axis of an ensemble's members or nothing; weights then carry it as well.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from models.network.config import TrainConfig
from models.network.dendritic import DendriticCell
from models.network.gated import GatedCell
from models.network.rollout import LeakyRollout

RateDrive = tuple[Tensor, Tensor, Tensor]


class RateCell(nn.Module):
    """One hidden layer: ``f(r) = (g softplus(h (r W) + u U + tau Q + b)) V + v`` with gains ``g, h = 1 + tau G``.

    With ``time_modulation`` ``"gain"`` time sets the gains with which a hidden unit sees the state and is seen, as a
    diffusion step wants it, which weighs state and estimate by factors that depend on t alone. ``"additive"`` has gains
    of 1: time is only added, as in the published cell.

    It starts as something that can remember: hidden units come in pairs +/- of each neuron, and since
    ``softplus(z) - softplus(-z) = z`` the drive of a fresh cell is about the state itself.
    """

    rest = 0.0

    def __init__(self, config: TrainConfig, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        n, h, e = config.neurons, config.hidden, config.time_features
        spare = h - 2 * n

        def normal(rows: int, columns: int, sd: float) -> Tensor:
            return torch.randn(rows, columns, generator=generator) * sd

        identity = torch.eye(n)
        self.recurrent = nn.Parameter(torch.cat([identity, -identity, normal(n, spare, 1 / math.sqrt(n))], dim=1))
        self.recurrent.data += normal(n, h, 0.02)
        self.inputs = nn.Parameter(normal(inputs, h, config.input_gain / math.sqrt(inputs)))
        self.time = nn.Parameter(normal(e, h, 0.3 / math.sqrt(e)))
        self.bias = nn.Parameter(torch.zeros(h))
        if config.time_modulation == "gain":
            self.gains = nn.Parameter(torch.zeros(e, 2 * h))
        self.outward = nn.Parameter(torch.cat([identity, -identity, normal(spare, n, 0.3 / math.sqrt(max(spare, 1)))]))
        self.outward_bias = nn.Parameter(torch.zeros(n))

    def drive(self, inputs: Tensor | None, time: Tensor) -> RateDrive:
        """What of the hidden units does not depend on the state.

        Returns:
            Their drive ``(T or 1, ..., B or 1, h)``, and the gains ``(T or 1, ..., 1, h or 1)`` with which they see
            and are seen.

        Args:
            inputs: ``(..., B, D)`` encoded input of the epoch, or None for none.
            time: ``(T or 1, ..., E)``, one row a step or one for the whole epoch.
        """
        row = time[..., None, :]
        units = row @ self.time + self.bias[..., None, :]
        units = units if inputs is None else units + (inputs @ self.inputs)[None]
        if not hasattr(self, "gains"):
            same = units.new_ones((1, *units.shape[1:-2], 1, 1))
            return units, same, same
        seeing, seen = (1 + row @ self.gains).chunk(2, dim=-1)
        return units, seeing, seen

    def in_frame(self, frame: Tensor) -> tuple[Tensor, Tensor]:
        """Weights ``(..., n, h)`` to and ``(..., h, n)`` from the hidden units, frame coordinates, without gains."""
        return frame @ self.recurrent, self.outward @ frame.mT

    def run(
        self, state: Tensor, drive: RateDrive, noise: Tensor, forced: Tensor | None, alpha: float, frame: Tensor
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step of an epoch, in frame coordinates; see ``LeakyRollout``."""
        units, seeing, seen = drive
        inward, outward = self.in_frame(frame)
        bias = (frame @ self.outward_bias[..., None])[..., 0]
        states = LeakyRollout.apply(state, units, inward, outward, bias, seeing, seen, noise, forced, alpha)
        return cast(Tensor, states)


class Cell(Protocol):
    """What the cells have in common; what ``drive`` gives is for the same cell's ``run`` only."""

    rest: float

    def drive(self, inputs: Tensor | None, time: Tensor) -> Any:  # noqa: ANN401
        """What is constant during an epoch, worked out once."""

    def run(
        self,
        state: Tensor,
        drive: Any,  # noqa: ANN401
        noise: Tensor,
        forced: Tensor | None,
        alpha: float,
        frame: Tensor,
    ) -> Tensor:
        """States after each step of an epoch."""


CELLS: dict[str, type[RateCell] | type[DendriticCell] | type[GatedCell]] = {
    "rate": RateCell,
    "dendritic": DendriticCell,
    "gru": GatedCell,
}
