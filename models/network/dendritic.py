"""The dendritic cell: every neuron owns a tree of leaves, branches and soma that sees the whole network.

The published cell (network of 16 neurons, 10 branches of 10 leaves each). Leaves see the state, the input and the time,
branches and soma only what is below them and the time; every unit is a softplus.
"""

from __future__ import annotations

import math
from typing import Any, cast

import torch
from torch import Tensor, nn

from models.network.config import TrainConfig
from models.network.rollout import softplus, summed_to

Drives = tuple[Tensor, Tensor, Tensor]


class DendriticCell(nn.Module):
    """``f(r) = softplus(sum_j V1 softplus(sum_k V2 softplus(r A + u U + tau T + b) + ...) + ...)``, never negative.

    It starts as something that can remember: two leaves of every branch see their own neuron with opposite signs, whose
    difference is linear (``softplus(z) - softplus(-z) = z``), and branches and soma rest where a softplus is nearly
    linear. So the drive of a fresh cell at its resting rate is the state itself, with slope 1; the other leaves are
    random. (The published start, all weights random, learns almost nothing in some thousand steps.)
    """

    rest = 3.0

    def __init__(self, config: TrainConfig, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        n, b, l, e = config.neurons, config.branches, config.leaves, config.time_features  # noqa: E741
        stems, units = b * n, l * b * n

        def normal(rows: int, columns: int, sd: float) -> Tensor:
            return torch.randn(rows, columns, generator=generator) * sd

        own = torch.eye(n).repeat(1, b)
        recurrent = normal(n, units, 0.3 / math.sqrt(n)).unflatten(1, (l, stems))
        recurrent[:, 0], recurrent[:, 1] = own, -own
        bias = torch.zeros(l, stems)
        bias[0], bias[1] = -self.rest, self.rest
        twigs = normal(l, stems, 0.3 / math.sqrt(l))
        twigs[0], twigs[1] = 1.0, -1.0
        # The sum over leaves and the soma's sum are shifted so that a softplus of them gives the resting rate.
        below = self.rest + math.log(-math.expm1(-self.rest))
        slope = -math.expm1(-self.rest)  # of a softplus where it has this value
        at_rest = nn.functional.softplus((recurrent.sum(0) * self.rest) + bias)
        gain = 1 / (b * slope**2)
        self.recurrent = nn.Parameter(recurrent.flatten(1))
        self.inputs = nn.Parameter(normal(inputs, units, config.input_gain / math.sqrt(inputs)))
        self.time = nn.Parameter(normal(e, units, 0.3 / math.sqrt(e)))
        self.bias = nn.Parameter(bias.flatten())
        self.twigs = nn.Parameter(twigs)
        self.twig_time = nn.Parameter(torch.zeros(e, stems))
        self.twig_bias = nn.Parameter(below - (twigs * at_rest).sum(0))
        self.stems = nn.Parameter(torch.full((b, n), gain))
        self.stem_time = nn.Parameter(torch.zeros(e, n))
        self.stem_bias = nn.Parameter(torch.full((n,), below - b * gain * self.rest))

    def drive(self, inputs: Tensor | None, time: Tensor) -> Drives:
        """Drive of leaves ``(T or 1, ..., B or 1, l b n)``, branches and somata; arguments as in ``RateCell``."""
        row = time[..., None, :]
        leaf = row @ self.time + self.bias[..., None, :]
        branch = row @ self.twig_time + self.twig_bias[..., None, :]
        soma = row @ self.stem_time + self.stem_bias[..., None, :]
        return leaf if inputs is None else leaf + (inputs @ self.inputs)[None], branch, soma

    def run(
        self, state: Tensor, drive: Drives, noise: Tensor, forced: Tensor | None, alpha: float, frame: Tensor
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step of an epoch, in frame coordinates; see ``TreeRollout``."""
        inward = frame @ self.recurrent
        states = TreeRollout.apply(state, *drive, inward, self.twigs, self.stems, frame, noise, forced, alpha)
        return cast(Tensor, states)


class TreeRollout(torch.autograd.Function):
    """Steps ``s <- (1 - alpha) s + alpha f(s) + noise`` of one epoch with a tree for every neuron.

    Only the states are kept; the backward pass works each step's tree out again. A batch of 32 x 512 and 66 steps would
    otherwise hold 14 GB of leaves.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 (torch gives no type)
        state: Tensor,
        leaf: Tensor,
        branch: Tensor,
        soma: Tensor,
        inward: Tensor,
        twigs: Tensor,
        stems: Tensor,
        frame: Tensor,
        noise: Tensor,
        forced: Tensor | None,
        alpha: float,
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step.

        Args:
            ctx: torch's context.
            state: ``(..., M, n)`` before the first step.
            leaf, branch, soma: drives ``(T or 1, ..., M or 1, width)``.
            inward: ``(..., n, l b n)``, leaves' weights of the state in frame coordinates.
            twigs, stems: weights ``(..., l, b n)`` of leaves to branches and ``(..., b, n)`` of branches to somata.
            frame: ``(..., n, n)``.
            noise: ``(T, ..., M, n)``, already scaled.
            forced: ``(T, ..., F, 2)`` with F up to M, or None.
            alpha: share of the state replaced at each step.
        """
        before, states = torch.empty_like(noise), torch.empty_like(noise)
        current = state
        for step in range(noise.shape[0]):
            here = before[step]
            here.copy_(current)
            if forced is not None:
                here[..., : forced.shape[-2], :2] = forced[step]
            _, _, rate = _tree(here, _at(step, leaf, branch, soma), inward, twigs, stems)
            current = torch.add(noise[step], here, alpha=1 - alpha).add_(rate @ frame.mT, alpha=alpha)
            states[step] = current
        ctx.save_for_backward(before, leaf, branch, soma, inward, twigs, stems, frame)
        ctx.alpha, ctx.is_forced = alpha, forced is not None
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Gradients of state, drives and weights by back-propagation through the epoch, one tree at a time."""
        before, leaf, branch, soma, inward, twigs, stems, frame = ctx.saved_tensors
        drives = (leaf, branch, soma)
        grads = [torch.zeros_like(value) for value in (*drives, inward, twigs, stems)]
        carried = torch.zeros_like(before[0])
        for step in range(grad.shape[0] - 1, -1, -1):
            here, total = before[step], grad[step] + carried
            at_leaves, at_branches, at_somata = _tree(here, _at(step, *drives), inward, twigs, stems)
            back = (total @ frame).mul_(ctx.alpha).mul_(_slope(at_somata))
            deeper, grad_stems = _below(back, at_branches, stems)
            deepest, grad_twigs = _below(deeper, at_leaves, twigs)
            for place, one in enumerate((deepest, deeper, back)):
                index = step if drives[place].shape[0] > 1 else 0
                grads[place][index] += summed_to(one, drives[place].shape[1:])
            grads[3] += here.mT @ deepest
            grads[4] += grad_twigs
            grads[5] += grad_stems
            carried = (deepest @ inward.mT).add_(total, alpha=1 - ctx.alpha)
            if ctx.is_forced:
                carried[..., :2] = 0
        return carried, *grads, None, None, None, None


def _at(step: int, *drives: Tensor) -> Drives:
    leaf, branch, soma = (drive[step if drive.shape[0] > 1 else 0] for drive in drives)
    return leaf, branch, soma


def _tree(state: Tensor, drive: Drives, inward: Tensor, twigs: Tensor, stems: Tensor) -> Drives:
    """Activity of leaves ``(..., M, l b n)``, branches ``(..., M, b n)`` and somata ``(..., M, n)``."""
    leaf, branch, soma = drive
    at_leaves = (state @ inward).add_(leaf)
    softplus(at_leaves, out=at_leaves)
    at_branches = softplus(_summed(at_leaves, twigs) + branch)
    return at_leaves, at_branches, softplus(_summed(at_branches, stems) + soma)


def _summed(below: Tensor, weight: Tensor) -> Tensor:
    """``(..., M, w)``: weighted sums of units ``(..., M, k w)`` over the k that belong together."""
    return (below.unflatten(-1, weight.shape[-2:]) * weight[..., None, :, :]).sum(-2)


def _slope(activity: Tensor) -> Tensor:
    """Slope of the softplus where it has this value."""
    return torch.neg(activity).expm1_().neg_()


def _below(back: Tensor, below: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of the net input of the units below, ``(..., M, k w)``, and of the weights ``(..., k, w)``."""
    units = below.unflatten(-1, weight.shape[-2:])
    grad_weight = torch.einsum("...mw,...mkw->...kw", back, units)
    deeper = (back[..., None, :] * weight[..., None, :, :]).flatten(-2)
    return deeper.mul_(_slope(below)), grad_weight
