"""Every cell: gradients, the plain loop, memory at the start, and the published tree's size."""

import pytest
import torch

from models.network.cells import CELLS
from models.network.config import QUICK, InvalidConfig, TrainConfig
from models.network.dendritic import TreeRollout
from models.network.network import Network

SMALL = QUICK.changed(neurons=6, hidden=14, branches=3, leaves=4)


def by_autograd(state, leaf, branch, soma, inward, twigs, stems, frame, noise, forced, alpha):
    softplus = torch.nn.functional.softplus
    leaves, (branches, neurons) = twigs.shape[0], stems.shape
    states = []
    for step in range(noise.shape[0]):
        if forced is not None:
            state = torch.cat([forced[step], state[..., 2:]], dim=-1)
        here = [drive[step if drive.shape[0] > 1 else 0] for drive in (leaf, branch, soma)]
        at_leaves = softplus(state @ inward + here[0]).unflatten(-1, (leaves, branches * neurons))
        at_branches = softplus(torch.einsum("...lj,lj->...j", at_leaves, twigs) + here[1])
        at_branches = at_branches.unflatten(-1, (branches, neurons))
        rates = softplus(torch.einsum("...bn,bn->...n", at_branches, stems) + here[2])
        state = (1 - alpha) * state + alpha * rates @ frame.T + noise[step]
        states.append(state)
    return torch.stack(states)


def tree(generator, steps, rows, drive_steps, forced, n=4, b=2, leaves=3):
    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    shape = (steps if drive_steps else 1, rows if not drive_steps else 1)
    tensors = [normal(rows, n), normal(*shape, leaves * b * n), normal(shape[0], 1, b * n), normal(shape[0], 1, n)]
    tensors += [normal(n, leaves * b * n), normal(leaves, b * n), normal(b, n)]
    for tensor in tensors:
        tensor.requires_grad_()
    frame = torch.linalg.qr(normal(n, n)).Q
    return (*tensors, frame, normal(steps, rows, n), normal(steps, rows, 2) if forced else None, 0.2)


@pytest.mark.parametrize(("drive_steps", "forced"), [(False, False), (True, True)])
def test_the_tree_is_the_plain_loop_and_so_are_its_gradients(drive_steps, forced, generator):
    given = tree(generator, 4, 3, drive_steps, forced)
    ours, plain = TreeRollout.apply(*given), by_autograd(*given)
    assert torch.allclose(ours, plain, atol=1e-12)
    assert torch.autograd.gradcheck(TreeRollout.apply, given)


@pytest.mark.parametrize("cell", CELLS)
def test_a_fresh_cell_remembers(cell, generator):
    """Without input, noise and time a state decays far slower than the leak alone would let it."""
    config = QUICK.changed(cell=cell, neurons=16)
    network = Network(config, seed=2)
    start = network.initial(40, 1.0, generator)
    start[:, 2:] += 0.5 * torch.randn(40, 14, generator=generator)
    drive = network.cell.drive(None, torch.zeros(1, config.time_features))
    end = network.cell.run(start, drive, torch.zeros(10, 40, 16), None, config.alpha, network.frame)[-1]
    share = torch.nn.functional.cosine_similarity(end - end.mean(0), start - start.mean(0)).mean()
    size = (end - end.mean(0)).norm() / (start - start.mean(0)).norm()
    assert float(share) > 0.8
    assert float(size) > 0.5
    assert (1 - config.alpha) ** 10 < 0.2


def test_the_resting_rate_of_a_tree_is_not_in_the_plane(generator):
    network = Network(QUICK.changed(cell="dendritic", neurons=16), seed=1)
    assert torch.allclose(network.frame @ network.frame.T, torch.eye(16), atol=1e-5)
    assert torch.allclose(network.frame[:2].sum(1), torch.zeros(2), atol=1e-5)
    rates = network.initial(5000, 1.0, generator) @ network.frame
    assert torch.allclose(rates.mean(0), torch.full((16,), network.cell.rest), atol=0.05)
    drive = network.cell.drive(None, torch.zeros(1, QUICK.time_features))
    rest = torch.full((1, 16), network.cell.rest) @ network.frame.T
    after = network.cell.run(rest, drive, torch.zeros(5, 1, 16), None, QUICK.alpha, network.frame)[-1]
    assert torch.allclose(after, rest, atol=1e-4)


@pytest.mark.parametrize(("encoding", "published"), [("conjunctive", 101_288), ("index", 53_100)])
def test_the_published_tree_has_the_published_size(encoding, published):
    """Less the 144 weights of a network for the time signal, in whose place is a fixed basis here."""
    config = TrainConfig(cell="dendritic", neurons=16, time_features=8, projection=6, encoding=encoding, slots=2)
    assert sum(weight.numel() for weight in Network(config, seed=1).parameters()) == published - 144


def test_rates_of_a_tree_are_driven_up_only(generator):
    """A soma is a softplus: its drive is never negative, whatever the state."""
    network = Network(SMALL.changed(cell="dendritic"), seed=1)
    state = 5 * torch.randn(30, 6, generator=generator)
    drive = network.cell.drive(None, torch.zeros(1, SMALL.time_features))
    after = network.cell.run(state, drive, torch.zeros(1, 30, 6), None, 1.0, network.frame)[0]
    assert float((after @ network.frame).min()) >= 0


def test_a_tree_keeps_states_and_not_leaves(generator):
    """What the backward pass of an epoch holds grows with the states, 100 times fewer than the leaves."""
    given = tree(generator, 6, 5, False, False, n=4, b=5, leaves=20)
    saved = []

    def note(value):
        saved.append(value.numel())
        return value

    with torch.autograd.graph.saved_tensors_hooks(note, lambda value: value):
        TreeRollout.apply(*given)
    weights = sum(value.numel() for value in given[1:8])
    assert sum(saved) <= weights + 6 * 5 * 4


@pytest.mark.parametrize("change", [{"cell": "lstm"}, {"branches": 0}, {"leaves": 1}, {"encoding": "words"}])
def test_what_cannot_be_built_is_refused(change):
    with pytest.raises(InvalidConfig, match=next(iter(change))):
        QUICK.changed(**change)


def test_only_the_rate_cell_has_hidden_units_to_be_too_few():
    with pytest.raises(InvalidConfig, match="hidden"):
        QUICK.changed(neurons=60)
    assert QUICK.changed(neurons=60, cell="gru").neurons == 60
