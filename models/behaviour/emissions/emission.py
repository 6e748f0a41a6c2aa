"""What a law of response noise must be able to do, once its parameters are known and while they are fitted.

Errors are radians on ``[-pi, pi)`` of the full feature circle; every law is centred on 0 and symmetric.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Generator, Tensor

LOG_FULL_CIRCLE = math.log(2 * math.pi)


class Emission(Protocol):
    """A law of noise with known parameters."""

    law: str

    @property
    def sd(self) -> float:
        """Circular sd ``sqrt(-2 ln E cos e)`` in radians."""
        ...

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian) of errors of any shape."""
        ...

    def harmonics(self, count: int) -> Tensor:
        """``(count,)`` trigonometric moments ``E cos(k e)`` for k = 1..count."""
        ...

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` independent errors, radians on ``[-pi, pi)``."""
        ...

    def to_json(self) -> dict[str, Any]:
        """``{"law": name, ...}``, readable by ``emissions.from_json``."""
        ...


@dataclass(frozen=True)
class Shown:
    """A parameter as people see it.

    Attributes:
        name, label: for tables; the label says the unit.
        value, low, high: estimate and its 95 % interval.
    """

    name: str
    label: str
    value: float
    low: float
    high: float


class Family(Protocol):
    """A law of noise while its P parameters are fitted: unconstrained numbers, with weak normal priors.

    Attributes:
        name: as in ``FitConfig.emission``.
        parameters: names of the unconstrained parameters; the first one sets the width.
        priors: (mean, sd) of each.
        limits: (lowest, highest) of each, far outside anything plausible, so that no line search overflows.
    """

    name: str
    parameters: tuple[str, ...]
    priors: tuple[tuple[float, float], ...]
    limits: tuple[tuple[float, float], ...]

    def log_density(self, error: Tensor, values: Tensor) -> Tensor:
        """Log density of errors of any shape at parameters ``(P,)``; differentiable in them."""
        ...

    def start(self, concentration: float) -> list[float]:
        """Parameters of a law about as wide as a von Mises law of that concentration."""
        ...

    def emission(self, values: Sequence[float]) -> Emission:
        """The law with these parameters."""
        ...

    def shown(self, values: Sequence[float], sd: Sequence[float]) -> list[Shown]:
        """Rows for tables: what the parameters mean, from their values and posterior sd's."""
        ...


def bracket(value: float, sd: float) -> tuple[float, float, float]:
    """Value, and the ends of its normal 95 % interval."""
    return value, value - 1.959964 * sd, value + 1.959964 * sd
