"""The swap function f: log-odds of reporting a non-target rather than the target, by its distance from the target.

A Gaussian process over one distance (probe or report) or over both, with constant mean and a Wendland kernel, on
unsigned distances ("even") or signed ones. It is known through inducing values ``u = f(Z)``: ``u = c + sqrt(s) L w``
with ``L L' = K(Z, Z)`` at unit amplitude and ``q(w) = N(m, F F')`` (whitened; Hensman et al. 2015). With two distances
the inducing points are a grid and the kernel a product, so that K, L and all features are Kronecker products.
Only the small block of the posterior covariance that one display needs is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.behaviour.kernels import LEAST_SHARPNESS, circular_wendland, folded_wendland

INDUCING_JITTER = 1e-6
BLOCK_JITTER, LARGE_JITTER = 1e-8, 1e-6
MOST_WRITTEN_OUT = 20


@dataclass(frozen=True)
class SwapFunction:
    """Posterior of a swap function of D distances (0, 1 or 2); every tensor may carry gradients.

    Without a distance (D = 0) the function is its constant, and R is 0.

    Attributes:
        inducing: for each axis ``(R_d,)`` distances, radians; the R inducing points are their grid, last axis fastest.
        even: whether distances are unsigned.
        log_amplitude: scalar, ``log s``; ``s`` is the prior variance of the unfolded function.
        log_sharpness: ``(D,)``; the kernel's ``tau = 4 + exp(.)`` along each axis, larger is a shorter length scale.
        constant: scalar prior mean ``c`` (log-odds).
        mean: ``(R,)`` whitened posterior mean m.
        factor: ``(R, E)`` whitened posterior factor F; lower-triangular while it is fitted.
    """

    inducing: tuple[Tensor, ...]
    even: bool
    log_amplitude: Tensor
    log_sharpness: Tensor
    constant: Tensor
    mean: Tensor
    factor: Tensor

    @property
    def tau(self) -> Tensor:
        """``(D,)`` sharpness of the kernel, at least 4."""
        return LEAST_SHARPNESS + self.log_sharpness.exp()

    @property
    def points(self) -> Tensor:
        """``(R, D)`` the inducing points."""
        if not self.inducing:
            return torch.zeros(0, 0, dtype=torch.float64)
        return torch.cartesian_prod(*self.inducing).reshape(-1, len(self.inducing))

    def correlation(self, first: Tensor, second: Tensor) -> Tensor:
        """Prior correlation at points ``(..., D)``; the leading shapes broadcast."""
        kernel = folded_wendland if self.even else circular_wendland
        found = first.new_ones(torch.broadcast_shapes(first.shape[:-1], second.shape[:-1]))
        for axis in range(len(self.inducing)):
            found = found * kernel(first[..., axis], second[..., axis], self.tau[axis])
        return found

    def features(self, points: Tensor) -> Tensor:
        """``(R, U)`` whitened features ``sqrt(s) L^-1 k(Z, x)`` of points ``(U, D)``: ``E f(x) = c + features' m``."""
        kernel = folded_wendland if self.even else circular_wendland
        found = points.new_ones(1 if self.inducing else 0, len(points))
        for axis, place in enumerate(self.inducing):
            gram = kernel(place[:, None], place[None, :], self.tau[axis])
            factor = torch.linalg.cholesky(gram + INDUCING_JITTER * torch.eye(len(gram), dtype=gram.dtype))
            cross = kernel(place[:, None], points[None, :, axis], self.tau[axis])
            own = torch.linalg.solve_triangular(factor, cross, upper=False)
            found = (found[:, None] * own[None]).reshape(-1, len(points))
        return (self.log_amplitude / 2).exp() * found

    def mean_at(self, points: Tensor) -> Tensor:
        """``(U,)`` posterior mean (log-odds) at points ``(U, D)``."""
        return self.constant + self.features(points).T @ self.mean

    def covariance(self, points: Tensor) -> Tensor:
        """``(U, U)`` posterior covariance at points ``(U, D)``, kernel parameters held at their values."""
        spread = self.factor.T @ self.features(points)
        return self.residual(points) + spread.T @ spread

    def residual(self, points: Tensor) -> Tensor:
        """``(U, U)`` covariance that is left when the inducing values are known; 0 without a distance."""
        if not self.inducing:
            return points.new_zeros(len(points), len(points))
        features = self.features(points)
        return self.log_amplitude.exp() * self.correlation(points[:, None], points[None]) - features.T @ features

    def blocks(self, points: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        """Mean ``(P, n)`` and lower Cholesky factor ``(P, n, n)`` of f for P displays of n non-targets.

        ``points`` ``(U, D)`` are the distinct distances, ``index`` ``(P, n)`` says which one each non-target has; what
        costs most is computed once a point and gathered.
        """
        features = self.features(points).T
        spread = features @ self.factor
        mean = (self.constant + features @ self.mean)[index]
        row, column = torch.tril_indices(index.shape[1], index.shape[1])
        prior = self.log_amplitude.exp()
        if len(points) ** 2 <= max(len(index) * len(row), 256):  # displays share points: gather from a small matrix
            kernel = self.correlation(points[:, None], points[None])
            whole = prior * kernel - features @ features.T + spread @ spread.T
            entries = whole[index[:, row], index[:, column]]
        else:
            own = points[index]
            entries = prior * self.correlation(own[:, row], own[:, column])
            known, spread = features[index], spread[index]
            gram = spread @ spread.transpose(1, 2) - known @ known.transpose(1, 2)
            entries = entries + gram[:, row, column]
        entries = entries + BLOCK_JITTER * (row == column)
        return mean, cholesky(entries, index.shape[1])

    def divergence(self) -> Tensor:
        """``KL(q(w) || N(0, I))`` in nats; the factor must be triangular."""
        diagonal = self.factor.diagonal()
        size = len(self.mean)
        return 0.5 * (self.factor.square().sum() + self.mean.square().sum() - size) - diagonal.abs().log().sum()

    def deviating(self, level: Tensor, ratio: Tensor, mean: Tensor, factor: Tensor) -> SwapFunction:
        """The function of one subject, ``f + level + g`` with an independent Gaussian process g of the same kernel.

        The sum of two processes with one kernel is such a process again: amplitudes add, and so do, in the common
        whitened coordinates, means and covariances.

        Args:
            level: scalar, added to the constant.
            ratio: scalar, prior variance of g over that of f.
            mean: ``(R,)`` whitened posterior mean of g.
            factor: ``(R, E')`` its factor.
        """
        root, total = ratio.sqrt(), (1 + ratio).sqrt()
        return replace(
            self,
            log_amplitude=self.log_amplitude + torch.log1p(ratio),
            constant=self.constant + level,
            mean=(self.mean + root * mean) / total,
            factor=torch.cat([self.factor, root * factor], 1) / total,
        )


def cholesky(entries: Tensor, size: int) -> Tensor:
    """Lower Cholesky factors ``(P, n, n)`` from the lower entries ``(P, n (n + 1) / 2)`` in row order; ``size`` is n.

    Written out over the n x n entries: for many small matrices this is several times faster, backwards too, than a
    batched LAPACK call, which serves the larger ones. Pivots are kept above ``BLOCK_JITTER`` (two non-targets at one
    distance share their f).
    """
    if size > MOST_WRITTEN_OUT:
        return _cholesky_of_large(entries, size)
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


def _cholesky_of_large(entries: Tensor, size: int) -> Tensor:
    row, column = torch.tril_indices(size, size)
    lower = entries.new_zeros(len(entries), size, size).index_put(
        (torch.arange(len(entries))[:, None], row, column), entries
    )
    whole = lower + lower.tril(-1).transpose(1, 2)
    factor, failed = torch.linalg.cholesky_ex(whole)
    if bool(failed.any()):  # rounding, where many non-targets share their distance
        factor = torch.linalg.cholesky(whole + LARGE_JITTER * torch.eye(size, dtype=entries.dtype))
    return factor
