"""Which component of a mixture made a response, with no more of a law than its weights and its density.

Imprecise responses must not be mistaken for guesses, nor guesses for imprecise responses: beside the weights, the width
of the components is fitted to the responses, as a mixture model of them would have it (``attribute``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.targets import ResponseLaw, grid

ANGLES = 720  # of the tabulated densities: half a degree, fine enough for noise of 0.05 rad
UNASKED = 0.01  # share given to components that the law itself may exclude, so that they can be found
FEWEST = 0.01  # share of responses to other items from which on their width is told
FURTHEST = 30.0  # log-odds that a weight is shifted by at most: certainty

WIDEST = 0.75
"""Largest extra spread (rad). Responses to several items that are any wider are together as flat as guesses: of guesses
planted at six items, a limit of 1 rad booked a tenth as swaps, this one hardly any."""
SPREADS = (0.0, *(WIDEST * 2 ** (-k / 2) for k in reversed(range(8))))
"""Extra spreads (rad) that are tabulated, each variance twice the one before; those between are blends of them."""
FINEST = 16  # points within an sd: a table of what was convolved needs no more


@dataclass(frozen=True)
class Spread:
    """By how much responses are wider than the law's: the sd (rad) of a wrapped normal convolved with its components.

    Attributes:
        cued, others: of responses to the cued item and to other items: 0 is the law's own width, ``WIDEST`` that or
            more; None if there are none, or too few to tell.
    """

    cued: float | None
    others: float | None


@dataclass(frozen=True)
class Attribution:
    """Component probabilities of every response, N items: column 0 uniform, 1 the cued item, 2.. the others.

    Attributes:
        target: ``(B, N + 1)`` weights of the law.
        share: ``(B, N + 1)`` the same for the responses: responsibilities, averaged over a display's responses.
        spread: extra spread by set size.
    """

    target: Tensor
    share: Tensor
    spread: dict[int, Spread]


def attribute(law: ResponseLaw, displays: Displays, responses: Tensor, groups: Tensor) -> Attribution:
    """Responsibilities of the components for responses ``(B, S)``, with weights and widths fitted to these responses.

    Responsibilities under the law's *own* weights lean towards the law wherever components overlap, and so hide part
    of a difference; under its own widths, the tails of less precise responses pass for guesses. So both are refitted
    first, by maximum likelihood within a set size: the log-odds of every group of components get a common shift, and
    the densities of the cued item and of the others are each convolved with a wrapped normal, so that they can be wider
    than the law's, never narrower.

    Args:
        law: anything with ``weights`` and ``density``.
        displays: B displays.
        responses: ``(B, S)`` radians.
        groups: ``(B, N + 1)`` int64, components with the same number share a shift; negative for absent ones.
    """
    target = law.weights(displays).double()
    likelihood = component_likelihoods(law, displays, responses, SPREADS)
    share = torch.zeros_like(target)
    spread = {}
    for size in displays.set_size.unique():
        rows = displays.set_size == size
        there = groups[rows, : int(size) + 1]
        mixture = _Refit(target[rows, : int(size) + 1], likelihood[:, rows, :, : int(size) + 1], there)
        share[rows, : int(size) + 1], spread[int(size)] = mixture.fitted()
    return Attribution(target, share, spread)


class _Refit:
    """Mixtures over the displays of one set size, with parameters: a shift of every group, and two levels of width."""

    def __init__(self, target: Tensor, likelihood: Tensor, groups: Tensor) -> None:
        """``target`` and ``groups`` ``(B, N + 1)``, ``likelihood`` ``(G, B, S, N + 1)`` for each of ``SPREADS``."""
        there = groups >= 0
        self._start = torch.where(there, (1 - UNASKED) * target + UNASKED / there.sum(1, keepdim=True), 0.0)
        self._index = torch.where(there, groups, 0)
        self._there = there
        self._likelihood = likelihood
        self._shifts = int(self._index.max()) + 1

    def fitted(self) -> tuple[Tensor, Spread]:
        """Mean responsibilities ``(B, N + 1)`` at the likeliest parameters, and the extra spread there."""
        found = self._search(0.0)
        if not found.success:  # a line search that got stuck; from elsewhere it rarely does
            found = min(found, self._search(len(SPREADS) / 2), key=lambda one: one.fun)
        cued, others = (_sd(level) for level in found.x[self._shifts :])
        weights, density, _ = self._parts(found.x)
        joint = weights[:, None, :] * density
        share = (joint / joint.sum(2, keepdim=True)).mean(1)
        mean = share.mean(0)
        return share, Spread(
            cued if float(mean[1]) >= FEWEST else None, others if float(mean[2:].sum()) >= FEWEST else None
        )

    def _search(self, level: float) -> optimize.OptimizeResult:
        """The likeliest parameters that are found from the law's own weights and a level of width."""
        bounds = [(-FURTHEST, FURTHEST)] * self._shifts + [(0.0, len(SPREADS) - 2.0)] * 2
        start = np.concatenate([np.zeros(self._shifts), np.full(2, level)])
        return optimize.minimize(self._loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"gtol": 1e-5})

    def _loss(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Mean negative log-likelihood of a response (nats), and its gradient."""
        weights, density, slope = self._parts(values)
        joint = weights[:, None, :] * density
        total = joint.sum(2, keepdim=True)
        share = (joint / total).mean(1)
        wider = (weights[:, None, :] * slope / total).mean((0, 1))
        rows = len(weights)
        shift = torch.zeros(self._shifts, dtype=torch.float64).scatter_add(
            0, self._index[self._there], (share - weights)[self._there] / rows
        )
        gradient = torch.cat([shift, wider[1:2], wider[2:].sum()[None]])
        return -float(total.log().mean()), -gradient.numpy()

    def _parts(self, values: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Weights ``(B, N + 1)``, densities ``(B, S, N + 1)`` and how these change with their own level."""
        shift = torch.as_tensor(values[: self._shifts])
        weights = self._start * shift[self._index].exp()
        weights = weights / weights.sum(1, keepdim=True)
        density, slope = self._likelihood[0].clone(), torch.zeros_like(self._likelihood[0])
        for level, items in zip(values[self._shifts :], (slice(1, 2), slice(2, None)), strict=True):
            first, blend, change = _blend(level)
            tables = self._likelihood[first : first + 3, ..., items]
            density[..., items] = torch.einsum("g,gbsn->bsn", blend, tables)
            slope[..., items] = torch.einsum("g,gbsn->bsn", change, tables)
        return weights, density, slope


def _blend(level: float) -> tuple[int, Tensor, Tensor]:
    """Which three of ``SPREADS`` are blended at a level, from which one on, their shares and how these change.

    The shares are quadratic B-splines with clamped ends: they are positive and sum to 1, so that a blend of densities
    is one, level 0 is the law's own, and the likelihood has no kinks for the search to get stuck at.
    """
    last = len(SPREADS) - 3
    first = min(int(level), last)
    part = level - first
    # knots before and behind the current piece; the ends are repeated
    left, right = (1.0 if first == 0 else 2.0), (1.0 if first == last else 2.0)
    low, high = (1 - part) ** 2 / left, part**2 / right
    low_change, high_change = -2 * (1 - part) / left, 2 * part / right
    blend = torch.tensor([low, 1 - low - high, high], dtype=torch.float64)
    return first, blend, torch.tensor([low_change, -low_change - high_change, high_change], dtype=torch.float64)


def _sd(level: float) -> float:
    """Standard deviation (rad) of the noise that a level adds: variances blend as densities do."""
    first, blend, _ = _blend(level)
    return math.sqrt(sum(float(part) * sd**2 for part, sd in zip(blend, SPREADS[first : first + 3], strict=True)))


def component_likelihoods(
    law: ResponseLaw, displays: Displays, responses: Tensor, spreads: Sequence[float] = (0.0,)
) -> Tensor:
    """``(G, B, S, N + 1)`` density of each response (per radian) under each component alone; 0 for absent items.

    The density of one item's component is read off displays whose items all have that item's report: whichever is
    picked there, the response is the one to it. What the uniform component adds there is taken off. Then it is
    convolved with a wrapped normal of each of G ``spreads`` (sd in radians; 0 leaves it).
    """
    uniform = law.weights(displays)[:, :1].double()
    result = torch.zeros((len(spreads), *responses.shape, displays.items + 1), dtype=torch.float64)
    result[..., 0] = 1 / FULL_CIRCLE
    angles = grid(ANGLES)
    for item in range(displays.items):
        rows = displays.present[:, item]
        some = displays.select(rows)
        gathered = Displays(
            torch.where(some.present, some.report[:, item : item + 1], some.report), some.probe, some.set_size
        )
        total = law.density(gathered, angles).double()
        alone = (total - uniform[rows] / FULL_CIRCLE) / (1 - uniform[rows]).clamp(min=1e-9)
        for number, table in enumerate(_convolved(alone, spreads)):
            result[number, rows, :, item + 1] = interpolated(table.clamp(min=1e-12), responses[rows])
    return result


def _convolved(table: Tensor, spreads: Sequence[float]) -> Iterator[Tensor]:
    """The table ``(B, A)`` over ``grid(A)`` convolved with a wrapped normal of each sd (radians) in turn.

    What comes is over a grid of its own: the wider the normal, the fewer points are needed.
    """
    count = table.shape[1]
    moments = torch.fft.rfft(table) / count
    for sd in spreads:
        if sd == 0:
            yield table
            continue
        points = min(count, 2 * math.ceil(FINEST * math.pi / sd))
        order = torch.arange(points // 2 + 1, dtype=torch.float64)
        kept = moments[:, : len(order)] * torch.exp(-0.5 * (sd * order) ** 2)
        yield torch.fft.irfft(kept, n=points) * points


def interpolated(table: Tensor, angle: Tensor) -> Tensor:
    """Values ``(B, S)`` at angles ``(B, S)`` of a table ``(B, A)`` over ``grid(A)``, linear between its points."""
    count = table.shape[1]
    place = (wrap(angle.double()) + math.pi) * (count / FULL_CIRCLE)
    lower = place.floor().long().clamp(max=count - 1)
    part = place - lower
    return (1 - part) * table.gather(1, lower) + part * table.gather(1, (lower + 1) % count)
