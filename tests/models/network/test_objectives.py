import dataclasses

import pytest
import torch

from models.network.config import QUICK
from models.network.network import Network
from models.network.objectives import OBJECTIVES, diffusion, mean_matching
from models.network.targets import draw, unit

CONFIG = QUICK.changed(displays_per_batch=16)


@pytest.fixture(scope="module")
def batch(mixed_source):
    pool = draw(mixed_source, CONFIG, 16, seed=1, number=0)
    return pool.take(torch.arange(16), delay=2, swaps=1.0)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("target", ["exact", "sampled"])
def test_every_objective_reaches_every_weight(name, target, batch, generator):
    config = CONFIG.changed(objective=name, target=target)
    network = Network(config, seed=1)
    terms = OBJECTIVES[name].loss(network, batch, generator)
    assert "main" in terms
    torch.stack(list(terms.values())).sum().backward()
    for label, weight in network.named_parameters():
        assert weight.grad is not None, label
        assert float(weight.grad.abs().max()) > 0, label
    assert OBJECTIVES[name].floor(network, batch, generator) >= 0


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_of_the_whole_network_in_float64(name, batch):
    """Finite differences along random directions, through preparation and recall."""
    config = CONFIG.changed(objective=name)
    network = Network(config, seed=1).double()
    exact = dataclasses.replace(batch, **{k: v.double() for k, v in vars(batch).items() if isinstance(v, torch.Tensor)})

    def loss():
        generator = torch.Generator().manual_seed(5)
        return torch.stack(list(OBJECTIVES[name].loss(network, exact, generator).values())).sum()

    loss().backward()
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        direction = [torch.randn(w.shape, generator=generator, dtype=torch.float64) for w in network.parameters()]
        slope = sum(float((w.grad * d).sum()) for w, d in zip(network.parameters(), direction, strict=True))
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                for w, d in zip(network.parameters(), direction, strict=True):
                    w.add_(d, alpha=sign * 1e-6)
                values.append(float(loss()))
                for w, d in zip(network.parameters(), direction, strict=True):
                    w.add_(d, alpha=-sign * 1e-6)
        assert (values[0] - values[1]) / 2e-6 == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_the_memory_hears_from_the_loss_at_the_cleanest_step(batch, generator):
    """Acceptance check: through the null space back to the input, although the plane is overwritten at every step."""
    network = Network(CONFIG, seed=1)
    config, schedule = network.config, network.schedule
    report = batch.report.clone().requires_grad_()
    prepared = network.prepare(report, batch.probe, batch.present, batch.cue, 2, generator)
    shocks = torch.zeros(config.recall_steps, len(batch), config.neurons)
    forced = torch.randn(config.recall_steps, len(batch), 2, generator=generator)
    recalled = network.recall(prepared[-1], shocks, forced)
    recalled[-1, :, :2].square().sum().backward()
    assert float(report.grad.abs().max()) > 0
    assert len(schedule) == config.recall_steps


def test_sampled_and_exact_targets_have_the_same_optimum(batch, generator):
    """Averaged over responses, sampled x_0 given x_t is the exact expectation: the gradients agree on average."""
    few = batch.take(torch.arange(4), 2, 1.0)
    gradients = {}
    for target in ("exact", "sampled"):
        network = Network(CONFIG.changed(target=target, samples_per_display=4096, memory_noise=0.0), seed=1)
        terms = diffusion.loss(network, few, torch.Generator().manual_seed(3))
        gradients[target] = torch.autograd.grad(terms["main"], network.cell.outward)[0].flatten()
    cosine = torch.nn.functional.cosine_similarity(gradients["exact"], gradients["sampled"], dim=0)
    assert float(cosine) > 0.99


@torch.no_grad()
def test_the_floor_of_sampled_targets_is_the_excess_of_their_loss(batch):
    """loss(sampled) - loss(exact) = floor for any network, up to sampling."""
    many = CONFIG.changed(samples_per_display=1024)
    network = Network(many, seed=1)
    sampled = Network(many.changed(target="sampled"), seed=1)
    exact_loss = float(diffusion.loss(network, batch, torch.Generator().manual_seed(3))["main"])
    sampled_loss = float(diffusion.loss(sampled, batch, torch.Generator().manual_seed(3))["main"])
    floor = diffusion.floor(sampled, batch, torch.Generator().manual_seed(3))
    assert sampled_loss - exact_loss == pytest.approx(floor, rel=0.05)


def test_the_optimum_of_mean_matching_is_the_conditional_mean(batch, generator):
    """A free point for each display, fitted to drawn responses: it lands on the mean and its loss on the floor."""
    point = torch.zeros(len(batch), 2, requires_grad=True)
    angle = batch.sample_angles(20_000, generator)
    target = CONFIG.radius * (unit(angle) + CONFIG.response_noise * torch.randn(*angle.shape, 2, generator=generator))
    optimiser = torch.optim.LBFGS([point])

    def closure():
        optimiser.zero_grad()
        value = (point[:, None] - target).square().mean()
        value.backward()
        return value

    optimiser.step(closure)
    assert torch.allclose(point.detach(), mean_matching.mean_response(batch, CONFIG.radius), atol=0.05)
    sampled = Network(CONFIG.changed(target="sampled", objective="mean_matching"), seed=1)
    assert float(closure().detach()) == pytest.approx(mean_matching.floor(sampled, batch, generator), rel=0.02)
