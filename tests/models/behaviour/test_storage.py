"""Fits as bytes: what was stored answers as what was fitted, whatever the variant."""

import json
import math

import numpy as np
import pytest
import torch

from models.behaviour.emissions import TabulatedEmission, VonMises, VonMisesMixture
from models.behaviour.fitting import BehaviourFit, Convergence, FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.storage import FORMAT, UnreadableModel, dump, load
from models.behaviour.surrogate import surrogate
from models.behaviour.swap_shapes import Constant, SwapCurve, SwapSurface, whole_circle
from models.example import example_trials

CONFIGS = {
    "bns": FitConfig(),
    "shared": FitConfig(swap_function_shared=True, noise="linked"),
    "signed": FitConfig(dimensions="report", even=False, emission="wrapped_stable", uniform=False, inducing=4),
    "both": FitConfig(dimensions="both", emission="wrapped_cauchy", inducing=3),
    "none": FitConfig(dimensions="none", emission="wrapped_normal"),
    "three_component": FitConfig(model="three_component"),
    "separate": FitConfig(subjects="separate"),
    "hierarchical": FitConfig(subjects="hierarchical"),
}


@pytest.fixture(scope="module")
def trials():
    """400 trials of two subjects, all set sizes."""
    whole = example_trials(2)
    mine = torch.tensor([name in ("S01", "S02") for name in whole.subject_names])[whole.subject]
    part = whole.select(mine)
    return part.select(torch.arange(0, len(part), 4))


@pytest.fixture(scope="module", params=CONFIGS)
def fitted(request, trials):
    return fit(CONFIGS[request.param], trials, seed=4)


def test_what_was_stored_answers_as_what_was_fitted(fitted, trials):
    files = dump(fitted)
    assert set(files) == {"model.safetensors", "model.json"}
    assert files == dump(fitted)
    again = load(files)
    assert again.set_sizes == fitted.model.set_sizes
    assert again.parameter_count == fitted.model.parameter_count
    for ask in ("log_prob", "responsibilities"):
        assert torch.equal(getattr(again, ask)(trials), getattr(fitted.model, ask)(trials))
    assert torch.equal(again.weights(trials.displays), fitted.model.weights(trials.displays))
    for draw in ("posterior", "predictive", "mean"):
        mine = surrogate(fitted.model, trials, 5, draw)
        assert torch.equal(surrogate(again, trials, 5, draw), mine)
    assert again.parameters() == fitted.model.parameters()
    for one, other in zip(again.swap_estimates(), fitted.model.swap_estimates(), strict=True):
        assert (one.set_sizes, one.axes, one.guess) == (other.set_sizes, other.axes, other.guess)
        for name in ("mean", "low", "high", "probability"):
            assert torch.equal(getattr(one, name), getattr(other, name))


def test_a_restored_fit_is_stored_as_it_was(fitted):
    files = dump(fitted)
    again = BehaviourFit(load(files), fitted.convergence, fitted.config, fitted.seed)
    assert dump(again) == files


def test_damaged_storage_is_refused(fitted):
    files = dump(fitted)
    with pytest.raises(UnreadableModel):
        load({"model.json": files["model.json"]})
    with pytest.raises(UnreadableModel):
        load({**files, "model.safetensors": files["model.safetensors"][:100]})
    other = files["model.json"].replace(f'"format": {FORMAT}'.encode(), b'"format": 99')
    with pytest.raises(UnreadableModel, match="format 99"):
        load({**files, "model.json": other})
    named = json.loads(files["model.json"]) | {"model": "oracle", "subjects": [{"model": "oracle", "subject": "1"}]}
    with pytest.raises(UnreadableModel):
        load({**files, "model.json": json.dumps(named).encode()})


def test_known_mixtures_are_stored_whatever_their_noise_and_shape(planted):
    side = whole_circle(5)
    known = FixedMixture(
        {
            1: SizeParameters(VonMisesMixture((2.0, 30.0), (0.4, 0.6)), -math.inf, None),
            2: SizeParameters(TabulatedEmission((0.8, 0.5, 0.2)), -2.0, Constant(-1.5)),
            3: SizeParameters(VonMises(8.0), -1.0, SwapCurve(side, side.cos() - 2)),
            4: SizeParameters(VonMises(6.0), -1.0, SwapSurface(side, side, side[:, None] * side.cos() / 4 - 2)),
        }
    )
    again = load(dump(BehaviourFit(known, Convergence(True, 0, 0.0, ""), FitConfig())))
    for size in (2, 3, 4):
        trials = planted.trials(3, 50, set_size=size, model=planted.model(size))
        np.testing.assert_allclose(again.log_prob(trials), known.log_prob(trials), atol=1e-9)
    assert again.sizes[1].uniform_log_odds == -math.inf
