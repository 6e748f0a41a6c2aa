"""What every behavioural model can do, and the mixture arithmetic that they share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from models.behaviour import emissions
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials


class BehaviourModel(Protocol):
    """A model of the response to a display; N is the width of the displays it is given.

    Component 0 is uniform, 1 the cued item, 2.. the non-targets in the order of the display. Everything is float64.
    """

    name: str
    concentrations: Mapping[int, float]

    @property
    def set_sizes(self) -> list[int]:
        """Set sizes that the model knows, ascending; others raise ``ValueError``."""
        ...

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of the components, 0 for absent items; rows sum to 1."""
        ...

    def concentration(self, displays: Displays) -> Tensor:
        """``(M,)`` von Mises concentration kappa around whichever item is reported."""
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

    def sample(self, displays: Displays, generator: torch.Generator) -> Tensor:
        """``(M,)`` responses, radians on ``[-pi, pi)``, independent over displays."""
        ...

    def draw(self, generator: torch.Generator) -> BehaviourModel:
        """One set of parameters drawn from the posterior, as a model without uncertainty."""
        ...

    def mean_function(self) -> BehaviourModel:
        """The model with its parameters at their estimates, as a model without uncertainty."""
        ...

    def describe(self, trials: Trials | None = None) -> dict[str, Any]:
        """Plain JSON-ready estimates; with trials also the mean weights of their displays by set size."""
        ...


class MixtureModel:
    """The arithmetic of a mixture: a subclass says only its ``weights`` and ``concentrations``, kappa by set size."""

    name: str = "mixture"
    concentrations: Mapping[int, float]

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets."""
        raise NotImplementedError

    @property
    def set_sizes(self) -> list[int]:
        """Set sizes that the model was fitted to, ascending."""
        return sorted(self.concentrations)

    def concentration(self, displays: Displays) -> Tensor:
        """``(M,)`` kappa of each display's set size."""
        self.check_set_sizes(displays)
        kappa = torch.zeros(len(displays), dtype=torch.float64)
        for size, value in self.concentrations.items():
            kappa[displays.set_size == size] = value
        return kappa

    def check_set_sizes(self, displays: Displays) -> None:
        """Raise ``ValueError`` where a display has a set size the model knows nothing about."""
        unknown = sorted({int(size) for size in displays.set_size.unique()} - set(self.concentrations))
        if unknown:
            raise ValueError(
                f"the model was fitted to set sizes {_listed(self.set_sizes)} and knows nothing about "
                f"set size {_listed(unknown)}"
            )

    def log_components(self, displays: Displays, response: Tensor) -> Tensor:
        """``(M, N + 1)`` log of weight times density for every component; minus infinity for absent items."""
        error = wrap(response.double()[:, None] - displays.report.double())
        noise = emissions.log_density(error, self.concentration(displays)[:, None])
        noise = torch.where(displays.present, noise, -torch.inf)
        uniform = torch.full_like(noise[:, :1], -emissions.LOG_FULL_CIRCLE)
        return self.weights(displays).log() + torch.cat([uniform, noise], 1)

    def log_prob(self, trials: Trials) -> Tensor:
        """``(M,)`` log predictive density of each response, nats per radian."""
        return self.log_components(trials.displays, trials.response).logsumexp(1)

    def responsibilities(self, trials: Trials) -> Tensor:
        """``(M, N + 1)`` posterior probability of every component given the response."""
        return self.log_components(trials.displays, trials.response).softmax(1)

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` predictive density of responding ``angles`` ``(A,)``, per radian."""
        weights = self.weights(displays)
        kappa = self.concentration(displays)
        result = (weights[:, :1] / (2 * math.pi)).expand(-1, len(angles)).clone()
        angles = angles.double()
        for item in range(displays.items):
            there = displays.present[:, item]
            error = angles[None, :] - displays.report[there, item].double()[:, None]
            noise = emissions.log_density(error, kappa[there, None]).exp()
            result[there] += weights[there, item + 1, None] * noise
        return result

    def sample(self, displays: Displays, generator: torch.Generator) -> Tensor:
        """``(M,)`` responses, radians on ``[-pi, pi)``."""
        chosen = torch.multinomial(self.weights(displays), 1, generator=generator)
        noise = emissions.sample(self.concentration(displays), generator)
        anywhere = (2 * torch.rand(len(displays), generator=generator, dtype=torch.float64) - 1) * math.pi
        centre = displays.report.double().gather(1, (chosen - 1).clamp(min=0))[:, 0]
        return torch.where(chosen[:, 0] == 0, wrap(anywhere), wrap(centre + noise))


def mean_weights(model: BehaviourModel, trials: Trials | None) -> dict[str, Any]:
    """``{"weights": {set size: {"uniform", "target", "swap"}}}`` averaged over the trials' displays; empty without."""
    if trials is None:
        return {}
    table = {}
    for size in trials.set_sizes:
        mean = model.weights(trials.of_set_size(size).displays).mean(0)
        table[str(size)] = {"uniform": float(mean[0]), "target": float(mean[1]), "swap": float(mean[2:].sum())}
    return {"weights": table}


def logits_to_weights(uniform: Tensor, swaps: Tensor, present: Tensor) -> Tensor:
    """Softmax of log-odds against the cued item.

    Args:
        uniform: ``(M,)`` log-odds of the uniform component; minus infinity where there is none.
        swaps: ``(M, N)`` log-odds of every item; column 0 (the cued item) is ignored and taken as 0.
        present: ``(M, N)`` which slots hold an item.
    """
    swaps = torch.where(present, swaps, -torch.inf)
    swaps = torch.cat([torch.zeros_like(swaps[:, :1]), swaps[:, 1:]], 1)
    return torch.cat([uniform[:, None], swaps], 1).softmax(1)


def _listed(sizes: list[int]) -> str:
    return ", ".join(str(size) for size in sizes)
