"""The loop over the steps of an epoch for a rate cell, with its gradient written out.

Coordinates: the behaviour plane is the first two components of a state. Writing the backward pass by hand keeps it to
four operations a step and turns the gradients of all weights into one large product an epoch, which on a CPU is several
times faster than recording each step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# The public function has no ``out``; a fresh tensor for each step costs a third of the loop's time.
_softplus: Any = torch._C._nn.softplus


class LeakyRollout(torch.autograd.Function):
    """Steps ``s <- (1 - alpha) s + alpha (softplus(s W + drive) V + v) + noise`` of one epoch.

    Where ``forced`` is given, the first two components of the state are overwritten with it before every step, and no
    gradient passes through them from one step to the one before.
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
        """States ``(T, M, n)`` after each step.

        Args:
            ctx: torch's context.
            state: ``(M, n)`` before the first step.
            drive: ``(T or 1, M or 1, h)`` constant drive of the hidden units.
            inward, outward, bias: W ``(n, h)``, V ``(h, n)``, v ``(n,)``.
            noise: ``(T, M, n)``, already scaled.
            forced: ``(T, M, 2)`` or None.
            alpha: share of the state replaced at each step.
        """
        steps, rows, _ = noise.shape
        before = torch.empty_like(noise)
        hidden = noise.new_empty(steps, rows, inward.shape[1])
        states = noise + alpha * bias
        current = state
        for step in range(steps):
            here, units, after = before[step], hidden[step], states[step]
            here.copy_(current)
            if forced is not None:
                here[:, :2] = forced[step]
            torch.addmm(drive[step if drive.shape[0] > 1 else 0], here, inward, out=units)
            _softplus(units, out=units)
            after.add_(here, alpha=1 - alpha).addmm_(units, outward, alpha=alpha)
            current = after
        ctx.save_for_backward(before, hidden, inward, outward)
        ctx.alpha, ctx.drive_shape, ctx.is_forced = alpha, drive.shape, forced is not None
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Gradients of state, drive, W, V and v by back-propagation through the epoch."""
        before, hidden, inward, outward = ctx.saved_tensors
        alpha: float = ctx.alpha
        total = grad.clone()
        units = torch.empty_like(hidden)
        # softplus' = 1 - exp(-softplus); its sign and alpha go into the matrix.
        back, out = (outward.T * -alpha).contiguous(), inward.T.contiguous()
        product = hidden.new_empty(hidden.shape[1:])
        carried: Tensor | None = None
        for step in range(total.shape[0] - 1, -1, -1):
            here, slope = total[step], units[step]
            if carried is not None:
                here.add_(carried)
            torch.mm(here, back, out=product)
            torch.neg(hidden[step], out=slope).expm1_().mul_(product)
            carried = torch.addmm(here, slope, out, beta=1 - alpha)
            if ctx.is_forced:
                carried[:, :2] = 0
        flat = total.flatten(0, 1)
        grad_inward = before.flatten(0, 1).T @ units.flatten(0, 1)
        grad_outward = (hidden.flatten(0, 1).T @ flat).mul_(alpha)
        grad_bias = flat.sum(0).mul_(alpha)
        shared = [axis for axis in (0, 1) if ctx.drive_shape[axis] == 1]
        grad_drive = units.sum(shared, keepdim=True) if shared else units
        return carried, grad_drive, grad_inward, grad_outward, grad_bias, None, None, None
