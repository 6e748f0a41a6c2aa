import pytest
import torch

from models.network.config import QUICK
from models.network.network import Network
from models.network.rollout import LeakyRollout


def by_autograd(state, drive, inward, outward, bias, seeing, seen, noise, forced, alpha):
    states = []
    for step in range(noise.shape[0]):
        if forced is not None:
            rows = forced.shape[-2]
            plane = torch.cat([forced[step], state[..., rows:, :2].detach()], dim=-2)
            state = torch.cat([plane, state[..., 2:]], dim=-1)
        u, g, h = (value[step if value.shape[0] > 1 else 0] for value in (drive, seeing, seen))
        hidden = h * torch.nn.functional.softplus(g * (state @ inward) + u)
        state = (1 - alpha) * state + alpha * (hidden @ outward + bias[..., None, :]) + noise[step]
        states.append(state)
    return torch.stack(states)


ROWS = 3


def arguments(generator, drive_shape, forced, gains="one", members=(), steps=4, n=4, h=9):
    """``drive_shape``: steps and rows; ``forced``: rows; ``gains``: one, the same or their own at every step."""
    rows = ROWS

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    many, wide = steps if gains == "own" else 1, 1 if gains == "one" else h
    tensors = [
        normal(*members, rows, n), normal(drive_shape[0], *members, drive_shape[1], h),
        normal(*members, n, h), normal(*members, h, n), normal(*members, n),
        1 + 0.3 * normal(many, *members, 1, wide), 1 + 0.3 * normal(many, *members, 1, wide),
    ]  # fmt: skip
    for tensor in tensors:
        tensor.requires_grad_()
    chain = normal(steps, *members, forced, 2) if forced else None
    return (*tensors, normal(steps, *members, rows, n), chain, 0.2)


CASES = [
    ((1, 3), 0, "one", ()),
    ((4, 1), ROWS, "one", ()),
    ((4, 3), ROWS, "own", ()),
    ((4, 3), 2, "own", (2,)),
    ((1, 1), 0, "same", ()),
    ((4, 1), 0, "own", (2,)),
    ((1, 3), 1, "same", (2,)),
]


# Differences see what passes through the plane where only some rows are forced; gradients are to leave it out.
@pytest.mark.parametrize(("drive_shape", "forced", "gains", "members"), [one for one in CASES if one[1] in (0, ROWS)])
def test_gradients_against_finite_differences(drive_shape, forced, gains, members, generator):
    given = arguments(generator, drive_shape, forced, gains, members)
    assert torch.autograd.gradcheck(LeakyRollout.apply, given)


@pytest.mark.parametrize(("drive_shape", "forced", "gains", "members"), CASES)
def test_values_and_gradients_are_those_of_the_plain_loop(drive_shape, forced, gains, members, generator):
    given = arguments(generator, drive_shape, forced, gains, members)
    ours, plain = LeakyRollout.apply(*given), by_autograd(*given)
    assert torch.allclose(ours, plain, atol=1e-12)
    weight = torch.randn(ours.shape, generator=generator, dtype=torch.float64)
    for a, b in zip(
        torch.autograd.grad((ours * weight).sum(), given[:7]),
        torch.autograd.grad((plain * weight).sum(), given[:7]),
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
