"""Draws from a fit, and the surrogate data made of them."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.fitting import FitConfig, fit
from models.behaviour.surrogate import surrogate
from models.example import example_trials
from models.trials import Trials


@pytest.fixture(scope="module")
def trials():
    return example_trials(2)


@pytest.fixture(scope="module", params=["bns", "three_component"])
def fitted(request, trials):
    return fit(FitConfig(model=request.param), trials, seed=4)


@pytest.mark.parametrize("draw", ["posterior", "predictive", "mean"])
def test_surrogates_look_like_the_data(fitted, trials, draw):
    response = surrogate(fitted.model, trials.displays, 1, draw)
    assert torch.equal(response, surrogate(fitted.model, trials.displays, 1, draw))
    assert not torch.equal(response, surrogate(fitted.model, trials.displays, 2, draw))
    copy = Trials.build(trials.displays, response)
    for size in trials.set_sizes:
        mine, data = (one.of_set_size(size).error[:, 0].cos().mean() for one in (copy, trials))
        assert float(mine) == pytest.approx(float(data), abs=0.05)


def test_surrogate_refuses_an_unknown_draw(fitted, trials):
    with pytest.raises(ValueError, match="function_draw"):
        surrogate(fitted.model, trials.displays, 1, "best")


def test_draws_spread_like_the_band(trials):
    model = fit(FitConfig(), trials.of_set_size(4)).model
    generator = torch.Generator().manual_seed(0)
    (shown,) = model.swap_estimates()
    curves = torch.stack([model.draw(generator).sizes[4].swap.value(shown.grid[0]) for _ in range(400)])
    seen = shown.grid[0] > math.pi / 5
    np.testing.assert_allclose(curves.std(0)[seen], ((shown.high - shown.mean) / 1.96)[seen], rtol=0.15)
    np.testing.assert_allclose(curves.mean(0)[seen], shown.mean[seen], atol=0.1)


def test_posterior_surrogates_differ_in_their_parameters(trials):
    """One draw serves a whole data set: swap rates of different seeds spread more than chance alone would."""
    part = trials.of_set_size(4).select(torch.arange(60))
    model = fit(FitConfig(), part).model
    many = part.displays.select(torch.arange(60).repeat(100))
    rates = {
        draw: torch.stack([(surrogate(model, many, seed, draw) - many.report[:, 0]).cos().mean() for seed in range(12)])
        for draw in ("posterior", "predictive", "mean")
    }
    assert rates["posterior"].std() > 3 * rates["predictive"].std()
    assert rates["posterior"].std() > 3 * rates["mean"].std()
