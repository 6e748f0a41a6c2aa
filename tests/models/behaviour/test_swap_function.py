"""The posterior of a swap function: features, per-display blocks, divergence, deviations of subjects."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.behaviour.kernels import circular_wendland, folded_wendland
from models.behaviour.swap_function import INDUCING_JITTER, cholesky

VARIANTS = [(1, True), (1, False), (2, True), (2, False)]


def points_of(function, count, seed=1):
    generator = torch.Generator().manual_seed(seed)
    place = torch.rand((count, len(function.inducing)), generator=generator, dtype=torch.float64) * math.pi
    return place if function.even else 2 * place - math.pi


@pytest.mark.parametrize("even", [True, False])
def test_kronecker_features_are_the_dense_ones(even, make_function):
    """K(Z, Z) of all R1 R2 points, factored whole, against the product of two small factors."""
    function = make_function(points=4, axes=2, even=even)
    kernel, (first, second) = (folded_wendland if even else circular_wendland), function.inducing
    grams = []
    for place, tau in zip((first, second), function.tau, strict=True):
        grams.append(kernel(place[:, None], place, tau) + INDUCING_JITTER * torch.eye(len(place)).double())
    factor = torch.linalg.cholesky(torch.kron(*grams))
    where = points_of(function, 50)
    cross = function.correlation(function.points[:, None], where[None])
    dense = math.sqrt(2) * torch.linalg.solve_triangular(factor, cross, upper=False)
    np.testing.assert_allclose(function.features(where), dense, atol=1e-8)


@pytest.mark.parametrize(("axes", "even"), VARIANTS)
def test_inducing_values_are_what_the_function_passes_through(axes, even, make_function):
    """The textbook formula of a sparse Gaussian process, with u = c + sqrt(s) L w written out."""
    function = make_function(points=3, axes=axes, even=even, seed=2)
    place, where = function.points, points_of(function, 7)
    amplitude = function.log_amplitude.exp()
    gram = amplitude * function.correlation(place[:, None], place[None])
    cross = amplitude * function.correlation(where[:, None], place[None])
    root = torch.linalg.cholesky(gram + 1e-10 * torch.eye(len(gram)).double())
    mean, spread = root @ function.mean, root @ function.factor
    project = cross @ torch.linalg.inv(gram)
    np.testing.assert_allclose(function.mean_at(where), -2.0 + project @ mean, atol=3e-5)
    prior = amplitude * function.correlation(where[:, None], where[None])
    expected = prior - project @ cross.T + project @ spread @ spread.T @ project.T
    np.testing.assert_allclose(function.covariance(where), expected, atol=3e-5)


@pytest.mark.parametrize(("axes", "even"), VARIANTS)
@pytest.mark.parametrize("count", [4, 400])
def test_blocks_are_blocks_of_the_full_covariance(count, axes, even, make_function):
    """Both ways of making a block: gathered from a small matrix, and display by display."""
    function = make_function(points=4, axes=axes, even=even)
    where = points_of(function, count)
    generator = torch.Generator().manual_seed(1)
    index = torch.randint(count, (50, 3), generator=generator)
    index[:, 1] = (index[:, 0] + 1) % count
    index[:, 2] = (index[:, 0] + 2) % count
    mean, factor = function.blocks(where, index)
    expected = function.covariance(where)[index[:, :, None], index[:, None, :]]
    np.testing.assert_allclose(factor @ factor.transpose(1, 2), expected, atol=3e-8)
    np.testing.assert_allclose(mean, function.mean_at(where)[index], atol=1e-12)


@pytest.mark.parametrize(("axes", "even"), VARIANTS)
def test_divergence_is_torchs(axes, even, make_function):
    function = make_function(points=3, axes=axes, even=even)
    size = len(function.mean)
    posterior = torch.distributions.MultivariateNormal(function.mean, scale_tril=function.factor)
    prior = torch.distributions.MultivariateNormal(torch.zeros(size).double(), torch.eye(size).double())
    expected = torch.distributions.kl_divergence(posterior, prior)
    assert float(function.divergence()) == pytest.approx(float(expected), abs=1e-8)
    assert float(function.divergence()) >= 0
    alike = replace(function, mean=torch.zeros(size).double(), factor=torch.eye(size).double())
    assert float(alike.divergence()) == 0


@pytest.mark.parametrize(("axes", "even"), VARIANTS)
def test_prior_is_kept_where_nothing_was_learned(axes, even, make_function):
    function = make_function(points=3, axes=axes, even=even)
    size = len(function.mean)
    prior = replace(function, mean=torch.zeros(size).double(), factor=torch.eye(size).double())
    where = points_of(prior, 9)
    expected = 2 * prior.correlation(where[:, None], where[None])
    np.testing.assert_allclose(prior.covariance(where), expected, atol=1e-12)
    np.testing.assert_allclose(prior.mean_at(where), -2.0)


def test_a_function_without_distances_is_its_constant(make_function):
    flat = make_function(points=4, axes=0)
    assert flat.points.shape == (0, 0)
    empty = torch.zeros(3, 0, dtype=torch.float64)
    constant = replace(flat, mean=torch.zeros(0).double(), factor=torch.zeros(0, 0).double())
    np.testing.assert_allclose(constant.mean_at(empty), -2.0)
    assert float(constant.covariance(empty).abs().max()) == 0
    assert float(constant.divergence()) == 0


def test_even_functions_are_equal_on_both_sides_and_signed_ones_are_periodic(make_function):
    signed = make_function(even=False)
    ends = torch.tensor([[-math.pi], [math.pi]], dtype=torch.float64)
    low, high = signed.mean_at(ends).tolist()
    assert low == pytest.approx(high, abs=1e-12)
    sides = signed.mean_at(torch.tensor([[-1.0], [1.0]], dtype=torch.float64))
    assert abs(float(sides[0] - sides[1])) > 0.1


@pytest.mark.parametrize(("axes", "even"), VARIANTS)
def test_a_subjects_function_is_the_sum_of_two_processes(axes, even, make_function, scalar):
    """f + level + g with Cov = Cov f + ratio Cov of the same process with g's posterior."""
    shared, own = (make_function(points=3, axes=axes, even=even, seed=seed) for seed in (3, 4))
    ratio, level = scalar(0.3), scalar(0.5)
    found = shared.deviating(level, ratio, own.mean, own.factor)
    where = points_of(shared, 8)
    root = math.sqrt(0.3)
    mean = shared.mean_at(where) + 0.5 + root * (own.mean_at(where) - own.constant)
    np.testing.assert_allclose(found.mean_at(where), mean, atol=1e-12)
    np.testing.assert_allclose(
        found.covariance(where), shared.covariance(where) + 0.3 * own.covariance(where), atol=1e-12
    )


@pytest.mark.parametrize("size", [1, 5, 30])
def test_cholesky_is_lapacks_and_bears_equal_rows(size):
    generator = torch.Generator().manual_seed(0)
    draw = torch.randn(30, size, size + 2, generator=generator, dtype=torch.float64)
    whole = draw @ draw.transpose(1, 2)
    row, column = torch.tril_indices(size, size)
    np.testing.assert_allclose(cholesky(whole[:, row, column], size), torch.linalg.cholesky(whole), atol=1e-10)
    same = torch.ones(1, len(row), dtype=torch.float64, requires_grad=True)
    factor = cholesky(same, size)
    np.testing.assert_allclose((factor @ factor.transpose(1, 2)).detach(), 1.0, atol=1e-5)
    assert torch.autograd.grad(factor.sum(), same)[0].isfinite().all()
