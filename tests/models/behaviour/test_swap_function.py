"""Kernels, quadrature and the posterior of the swap function."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.kernels import folded_wendland, wendland
from models.behaviour.patterns import arrange
from models.behaviour.quadrature import normal_nodes
from models.behaviour.swap_function import SwapFunction
from models.circular import wrap
from models.displays import Displays


@pytest.mark.parametrize("tau", [4.0, 7.0, 15.0, 40.0])
def test_gram_matrices_are_positive(tau, scalar):
    circle = torch.linspace(-math.pi, math.pi, 61, dtype=torch.float64)[:-1]
    lag = torch.remainder(circle[:, None] - circle + math.pi, 2 * math.pi) - math.pi
    assert torch.linalg.eigvalsh(wendland(lag, scalar(tau))).min() > -1e-10
    half = torch.linspace(0, math.pi, 40, dtype=torch.float64)
    assert torch.linalg.eigvalsh(folded_wendland(half[:, None], half, scalar(tau))).min() > -1e-10


def test_fold_is_the_mean_over_flips(scalar):
    x, y, tau = scalar(0.7), scalar(2.9), scalar(6.0)

    def around(lag):
        return wendland(torch.remainder(lag + math.pi, 2 * math.pi) - math.pi, tau)

    assert float(folded_wendland(x, y, tau)) == pytest.approx(float(around(x - y) + around(x + y)) / 2, abs=1e-14)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 5])
def test_quadrature_has_the_normals_moments(dimensions):
    nodes, weights = normal_nodes(dimensions)
    assert float(weights.sum()) == pytest.approx(1)
    np.testing.assert_allclose(weights @ nodes, 0, atol=1e-12)
    np.testing.assert_allclose((nodes * weights[:, None]).T @ nodes, np.eye(dimensions), atol=1e-8)


@pytest.mark.parametrize("count", [3, 400])
def test_blocks_are_blocks_of_the_full_covariance(count, make_function):
    """Both ways of making a block: gathered from a small matrix, and display by display."""
    function = make_function()
    generator = torch.Generator().manual_seed(1)
    distance = torch.rand(count, generator=generator, dtype=torch.float64).sort()[0] * math.pi
    index = torch.randint(count, (50, 3), generator=generator)
    index[:, 1] = (index[:, 0] + 1) % count
    index[:, 2] = (index[:, 0] + 2) % count
    mean, factor = function.blocks(distance, index)
    full = function.covariance(distance)
    expected = full[index[:, :, None], index[:, None, :]]
    np.testing.assert_allclose(factor @ factor.transpose(1, 2), expected, atol=3e-8)
    np.testing.assert_allclose(mean, function.mean_at(distance)[index], atol=1e-12)


def test_divergence_is_torchs(make_function):
    function = make_function()
    size = len(function.mean)
    posterior = torch.distributions.MultivariateNormal(function.mean, scale_tril=function.factor)
    prior = torch.distributions.MultivariateNormal(torch.zeros(size).double(), torch.eye(size).double())
    expected = torch.distributions.kl_divergence(posterior, prior)
    assert float(function.divergence()) == pytest.approx(float(expected), abs=1e-8)
    assert float(function.divergence()) >= 0


def test_prior_is_kept_where_nothing_was_learned(make_function):
    points = 6
    function = make_function(points=points)
    prior = SwapFunction(
        function.inducing,
        function.log_amplitude,
        function.log_sharpness,
        function.constant,
        torch.zeros(points, dtype=torch.float64),
        torch.eye(points, dtype=torch.float64),
    )
    distance = torch.linspace(0, math.pi, 9, dtype=torch.float64)
    expected = 2 * folded_wendland(distance[:, None], distance, prior.tau)
    np.testing.assert_allclose(prior.covariance(distance), expected, atol=1e-12)
    np.testing.assert_allclose(prior.mean_at(distance), -2.0)


def test_quadrature_serves_displays_of_forty_items():
    nodes, weights = normal_nodes(39)
    np.testing.assert_allclose((nodes * weights[:, None]).T @ nodes, np.eye(39), atol=1e-8)


def test_many_items_at_many_places_keep_their_arrangements():
    """Sixteen distances and twenty items: more arrangements than an int64 can count."""
    generator = torch.Generator().manual_seed(0)
    slots = torch.stack([torch.randperm(31, generator=generator)[:20] for _ in range(60)])
    probe = wrap(slots.double() * (2 * math.pi / 31))
    displays = Displays(torch.zeros_like(probe), probe, torch.full((60,), 20))
    found = arrange(displays, 20)
    distance = displays.probe_distance[:, 1:].abs()
    np.testing.assert_allclose(found.distance[found.index[found.member]], distance.gather(1, found.order), atol=1e-3)
    assert int(found.count.sum()) == 60
