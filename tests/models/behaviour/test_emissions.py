"""Response noise: normalisation, limits, sampling."""

import json
import math

import numpy as np
import pytest
import torch
from scipy import stats

from models.behaviour import emissions
from models.behaviour.emissions import FAMILIES, TabulatedEmission, VonMises, VonMisesMixture, von_mises
from models.behaviour.emissions.wrapped_cauchy import WrappedCauchy
from models.behaviour.emissions.wrapped_normal import WrappedNormal
from models.behaviour.emissions.wrapped_stable import WrappedStable, stability_of

CIRCLE = torch.linspace(-math.pi, math.pi, 4097, dtype=torch.float64)[:-1]
VON_MISES = [VonMises(kappa) for kappa in (0.0, 0.01, 0.5, 5.0, 60.0, 500.0)]
STABLE = [WrappedStable(alpha, gamma) for alpha in (0.7, 1.0, 1.4, 1.99) for gamma in (0.03, 0.1, 0.5, 2.0)]
CAUCHY = [WrappedCauchy(gamma) for gamma in (0.01, 0.1, 1.0, 5.0)]
NORMAL = [WrappedNormal(sd) for sd in (0.01, 0.3, 1.0, 2.5)]
MIXED = [
    VonMisesMixture((2.0, 30.0), (0.4, 0.6)),
    TabulatedEmission.from_density(torch.exp(-3 * (torch.arange(360) * math.pi / 180).sin() ** 2) + 0.1),
]
LAWS = [*VON_MISES, *STABLE, *CAUCHY, *NORMAL, *MIXED]
SHARP = [VonMises(1e5), VonMises(1e7)]


def named(law):
    return f"{law.law} {law}"[:60]


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_density_integrates_to_one(law):
    density = law.log_density(CIRCLE)
    assert float(density.exp().mean() * 2 * math.pi) == pytest.approx(1, abs=1e-6)
    assert density.isfinite().all()


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_moments_are_those_of_the_density(law):
    density = law.log_density(CIRCLE).exp() * 2 * math.pi / 4096
    found = [float(density @ (k * CIRCLE).cos()) for k in range(1, 7)]
    np.testing.assert_allclose(law.harmonics(6), found, atol=1e-6)
    if found[0] > 1e-5:
        assert law.sd == pytest.approx(math.sqrt(-2 * math.log(found[0])), abs=1e-4)


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_law_is_symmetric_and_written_down(law):
    error = torch.tensor([0.0, 1e-4, 0.3, 2.0, 3.1], dtype=torch.float64)
    assert torch.equal(law.log_density(error), law.log_density(-error))
    again = emissions.from_json(json.loads(json.dumps(law.to_json())))
    np.testing.assert_allclose(again.log_density(error), law.log_density(error), atol=1e-9)


@pytest.mark.parametrize("law", [*LAWS, *SHARP], ids=named)
def test_sampler_has_the_laws_moments(law):
    count = 20_000
    error = law.sample(count, torch.Generator().manual_seed(3))
    assert error.min() >= -math.pi
    assert error.max() < math.pi
    for order, expected in enumerate(law.harmonics(2).tolist(), 1):
        wave = (order * error).cos()
        assert abs(float(wave.mean()) - expected) < 4 * float(wave.std()) / math.sqrt(count) + 1e-7
    assert abs(float(error.sin().mean())) < 4 * float(error.sin().std()) / math.sqrt(count) + 1e-9
    assert len(law.sample(0, torch.Generator())) == 0


def test_von_mises_density_is_scipys():
    angle = torch.linspace(-3, 3, 25, dtype=torch.float64)
    np.testing.assert_allclose(VonMises(7.3).log_density(angle), stats.vonmises.logpdf(angle.numpy(), 7.3), rtol=1e-12)


def test_wrapped_cauchy_density_is_scipys():
    angle = torch.linspace(0, 6, 25, dtype=torch.float64)
    expected = stats.wrapcauchy.logpdf(angle.numpy(), math.exp(-0.4))
    np.testing.assert_allclose(WrappedCauchy(0.4).log_density(angle), expected, rtol=1e-10)


@pytest.mark.parametrize("sd", [0.02, 0.5, 2.5])
def test_wrapped_normal_density_is_the_sum_over_turns(sd):
    turns = 2 * math.pi * np.arange(-40, 41)
    expected = stats.norm.pdf(CIRCLE.numpy()[:, None] + turns, scale=sd).sum(1)
    np.testing.assert_allclose(WrappedNormal(sd).log_density(CIRCLE).exp(), expected, atol=1e-6)


@pytest.mark.parametrize("gamma", [0.03, 0.2, 1.0, 2.0])
def test_stable_noise_of_alpha_one_is_wrapped_cauchy(gamma):
    mine = WrappedStable(1.0, gamma).log_density(CIRCLE).exp()
    expected = WrappedCauchy(gamma).log_density(CIRCLE).exp()
    np.testing.assert_allclose(mine, expected, rtol=1e-6)


@pytest.mark.parametrize("gamma", [0.03, 0.2, 1.0, 1.7])
def test_stable_noise_of_alpha_two_is_wrapped_normal(gamma):
    mine = WrappedStable(2.0, gamma).log_density(CIRCLE).exp()
    expected = WrappedNormal(gamma * math.sqrt(2)).log_density(CIRCLE).exp()
    np.testing.assert_allclose(mine, expected, atol=1e-6)


@pytest.mark.parametrize("law", STABLE, ids=named)
def test_stable_density_between_grid_points_is_the_series(law):
    error = torch.linspace(0, math.pi, 53, dtype=torch.float64) + 3e-4
    order = torch.arange(1, 60_001, dtype=torch.float64)
    series = (1 + 2 * (law.harmonics(60_000) * (error[:, None] * order).cos()).sum(1)) / (2 * math.pi)
    # the sharpest cusp (alpha 0.7, gamma 0.03) bends most between two points of the grid
    np.testing.assert_allclose(law.log_density(error).exp(), series, rtol=2e-3 if law.scale < 0.05 else 1e-5, atol=1e-7)


@pytest.mark.parametrize("kappa", [1e6, 1e12, math.inf])
def test_infinite_concentration_stays_finite(kappa):
    error = torch.tensor([0.0, 1e-3, math.pi, -math.pi], dtype=torch.float64)
    assert VonMises(kappa).log_density(error).isfinite().all()


def test_sharp_limit_is_normal():
    error = torch.tensor([0.0, 1e-4, 3e-4], dtype=torch.float64)
    np.testing.assert_allclose(
        VonMises(1e8).log_density(error), stats.norm.logpdf(error.numpy(), scale=1e-4), rtol=1e-6
    )


@pytest.mark.parametrize("kappa", [1e-4, 0.3, 1.5, 12.0, 900.0, 5e4])
def test_concentration_inverts_the_resultant(kappa):
    length = float(von_mises.harmonics(kappa, 1)[0])
    assert von_mises.concentration_of(length) == pytest.approx(kappa, rel=1e-6)


def test_concentration_at_the_ends():
    assert von_mises.concentration_of(-0.2) == 0
    assert von_mises.concentration_of(1.0) == 1e5
    assert von_mises.sd_of(0.0) == math.inf


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.name)
def test_a_familys_law_is_the_density_that_was_fitted(family):
    error = torch.linspace(-3, 3, 40, dtype=torch.float64)
    values = [mean + 0.3 for mean, _ in family.priors]
    fitted = family.log_density(error, torch.tensor(values, dtype=torch.float64))
    np.testing.assert_allclose(family.emission(values).log_density(error), fitted, atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("end", [0, 1])
def test_a_family_is_finite_with_finite_slopes_at_its_limits(family, end):
    error = torch.tensor([0.0, 1e-8, 1.0, math.pi, -math.pi], dtype=torch.float64)
    values = torch.tensor([limit[end] for limit in family.limits], dtype=torch.float64, requires_grad=True)
    density = family.log_density(error, values)
    assert density.isfinite().all()
    assert torch.autograd.grad(density.sum(), values)[0].isfinite().all()


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("kappa", [0.0, 0.2, 4.0, 50.0, 1e5])
def test_a_family_starts_about_as_wide_as_the_von_mises_law(family, kappa):
    first = family.start(kappa)
    assert all(low <= value <= high for value, (low, high) in zip(first, family.limits, strict=True))
    if kappa in (4.0, 50.0):
        wanted, found = (law.log_density(torch.zeros(1)).exp() for law in (VonMises(kappa), family.emission(first)))
        assert 0.5 < float(found / wanted) < 2


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.name)
def test_shown_parameters_lie_in_their_intervals_and_say_their_unit(family):
    values = family.start(9.0)
    for row in family.shown(values, [0.2] * len(values)):
        assert row.low < row.value < row.high
        if row.name in ("sd", "scale"):
            assert "degrees of the full circle" in row.label
            assert 5 < row.value < 40
    tails = family.emission(values)
    if isinstance(tails, WrappedStable):
        assert float(stability_of(torch.tensor(values[1]))) == pytest.approx(tails.stability)
