"""The swap function f: log-odds of reporting a non-target rather than the target, by its unsigned probe distance.

A Gaussian process with constant mean and folded Wendland kernel, known through inducing values ``u = f(Z)``:
``u = c + sqrt(s) L w`` with ``L L' = K(Z, Z)`` at unit amplitude and ``q(w) = N(m, F F')`` (whitened; Hensman et al.
2015). Only the small block of the posterior covariance that one display needs is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.behaviour.kernels import LEAST_SHARPNESS, folded_wendland

INDUCING_JITTER = 1e-6
BLOCK_JITTER = 1e-8


@dataclass(frozen=True)
class SwapFunction:
    """Posterior of a swap function; every tensor may carry gradients.

    Attributes:
        inducing: ``(R,)`` unsigned distances Z, radians in ``[0, pi]``.
        log_amplitude: scalar, ``log s``; ``s`` is the prior variance at distance 0.
        log_sharpness: scalar ``a``; the kernel's ``tau = 4 + exp(a)``, larger is a shorter length scale.
        constant: scalar prior mean ``c`` (log-odds).
        mean: ``(R,)`` whitened posterior mean m.
        factor: ``(R, R)`` lower-triangular whitened posterior factor F.
    """

    inducing: Tensor
    log_amplitude: Tensor
    log_sharpness: Tensor
    constant: Tensor
    mean: Tensor
    factor: Tensor

    @property
    def tau(self) -> Tensor:
        """Sharpness of the kernel, at least 4."""
        return LEAST_SHARPNESS + self.log_sharpness.exp()

    def features(self, distance: Tensor) -> Tensor:
        """``(R, U)`` whitened features ``sqrt(s) L^-1 k(Z, x)`` of distances ``(U,)``: ``E f(x) = c + features' m``."""
        gram = folded_wendland(self.inducing[:, None], self.inducing[None, :], self.tau)
        factor = torch.linalg.cholesky(gram + INDUCING_JITTER * torch.eye(len(gram), dtype=gram.dtype))
        cross = folded_wendland(self.inducing[:, None], distance[None, :], self.tau)
        return (self.log_amplitude / 2).exp() * torch.linalg.solve_triangular(factor, cross, upper=False)

    def mean_at(self, distance: Tensor) -> Tensor:
        """``(U,)`` posterior mean (log-odds) at distances ``(U,)``."""
        return self.constant + self.features(distance).T @ self.mean

    def covariance(self, distance: Tensor) -> Tensor:
        """``(U, U)`` posterior covariance at distances ``(U,)``, kernel parameters held at their values."""
        features = self.features(distance)
        prior = self.log_amplitude.exp() * folded_wendland(distance[:, None], distance[None, :], self.tau)
        return prior - features.T @ features + (self.factor.T @ features).T @ (self.factor.T @ features)

    def residual(self, distance: Tensor) -> Tensor:
        """``(U, U)`` covariance that is left when the inducing values are known."""
        features = self.features(distance)
        prior = self.log_amplitude.exp() * folded_wendland(distance[:, None], distance[None, :], self.tau)
        return prior - features.T @ features

    def blocks(self, distance: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        """Mean ``(P, n)`` and lower Cholesky factor ``(P, n, n)`` of f for P displays of n non-targets.

        ``distance`` ``(U,)`` are the distinct distances, ``index`` ``(P, n)`` says which one each non-target has; what
        costs most is computed once a distance and gathered.
        """
        features = self.features(distance).T
        spread = features @ self.factor
        mean = (self.constant + features @ self.mean)[index]
        row, column = torch.tril_indices(index.shape[1], index.shape[1])
        prior = self.log_amplitude.exp()
        entries_wanted = len(index) * len(row)
        if len(distance) ** 2 <= max(entries_wanted, 256):  # displays share distances: gather from one small matrix
            kernel = folded_wendland(distance[:, None], distance[None, :], self.tau)
            whole = prior * kernel - features @ features.T + spread @ spread.T
            entries = whole[index[:, row], index[:, column]]
        else:
            own = distance[index]
            entries = prior * folded_wendland(own[:, row], own[:, column], self.tau)
            known, spread = features[index], spread[index]
            gram = spread @ spread.transpose(1, 2) - known @ known.transpose(1, 2)
            entries = entries + gram[:, row, column]
        entries = entries + BLOCK_JITTER * (row == column)
        return mean, cholesky(entries, index.shape[1])

    def divergence(self) -> Tensor:
        """``KL(q(w) || N(0, I))`` in nats."""
        diagonal = self.factor.diagonal()
        size = len(self.mean)
        return 0.5 * (self.factor.square().sum() + self.mean.square().sum() - size) - diagonal.abs().log().sum()


def cholesky(entries: Tensor, size: int) -> Tensor:
    """Lower Cholesky factors ``(P, n, n)`` from the lower entries ``(P, n (n + 1) / 2)`` in row order; ``size`` is n.

    Written out over the n x n entries: for many small matrices this is several times faster, backwards too, than a
    batched LAPACK call. Pivots are kept above ``BLOCK_JITTER`` (two non-targets at one distance share their f).
    """
    given = iter(entries.unbind(1))
    factor: list[list[Tensor]] = []
    for i in range(size):
        built: list[Tensor] = []
        for j in range(i):
            entry = next(given)
            for k in range(j):
                entry = entry - built[k] * factor[j][k]
            built.append(entry / factor[j][j])
        pivot = next(given)
        for value in built:
            pivot = pivot - value * value
        built.append(pivot.clamp(min=BLOCK_JITTER).sqrt())
        factor.append(built)
    zero = torch.zeros_like(factor[0][0])
    flat = [entry for built in factor for entry in built + [zero] * (size - len(built))]
    return torch.stack(flat, 1).reshape(-1, size, size)
