"""Projections: the right axes, the same every time, through storage and back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.decomposition import PCA

from models.analysis.geometry import dump, fit_projection, load
from models.display_laws import UniformDisplays
from models.network.config import QUICK
from models.network.network import Network
from models.network.recording import Recording, record


@pytest.fixture(scope="module")
def recording() -> Recording:
    displays = UniformDisplays((1, 2, 4), probe_places=8).draw(40, torch.Generator().manual_seed(1))
    return record(Network(QUICK, seed=1), displays, 3, torch.Generator().manual_seed(2))


def test_pca_agrees_with_sklearn(recording: Recording) -> None:
    states = recording.states.reshape(-1, recording.states.shape[-1]).double().numpy()
    theirs = PCA(3).fit(states)
    ours = fit_projection(recording, "pca")
    assert ours.explained.numpy() == pytest.approx(theirs.explained_variance_ratio_, rel=1e-4)
    aligned = np.abs((ours.components.double().numpy() * theirs.components_).sum(1))
    assert aligned == pytest.approx(np.ones(3), abs=1e-3)
    assert np.abs(ours.apply(recording.states).mean((0, 1, 2)).numpy()) == pytest.approx(np.zeros(3), abs=1e-4)


def test_the_plane_is_the_behaviour_plane_and_memory_lies_outside(recording: Recording) -> None:
    view = fit_projection(recording, "plane")
    coordinates = view.apply(recording.states)
    assert torch.allclose(coordinates[..., :2], recording.plane, atol=1e-3)
    memory = view.components[2]
    assert float(memory.norm()) == pytest.approx(1, abs=1e-5)
    assert (view.components[:2] @ memory).abs().max() < 1e-4
    assert float(view.explained.sum()) <= 1 + 1e-6


def test_axes_and_signs_are_reproducible(recording: Recording) -> None:
    first, again = fit_projection(recording), fit_projection(recording)
    assert torch.equal(first.components, again.components)
    assert all(float(axis[axis.abs().argmax()]) > 0 for axis in first.components)


def test_storage_round_trip(recording: Recording) -> None:
    views = {axes: fit_projection(recording, axes) for axes in ("pca", "plane")}
    again = load(safetensors.torch.load(safetensors.torch.save(dump(views))))
    for axes, view in views.items():
        assert again[axes].describe() == view.describe()
        assert torch.equal(again[axes].apply(recording.states), view.apply(recording.states))


def test_describe_is_plain_data(recording: Recording) -> None:
    labels = [axis["label"] for axis in fit_projection(recording, "plane").describe()]
    assert labels == ["Behaviour plane, x", "Behaviour plane, y", "Memory axis"]


def test_views_that_cannot_be_are_refused(recording: Recording) -> None:
    with pytest.raises(ValueError, match="axes must be"):
        fit_projection(recording, "umap")
    with pytest.raises(ValueError, match="states"):
        fit_projection(dataclasses.replace(recording, states=recording.states[..., :0]))
