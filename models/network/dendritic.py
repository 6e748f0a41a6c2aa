"""The dendritic cell: every neuron owns a tree of leaves, branches and soma that sees the whole network.

The published cell (network of 16 neurons, 10 branches of 10 leaves each). Leaves see the state, the input and the time,
branches and soma only what is below them and the time; every unit is a softplus.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    otherwise hold 14 GB of leaves. Rows do not know of each other, so that some go through the whole epoch before the
    next: their leaves (1,600 numbers a row and step) then stay in the processor's cache; with all rows at once, a
    batch of that size takes three times as long.
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
        for member, rows in _parts(noise):
            trees = Trees(inward[member], twigs[member], stems[member])
            current = state[member][rows]
            for step in range(noise.shape[0]):
                here = before[step][member][rows].copy_(current)
                if forced is not None:
                    value = forced[step][member][rows]
                    here[: len(value), :2] = value
                rate = trees.grow(here, *(_at(drive, step, member, rows) for drive in (leaf, branch, soma)))
                current = torch.add(noise[step][member][rows], here, alpha=1 - alpha)
                current.addmm_(rate, frame[member].mT, alpha=alpha)
                states[step][member][rows] = current
        ctx.save_for_backward(before, leaf, branch, soma, inward, twigs, stems, frame)
        ctx.alpha, ctx.is_forced = alpha, forced is not None
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Gradients of state, drives and weights by back-propagation through the epoch, one tree at a time."""
        before, leaf, branch, soma, inward, twigs, stems, frame = ctx.saved_tensors
        drives, alpha = (leaf, branch, soma), ctx.alpha
        grads = [torch.zeros_like(value) for value in (*drives, inward, twigs, stems)]
        first = torch.empty_like(before[0])
        for member, rows in _parts(before):
            trees = Trees(inward[member], twigs[member], stems[member], slopes=True)
            into = [value[member] for value in grads[3:]]
            carried = torch.zeros_like(before[0][member][rows])
            for step in range(grad.shape[0] - 1, -1, -1):
                here, total = before[step][member][rows], grad[step][member][rows] + carried
                trees.grow(here, *(_at(drive, step, member, rows) for drive in drives))
                netto = trees.fell((total @ frame[member]).mul_(alpha), here, into)
                for one, value in zip(netto, grads[:3], strict=True):
                    place = _at(value, step, member, rows)
                    place.add_(summed_to(one, place.shape))
                carried = torch.addmm(total, netto[0], trees.inward.mT, beta=1 - alpha)
                if ctx.is_forced:
                    carried[:, :2] = 0
            first[member][rows] = carried
        return first, *grads, None, None, None, None


ROWS = 128
"""Rows that go through an epoch together on a CPU: a step's leaves, 0.8 MB at the published size, stay in the cache."""


def _parts(states: Tensor) -> Iterator[tuple[tuple[int, ...], slice]]:
    """Members of an ensemble (or one empty index) and rows of states ``(T, ..., M, n)``: on a CPU, some at a time."""
    members = [(k,) for k in range(states.shape[1])] if states.ndim == 4 else [()]
    at_once = ROWS if states.device.type == "cpu" else max(1, states.shape[-2])
    for member in members:
        for start in range(0, states.shape[-2], at_once):
            yield member, slice(start, start + at_once)


def _at(drive: Tensor, step: int, member: tuple[int, ...], rows: slice) -> Tensor:
    """The part ``(M or 1, width)`` of a drive ``(T or 1, ..., M or 1, width)`` that belongs to a step and some rows."""
    here = drive[step if drive.shape[0] > 1 else 0][member]
    return here if here.shape[0] == 1 else here[rows]


class Trees:
    """The trees of one network's neurons, for M rows and one step at a time.

    Args:
        inward, twigs, stems: weights ``(n, l b n)``, ``(l, b n)`` and ``(b, n)``.
        slopes: whether ``fell`` will be asked for gradients.
    """

    def __init__(self, inward: Tensor, twigs: Tensor, stems: Tensor, slopes: bool = False) -> None:
        self.inward, self.twigs, self.stems = inward, twigs, stems
        self._slopes = slopes
        self._leaves = self._slope = self._branches = self._somata = inward.new_empty(0)

    def grow(self, state: Tensor, leaf: Tensor, branch: Tensor, soma: Tensor) -> Tensor:
        """Somatic rates ``(M, n)`` at states ``(M, n)`` under drives ``(M or 1, width)``."""
        leaves = self._leaves = _room(self._leaves, len(state), self.inward.shape[1])
        torch.addmm(leaf, state, self.inward, out=leaves)
        if self._slopes:
            self._slope = torch.sigmoid(leaves, out=_room(self._slope, *leaves.shape))
        softplus(leaves, out=leaves)
        self._branches = softplus(_summed(leaves, self.twigs) + branch)
        self._somata = softplus(_summed(self._branches, self.stems) + soma)
        return self._somata

    def fell(self, back: Tensor, state: Tensor, into: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of the net input of leaves, branches and somata, from those of the rates, ``back`` ``(M, n)``.

        Those of the weights are added to ``into``: inward, twigs and stems.
        """
        at_somata = back.mul_(_slope(self._somata))
        at_branches = _below(at_somata, self._branches, self.stems, into[2]).mul_(_slope(self._branches))
        at_leaves = _below(at_branches, self._leaves, self.twigs, into[1]).mul_(self._slope)
        into[0].addmm_(state.mT, at_leaves)
        return at_leaves, at_branches, at_somata


def _room(kept: Tensor, rows: int, width: int) -> Tensor:
    """A tensor to write to: the one from the step before if it fits."""
    return kept if kept.shape == (rows, width) else kept.new_empty(rows, width)


def _summed(below: Tensor, weight: Tensor) -> Tensor:
    """``(M, w)``: weighted sums of units ``(M, k w)`` over the k that belong together."""
    return (below.unflatten(-1, weight.shape) * weight).sum(-2)


def _slope(activity: Tensor) -> Tensor:
    """Slope of the softplus where it has this value."""
    return torch.neg(activity).expm1_().neg_()


def _below(back: Tensor, below: Tensor, weight: Tensor, into: Tensor) -> Tensor:
    """Gradients ``(M, k w)`` of the units below; those of their weights ``(k, w)`` are added to ``into``."""
    each = back[:, None, :]
    into.add_((below.unflatten(-1, weight.shape) * each).sum(0))
    return (each * weight).flatten(-2)
