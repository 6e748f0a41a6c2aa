"""Parametric response laws: which item is reported as a written-down function of probe distance.

They are the controlled experiments: a network trained on one of them can be judged against a formula. They have the
methods of a fitted behavioural model (``ResponseLaw``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor

from models.circular import wrap
from models.displays import Displays

KINDS = ("none", "flat", "smooth", "sharp")
EMISSIONS = ("von_mises", "cartesian")


@dataclass(frozen=True, kw_only=True)
class SwapLaw:
    """Mixture of the items of a display and a uniform component.

    Attributes:
        kind: ``"none"`` no swaps; ``"flat"`` the cued item with probability ``correct``, the others alike; ``"smooth"``
            logit ``-d^2 / (2 width)`` at probe distance d and ``-offset`` for the cued item; ``"sharp"`` logit 0.15
            below 2 rad of probe distance, never beyond, and 1 for the cued item.
        correct: probability of the cued item in the flat law.
        offset, width: of the smooth law; the width is a variance in rad^2; a lower offset means fewer swaps.
        emission: ``"von_mises"``, or ``"cartesian"``: the direction of a point on the unit circle plus round Gaussian
            noise of sd ``noise`` (the published one is 0.05).
        concentration: von Mises kappa for a set size of 1; it is divided by ``set_size ** crowding``.
        uniform: weight of the uniform component.
    """

    kind: str = "smooth"
    correct: float = 0.7
    offset: float = 0.0
    width: float = 1.5
    emission: str = "cartesian"
    noise: float = 0.05
    concentration: float = 20.0
    crowding: float = 0.7
    uniform: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind}")
        if self.emission not in EMISSIONS:
            raise ValueError(f"emission must be one of {', '.join(EMISSIONS)}, not {self.emission}")
        if not (0 < self.correct <= 1 and 0 <= self.uniform < 1):
            raise ValueError("correct and uniform are probabilities")
        if not (self.width > 0 and self.noise > 0 and self.concentration > 0):
            raise ValueError("width, noise and concentration must be positive")

    @property
    def name(self) -> str:
        """A short label."""
        return f"{self.kind} swaps"

    def to_json(self) -> dict[str, Any]:
        """Plain data, readable by ``from_json``."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> SwapLaw:
        """From plain data.

        Raises:
            ValueError: naming settings that do not exist or cannot be.
        """
        unknown = sorted(set(data) - {field.name for field in fields(SwapLaw)})
        if unknown:
            raise ValueError(f"a swap law has no setting named {', '.join(unknown)}")
        return SwapLaw(**data)

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)``: weight of the uniform component, then of every item; 0 where no item is."""
        items = self._logits(displays).masked_fill(~displays.present, -math.inf).softmax(1)
        uniform = items.new_full((len(displays), 1), self.uniform)
        return torch.cat([uniform, (1 - self.uniform) * items], dim=1)

    def _logits(self, displays: Displays) -> Tensor:
        distance = torch.where(displays.present, displays.probe_distance, 0.0).nan_to_num()
        if self.kind == "none":
            logits, cued = torch.full_like(distance, -math.inf), 0.0
        elif self.kind == "flat":
            others = (displays.set_size - 1).clamp(min=1)[:, None].to(distance)
            logits, cued = ((1 - self.correct) / others).log().expand_as(distance).clone(), math.log(self.correct)
        elif self.kind == "smooth":
            logits, cued = -0.5 * distance.square() / (self.width + 2e-5), -self.offset
        else:
            logits, cued = torch.where(distance.abs() < 2.0, 0.15, -math.inf).to(distance), 1.0
        logits[:, 0] = cued
        return logits

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` density of the response at angles ``(A,)``, per radian."""
        weights = self.weights(displays)
        result = (weights[:, :1] / (2 * math.pi)).expand(-1, len(angles)).clone()
        for item in range(displays.items):
            error = wrap(angles[None] - displays.report[:, item : item + 1].nan_to_num())
            result += weights[:, item + 1 : item + 2] * self._emission(error, displays.set_size[:, None])
        return result

    def _kappa(self, set_size: Tensor) -> Tensor:
        return self.concentration / set_size.double() ** self.crowding

    def _emission(self, error: Tensor, set_size: Tensor) -> Tensor:
        if self.emission == "von_mises":
            kappa = self._kappa(set_size)
            return torch.exp(kappa * (error.cos() - 1)) / (2 * math.pi * torch.special.i0e(kappa))
        # Direction of a unit vector plus N(0, s^2 I): the projected normal law.
        along, across = error.cos() / self.noise, error.sin() / self.noise
        tail = math.exp(-0.5 / self.noise**2) / (2 * math.pi)
        return tail + along * torch.special.ndtr(along) * torch.exp(-0.5 * across**2) / math.sqrt(2 * math.pi)

    def sample(self, displays: Displays, generator: torch.Generator) -> Tensor:
        """One response ``(M,)`` to each display, radians."""
        component = torch.multinomial(self.weights(displays), 1, generator=generator)[:, 0]
        centre = displays.report.nan_to_num().gather(1, (component - 1).clamp(min=0)[:, None])[:, 0]
        response = wrap(centre + self._noise(displays, generator))
        anywhere = torch.rand(len(displays), generator=generator, dtype=torch.float64) * 2 * math.pi - math.pi
        return torch.where(component == 0, anywhere, response)

    def _noise(self, displays: Displays, generator: torch.Generator) -> Tensor:
        count = len(displays)
        if self.emission == "cartesian":
            shift = self.noise * torch.randn(count, 2, generator=generator, dtype=torch.float64)
            return torch.atan2(shift[:, 1], 1 + shift[:, 0])
        points = -math.pi + 2 * math.pi / 2048 * torch.arange(2048, dtype=torch.float64)
        error = torch.zeros(count, dtype=torch.float64)
        for size in displays.set_size.unique():
            where = displays.set_size == size
            cumulative = self._emission(points[None], size[None, None])[0].cumsum(0)
            uniform = torch.rand(int(where.sum()), generator=generator, dtype=torch.float64) * cumulative[-1]
            jitter = torch.rand(len(uniform), generator=generator, dtype=torch.float64) - 0.5
            error[where] = points[torch.searchsorted(cumulative, uniform)] + jitter * (2 * math.pi / 2048)
        return error
