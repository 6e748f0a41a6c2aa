"""The loop over the steps of an epoch for a rate cell, with its gradient written out.

Coordinates: the behaviour plane is the first two components of a state. Writing the backward pass by hand keeps it to a
few operations a step, and all that a step needs in the processor's cache: a step's own weights are worked out when it
is there, and their gradients before it is left. Kept for all steps they were tens of megabytes, and five networks
together took a third longer. ``...`` in shapes is the axis of an ensemble's members or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

# The public function has no ``out``; a fresh tensor for each step costs a third of the loop's time.
softplus: Any = torch._C._nn.softplus


class LeakyRollout(torch.autograd.Function):
    """Steps ``s <- (1 - alpha) s + alpha ((softplus((s W) * g + drive) * h) V + v) + noise`` of one epoch.

    The gains g and h of the hidden units are the same at every step or each step's own.

    Where ``forced`` is given, the first two components of its rows of the state, which are the first ones, are
    overwritten with it before every step, and no gradient passes through these components, of any row, from one step to
    the one before.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 (torch gives no type)
        state: Tensor,
        drive: Tensor,
        inward: Tensor,
        outward: Tensor,
        bias: Tensor,
        seeing: Tensor,
        seen: Tensor,
        noise: Tensor,
        forced: Tensor | None,
        alpha: float,
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step.

        Args:
            ctx: torch's context.
            state: ``(..., M, n)`` before the first step.
            drive: ``(T or 1, ..., M or 1, h)`` constant drive of the hidden units.
            inward, outward, bias: W ``(..., n, h)``, V ``(..., h, n)``, v ``(..., n)``.
            seeing, seen: gains g and h, ``(T or 1, ..., 1, h or 1)``.
            noise: ``(T, ..., M, n)``, already scaled.
            forced: ``(T, ..., F, 2)`` with F up to M, or None.
            alpha: share of the state replaced at each step.
        """
        weights = (inward, outward, seeing, seen)
        gained, add_product = _Gained(*weights), _add_product(state)
        states = noise + alpha * bias[..., None, :]
        before = torch.empty_like(states)
        hidden = states.new_empty(*states.shape[:-1], inward.shape[-1])
        current = state
        for step in range(states.shape[0]):
            here, units, after = before[step], hidden[step], states[step]
            here.copy_(current)
            if forced is not None:
                here[..., : forced.shape[-2], :2] = forced[step]
            gained.turn_to(step)
            add_product(_at(drive, step), here, gained.inward, out=units)
            softplus(units, out=units)
            after.add_(here, alpha=1 - alpha)
            add_product(after, units, gained.outward, alpha=alpha, out=after)
            current = after
        ctx.save_for_backward(before, hidden, *weights)
        ctx.alpha, ctx.drive_shape, ctx.is_forced = alpha, drive.shape, forced is not None
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Gradients of state, drive, W, V, v and the gains by back-propagation through the epoch."""
        before, hidden, *weights = ctx.saved_tensors
        found = _Gradients(weights, before.new_zeros(ctx.drive_shape), ctx.alpha)
        return *found.back(grad, before, hidden, ctx.is_forced), None, None, None


class _Gained:
    """Weights to and from the hidden units with the gains of a step.

    Attributes:
        inward, outward: W g ``(..., n, h)`` and h V ``(..., h, n)`` at the step that was turned to.
        differ: whether steps have gains of their own.
    """

    def __init__(self, inward: Tensor, outward: Tensor, seeing: Tensor, seen: Tensor, scale: float = 1.0) -> None:
        self.plain = (inward, outward)
        self.gains = (seeing, seen.mT * scale)
        self.inward, self.outward = torch.empty_like(inward), torch.empty_like(outward)
        self.differ = seeing.shape[0] > 1
        self._is_set = False

    def turn_to(self, step: int) -> None:
        """Work out the weights of a step."""
        if self.differ or not self._is_set:
            for weight, gain, gained in zip(self.plain, self.gains, (self.inward, self.outward), strict=True):
                torch.mul(weight, _at(gain, step), out=gained)
            self._is_set = True


class _Gradients:
    """Gradients of an epoch, added up from its end to its beginning.

    Args:
        weights: W, V and the gains g and h, as in ``LeakyRollout``.
        drive: zeros of the drive's shape.
        alpha: share of the state replaced at each step.
    """

    def __init__(self, weights: Sequence[Tensor], drive: Tensor, alpha: float) -> None:
        inward, outward, seeing, seen = weights
        self._weights = _Gained(inward, outward, seeing, seen, alpha)
        self._drive, self._alpha = drive, alpha
        self._sums = [torch.zeros_like(weight) for weight in self._weights.plain]
        self._step = [torch.empty_like(weight) for weight in self._weights.plain]
        self._gains = [torch.zeros_like(gain) for gain in self._weights.gains]

    def back(self, grad: Tensor, before: Tensor, hidden: Tensor, is_forced: bool) -> list[Tensor]:
        """Those of state, drive, W, V, v, g and h, from ``grad`` ``(T, ..., M, n)`` of the states."""
        add_product, weights = _add_product(before[0]), self._weights
        product, slope = torch.empty_like(hidden[0]), torch.empty_like(hidden[0])
        carried = torch.zeros_like(before[0])
        bias = torch.zeros_like(before[0])
        for step in range(grad.shape[0] - 1, -1, -1):
            units, total = hidden[step], grad[step] + carried
            bias.add_(total)
            weights.turn_to(step)
            torch.matmul(total, weights.outward.mT, out=product)
            # softplus' = 1 - exp(-softplus); the exponential costs a fifth of expm1.
            torch.neg(units, out=slope).exp_()
            torch.addcmul(product, product, slope, value=-1, out=slope)
            drive = _at(self._drive, step)
            drive.add_(summed_to(slope, drive.shape))
            carried = add_product(total, slope, weights.inward.mT, beta=1 - self._alpha)
            if is_forced:
                carried[..., :2] = 0
            self._add((before[step].mT, slope), (units.mT, total), step)
        if not weights.differ:
            self._share_out(self._sums, 0)
            self._sums = [one * _at(gain, 0) for one, gain in zip(self._sums, weights.gains, strict=True)]
        seeing, seen = self._gains
        inward, outward = self._sums
        return [carried, self._drive, inward, outward, bias.sum(-2).mul_(self._alpha), seeing, seen.mT * self._alpha]

    def _add(self, into: tuple[Tensor, Tensor], out_of: tuple[Tensor, Tensor], step: int) -> None:
        """Take in what a step says about the weights: gradients of the gained W and V as pairs of factors."""
        if not self._weights.differ:
            add_product = _add_product(into[0])
            for sums, factors in zip(self._sums, (into, out_of), strict=True):
                add_product(sums, *factors, out=sums)
            return
        for place, factors in zip(self._step, (into, out_of), strict=True):
            torch.matmul(*factors, out=place)
        for sums, one, gain in zip(self._sums, self._step, self._weights.gains, strict=True):
            sums.addcmul_(one, _at(gain, step))
        self._share_out(self._step, step)

    def _share_out(self, gradients: list[Tensor], step: int) -> None:
        """Gradients of a step's gains from those of the gained weights."""
        for gain, one, weight in zip(self._gains, gradients, self._weights.plain, strict=True):
            place = _at(gain, step)
            place.copy_(summed_to(one * weight, place.shape))


def _add_product(like: Tensor) -> Any:  # noqa: ANN401 (overloads)
    """``a + b c`` of matrices, or of as many as there are members."""
    return torch.addmm if like.ndim == 2 else torch.baddbmm


def _at(values: Tensor, step: int) -> Tensor:
    """A step's own part of ``(T or 1, ...)``."""
    return values[step if values.shape[0] > 1 else 0]


def summed_to(values: Tensor, shape: torch.Size) -> Tensor:
    """The gradient of something that was broadcast from ``shape``: sums over the axes that are 1 there."""
    shared = [axis for axis, size in enumerate(shape) if size == 1 and values.shape[axis] > 1]
    return values.sum(shared, keepdim=True) if shared else values
