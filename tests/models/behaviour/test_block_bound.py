"""The bound as a function of a vector: its slopes, its priors, and the covariance at its top."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.optimize import minimize

from models.behaviour.block_bound import BlockBound, Start, noise_design
from models.behaviour.bns_fit import bound_of, start
from models.behaviour.bound import prepare
from models.behaviour.curvature import root_of_inverse
from models.behaviour.emissions import FAMILIES
from models.behaviour.fitting import FitConfig, fit
from models.example import example_trials
from models.trials import concatenate

VARIANTS = [
    FitConfig(dimensions=dimensions, even=even, emission=emission, noise=noise, swap_function_shared=shared)
    for dimensions, even, emission, noise, shared in (
        ("probe", True, "von_mises", "each", False),
        ("report", False, "von_mises", "each", True),
        ("both", True, "wrapped_normal", "shared", False),
        ("both", False, "von_mises", "linked", True),
        ("none", True, "wrapped_stable", "linked", False),
        ("none", True, "wrapped_cauchy", "shared", True),
    )
]


def named(config):
    return f"{config.dimensions}-{config.even}-{config.emission}-{config.noise}-{config.swap_function_shared}"


@pytest.fixture(scope="module")
def two_sizes(planted):
    return concatenate([planted.trials(8, 40, set_size=2), planted.trials(9, 50, set_size=3)])


@pytest.mark.parametrize("uniform", [True, False])
@pytest.mark.parametrize("config", VARIANTS, ids=named)
def test_gradient_is_that_of_finite_differences(config, uniform, two_sizes):
    config = FitConfig(**{**config.to_json(), "uniform": uniform, "inducing": 2})
    sizes = [2, 3] if config.noise != "each" or config.swap_function_shared else [3]
    bound = bound_of(config, two_sizes, sizes)
    vector = bound.start([Start(8.0, -2.0, -2.0)] * len(sizes))
    vector = vector + 0.1 * np.random.default_rng(0).standard_normal(len(vector))
    _, gradient = bound.cost(vector)
    assert len(gradient) == bound.size
    for i in range(0, len(vector), 1 if len(vector) < 100 else 7):
        step = np.zeros_like(vector)
        step[i] = 1e-5
        slope = (bound.cost(vector + step)[0] - bound.cost(vector - step)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, abs=1e-7)


def test_noise_numbers_reach_every_set_size():
    assert torch.equal(noise_design((1, 2), 2, "each"), torch.eye(4).double())
    shared = (noise_design((1, 2, 4), 2, "shared") @ torch.tensor([0.5, 3.0]).double()).reshape(3, 2)
    assert torch.equal(shared, torch.tensor([[0.5, 3.0]] * 3).double())
    linked = (noise_design((1, 2, 4), 2, "linked") @ torch.tensor([0.5, 3.0, -0.7], dtype=torch.float64)).reshape(3, 2)
    np.testing.assert_allclose(linked[:, 0], [0.5 - 0.7 * math.log(size) for size in (1, 2, 4)])
    np.testing.assert_allclose(linked[:, 1], 3.0)


def settled(bound, first):
    """The top, to the last digit: the fit's own stopping rule is looser."""
    answer = minimize(
        bound.cost,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=bound.limits(),
        options={"maxiter": 5000, "maxfun": 10_000, "maxcor": 50, "ftol": 1e-15, "gtol": 1e-9},
    )
    return answer.x


@pytest.mark.parametrize("emission", ["von_mises", "wrapped_cauchy"])
def test_covariance_is_the_inverse_of_the_whole_hessian(emission, planted):
    """All coordinates but the factor's, by brute differences of the cost at a top climbed to the last digit."""
    trials = planted.trials(11, 600)
    bound = bound_of(FitConfig(emission=emission, inducing=6), trials, [3])
    vector = settled(bound, bound.start([start(trials, 3, True)]))
    kept, step = bound.modelled, 1e-3
    hessian = np.empty((kept, kept))
    for i in range(kept):
        move = np.zeros_like(vector)
        move[i] = step
        hessian[i] = (bound.cost(vector + move)[1] - bound.cost(vector - move)[1])[:kept] / (2 * step)
    expected = np.sqrt(np.diag(np.linalg.inv((hessian + hessian.T) / 2 * bound.trials)))
    root = bound.root(vector)
    np.testing.assert_allclose(root.square().sum(1).sqrt(), expected, rtol=0.05)
    # the whitened values given everything else: the variational posterior's own width
    factor = bound.function(bound.split(torch.from_numpy(vector)), 0).factor
    precision = torch.linalg.inv(root @ root.T)[:6, :6]
    inverse = torch.linalg.inv(precision).diagonal().sqrt()
    np.testing.assert_allclose(factor.square().sum(1).sqrt(), inverse, rtol=0.05)


def test_no_direction_is_less_certain_than_its_prior():
    prior = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    for curvature in (torch.zeros(2, 2).double(), -prior, torch.diag(torch.tensor([1e6, -3.0]).double())):
        root = root_of_inverse(curvature, prior)
        more = torch.linalg.inv(prior) - root @ root.T
        assert torch.linalg.eigvalsh(more).min() > -1e-12
    known = 5 * prior
    root = root_of_inverse(known, prior)
    np.testing.assert_allclose(root @ root.T, torch.linalg.inv(known), atol=1e-12)


def test_prior_alone_where_data_say_nothing(planted):
    """One trial: the kernel cannot be learned, and keeps its priors' widths."""
    block = fit(FitConfig(), planted.trials(3, 1)).model.blocks[0]
    sd = block.root.square().sum(1).sqrt()
    amplitude, sharpness, constant = sd[len(block.parts[0].function.mean) :][:3].tolist()
    assert amplitude == pytest.approx(1.5, abs=0.15)
    assert sharpness == pytest.approx(1.0, abs=0.1)
    assert 1.5 < constant <= 2.0 + 1e-9


@pytest.mark.parametrize("emission", FAMILIES)
def test_posterior_draws_are_plausible(emission):
    """They score what draws from a posterior do: below the fit by half a nat a parameter, not by hundreds."""
    trials = example_trials()
    part = trials.select(trials.set_size >= 4)
    model = fit(FitConfig(emission=emission), part).model
    top = float(model.mean_function().log_prob(part).sum())
    generator = torch.Generator().manual_seed(0)
    lost = [top - float(model.draw(generator).log_prob(part).sum()) for _ in range(30)]
    assert np.mean(lost) < model.parameter_count
    assert np.max(lost) < 3 * model.parameter_count


def test_priors_are_counted_once_a_parameter(two_sizes):
    """The log priors of the simple variant, written out."""
    data = [prepare(two_sizes, size) for size in (2, 3)]
    bound = BlockBound(data, [(2, 3)], ("probe",), True, FAMILIES["von_mises"], "each", True, 4)
    parts = bound.split(torch.from_numpy(bound.start([Start(8.0, -2.0, -2.0)] * 2)))
    found = float(bound.log_priors(parts, bound.noise(parts["noise"])))
    laws = {
        "log_amplitude 0": (-1.0, 1.5),
        "log_sharpness 0": (0.0, 1.0),
        "constant 0": (-2.0, 2.0),
        "uniform_log_odds": (-1.0, 1.5),
        "noise": (math.log(8.0), 1.0),
    }
    expected = sum(stats.norm.logpdf(parts[name].numpy(), *law).sum() for name, law in laws.items())
    assert found == pytest.approx(expected, abs=1e-9)
