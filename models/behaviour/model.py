"""What every behavioural model can do, and the mixture arithmetic that they share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Generator, Tensor

from models.behaviour.emissions import Emission
from models.behaviour.emissions.emission import LOG_FULL_CIRCLE, Shown
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials

Stored = tuple[dict[str, Tensor], dict[str, Any]]
"""A model as tensors and plain JSON."""


@dataclass(frozen=True)
class Parameter:
    """One row of a table of parameters: what is shown, and the set size it belongs to (None: all)."""

    shown: Shown
    set_size: int | None


@dataclass(frozen=True)
class SwapEstimate:
    """Log-odds of a non-target against the target over a grid of distances, with 95 % limits.

    Attributes:
        set_sizes: that share it.
        axes: what it depends on, of "probe" and "report": one name for a curve, both for a surface.
        grid: for each axis ``(G,)`` distances from the target, radians: in ``[0, pi]``, or signed.
        mean, low, high: ``(G,)`` or ``(G1, G2)`` log-odds.
        guess: odds of a guess against the target, averaged over the set sizes.
        probability: the same shape: expected probability of reporting the non-target of a two-item display.
        inducing: distances ``(R,)`` and log-odds ``(R,)`` of a curve's inducing points, where it has some.
    """

    set_sizes: tuple[int, ...]
    axes: tuple[str, ...]
    grid: tuple[Tensor, ...]
    mean: Tensor
    low: Tensor
    high: Tensor
    guess: float
    probability: Tensor
    inducing: tuple[Tensor, Tensor] | None = field(default=None)


class BehaviourModel(Protocol):
    """A model of the response to a display; N is the width of the displays it is given.

    Component 0 is uniform, 1 the cued item, 2.. the non-targets in the order of the display. Everything is float64.
    """

    name: str

    @property
    def set_sizes(self) -> list[int]:
        """Set sizes that the model knows, ascending; others raise ``ValueError``."""
        ...

    @property
    def parameter_count(self) -> float:
        """Free parameters, for information criteria; a Gaussian process counts with its effective number."""
        ...

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of the components, 0 for absent items; rows sum to 1."""
        ...

    def log_prob(self, trials: Trials) -> Tensor:
        """``(M,)`` log predictive density of each response, nats per radian."""
        ...

    def responsibilities(self, trials: Trials) -> Tensor:
        """``(M, N + 1)`` probability, given the response, that each component made it."""
        ...

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` predictive density (per radian) of responding ``angles`` ``(A,)`` on the report circle."""
        ...

    def sample(self, displays: Displays, generator: Generator) -> Tensor:
        """``(M,)`` responses, radians on ``[-pi, pi)``, independent over displays."""
        ...

    def respond(self, trials: Trials, generator: Generator) -> Tensor:
        """``(M,)`` responses to the trials' displays, each by its own subject where the model tells subjects apart."""
        ...

    def draw(self, generator: Generator) -> BehaviourModel:
        """One set of parameters drawn from the posterior, as a model without uncertainty."""
        ...

    def mean_function(self) -> BehaviourModel:
        """The model with its parameters at their estimates, as a model without uncertainty."""
        ...

    def parts(self, trials: Trials) -> Iterator[tuple[Tensor, MixtureModel]]:
        """Row indices and the mixture that answers them; together all trials, in an order that draws share."""
        ...

    def parameters(self) -> list[Parameter]:
        """What the table of parameters shows."""
        ...

    def swap_estimates(self) -> list[SwapEstimate]:
        """Swap functions, one for all set sizes that share it; none where there are no swaps."""
        ...

    def stored(self) -> Stored:
        """The model for storage; ``storage`` knows which class reads it back."""
        ...


class MixtureModel:
    """The arithmetic of a mixture: a subclass says its ``weights`` and the ``emissions`` of every set size."""

    name: str = "mixture"
    emissions: Mapping[int, Emission]

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets."""
        raise NotImplementedError

    @property
    def set_sizes(self) -> list[int]:
        """Set sizes that the model was fitted to, ascending."""
        return sorted(self.emissions)

    def rows_by_size(self, displays: Displays) -> list[tuple[int, Tensor]]:
        """Set sizes and the indices of their displays; raises ``ValueError`` for one the model does not know."""
        sizes = sorted(int(size) for size in displays.set_size.unique())
        unknown = [size for size in sizes if size not in self.emissions]
        if unknown:
            raise ValueError(
                f"the model was fitted to set sizes {_listed(self.set_sizes)} and knows nothing about "
                f"set size {_listed(unknown)}"
            )
        return [(size, (displays.set_size == size).nonzero()[:, 0]) for size in sizes]

    def log_components(self, displays: Displays, response: Tensor) -> Tensor:
        """``(M, N + 1)`` log of weight times density for every component; minus infinity for absent items."""
        error = wrap(response.double()[:, None] - displays.report.double())
        noise = torch.full((len(displays), displays.items + 1), -torch.inf, dtype=torch.float64)
        noise[:, 0] = -LOG_FULL_CIRCLE
        for size, rows in self.rows_by_size(displays):
            noise[rows, 1 : size + 1] = self.emissions[size].log_density(error[rows, :size])
        return self.weights(displays).log() + noise

    def log_prob(self, trials: Trials) -> Tensor:
        """``(M,)`` log predictive density of each response, nats per radian."""
        return self.log_components(trials.displays, trials.response).logsumexp(1)

    def responsibilities(self, trials: Trials) -> Tensor:
        """``(M, N + 1)`` posterior probability of every component given the response."""
        return self.log_components(trials.displays, trials.response).softmax(1)

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` predictive density of responding ``angles`` ``(A,)``, per radian."""
        weights = self.weights(displays)
        result = (weights[:, :1] / (2 * math.pi)).expand(-1, len(angles)).clone()
        angles = angles.double()
        for size, rows in self.rows_by_size(displays):
            for item in range(size):
                error = wrap(angles[None, :] - displays.report[rows, item].double()[:, None])
                result[rows] += weights[rows, item + 1, None] * self.emissions[size].log_density(error).exp()
        return result

    def sample(self, displays: Displays, generator: Generator) -> Tensor:
        """``(M,)`` responses, radians on ``[-pi, pi)``."""
        chosen = torch.multinomial(self.weights(displays), 1, generator=generator)
        noise = torch.empty(len(displays), dtype=torch.float64)
        for size, rows in self.rows_by_size(displays):
            noise[rows] = self.emissions[size].sample(len(rows), generator)
        anywhere = (2 * torch.rand(len(displays), generator=generator, dtype=torch.float64) - 1) * math.pi
        centre = displays.report.double().gather(1, (chosen - 1).clamp(min=0))[:, 0]
        return torch.where(chosen[:, 0] == 0, wrap(anywhere), wrap(centre + noise))

    def respond(self, trials: Trials, generator: Generator) -> Tensor:
        """``(M,)`` responses; all subjects are alike."""
        return self.sample(trials.displays, generator)

    def parts(self, trials: Trials) -> Iterator[tuple[Tensor, MixtureModel]]:
        """All trials at once."""
        yield torch.arange(len(trials)), self


def logits_to_weights(uniform: Tensor, swaps: Tensor, present: Tensor) -> Tensor:
    """``(M, N + 1)`` softmax of log-odds against the cued item.

    Args:
        uniform: ``(M,)`` log-odds of the uniform component; minus infinity where there is none.
        swaps: ``(M, N)`` log-odds of every item; column 0 (the cued item) is ignored and taken as 0.
        present: ``(M, N)`` which slots hold an item.
    """
    swaps = torch.where(present, swaps, -torch.inf)
    swaps = torch.cat([torch.zeros_like(swaps[:, :1]), swaps[:, 1:]], 1)
    return torch.cat([uniform[:, None], swaps], 1).softmax(1)


def swap_probability(log_odds: Tensor, guess: float) -> Tensor:
    """Probability of reporting the non-target of a two-item display, from its log-odds and the odds of a guess."""
    odds = log_odds.clamp(-EXTREME, EXTREME).exp()
    return odds / (1 + guess + odds)


EXTREME = 30.0  # log-odds beyond this are certainty


def _listed(sizes: Sequence[int]) -> str:
    return ", ".join(str(size) for size in sizes)
