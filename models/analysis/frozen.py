"""The dynamics of one moment held still: input and time signal stay what they are, there is no noise.

``F(s)`` is one step of a network in frame coordinates (see ``models.network.cells``) under a constant drive.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.network.cells import RateCell
from models.network.network import Network
from models.network.task import Epoch, Stimuli

RECALL_AT = 0.75
"""Share of recall at which it is held still: late enough for a decision, and before the last steps, which are jumps to
the answer rather than small steps towards it."""
ROWS_AT_A_TIME = 4096  # of the Jacobian by back-propagation: bounds the memory


@dataclass(frozen=True)
class Frozen:
    """One step of a network under a constant drive, for M states at a time.

    Attributes:
        network: float64 (see ``precise``).
        drive: what its cell's ``drive`` gives for one step, for one row or for M.
    """

    network: Network
    drive: Any

    def at(self, rows: Tensor) -> Frozen:
        """The same for some of the M rows."""
        if isinstance(self.drive, tuple):
            return Frozen(self.network, tuple(_rows(one, rows) for one in self.drive))
        return Frozen(self.network, _rows(self.drive, rows))

    def step(self, state: Tensor) -> Tensor:
        """F of states ``(M, n)``."""
        return self._run(state, state.new_zeros(1, *state.shape))[-1]

    def run(self, state: Tensor, steps: int) -> Tensor:
        """States ``(steps, M, n)`` that follow on states ``(M, n)``."""
        return self._run(state, state.new_zeros(steps, *state.shape))

    def jacobian(self, state: Tensor) -> Tensor:
        """``(M, n, n)``: entry i, j is the derivative of component i of F by component j of the state."""
        if isinstance(self.network.cell, RateCell):
            return self._of_rate_cell(self.network.cell, state)
        return self._by_back_propagation(state)

    def _run(self, state: Tensor, noise: Tensor) -> Tensor:
        network = self.network
        return network.cell.run(state, self.drive, noise, None, network.config.alpha, network.frame)

    def _of_rate_cell(self, cell: RateCell, state: Tensor) -> Tensor:
        """``(1 - alpha) I + alpha (W diag(softplus') V)^T``."""
        alpha = self.network.config.alpha
        units, seeing, seen = (one[0] for one in self.drive)
        inward, outward = cell.in_frame(self.network.frame)
        inward, outward = inward * seeing, outward * seen.mT
        slope = torch.sigmoid(state @ inward + units)
        through = alpha * (outward.T[None] * slope[:, None, :]) @ inward.T
        through.diagonal(dim1=-2, dim2=-1).add_(1 - alpha)
        return through

    def _by_back_propagation(self, state: Tensor) -> Tensor:
        """Every state n times over, each copy followed back from one component of F; any cell can be."""
        n = state.shape[1]
        parts = []
        for rows in torch.arange(len(state), device=state.device).split(max(1, ROWS_AT_A_TIME // n)):
            with torch.enable_grad():
                copies = state[rows].repeat_interleave(n, 0).requires_grad_(True)
                after = self.at(rows).at(torch.arange(len(rows)).repeat_interleave(n)).step(copies)
                component = torch.eye(n, dtype=state.dtype, device=state.device).repeat(len(rows), 1)
                (gradient,) = torch.autograd.grad(after, copies, component)
            parts.append(gradient.reshape(len(rows), n, n))
        return torch.cat(parts)


def precise(network: Network) -> Network:
    """A copy in double precision whose weights want no gradient."""
    return copy.deepcopy(network).double().requires_grad_(False)


def in_delay(network: Network) -> Frozen:
    """No input."""
    return Frozen(network, network.cell.drive(None, network.preparation_time[None]))


def under_cue(network: Network, shown: Stimuli) -> Frozen:
    """The cue input of M displays stays on."""
    inputs = network.encoding.cue(shown.change(_doubled))
    return Frozen(network, network.cell.drive(inputs, network.preparation_time[None]))


def in_recall(network: Network, step: int | None = None) -> Frozen:
    """The time signal of a recall step stays on; 0 is the first, None the one at ``RECALL_AT``."""
    step = round(RECALL_AT * (network.config.recall_steps - 1)) if step is None else step
    signal = network.time_basis.flip(0)[step]
    return Frozen(network, network.cell.drive(None, signal[None]))


def moment_of(epoch: Epoch) -> int:
    """The step of a trial after which an epoch is held still: its last one, in recall that at ``RECALL_AT``."""
    return epoch.start + round(RECALL_AT * (epoch.steps - 1)) if epoch.name == "recall" else epoch.stop - 1


def recalled(network: Network, shown: Stimuli, state: Tensor, epoch: str) -> Tensor:
    """``(M,)`` radians: what the network answers without noise when it goes on from states in an epoch.

    Args:
        network: float64 (see ``precise``).
        shown: the M displays and cues of these states, or one for all.
        state: ``(M, n)`` after the step ``moment_of`` the delay, the cue or recall.
        epoch: which of them.
    """
    config = network.config
    if epoch == "delay":
        state = _after(under_cue(network, shown), state, config.cue_steps)
    done = 0
    if epoch == "recall":
        done = round(RECALL_AT * (config.recall_steps - 1)) + 1
    else:
        state = _after(in_delay(network), state, config.gap_steps)
    drive = network.cell.drive(None, network.time_basis.flip(0)[done:])
    state = _after(Frozen(network, drive), state, config.recall_steps - done)
    return torch.atan2(state[:, 1], state[:, 0])


def _after(dynamics: Frozen, state: Tensor, steps: int) -> Tensor:
    return dynamics.run(state, steps)[-1] if steps else state


def _rows(drive: Tensor, rows: Tensor) -> Tensor:
    return drive if drive.shape[-2] == 1 else drive[..., rows, :]


def _doubled(value: Tensor) -> Tensor:
    return value.double() if value.is_floating_point() else value
