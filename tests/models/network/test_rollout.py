import pytest
import torch

from models.network.config import QUICK
from models.network.network import Network
from models.network.rollout import LeakyRollout


def by_autograd(state, drive, inward, outward, bias, noise, forced, alpha):
    states = []
    for step in range(noise.shape[0]):
        if forced is not None:
            state = torch.cat([forced[step], state[:, 2:]], dim=1)
        w, v, u = (value[step if value.shape[0] > 1 else 0] for value in (inward, outward, drive))
        hidden = torch.nn.functional.softplus(state @ w + u)
        state = (1 - alpha) * state + alpha * (hidden @ v + bias) + noise[step]
        states.append(state)
    return torch.stack(states)


def arguments(generator, drive_shape, forced, own_weights=False, steps=4, rows=3, n=4, h=9):
    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    many = steps if own_weights else 1
    tensors = [normal(rows, n), normal(*drive_shape, h), normal(many, n, h), normal(many, h, n), normal(n)]
    for tensor in tensors:
        tensor.requires_grad_()
    return (*tensors, normal(steps, rows, n), normal(steps, rows, 2) if forced else None, 0.2)


CASES = [
    ((1, 3), False, False),
    ((4, 1), True, False),
    ((4, 3), True, True),
    ((1, 1), False, False),
    ((4, 1), False, True),
]


@pytest.mark.parametrize(("drive_shape", "forced", "own_weights"), CASES)
def test_gradients_against_finite_differences(drive_shape, forced, own_weights, generator):
    assert torch.autograd.gradcheck(LeakyRollout.apply, arguments(generator, drive_shape, forced, own_weights))


@pytest.mark.parametrize(("drive_shape", "forced", "own_weights"), CASES)
def test_values_and_gradients_are_those_of_the_plain_loop(drive_shape, forced, own_weights, generator):
    given = arguments(generator, drive_shape, forced, own_weights)
    ours, plain = LeakyRollout.apply(*given), by_autograd(*given)
    assert torch.allclose(ours, plain, atol=1e-12)
    weight = torch.randn(ours.shape, generator=generator, dtype=torch.float64)
    for a, b in zip(
        torch.autograd.grad((ours * weight).sum(), given[:5]),
        torch.autograd.grad((plain * weight).sum(), given[:5]),
        strict=True,
    ):
        assert torch.allclose(a, b, atol=1e-10)


def test_forcing_sets_the_plane_and_nothing_else(generator):
    """With the noise known, the state before a step can be solved from the state after it."""
    network = Network(QUICK, seed=1).double()
    torch.nn.init.normal_(network.cell.gains, std=0.3, generator=generator)
    rows, n, steps = 5, QUICK.neurons, QUICK.recall_steps
    state = torch.randn(rows, n, generator=generator, dtype=torch.float64)
    shocks = torch.randn(steps, rows, n, generator=generator, dtype=torch.float64)
    forced = torch.randn(steps, rows, 2, generator=generator, dtype=torch.float64)
    states = network.recall(state, shocks, forced)
    before = torch.cat([state[None], states[:-1]])
    overwritten = torch.cat([forced, before[..., 2:]], dim=-1)
    neurons = overwritten @ network.frame
    assert torch.allclose(neurons @ network.frame[:2].T, forced, atol=1e-6)
    assert torch.allclose(neurons @ network.frame[2:].T, before @ network.frame @ network.frame[2:].T, atol=1e-6)
    cell, alpha = network.cell, QUICK.alpha
    drive, seeing, seen = cell.drive(None, network.time_basis.flip(0))
    hidden = seen * torch.nn.functional.softplus(seeing * (neurons @ cell.recurrent) + drive)
    after = (1 - alpha) * neurons + alpha * (hidden @ cell.outward + cell.outward_bias) + shocks @ network.frame
    assert torch.allclose(after, states @ network.frame, atol=1e-9)


def test_the_plane_is_orthonormal_and_fixed():
    network = Network(QUICK, seed=3)
    assert torch.allclose(network.frame @ network.frame.T, torch.eye(QUICK.neurons), atol=1e-5)
    assert not network.frame.requires_grad
    assert "frame" in network.state_dict()


def test_a_fresh_network_holds_what_it_has(generator):
    """Identity-like drive: without input and noise a state decays far slower than the leak alone would let it."""
    network = Network(QUICK, seed=2)
    state = torch.randn(20, QUICK.neurons, generator=generator)
    drive = network.cell.drive(None, torch.zeros(1, QUICK.time_features))
    shocks = torch.zeros(10, 20, QUICK.neurons)
    end = network.cell.run(state, drive, shocks, None, QUICK.alpha, network.frame)[-1]
    share = torch.nn.functional.cosine_similarity(end - end.mean(0), state - state.mean(0)).mean()
    assert float(share) > 0.8
    assert (1 - QUICK.alpha) ** 10 < 0.2
