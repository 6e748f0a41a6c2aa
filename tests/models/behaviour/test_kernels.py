"""Covariances on the circle and the torus, and the quadrature that averages over them."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.kernels import circular_wendland, folded_wendland, wendland
from models.behaviour.quadrature import normal_nodes

SHARPNESSES = [4.0, 7.0, 15.0, 40.0]


def wrapped(lag):
    return torch.remainder(lag + math.pi, 2 * math.pi) - math.pi


@pytest.mark.parametrize("tau", SHARPNESSES)
def test_gram_matrices_on_the_circle_are_positive(tau, scalar):
    circle = torch.linspace(-math.pi, math.pi, 61, dtype=torch.float64)[:-1]
    gram = circular_wendland(circle[:, None], circle, scalar(tau))
    np.testing.assert_allclose(gram, wendland(wrapped(circle[:, None] - circle), scalar(tau)), atol=1e-12)
    assert torch.linalg.eigvalsh(gram).min() > -1e-10
    half = torch.linspace(0, math.pi, 40, dtype=torch.float64)
    assert torch.linalg.eigvalsh(folded_wendland(half[:, None], half, scalar(tau))).min() > -1e-10


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("tau", SHARPNESSES)
def test_gram_matrices_on_the_torus_are_positive(tau, even, scalar):
    generator = torch.Generator().manual_seed(0)
    place = torch.rand((80, 2), generator=generator, dtype=torch.float64) * math.pi
    kernel = folded_wendland if even else circular_wendland
    if not even:
        place = 2 * place - math.pi
    gram = kernel(place[:, None, 0], place[:, 0], scalar(tau)) * kernel(place[:, None, 1], place[:, 1], scalar(5.0))
    assert torch.linalg.eigvalsh(gram).min() > -1e-10


def test_harmonics_of_the_kernel_are_positive_from_the_least_sharpness_on(scalar):
    lag = wrapped(torch.arange(4096, dtype=torch.float64) * (2 * math.pi / 4096))
    for tau in SHARPNESSES:
        assert torch.fft.rfft(wendland(lag, scalar(tau))).real[:60].min() > 0
    assert torch.fft.rfft(wendland(lag, scalar(1.5))).real[:60].min() < -1e-3


@pytest.mark.parametrize("tau", SHARPNESSES)
def test_fold_is_the_mean_over_flips(tau, scalar):
    x, y = (torch.linspace(0, math.pi, 23, dtype=torch.float64)[axis] for axis in ((slice(None), None), (None,)))
    mean = (circular_wendland(x, y, scalar(tau)) + circular_wendland(x, -y, scalar(tau))) / 2
    np.testing.assert_allclose(folded_wendland(x, y, scalar(tau)), mean, atol=1e-13)
    both = (mean + (circular_wendland(-x, y, scalar(tau)) + circular_wendland(-x, -y, scalar(tau))) / 2) / 2
    np.testing.assert_allclose(folded_wendland(x, y, scalar(tau)), both, atol=1e-13)


@pytest.mark.parametrize("kernel", [folded_wendland, circular_wendland])
def test_slopes_are_finite_at_opposite_and_equal_points(kernel, scalar):
    tau = scalar(4.0).requires_grad_()
    first = torch.tensor([0.0, 0.0, math.pi], dtype=torch.float64)
    second = torch.tensor([0.0, math.pi, math.pi], dtype=torch.float64)
    (slope,) = torch.autograd.grad(kernel(first, second, tau).sum(), tau)
    assert slope.isfinite()


@pytest.mark.parametrize("dimensions", [1, 2, 3, 5, 39])
def test_quadrature_has_the_normals_moments(dimensions):
    nodes, weights = normal_nodes(dimensions)
    assert float(weights.sum()) == pytest.approx(1)
    np.testing.assert_allclose(weights @ nodes, 0, atol=1e-12)
    np.testing.assert_allclose((nodes * weights[:, None]).T @ nodes, np.eye(dimensions), atol=1e-8)
