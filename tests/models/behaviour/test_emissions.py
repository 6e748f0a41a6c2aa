"""Response noise: normalisation, limits, sampling."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from models.behaviour import emissions


@pytest.mark.parametrize("kappa", [0.0, 0.01, 0.5, 5.0, 60.0, 500.0])
def test_density_integrates_to_one(kappa):
    angle = torch.linspace(-math.pi, math.pi, 4097, dtype=torch.float64)[:-1]
    density = emissions.log_density(angle, torch.tensor(kappa, dtype=torch.float64)).exp()
    assert float(density.sum() * 2 * math.pi / 4096) == pytest.approx(1, abs=1e-6)


def test_density_is_scipys():
    angle = torch.linspace(-3, 3, 25, dtype=torch.float64)
    mine = emissions.log_density(angle, torch.tensor(7.3, dtype=torch.float64))
    np.testing.assert_allclose(mine, stats.vonmises.logpdf(angle.numpy(), 7.3), rtol=1e-12)


@pytest.mark.parametrize("kappa", [1e6, 1e12, math.inf])
def test_infinite_concentration_stays_finite(kappa):
    error = torch.tensor([0.0, 1e-3, math.pi, -math.pi], dtype=torch.float64)
    assert emissions.log_density(error, torch.tensor(kappa, dtype=torch.float64)).isfinite().all()


def test_sharp_limit_is_normal():
    error = torch.tensor([0.0, 1e-4, 3e-4], dtype=torch.float64)
    mine = emissions.log_density(error, torch.tensor(1e8, dtype=torch.float64))
    np.testing.assert_allclose(mine, stats.norm.logpdf(error.numpy(), scale=1e-4), rtol=1e-6)


@pytest.mark.parametrize("kappa", [0.0, 1e-3, 0.7, 5.0, 80.0, 1e5, 1e7])
def test_sampler_has_the_densitys_moments(kappa):
    count = 40_000
    generator = torch.Generator().manual_seed(3)
    error = emissions.sample(torch.full((count,), kappa, dtype=torch.float64), generator)
    assert error.min() >= -math.pi
    assert error.max() < math.pi
    for order, expected in enumerate(emissions.harmonics(kappa, 2).tolist(), 1):
        wave = (order * error).cos()
        assert abs(float(wave.mean()) - expected) < 4 * float(wave.std()) / math.sqrt(count) + 1e-9
    assert abs(float(error.sin().mean())) < 4 * float(error.sin().std()) / math.sqrt(count) + 1e-9


@pytest.mark.parametrize("kappa", [1e-4, 0.3, 1.5, 12.0, 900.0, 5e4])
def test_concentration_inverts_the_resultant(kappa):
    length = float(emissions.harmonics(kappa, 1)[0])
    assert emissions.concentration_of(length) == pytest.approx(kappa, rel=1e-6)


def test_concentration_at_the_ends():
    assert emissions.concentration_of(-0.2) == 0
    assert emissions.concentration_of(1.0) == 1e5
    assert emissions.sd_of(0.0) == math.inf
