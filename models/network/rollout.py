"""The loop over the steps of an epoch for a rate cell, with its gradient written out.

Coordinates: the behaviour plane is the first two components of a state. Writing the backward pass by hand keeps it to a
few operations a step and leaves the gradients of the weights for large products at the end of an epoch, which on a CPU
is several times faster than recording each step. ``...`` in shapes is the axis of an ensemble's members or nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# The public function has no ``out``; a fresh tensor for each step costs a third of the loop's time.
softplus: Any = torch._C._nn.softplus


class LeakyRollout(torch.autograd.Function):
    """Steps ``s <- (1 - alpha) s + alpha (softplus(s W + drive) V + v) + noise`` of one epoch.

    W and V are the same at every step or each step's own.

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
        noise: Tensor,
        forced: Tensor | None,
        alpha: float,
    ) -> Tensor:
        """States ``(T, ..., M, n)`` after each step.

        Args:
            ctx: torch's context.
            state: ``(..., M, n)`` before the first step.
            drive: ``(T or 1, ..., M or 1, h)`` constant drive of the hidden units.
            inward, outward, bias: W ``(T or 1, ..., n, h)``, V ``(T or 1, ..., h, n)``, v ``(..., n)``.
            noise: ``(T, ..., M, n)``, already scaled.
            forced: ``(T, ..., F, 2)`` with F up to M, or None.
            alpha: share of the state replaced at each step.
        """
        add_product = torch.addmm if inward.ndim == 3 else torch.baddbmm
        # Time is next to the rows here, so that the products over all steps in the backward pass need no copies.
        before = _by_member(noise)
        hidden = noise.new_empty(*before.shape[:-1], inward.shape[-1])
        states = noise + alpha * bias[..., None, :]
        current = state
        for step in range(noise.shape[0]):
            here, units, after = before.select(-3, step), hidden.select(-3, step), states[step]
            here.copy_(current)
            if forced is not None:
                here[..., : forced.shape[-2], :2] = forced[step]
            add_product(_at(drive, step), here, _at(inward, step), out=units)
            softplus(units, out=units)
            after.add_(here, alpha=1 - alpha)
            add_product(after, units, _at(outward, step), alpha=alpha, out=after)
            current = after
        ctx.save_for_backward(before, hidden, inward, outward)
        ctx.alpha, ctx.drive_shape, ctx.is_forced = alpha, drive.shape, forced is not None
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Gradients of state, drive, W, V and v by back-propagation through the epoch."""
        before, hidden, inward, outward = ctx.saved_tensors
        alpha: float = ctx.alpha
        add_product = torch.addmm if inward.ndim == 3 else torch.baddbmm
        total = _by_member(grad).copy_(grad.movedim(0, -3))
        units = torch.empty_like(hidden)
        back, out = (outward.mT * alpha).contiguous(), inward.mT.contiguous()
        product = hidden.select(-3, 0).new_empty(hidden.select(-3, 0).shape)
        carried: Tensor | None = None
        for step in range(grad.shape[0] - 1, -1, -1):
            here, slope = total.select(-3, step), units.select(-3, step)
            if carried is not None:
                here.add_(carried)
            torch.matmul(here, _at(back, step), out=product)
            # softplus' = 1 - exp(-softplus); the exponential costs a fifth of expm1.
            torch.neg(hidden.select(-3, step), out=slope).exp_()
            torch.addcmul(product, product, slope, value=-1, out=slope)
            carried = add_product(here, slope, _at(out, step), beta=1 - alpha)
            if ctx.is_forced:
                carried[..., :2] = 0
        grad_inward = _product(before, units, inward.shape[0])
        grad_outward = _product(hidden, total, outward.shape[0]).mul_(alpha)
        grad_bias = total.flatten(-3, -2).sum(-2).mul_(alpha)
        grad_drive = summed_to(units.movedim(-3, 0), ctx.drive_shape)
        return carried, grad_drive, grad_inward, grad_outward, grad_bias, None, None, None


def _at(values: Tensor, step: int) -> Tensor:
    """A step's own part of ``(T or 1, ...)``."""
    return values[step if values.shape[0] > 1 else 0]


def _product(left: Tensor, right: Tensor, steps: int) -> Tensor:
    """``(steps, ..., a, b)``: products of ``(..., T, M, a)`` and ``(..., T, M, b)`` over rows; ``steps`` is T or 1.

    With 1 it is the sum over all steps, as one large product.
    """
    if steps > 1:
        return (left.mT @ right).movedim(-3, 0)
    return (left.flatten(-3, -2).mT @ right.flatten(-3, -2))[None]


def _by_member(like: Tensor) -> Tensor:
    """An empty ``(..., T, M, n)`` for a ``(T, ..., M, n)``."""
    steps, *members, rows, width = like.shape
    return like.new_empty(*members, steps, rows, width)


def summed_to(values: Tensor, shape: torch.Size) -> Tensor:
    """The gradient of something that was broadcast from ``shape``: sums over the axes that are 1 there."""
    shared = [axis for axis, size in enumerate(shape) if size == 1 and values.shape[axis] > 1]
    return values.sum(shared, keepdim=True) if shared else values
