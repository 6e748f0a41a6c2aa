"""BNS: a mixture whose non-target log-odds are a Gaussian-process function of distance (Radmard et al. 2025).

The fitted model: swap functions with their posterior, noise and guess log-odds of every set size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.bound import swap_odds
from models.behaviour.emissions import FAMILIES, Emission
from models.behaviour.emissions.emission import Shown, bracket
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import MixtureModel, Parameter, Stored, SwapEstimate
from models.behaviour.patterns import arrange
from models.behaviour.swap_function import SwapFunction
from models.behaviour.swap_part import SwapPart
from models.displays import Displays

_FUNCTION = ("log_amplitude", "log_sharpness", "constant", "mean", "factor")


@dataclass(frozen=True)
class Block:
    """K set sizes that are fitted together, since they share a swap function or noise parameters.

    Attributes:
        sizes: ascending set sizes.
        parts: swap functions; a set size without one (1, or any in a model without swaps) belongs to none.
        family: name of the law of the noise, which has P parameters.
        noise: ``(K, P)`` its parameters, unconstrained.
        design: ``(K P, Q)`` how these follow from the Q numbers that were fitted.
        uniform_log_odds: ``(K,)`` log-odds of a guess against the target, or None without a uniform component.
        root: ``(C, E)`` a root of the posterior covariance of all coordinates: those of every part, the Q noise
            numbers, the K guess log-odds. It holds the uncertainty of kernel and noise parameters too.
        effective: how many free parameters it counts as.
        common: how many leading columns of ``root`` are about what all subjects of a hierarchical model share.
    """

    sizes: tuple[int, ...]
    parts: tuple[SwapPart, ...]
    family: str
    noise: Tensor
    design: Tensor
    uniform_log_odds: Tensor | None
    root: Tensor
    effective: float
    common: int = 0

    def part_of(self, size: int) -> SwapPart | None:
        """The swap function of a set size."""
        return next((part for part in self.parts if size in part.sizes), None)

    @property
    def part_rows(self) -> list[slice]:
        """Which coordinates belong to each part."""
        ends = torch.tensor([part.coordinates for part in self.parts]).cumsum(0).tolist()
        return [slice(end - part.coordinates, end) for part, end in zip(self.parts, ends, strict=True)]

    @property
    def noise_rows(self) -> slice:
        """Which coordinates are the noise numbers; those of the guesses come after."""
        first = sum(part.coordinates for part in self.parts)
        return slice(first, first + self.design.shape[1])

    @cached_property
    def noise_sd(self) -> Tensor:
        """``(K, P)`` posterior sd of the noise parameters."""
        return (self.design @ self.root[self.noise_rows]).square().sum(1).sqrt().reshape(self.noise.shape)

    @cached_property
    def uniform_sd(self) -> Tensor:
        """``(K,)`` posterior sd of the guess log-odds."""
        return self.root[self.noise_rows.stop :].square().sum(1).sqrt()

    def guess(self, sizes: Iterable[int]) -> float:
        """Odds of a guess against the target, averaged over set sizes; 0 without a uniform component."""
        if self.uniform_log_odds is None:
            return 0.0
        chosen = [self.sizes.index(size) for size in sizes]
        return float(self.uniform_log_odds[chosen].exp().mean())

    def draw(self, generator: Generator, common: Tensor | None = None) -> dict[int, SizeParameters]:
        """Parameters of every set size, drawn jointly; a swap function is drawn once and shared.

        ``common`` ``(common,)`` are the standard normal numbers behind what all subjects share.
        """
        own = torch.randn(self.root.shape[1], generator=generator, dtype=torch.float64)
        if common is not None:
            own[: self.common] = common
        step = self.root @ own
        shapes = [part.drawn(step[rows], generator) for part, rows in zip(self.parts, self.part_rows, strict=True)]
        noise = self.noise + (self.design @ step[self.noise_rows]).reshape(self.noise.shape)
        uniform = None if self.uniform_log_odds is None else self.uniform_log_odds + step[self.noise_rows.stop :]
        return self._fixed(shapes, noise, uniform)

    def estimates(self) -> dict[int, SizeParameters]:
        """Parameters of every set size at their estimates, swap functions at their posterior means."""
        return self._fixed([part.shape(part.mean) for part in self.parts], self.noise, self.uniform_log_odds)

    def _fixed(self, shapes: Sequence[Any], noise: Tensor, uniform: Tensor | None) -> dict[int, SizeParameters]:
        shape_of = {size: shape for part, shape in zip(self.parts, shapes, strict=True) for size in part.sizes}
        family = FAMILIES[self.family]
        return {
            size: SizeParameters(
                family.emission(_within(noise[k].tolist(), family.limits)),
                -math.inf if uniform is None else float(uniform[k]),
                shape_of.get(size),
            )
            for k, size in enumerate(self.sizes)
        }


class BNS(MixtureModel):
    """A fitted BNS model.

    Attributes:
        axes: what the swap function depends on, of "probe" and "report".
        even: whether on unsigned distances.
    """

    name: str = "bns"

    def __init__(self, blocks: Sequence[Block], axes: Sequence[str] = ("probe",), even: bool = True) -> None:
        self.blocks, self.axes, self.even = list(blocks), tuple(axes), even
        self.emissions: Mapping[int, Emission] = {
            size: value.emission for block in self.blocks for size, value in block.estimates().items()
        }

    @property
    def parameter_count(self) -> float:
        """Noise numbers, guesses and constants; a process counts with what the data took from its prior."""
        return sum(block.effective for block in self.blocks)

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` component probabilities, averaged over the posterior of f.

        Raises:
            MissingProbe: where a display of two or more items lacks a probe value that the model needs.
            ValueError: for a set size that was not fitted.
        """
        weights = torch.zeros(len(displays), displays.items + 1, dtype=torch.float64)
        for size, rows in self.rows_by_size(displays):
            block = next(one for one in self.blocks if size in one.sizes)
            part, guess = block.part_of(size), block.guess((size,))
            if part is None:
                weights[rows, 0], weights[rows, 1] = guess / (1 + guess), 1 / (1 + guess)
            else:
                weights[rows, : size + 1] = _mean_weights(part, displays.select(rows), size, guess)
        return weights

    def draw(self, generator: Generator, common: Sequence[Tensor] | None = None) -> FixedMixture:
        """One joint draw of all parameters, one swap function for all displays.

        ``common``: for each block the numbers behind what the subjects of a hierarchical model share.
        """
        given: Sequence[Tensor | None] = [None] * len(self.blocks) if common is None else common
        drawn = [block.draw(generator, numbers) for block, numbers in zip(self.blocks, given, strict=True)]
        return FixedMixture({size: value for one in drawn for size, value in one.items()})

    def common_numbers(self, generator: Generator) -> list[Tensor]:
        """Standard normal numbers for ``draw``, to be shared by the subjects of a hierarchical model."""
        return [torch.randn(block.common, generator=generator, dtype=torch.float64) for block in self.blocks]

    def mean_function(self) -> FixedMixture:
        """Parameters at their estimates, swap functions at their posterior means."""
        return FixedMixture({size: value for block in self.blocks for size, value in block.estimates().items()})

    def parameters(self) -> list[Parameter]:
        """Noise and guess log-odds of every set size, kernel parameters of every swap function."""
        return [row for block in self.blocks for row in _parameters(block)]

    def swap_estimates(self) -> list[SwapEstimate]:
        """Every swap function with its band."""
        return [
            part.estimate(block.root[rows], block.guess(part.sizes))
            for block in self.blocks
            for part, rows in zip(block.parts, block.part_rows, strict=True)
        ]

    def stored(self) -> Stored:
        """Tensors by block and part, names in JSON."""
        tensors: dict[str, Tensor] = {}
        blocks = []
        for b, block in enumerate(self.blocks):
            names = ("noise", "design", "root") + (() if block.uniform_log_odds is None else ("uniform_log_odds",))
            tensors |= {f"{b}.{name}": getattr(block, name) for name in names}
            for p, part in enumerate(block.parts):
                tensors |= {f"{b}.{p}.{name}": getattr(part.function, name) for name in _FUNCTION}
                tensors |= {f"{b}.{p}.inducing.{k}": axis for k, axis in enumerate(part.function.inducing)}
            parts = [{"set_sizes": list(part.sizes), "observed": part.observed} for part in block.parts]
            told = {"set_sizes": list(block.sizes), "family": block.family, "parts": parts}
            blocks.append(told | {"effective": block.effective, "common": block.common})
        return tensors, {"axes": list(self.axes), "even": self.even, "blocks": blocks}

    @staticmethod
    def restored(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> BNS:
        """From ``stored``."""
        axes, even, blocks = tuple(plain["axes"]), bool(plain["even"]), []
        for b, entry in enumerate(plain["blocks"]):
            parts = []
            for p, told in enumerate(entry["parts"]):
                inducing = tuple(tensors[f"{b}.{p}.inducing.{k}"] for k in range(len(axes)))
                function = SwapFunction(inducing, even, *(tensors[f"{b}.{p}.{name}"] for name in _FUNCTION))
                observed = tuple((float(low), float(high)) for low, high in told["observed"])
                parts.append(SwapPart(tuple(told["set_sizes"]), axes, function, observed))
            noise, design, root = (tensors[f"{b}.{name}"] for name in ("noise", "design", "root"))
            uniform = tensors.get(f"{b}.uniform_log_odds")
            sizes = tuple(entry["set_sizes"])
            counts = float(entry["effective"]), int(entry["common"])
            blocks.append(Block(sizes, tuple(parts), entry["family"], noise, design, uniform, root, *counts))
        return BNS(blocks, axes, even)


def _within(values: Sequence[float], limits: Sequence[tuple[float, float]]) -> list[float]:
    return [min(max(value, low), high) for value, (low, high) in zip(values, limits, strict=True)]


@torch.no_grad()
def _mean_weights(part: SwapPart, displays: Displays, size: int, guess: float) -> Tensor:
    """``(M, size + 1)`` expected softmax weights of displays that all have ``size`` items."""
    result = torch.empty(len(displays), size + 1, dtype=torch.float64)
    arrangements = arrange(displays, size, part.axes, not part.function.even)
    odds, nodes = swap_odds(part.function, arrangements)
    share = nodes / (1 + guess + odds.sum(-1))
    target = share.sum(1)[arrangements.member]
    swaps = (share[..., None] * odds).sum(1)[arrangements.member]
    result[:, 0], result[:, 1] = guess * target, target
    result[:, 2:].scatter_(1, arrangements.order, swaps)
    return result / result.sum(1, keepdim=True)


def _parameters(block: Block) -> list[Parameter]:
    rows: list[Parameter] = []
    family = FAMILIES[block.family]
    for k, size in enumerate(block.sizes):
        rows += [Parameter(one, size) for one in family.shown(block.noise[k].tolist(), block.noise_sd[k].tolist())]
        if block.uniform_log_odds is not None:
            ends = bracket(float(block.uniform_log_odds[k]), float(block.uniform_sd[k]))
            rows.append(Parameter(Shown("uniform_log_odds", "Log-odds of a guess against the target", *ends), size))
    for part, where in zip(block.parts, block.part_rows, strict=True):
        sd = block.root[where].square().sum(1).sqrt().tolist()[len(part.function.mean) :]
        rows += [Parameter(one, part.sizes[0] if len(part.sizes) == 1 else None) for one in _kernel(part, sd)]
    return rows


def _kernel(part: SwapPart, sd: Sequence[float]) -> list[Shown]:
    """Level and kernel of a swap function; ``sd`` of log s, the log-sharpnesses and the constant."""
    function, rows = part.function, []
    if part.axes:
        ends = [math.exp(end) for end in bracket(float(function.log_amplitude), sd[0])]
        rows.append(Shown("amplitude", "Variance of the swap function's prior", *ends))
        for k, axis in enumerate(part.axes):
            taus = [4 + math.exp(min(end, 50.0)) for end in bracket(float(function.log_sharpness[k]), sd[1 + k])]
            rows.append(Shown(f"tau_{axis}", f"Sharpness τ of the swap function's kernel ({axis} distance)", *taus))
    level = "Level of the swap function's prior (log-odds)" if part.axes else "Swap log-odds of each non-target"
    rows.append(Shown("constant", level, *bracket(float(function.constant), sd[-1])))
    return rows
