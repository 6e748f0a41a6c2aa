"""Several seeds in one computation are what they would be alone, down to rounding."""

import pytest
import torch

from models.network.config import InvalidConfig
from models.network.encodings import ENCODINGS
from models.network.network import Network
from models.network.training import train, train_ensemble
from models.progress import Interrupted
from tests.models.network.conftest import BRIEF

TINY = BRIEF.changed(neurons=16, hidden=40, branches=3, leaves=3, without_swaps=0.2)
SEEDS = [3, 8, 5]
CASES = [
    {},
    {"cell": "dendritic", "target": "sampled"},
    {"cell": "gru"},
    {"encoding": "slots", "curriculum": "measured"},
    {"encoding": "index", "objective": "moment_matching", "samples_per_display": 16},
    {"objective": "mean_matching", "optimiser": "adam", "patience": 0.3},
]


def largest_difference(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs)


@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(map(str, changes.values())) or "default")
def test_members_are_single_runs(changes, mixed_source):
    config = TINY.changed(**changes)
    together = train_ensemble(config, mixed_source, SEEDS, device="cpu")
    for member, seed in zip(together, SEEDS, strict=True):
        alone = train(config, mixed_source, seed, device="cpu")
        assert member.seed == seed
        assert largest_difference(member.network, alone.network) < 1e-3
        assert member.score == pytest.approx(alone.score, rel=1e-3)
        assert member.stages == alone.stages
        for ours, its in zip(member.curve, alone.curve, strict=True):
            assert ours == pytest.approx(its, rel=1e-3, abs=1e-4)
        assert member.picture["displays"][0]["report"] == alone.picture["displays"][0]["report"]
    assert largest_difference(together[0].network, together[1].network) > 0.1


@torch.no_grad()
def test_members_run_as_they_would_alone(mixed_source, generator):
    networks = [Network(TINY, seed) for seed in SEEDS]
    for network in networks:
        network.cell.gains.normal_(std=0.3, generator=generator)
    whole = Network.stacked(networks)
    for member, network in enumerate(networks):
        assert largest_difference(whole.member(member), network) == 0
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    state = torch.stack([torch.randn(5, 16, generator=torch.Generator().manual_seed(seed)) for seed in SEEDS])
    together = whole.recall(state, whole.recall_noise(5, generators))
    for member, (network, seed) in enumerate(zip(networks, SEEDS, strict=True)):
        generator = torch.Generator().manual_seed(seed)
        alone = network.recall(state[member], network.recall_noise(5, generator))
        assert torch.allclose(together[:, member], alone, atol=1e-5)


def test_an_ensemble_goes_on_from_its_checkpoint_bit_for_bit(mixed_source):
    unbroken = train_ensemble(TINY, mixed_source, SEEDS, device="cpu")
    saved = []

    def stop(progress):
        if progress.point.get("step") == 23:
            raise Interrupted

    with pytest.raises(Interrupted):
        train_ensemble(TINY, mixed_source, SEEDS, stop, saved.append, device="cpu")
    resumed = train_ensemble(TINY, mixed_source, SEEDS, resume=saved[0], device="cpu")
    for one, other in zip(unbroken, resumed, strict=True):
        assert largest_difference(one.network, other.network) == 0
        assert one.curve == other.curve


def test_progress_shows_the_spread(mixed_source):
    points = []
    train_ensemble(TINY, mixed_source, SEEDS, lambda progress: points.append(progress.point), device="cpu")
    with_loss = [point for point in points if "loss" in point]
    assert all(point["loss_low"] <= point["loss"] <= point["loss_high"] for point in with_loss)


@pytest.mark.parametrize("seeds", [[], [2, 2]])
def test_seeds_must_be_some_and_differ(seeds, mixed_source):
    with pytest.raises(InvalidConfig, match="seed"):
        train_ensemble(TINY, mixed_source, seeds)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_has_an_axis_of_members(encoding, mixed_source):
    config = TINY.changed(encoding=encoding, steps=2)
    assert len(train_ensemble(config, mixed_source, SEEDS, device="cpu")) == 3
