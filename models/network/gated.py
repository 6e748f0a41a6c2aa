"""The gated cell: the field's habit, a GRU, as a cell like the others."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.network.config import TrainConfig


class GatedCell(nn.Module):
    """``r <- (1 - z) r + z g tanh((q r) W + ..)``, gates ``z`` and ``q`` of state, input and time (Cho et al. 2014).

    Two things differ from the textbook's: candidates reach up to a learned ``g`` instead of 1, as responses lie further
    out, and the update gate starts at alpha, where the other cells' leak is. With candidates near the state itself at
    the start it can remember. The loop is recorded by autograd: the cell is small, and is here to be compared with.
    """

    rest = 0.0

    def __init__(self, config: TrainConfig, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        n, e = config.neurons, config.time_features

        def normal(rows: int, columns: int, sd: float) -> Tensor:
            return torch.randn(rows, columns, generator=generator) * sd

        opened = 1 / (1 + math.exp(-2.0))
        update = math.log(config.alpha / (1 - config.alpha)) if config.alpha < 1 else 4.0
        self.gates = nn.Parameter(normal(n, 2 * n, 0.1 / math.sqrt(n)))
        self.candidate = nn.Parameter(torch.eye(n) / (opened * config.radius) + normal(n, n, 0.02))
        self.reach = nn.Parameter(torch.full((n,), config.radius))
        # Columns: update gate, reset gate, candidate.
        into = normal(inputs, 3 * n, config.input_gain / math.sqrt(inputs))
        into[:, : 2 * n] *= 0.3
        self.inputs = nn.Parameter(into)
        self.time = nn.Parameter(normal(e, 3 * n, 0.3 / math.sqrt(e)))
        self.bias = nn.Parameter(torch.cat([torch.full((n,), update), torch.full((n,), 2.0), torch.zeros(n)]))

    def drive(self, inputs: Tensor | None, time: Tensor) -> Tensor:
        """``(T or 1, ..., B or 1, 3 n)`` drive of both gates and the candidate; arguments as in ``RateCell``."""
        by_time = time[..., None, :] @ self.time + self.bias[..., None, :]
        return by_time if inputs is None else by_time + (inputs @ self.inputs)[None]

    def run(
        self, state: Tensor, drive: Tensor, noise: Tensor, forced: Tensor | None, alpha: float, frame: Tensor
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step, in frame coordinates; arguments as in ``LeakyRollout``.

        ``alpha`` plays no part: the update gate is the cell's own.
        """
        n = state.shape[-1]
        gates, reach = frame @ self.gates, self.reach[..., None, :]
        states = []
        for step in range(noise.shape[0]):
            if forced is not None:
                plane = torch.cat([forced[step], state[..., forced.shape[-2] :, :2].detach()], dim=-2)
                state = torch.cat([plane, state[..., 2:]], dim=-1)
            here = drive[step if drive.shape[0] > 1 else 0]
            update, reset = torch.sigmoid(state @ gates + here[..., : 2 * n]).split(n, dim=-1)
            rates = state @ frame
            candidate = reach * torch.tanh((reset * rates) @ self.candidate + here[..., 2 * n :])
            state = torch.lerp(rates, candidate, update) @ frame.mT + noise[step]
            states.append(state)
        return torch.stack(states)
