import math

import pytest
import torch

from models.network.config import DEMO, TrainConfig
from models.network.diffusion import (
    forward_chain,
    linear_schedule,
    log_snr_schedule,
    oracle_sample,
    posterior_mean,
    schedule_of,
)
from models.network.swap_laws import SwapLaw
from models.network.targets import unit

PUBLISHED = {  # t: beta, a, sqrt b, sigma, c, d, kappa, lambda
    1: (0.0100, 0.9950, 0.1000, 0.0, 0.0, 1.0, -9.0, 10.0),
    2: (0.0174, 0.9863, 0.1651, 0.0800, 0.3636, 0.6364, -5.364, 6.364),
    3: (0.0249, 0.9739, 0.2268, 0.1148, 0.5232, 0.4767, -3.768, 4.767),
    5: (0.0397, 0.9388, 0.3444, 0.1659, 0.6785, 0.3211, -2.215, 3.211),
    10: (0.0769, 0.7998, 0.6003, 0.2560, 0.8186, 0.1777, -0.814, 1.777),
    15: (0.1141, 0.6158, 0.7879, 0.3242, 0.8672, 0.1202, -0.328, 1.203),
    20: (0.1513, 0.4267, 0.9044, 0.3812, 0.8847, 0.0857, -0.153, 0.857),
    30: (0.2256, 0.1465, 0.9892, 0.4735, 0.8744, 0.0384, -0.257, 0.384),
    40: (0.3000, 0.0310, 0.9995, 0.5476, 0.8363, 0.0111, -0.637, 0.111),
}
FLOORS = {  # law: floor of the published loss, then at t = 1, 5, 10, 20, 30, 40
    SwapLaw(kind="none"): (0.057, 0.614, 0.144, 0.048, 0.011, 0.002, 0.000),
    SwapLaw(kind="flat", correct=0.9): (0.180, 0.614, 0.147, 0.117, 0.317, 0.106, 0.009),
    SwapLaw(kind="flat", correct=0.7): (0.293, 0.614, 0.149, 0.165, 0.591, 0.231, 0.021),
    SwapLaw(kind="smooth", offset=0.0): (0.243, 0.614, 0.148, 0.144, 0.469, 0.176, 0.016),
    SwapLaw(kind="smooth", offset=-1.0): (0.174, 0.614, 0.147, 0.114, 0.301, 0.103, 0.009),
}


@pytest.mark.parametrize("t", PUBLISHED)
def test_the_published_schedule(t):
    schedule = linear_schedule(40)
    columns = (
        schedule.beta,
        schedule.signal,
        schedule.variance.sqrt(),
        schedule.reverse_sd,
        schedule.state,
        schedule.clean,
        schedule.kappa(0.1),
        schedule.lambda_(0.1),
    )
    for place, (values, expected) in enumerate(zip(columns, PUBLISHED[t], strict=True)):
        # The table gives kappa and lambda to three decimals, everything else to four.
        assert float(values[t - 1]) == pytest.approx(expected, abs=6e-5 if place < 6 else 6e-4)


@pytest.mark.parametrize("schedule", [linear_schedule(40), log_snr_schedule(24, 4.5, -4.5)], ids=["linear", "log_snr"])
def test_identities_of_the_kernel(schedule, generator):
    before = torch.cat([torch.zeros(1).double(), schedule.variance[:-1]])
    assert torch.allclose(schedule.state, schedule.step * before / schedule.variance)
    assert float(schedule.state[0]) == pytest.approx(0, abs=1e-12)
    assert float(schedule.clean[0]) == pytest.approx(1)
    x, clean = torch.randn(2, len(schedule), generator=generator, dtype=torch.float64)
    for alpha in (0.1, 0.25):
        drive = schedule.kappa(alpha) * x + schedule.lambda_(alpha) * clean
        step = (1 - alpha) * x + alpha * drive
        assert torch.allclose(step, schedule.state * x + schedule.clean * clean, atol=1e-10)


def test_the_log_snr_schedule_is_uniform_in_log_snr():
    log_snr = log_snr_schedule(40, 6, -5).snr.log()
    assert torch.allclose(log_snr, torch.linspace(6, -5, 40).double(), atol=1e-9)


@pytest.mark.parametrize("schedule", [linear_schedule(40), log_snr_schedule(40, 6, -5)], ids=["linear", "log_snr"])
def test_statistics_and_regression_of_the_forward_chain(schedule, generator):
    count = 200_000
    start = torch.randn(count, 2, generator=generator, dtype=torch.float64) * 0.5
    noise = torch.randn(len(schedule), count, 2, generator=generator, dtype=torch.float64)
    path = forward_chain(start, noise, schedule)
    stepped = start
    for t in range(len(schedule)):
        stepped = schedule.step[t] * stepped + schedule.beta[t].sqrt() * noise[t]
        assert torch.allclose(path[t], stepped, atol=1e-9)
    for t in (1, 4, 19, 39):
        here, earlier = path[t, :, 0], path[t - 1, :, 0]
        assert float(here.var()) == pytest.approx(
            float(schedule.signal[t] ** 2 * 0.25 + schedule.variance[t]), rel=0.015
        )
        covariance = (here * earlier).mean()
        assert float(covariance) == pytest.approx(float(schedule.step[t] * earlier.var()), rel=0.015)
        design = torch.stack([here, start[:, 0]], dim=1)
        weights = torch.linalg.lstsq(design, earlier[:, None]).solution[:, 0]
        assert torch.allclose(weights, torch.stack([schedule.state[t], schedule.clean[t]]), atol=0.006)
        lower_bound = (schedule.variance[t - 1] / schedule.variance[t] * schedule.beta[t]).sqrt()
        assert float((earlier - design @ weights).std()) == pytest.approx(float(lower_bound), rel=0.01)


def items_and_weights(law, two_items, count, generator):
    displays = two_items.sample(count, generator)
    return 2.5 * unit(displays.report), law.weights(displays)[:, 1:].log()


@pytest.mark.parametrize("law", FLOORS, ids=lambda law: f"{law.kind} {law.correct} {law.offset}")
def test_what_the_exact_posterior_mean_leaves_of_the_published_loss(law, two_items, generator):
    schedule = linear_schedule(40)
    centre, log_weight = items_and_weights(law, two_items, 60_000, generator)
    item = torch.multinomial(log_weight.exp(), 1, generator=generator)
    start = centre.gather(1, item[..., None].expand(-1, -1, 2))[:, 0]
    start = start + 0.125 * torch.randn(start.shape, generator=generator, dtype=torch.float64)
    noise = torch.randn(40, len(start), 2, generator=generator, dtype=torch.float64)
    path = forward_chain(start, noise, schedule)
    clean = posterior_mean(path[:, :, None], log_weight, centre, 0.125, schedule)[:, :, 0]
    by_step = ((clean - start) * schedule.lambda_(0.1)[:, None, None]).square().mean((1, 2))
    assert float(by_step.mean()) == pytest.approx(FLOORS[law][0], rel=0.02, abs=0.0006)
    for t, expected in zip((1, 5, 10, 20, 30, 40), FLOORS[law][1:], strict=True):
        assert float(by_step[t - 1]) == pytest.approx(expected, rel=0.05, abs=0.0011)


def test_the_posterior_mean_against_brute_force(generator):
    """The closed form of two round Gaussians against brute force over the plane."""
    schedule = log_snr_schedule(12, 4, -4)
    centre = 2.5 * unit(torch.tensor([[0.0, 2.0]]).double())
    log_weight = torch.tensor([[0.8, 0.2]]).double().log()
    x = torch.randn(12, 1, 3, 2, generator=generator, dtype=torch.float64)
    exact = posterior_mean(x, log_weight, centre, 0.3, schedule)
    axis = torch.linspace(-5, 5, 401).double()
    plane = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1).reshape(-1, 2)
    prior = sum(w * torch.exp(-(plane - c).square().sum(1) / 0.18) for w, c in zip((0.8, 0.2), centre[0], strict=True))
    for t in (1, 5, 11):
        away = x[t, 0][:, None] - schedule.signal[t] * plane
        posterior = prior * torch.exp(-away.square().sum(-1) / (2 * schedule.variance[t]))
        brute = (posterior[..., None] * plane).sum(1) / posterior.sum(1, keepdim=True)
        assert torch.allclose(exact[t, 0], brute, atol=1e-6)


def realised(schedule, swaps, generator, count=60_000):
    centre = 2.5 * unit(torch.tensor([[0.0, 2 * math.pi / 3]]))
    log_weight = torch.tensor([[1 - swaps, swaps]]).log()
    start = torch.randn(1, count, 2, generator=generator)
    end = oracle_sample(log_weight, centre, 0.125, schedule.to("cpu", torch.float32), start, generator)[0]
    item = (end[:, None] - centre[0]).square().sum(-1).argmin(1)
    spread = (end - centre[0][item])[item == 0].std(0).mean()
    return float((item == 1).double().mean()), float(spread)


def test_the_published_sampler_has_its_known_bias(generator):
    swaps, spread = realised(linear_schedule(40), 0.10, generator)
    assert swaps == pytest.approx(0.091, abs=0.003)
    assert spread == pytest.approx(0.087, abs=0.002)


@pytest.mark.parametrize("config", [TrainConfig(), DEMO], ids=["40 steps", "24 steps of the demo"])
@pytest.mark.parametrize("asked", [0.10, 0.30])
def test_the_log_snr_sampler_is_unbiased(config, asked, generator):
    """Within 0.3 points and 3 %; the sampling error of 300,000 draws is 0.05 and 0.08 points."""
    assert config.recall_steps <= 40
    swaps, spread = realised(schedule_of(config), asked, generator, count=300_000)
    assert swaps == pytest.approx(asked, abs=0.003)
    assert spread == pytest.approx(0.125, rel=0.03)


def test_the_published_sampler_can_still_be_asked_for():
    published = schedule_of(TrainConfig(schedule="linear"))
    assert torch.equal(published.beta, linear_schedule(40).beta)
    assert torch.equal(published.reverse_sd, linear_schedule(40).reverse_sd)
