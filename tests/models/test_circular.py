"""Angles: wrapping, units and circular moments, against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import circmean, circstd

from models import circular

PI = math.pi
finite = st.floats(-1e6, 1e6, allow_nan=False)
samples = arrays(np.float64, st.integers(2, 40), elements=st.floats(-PI, PI, exclude_max=True))


def tensor(values: object) -> torch.Tensor:
    return torch.as_tensor(values, dtype=torch.float64)


@given(finite)
def test_wrap_is_half_open_and_keeps_the_direction(angle: float) -> None:
    wrapped = float(circular.wrap(tensor(angle)))
    assert -PI <= wrapped < PI
    assert math.cos(wrapped) == pytest.approx(math.cos(angle), abs=1e-8)
    assert math.sin(wrapped) == pytest.approx(math.sin(angle), abs=1e-8)


@pytest.mark.parametrize("turns", [-3, -1, 1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_odd_multiples_of_pi_are_minus_pi(turns: int, dtype: torch.dtype) -> None:
    edge = torch.tensor(turns * PI, dtype=dtype)
    around = torch.stack([edge, torch.nextafter(edge, edge * 2), torch.nextafter(edge, edge * 0)])
    wrapped = circular.wrap(around)
    assert bool((wrapped < PI).all())
    assert bool((wrapped >= -PI - 1e-6).all())
    assert float(wrapped[0].abs()) == pytest.approx(PI, abs=1e-5)


def test_wrap_keeps_nan_and_shape() -> None:
    wrapped = circular.wrap(tensor([[math.nan, 4.0], [0.5, -4.0]]))
    assert bool(wrapped[0, 0].isnan())
    assert wrapped[1].tolist() == pytest.approx([0.5, 2 * PI - 4])


@given(st.floats(-PI, PI, exclude_max=True), st.sampled_from([360.0, 180.0, 2 * PI, PI, 8.0]))
def test_units_survive_a_round_trip(angle: float, period: float) -> None:
    back = circular.to_radians(circular.from_radians(tensor(angle), period), period)
    assert float(circular.distance(back, tensor(angle))) < 1e-9


def test_orientation_is_doubled_and_halved() -> None:
    degrees = tensor([0.0, 45.0, 89.0, 90.0, 135.0, 180.0])
    radians = circular.to_radians(degrees, 180)
    assert radians.tolist() == pytest.approx([0, PI / 2, 89 * PI / 90, -PI, -PI / 2, 0], abs=1e-12)
    assert circular.from_radians(radians, 180).tolist() == pytest.approx([0, 45, 89, -90, -45, 0])


def test_colour_degrees_and_positions() -> None:
    assert circular.to_radians(tensor([0.0, 90.0, 270.0, 360.0]), 360).tolist() == pytest.approx(
        [0, PI / 2, -PI / 2, 0]
    )
    assert circular.to_radians(tensor([0.0, 2.0, 4.0, 7.0]), 8).tolist() == pytest.approx([0, PI / 2, -PI, -PI / 4])


@pytest.mark.parametrize("period", [0.0, -360.0, math.nan, math.inf])
def test_a_period_must_be_positive(period: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        circular.to_radians(tensor(1.0), period)
    with pytest.raises(ValueError, match="positive"):
        circular.from_radians(tensor(1.0), period)


@given(finite, finite)
def test_distance_is_symmetric_and_at_most_half_a_turn(a: float, b: float) -> None:
    there, back = circular.distance(tensor(a), tensor(b)), circular.distance(tensor(b), tensor(a))
    assert 0 <= float(there) <= PI
    assert float(there) == pytest.approx(float(back), abs=1e-8)


@given(samples)
def test_mean_agrees_with_scipy(angles: np.ndarray) -> None:
    length, _ = circular.resultant(tensor(angles))
    if float(length) > 1e-3:  # without a direction there is no mean
        expected = tensor(circmean(angles, high=PI, low=-PI))
        assert float(circular.distance(circular.circular_mean(tensor(angles)), expected)) < 1e-8


@given(samples)
def test_sd_agrees_with_scipy(angles: np.ndarray) -> None:
    length, _ = circular.resultant(tensor(angles))
    if 1e-3 < float(length) < 1 - 1e-9:
        ours = float(circular.circular_sd(tensor(angles)))
        assert ours == pytest.approx(float(circstd(angles, high=PI, low=-PI)), rel=1e-6)


def test_weights_count_as_repetitions() -> None:
    angles, times = tensor([0.1, 2.0, -1.0]), torch.tensor([1, 2, 3])
    repeated = angles.repeat_interleave(times)
    for moment in (circular.circular_mean, circular.circular_sd, circular.circular_kurtosis):
        assert float(moment(angles, times.double())) == pytest.approx(float(moment(repeated)))


def test_moments_reduce_any_dimension() -> None:
    angles = tensor(np.random.default_rng(0).uniform(-PI, PI, (4, 5, 6)))
    assert circular.circular_sd(angles, dim=1).shape == (4, 6)
    assert float(circular.circular_mean(angles, dim=1)[2, 3]) == pytest.approx(
        float(circular.circular_mean(angles[2, :, 3]))
    )


def test_identical_angles_have_no_spread() -> None:
    assert float(circular.circular_sd(tensor([0.7] * 9))) == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("sd", [0.3, 0.8])
def test_kurtosis_of_a_wrapped_normal_is_zero(sd: float) -> None:
    angles = circular.wrap(tensor(np.random.default_rng(1).normal(0.4, sd, 400_000)))
    assert float(circular.circular_kurtosis(angles)) == pytest.approx(0, abs=0.05)


def test_kurtosis_of_a_peak_on_a_uniform_floor_is_positive() -> None:
    rng = np.random.default_rng(2)
    angles = tensor(np.concatenate([rng.normal(0, 0.2, 9000), rng.uniform(-PI, PI, 1000)]))
    assert float(circular.circular_kurtosis(circular.wrap(angles))) > 1
