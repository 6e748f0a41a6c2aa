"""What activity should be, given two items and which is cued: an encoding model that can be asked "what if".

One model for all times: activity is linear in products of harmonics of the two reports and of what identifies the two
items. Its terms are closed under exchange of the items' values, so that what it leaves unexplained on correct trials
is uncorrelated with the predictions of every hypothesis about errors: none of them is favoured by a misfit.
After Alleman et al. (2024), with all pairwise products in place of chosen ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from models.analysis.pairs import Pair, harmonics

ORDERS = 2  # harmonics of the report
VARIANCE = 0.95  # of the activity of a step that its components keep
PENALTY = 1.0  # ridge, in trials
FLOOR = 1e-3  # of the mean residual variance, added to each: a covariance must be invertible


@dataclass(frozen=True)
class ActivityModel:
    """Activity of every step given the pair of items, fitted to correct trials.

    Attributes:
        centre: ``(T, n)`` mean activity of the training trials.
        components: ``(T, n, k)`` principal axes of the training trials' activity; columns of 0 past the number that a
            step needs.
        weights: ``(T, F, k)`` of the terms.
        precision: ``(T, k, k)`` inverse covariance of what the terms leave unexplained in the training trials.
        explained: ``(T,)`` share of the training trials' variance that the terms explain.
        unexplained: ``(T,)`` variance of what they leave, over all components.
        used: ``(T,)`` how many components a step needs.
        gram: ``(F, F)`` Cholesky factor of the (penalised) squares and products of the training trials' terms.
    """

    centre: Tensor
    components: Tensor
    weights: Tensor
    precision: Tensor
    explained: Tensor
    unexplained: Tensor
    used: Tensor
    gram: Tensor

    def coordinates(self, memory: Tensor) -> Tensor:
        """``(T, M, k)`` of activity ``(M, T, n)``."""
        return (memory.to(self.centre).transpose(0, 1) - self.centre[:, None]) @ self.components

    def expected(self, pair: Pair) -> Tensor:
        """``(T, M, k)`` coordinates that the model expects."""
        return terms(pair) @ self.weights

    def squared_distance(self, a: Tensor, b: Tensor) -> Tensor:
        """``(T, M)`` squared Mahalanobis distance of coordinates ``(T, M, k)``: how far apart in sd of the noise."""
        gap = a - b
        return ((gap @ self.precision) * gap).sum(-1)

    def leverage(self, pair: Pair, other: Pair) -> Tensor:
        """``(M,)`` squared distance that estimates for two pairs have by the errors of the fit alone.

        In units of the residual variance of one component; a squared Mahalanobis distance is ``used`` times it too
        large. Source: variance of a difference of predictions of least squares, ``(x - y)' (X'X)^-1 (x - y) s^2``.
        """
        gap = torch.linalg.solve_triangular(self.gram, (terms(other) - terms(pair)).T, upper=False)
        return gap.square().sum(0)

    def log_likelihood(self, coordinates: Tensor, expected: Tensor) -> Tensor:
        """``(T, M)`` log density of coordinates, up to a constant of the step; nats."""
        return -0.5 * self.squared_distance(coordinates, expected)


def terms(pair: Pair) -> Tensor:
    """``(M, F)``: 1, the harmonics of either report, the identities, and all products of two of the four."""
    report = harmonics(pair.report, ORDERS)
    blocks = [report[:, 0], report[:, 1], pair.identity[:, 0], pair.identity[:, 1]]
    products = [(a[:, :, None] * b[:, None]).flatten(1) for a, b in combinations(blocks, 2)]
    return torch.cat([torch.ones_like(pair.report[:, :1]), *blocks, *products], 1)


def fit(memory: Tensor, pair: Pair) -> ActivityModel:
    """Fit to trials that must be correct ones; nothing else enters, neither means nor axes nor covariances.

    Args:
        memory: ``(M, T, n)`` activity.
        pair: of the M trials.
    """
    activity = memory.double().transpose(0, 1)
    centre = activity.mean(1)
    components = _principal(activity - centre[:, None])
    coordinates = (activity - centre[:, None]) @ components
    x = terms(pair)
    gram = x.T @ x + PENALTY * torch.eye(x.shape[1], dtype=x.dtype)
    factor = torch.linalg.cholesky(gram)
    weights = torch.cholesky_solve(x.T @ coordinates, factor)
    residual = coordinates - x @ weights
    covariance = residual.transpose(1, 2) @ residual / max(len(x) - x.shape[1], 1)
    left, total = (value.square().sum((1, 2)) for value in (residual, coordinates))
    explained = 1 - left / total.clamp(min=1e-30)
    unexplained = covariance.diagonal(dim1=1, dim2=2).sum(1)
    used = (components.square().sum(1) > 0).sum(1)
    return ActivityModel(centre, components, weights, _inverse(covariance), explained, unexplained, used, factor)


def _principal(deviation: Tensor) -> Tensor:
    """Axes ``(T, n, k)`` by falling variance, 0 past the first ones that together keep ``VARIANCE`` of a step's."""
    value, axes = torch.linalg.eigh(deviation.transpose(1, 2) @ deviation)
    value, axes = value.flip(1).clamp(min=0), axes.flip(2)
    before = value.cumsum(1) - value
    kept = before < VARIANCE * value.sum(1, keepdim=True)
    return (axes * kept[:, None])[:, :, : max(int(kept.sum(1).max()), 1)]


def _inverse(covariance: Tensor) -> Tensor:
    """Inverse of ``(T, k, k)`` covariances whose rows and columns of unused components are 0; these stay 0."""
    variance = covariance.diagonal(dim1=1, dim2=2)
    used = variance > 0
    mean = variance.sum(1) / used.sum(1).clamp(min=1)
    filled = covariance + torch.diag_embed(torch.where(used, FLOOR * mean[:, None], 1.0))
    return torch.linalg.inv(filled) * (used[:, :, None] & used[:, None])
