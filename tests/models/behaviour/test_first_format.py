"""Fits that were stored by the first version still answer, with the same numbers."""

import json

import torch
from safetensors.torch import save

from models.behaviour import storage
from models.behaviour.fitting import FitConfig, fit


def first_form(model):
    """A BNS model over unsigned probe distance as the first version stored it."""
    tensors, blocks = {}, []
    for b, block in enumerate(model.blocks):
        tensors[f"{b}.log_concentration"] = block.noise[:, 0].clone()
        tensors[f"{b}.uniform_log_odds"] = block.uniform_log_odds
        tensors[f"{b}.covariance"] = block.root @ block.root.T
        part = block.parts[0]
        for name in ("log_amplitude", "constant", "mean", "factor"):
            tensors[f"{b}.function.{name}"] = getattr(part.function, name)
        tensors[f"{b}.function.log_sharpness"] = part.function.log_sharpness[0].clone()
        tensors[f"{b}.function.inducing"] = part.function.inducing[0]
        blocks.append({"set_sizes": list(block.sizes), "observed": list(part.observed[0])})
    return tensors, {"format": 1, "model": "bns", "blocks": blocks}


def as_files(tensors, plain):
    whole = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    return {storage.TENSORS: save(whole), storage.NAMES: json.dumps(plain).encode()}


def test_bns(planted):
    trials = planted.trials(4, 300)
    model = fit(FitConfig(), trials).model
    again = storage.load(as_files(*first_form(model)))
    assert torch.allclose(again.log_prob(trials), model.log_prob(trials), atol=1e-12)
    assert abs(again.parameter_count - model.parameter_count) < 1e-9
    for old, new in zip(again.parameters(), model.parameters(), strict=True):
        assert old.set_size == new.set_size
        values = [[one.shown.value, one.shown.low, one.shown.high] for one in (old, new)]
        assert torch.allclose(*torch.tensor(values).unbind(), rtol=1e-5)
    assert again.draw(torch.Generator().manual_seed(0)).log_prob(trials).isfinite().all()


def test_three_component(planted):
    trials = planted.trials(4, 300)
    model = fit(FitConfig("three_component"), trials).model
    tensors, _ = model.stored()
    old = {name: tensor for name, tensor in tensors.items() if not name.endswith("draws")}
    again = storage.load(as_files(old, {"format": 1, "model": "three_component", "set_sizes": [3]}))
    assert torch.allclose(again.log_prob(trials), model.log_prob(trials), atol=1e-12)
    shares = again.draws[3][:, :2]
    assert bool((shares >= 0).all())
    assert bool((shares.sum(1) <= 1 + 1e-12).all())
    assert torch.allclose(shares.mean(0), model.draws[3][:, :2].mean(0), atol=0.02)
