"""The published fitting loop of BNS as it stands, without any of our shortcuts: what ``behaviour_speed`` compares with.

Written from the description of the method, one set size, swap function of probe distance: Adam at 0.05 on the whole
data set, distances flipped at random at every step, 1,024 fresh draws of f from a covariance of 32 trials at a time,
the log taken outside the average over draws (which is no bound), an inducing posterior that is not whitened and whose
standard deviations cannot fall below 1, inducing points that may move, anomaly detection on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.behaviour.emissions import Emission, VonMises, von_mises
from models.behaviour.model import MixtureModel
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials

DRAWS, CHUNK, INDUCING = 1024, 32, 24
KERNEL_NOISE, JITTER, TARGET = 1e-4, 1e-3, 1.0


def kernel(first: Tensor, second: Tensor, amplitude: Tensor, tau: Tensor) -> Tensor:
    """``(A, B)`` Wendland covariance of signed distances, radians."""
    reach = wrap(first[:, None] - second[None]).abs() / math.pi
    return amplitude * (1 + tau * reach) * (1 - reach).clamp(min=1e-9) ** tau


class NaiveBNS(nn.Module, MixtureModel):
    """The published model of one set size, while it is fitted and afterwards."""

    name = "naive"

    def __init__(self, size: int, closest: float, seed: int) -> None:
        """``closest`` is the smallest probe distance in the data, radians."""
        super().__init__()
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        self.size = size
        half = torch.linspace(closest, math.pi, INDUCING + 1, dtype=torch.float64)[1::2]
        self.place = nn.Parameter(half)
        self.half_mean = nn.Parameter(2 * normal(len(half)))
        self.factor = nn.Parameter(normal(INDUCING, INDUCING))
        self.log_amplitude = nn.Parameter((1 + torch.relu(2 + 0.6 * normal(1)[0])).log())
        self.log_tau = nn.Parameter((1 + torch.relu(5 + 1.5 * normal(1)[0])).log())
        self.uniform = nn.Parameter(0.2 * normal(1)[0])
        self.log_kappa = nn.Parameter((10 + torch.exp(0.3 * normal(1)[0])).log())

    @property
    def emissions(self) -> Mapping[int, Emission]:  # type: ignore[override]
        """The noise at its present concentration."""
        return {self.size: VonMises(float(self.log_kappa.detach().exp()))}

    def _posterior(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Inducing points, their covariance, and mean and factor of their posterior."""
        place = torch.cat([self.place, -self.place])
        gram = kernel(place, place, self.log_amplitude.exp(), self.log_tau.exp())
        gram = gram + KERNEL_NOISE * torch.eye(INDUCING, dtype=torch.float64)
        factor = self.factor.tril(-1) + torch.diag(1 + self.factor.diagonal().exp())
        return place, gram, torch.cat([self.half_mean, self.half_mean]), factor

    def component_probabilities(self, distance: Tensor) -> Tensor:
        """``(M, N + 1)`` uniform, target and non-targets, averaged over draws of f at distances ``(M, n)``."""
        return torch.cat([self._of_chunk(part) for part in distance.split(CHUNK)])

    def _of_chunk(self, distance: Tensor) -> Tensor:
        place, gram, mean, factor = self._posterior()
        points = distance.reshape(-1)
        amplitude, tau = self.log_amplitude.exp(), self.log_tau.exp()
        across = kernel(points, place, amplitude, tau) @ torch.linalg.inv(gram)
        among = kernel(points, points, amplitude, tau)
        covariance = among - across @ kernel(place, points, amplitude, tau) + across @ factor @ factor.T @ across.T
        root = torch.linalg.cholesky(covariance + JITTER * torch.eye(len(points), dtype=torch.float64))
        drawn = across @ mean + torch.randn(DRAWS, len(points), dtype=torch.float64) @ root.T
        logits = drawn.reshape(DRAWS, *distance.shape)
        fixed = torch.stack([self.uniform, torch.full_like(self.uniform, TARGET)]).expand(DRAWS, len(distance), 2)
        return torch.cat([fixed, logits], 2).softmax(2).mean(0)

    def loss(self, distance: Tensor, error: Tensor) -> Tensor:
        """Minus the published objective, summed over trials."""
        weights = self.component_probabilities(distance)
        noise = von_mises.log_density(error, self.log_kappa.exp()).exp()
        likelihood = weights[:, 0] / (2 * math.pi) + (weights[:, 1:] * noise).sum(1)
        _, gram, mean, factor = self._posterior()
        prior = torch.distributions.MultivariateNormal(torch.zeros_like(mean), gram)
        posterior = torch.distributions.MultivariateNormal(mean, scale_tril=factor)
        divergence = torch.distributions.kl_divergence(posterior, prior)
        apart = (gram - torch.diag(gram.diagonal())).amax() / gram.amax()
        return -(likelihood.log().sum() - divergence) + torch.relu(apart - 0.99)

    @torch.no_grad()
    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` for displays of the fitted set size."""
        return self.component_probabilities(displays.probe_distance[:, 1:].double())


def fit_naively(trials: Trials, cpu_seconds: float, seed: int) -> tuple[NaiveBNS, int]:
    """Run the loop on trials of one set size until its CPU seconds are used; the model and how many steps it made."""
    distance, error = trials.displays.probe_distance[:, 1:].double(), trials.error
    torch.manual_seed(seed)
    model = NaiveBNS(int(trials.set_size[0]), float(distance.abs().min()), seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    started, steps = time.process_time(), 0
    with torch.autograd.set_detect_anomaly(True, check_nan=True):
        while time.process_time() - started < cpu_seconds:
            flip = 2.0 * torch.randint(0, 2, distance.shape) - 1
            optimiser.zero_grad()
            model.loss(distance * flip, error).backward()
            optimiser.step()
            steps += 1
    return model, steps
