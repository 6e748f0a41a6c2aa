"""BNS: a mixture whose non-target log-odds are a Gaussian-process function of probe distance (Radmard et al. 2025).

The fitted model: swap functions with their posterior, concentration and guess log-odds of every set size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from models.behaviour.bound import swap_odds
from models.behaviour.mixture import FixedMixture, SizeParameters, SwapCurve
from models.behaviour.model import MixtureModel, mean_weights
from models.behaviour.patterns import arrange
from models.behaviour.swap_function import SwapFunction
from models.displays import Displays
from models.trials import Trials

GRID_POINTS = 361  # half a degree
_STEP = 1e-4


class MissingProbe(ValueError):
    """Displays lack the probe values that a swap function over probe distance needs."""


@dataclass(frozen=True)
class Block:
    """Set sizes that share one swap function, or a single set size 1, which has none.

    Attributes:
        sizes: ascending set sizes.
        function: posterior of the swap function, None where no display has a non-target.
        log_concentration: ``(K,)`` log kappa of every set size.
        uniform_log_odds: ``(K,)`` log-odds of a guess against the target, or None without a uniform component.
        covariance: ``(Q, Q)`` posterior covariance of (w, log amplitude, log sharpness, constant, log kappa's, uniform
            log-odds); the first ``R + 3`` only where there is a function. It holds the uncertainty of kernel and noise
            parameters too, so it is wider than ``function.factor`` alone.
        observed: lowest and highest unsigned distance in the data (radians), None without non-targets.
    """

    sizes: tuple[int, ...]
    function: SwapFunction | None
    log_concentration: Tensor
    uniform_log_odds: Tensor | None
    covariance: Tensor
    observed: tuple[float, float] | None

    @property
    def function_parameters(self) -> int:
        """How many leading rows of ``covariance`` belong to the swap function."""
        return 0 if self.function is None else len(self.function.mean) + 3

    @cached_property
    def grid(self) -> Tensor:
        """``(G,)`` unsigned distances 0..pi on which draws of f are tabulated."""
        return torch.linspace(0, math.pi, GRID_POINTS, dtype=torch.float64)

    @cached_property
    def function_on_grid(self) -> tuple[Tensor, Tensor, Tensor]:
        """Posterior mean ``(G,)``, its Jacobian ``(G, R + 3)`` and the residual covariance ``(G, G)`` on ``grid``."""
        function = self.function
        if function is None:
            raise ValueError("a set size of 1 has no swap function")
        mean = function.mean_at(self.grid)
        sharper, blunter = (self._with_sharpness(function, sign * _STEP).mean_at(self.grid) for sign in (1, -1))
        features = function.features(self.grid).T
        columns = [features, ((mean - function.constant) / 2)[:, None]]
        columns += [((sharper - blunter) / (2 * _STEP))[:, None], torch.ones_like(mean)[:, None]]
        return mean, torch.cat(columns, 1), function.residual(self.grid)

    @staticmethod
    def _with_sharpness(function: SwapFunction, change: float) -> SwapFunction:
        return SwapFunction(
            function.inducing,
            function.log_amplitude,
            function.log_sharpness + change,
            function.constant,
            function.mean,
            function.factor,
        )

    @cached_property
    def sd_on_grid(self) -> Tensor:
        """``(G,)`` posterior sd of f on ``grid``, kernel and noise parameters' uncertainty included."""
        _, jacobian, residual = self.function_on_grid
        count = self.function_parameters
        known = ((jacobian @ self.covariance[:count, :count]) * jacobian).sum(1)
        return (known + residual.diagonal()).clamp(min=0).sqrt()

    @cached_property
    def _roots(self) -> tuple[Tensor, Tensor | None]:
        value, vector = torch.linalg.eigh(self.covariance)
        root = vector * value.clamp(min=0).sqrt()
        if self.function is None:
            return root, None
        value, vector = torch.linalg.eigh(self.function_on_grid[2])
        kept = value > 1e-7
        return root, vector[:, kept] * value[kept].sqrt()

    def draw(self, generator: torch.Generator) -> dict[int, SizeParameters]:
        """Parameters of every set size, drawn jointly; the swap function is drawn once and shared."""
        root, residual = self._roots
        step = root @ torch.randn(len(root), generator=generator, dtype=torch.float64)
        count, curve = self.function_parameters, None
        if residual is not None:
            mean, jacobian, _ = self.function_on_grid
            rest = residual @ torch.randn(residual.shape[1], generator=generator, dtype=torch.float64)
            curve = SwapCurve(self.grid, mean + jacobian @ step[:count] + rest)
        return self._fixed(curve, step[count:])

    def estimates(self) -> dict[int, SizeParameters]:
        """Parameters of every set size at their estimates, the swap function at its posterior mean."""
        curve = None if self.function is None else SwapCurve(self.grid, self.function_on_grid[0])
        return self._fixed(curve, torch.zeros(2 * len(self.sizes), dtype=torch.float64))

    def _fixed(self, curve: SwapCurve | None, change: Tensor) -> dict[int, SizeParameters]:
        count = len(self.sizes)
        kappa = (self.log_concentration + change[:count]).exp().tolist()
        guess = [-math.inf] * count
        if self.uniform_log_odds is not None:
            guess = (self.uniform_log_odds + change[count:]).tolist()
        return {size: SizeParameters(kappa[k], guess[k], curve) for k, size in enumerate(self.sizes)}


class BNS(MixtureModel):
    """A fitted BNS model over unsigned probe distance."""

    name: str = "bns"

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = list(blocks)
        self.concentrations: Mapping[int, float] = {
            size: float(block.log_concentration[k].exp()) for block in self.blocks for k, size in enumerate(block.sizes)
        }

    def block_of(self, size: int) -> Block:
        """The block that holds a set size."""
        return next(block for block in self.blocks if size in block.sizes)

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` component probabilities, averaged over the posterior of f.

        Raises:
            MissingProbe: where a display of two or more items lacks a probe value.
            ValueError: for a set size that was not fitted.
        """
        self.check_set_sizes(displays)
        check_probe(displays)
        weights = torch.zeros(len(displays), displays.items + 1, dtype=torch.float64)
        for block in self.blocks:
            for k, size in enumerate(block.sizes):
                where = (displays.set_size == size).nonzero()[:, 0]
                if len(where):
                    guess = math.exp(float(block.uniform_log_odds[k])) if block.uniform_log_odds is not None else 0.0
                    weights[where, : size + 1] = _mean_weights(block.function, displays.select(where), size, guess)
        return weights

    def draw(self, generator: torch.Generator) -> FixedMixture:
        """One joint draw of all parameters, one swap function for all displays."""
        return FixedMixture({size: value for block in self.blocks for size, value in block.draw(generator).items()})

    def mean_function(self) -> FixedMixture:
        """Parameters at their estimates, swap functions at their posterior means."""
        return FixedMixture({size: value for block in self.blocks for size, value in block.estimates().items()})

    def describe(self, trials: Trials | None = None) -> dict[str, Any]:
        """Estimates by block: swap function on its grid with its sd, kernel, concentrations and guess log-odds."""
        blocks = [_describe(block) for block in self.blocks]
        return {"model": self.name, "blocks": blocks, **mean_weights(self, trials)}


def check_probe(displays: Displays) -> None:
    """Raise ``MissingProbe``, in a person's words, where a display of two or more items lacks a probe value."""
    wanted = displays.present & (displays.set_size > 1)[:, None]
    missing = (wanted & ~displays.probe.isfinite()).any(1)
    if bool(missing.any()):
        several = int((displays.set_size > 1).sum())
        raise MissingProbe(
            f"a swap function over probe distance needs the probe value of every item, and {int(missing.sum())} of "
            f"{several} trials with more than one item lack some. Assign the columns that hold what the items were "
            "cued by, or fit the three-component model, which needs none"
        )


@torch.no_grad()
def _mean_weights(function: SwapFunction | None, displays: Displays, size: int, guess: float) -> Tensor:
    """``(M, size + 1)`` expected softmax weights of displays that all have ``size`` items."""
    result = torch.empty(len(displays), size + 1, dtype=torch.float64)
    if function is None:
        result[:, 0], result[:, 1] = guess / (1 + guess), 1 / (1 + guess)
        return result
    arrangements = arrange(displays, size)
    odds, nodes = swap_odds(function, arrangements)
    share = nodes / (1 + guess + odds.sum(-1))
    target = share.sum(1)[arrangements.member]
    swaps = (share[..., None] * odds).sum(1)[arrangements.member]
    result[:, 0], result[:, 1] = guess * target, target
    result[:, 2:].scatter_(1, arrangements.order, swaps)
    return result / result.sum(1, keepdim=True)


def _describe(block: Block) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "set_sizes": list(block.sizes),
        "concentration": block.log_concentration.exp().tolist(),
        "uniform_log_odds": None if block.uniform_log_odds is None else block.uniform_log_odds.tolist(),
    }
    if block.function is not None:
        plain["swap_function"] = {
            "distance": block.grid.tolist(),
            "mean": block.function_on_grid[0].tolist(),
            "sd": block.sd_on_grid.tolist(),
            "amplitude": float(block.function.log_amplitude.exp()),
            "tau": float(block.function.tau),
            "constant": float(block.function.constant),
        }
    return plain
