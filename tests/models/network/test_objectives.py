from dataclasses import replace

import pytest
import torch

from models.circular import wrap
from models.display_laws import UniformDisplays
from models.network.config import DEMO, QUICK, InvalidConfig
from models.network.diffusion import posterior_mean
from models.network.network import Network
from models.network.objectives import OBJECTIVES, diffusion, mean_matching, moment_matching
from models.network.swap_laws import SwapLaw
from models.network.targets import Source, draw, unit

CONFIG = QUICK.changed(displays_per_batch=16)


@pytest.fixture(scope="module")
def batch(mixed_source):
    pool = draw(mixed_source, CONFIG, 16, seed=1, number=0)
    return pool.take(torch.arange(16), delay=2, swaps=1.0)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("target", ["exact", "sampled"])
def test_every_objective_reaches_every_weight(name, target, batch, generator):
    config = CONFIG.suited_to(name).changed(target=target)
    network = Network(config, seed=1)
    terms = OBJECTIVES[name].loss(network, batch, generator)
    assert "main" in terms
    torch.stack(list(terms.values())).sum().backward()
    for label, weight in network.named_parameters():
        assert weight.grad is not None, label
        assert float(weight.grad.abs().max()) > 0, label
    assert float(OBJECTIVES[name].floor(network, batch, generator)) >= 0


def in_float64(batch):
    shown = replace(batch.shown.change(lambda value: value.double() if value.is_floating_point() else value))
    tensors = {name: getattr(batch, name).double() for name in ("probability", "plain", "angles")}
    return replace(batch, shown=shown, **tensors)


@pytest.mark.parametrize(
    ("name", "cell"), [*((name, "rate") for name in OBJECTIVES), ("diffusion", "dendritic"), ("diffusion", "gru")]
)
def test_gradients_of_the_whole_network_in_float64(name, cell, batch):
    """Finite differences along random directions, through preparation and recall.

    Without own states: what a network is corrected at, it is not asked to avoid, so no gradient goes there.
    """
    small = {"neurons": 6, "hidden": 14, "branches": 3, "leaves": 4, "own_states": 0.0}
    config = CONFIG.suited_to(name).changed(cell=cell, **small)
    network = Network(config, seed=1).double()
    exact = in_float64(batch)

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
    report = batch.shown.report.clone().requires_grad_()
    prepared = network.prepare(replace(batch.shown, report=report), 2, generator)
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
        network = Network(
            CONFIG.changed(target=target, samples_per_display=4096, memory_noise=0.0, own_states=0.0, swap_power=1.0),
            seed=1,
        )
        terms = diffusion.loss(network, few, torch.Generator().manual_seed(3))
        gradients[target] = torch.autograd.grad(terms["main"], network.cell.outward)[0].flatten()
    cosine = torch.nn.functional.cosine_similarity(gradients["exact"], gradients["sampled"], dim=0)
    assert float(cosine) > 0.99


@torch.no_grad()
def test_the_floor_of_sampled_targets_is_the_excess_of_their_loss(batch):
    """loss(sampled) - loss(exact) = floor for any network, up to sampling."""
    many = CONFIG.changed(samples_per_display=1024, own_states=0.0, swap_power=1.0)
    network = Network(many, seed=1)
    sampled = Network(many.changed(target="sampled"), seed=1)
    exact_loss = float(diffusion.loss(network, batch, torch.Generator().manual_seed(3))["main"])
    sampled_loss = float(diffusion.loss(sampled, batch, torch.Generator().manual_seed(3))["main"])
    floor = float(diffusion.floor(sampled, batch, torch.Generator().manual_seed(3)))
    assert sampled_loss - exact_loss == pytest.approx(floor, rel=0.05)


def test_swaps_are_drawn_as_often_as_their_odds_raised_to_a_power(generator):
    """Two items far apart with 5 % swaps: square root of the odds 1 : 19 is 0.2294, and so a share of 0.187."""
    shown = UniformDisplays(set_sizes=(2,), report_separation=2.0)
    few = draw(Source(shown, SwapLaw(kind="flat", correct=0.95)), CONFIG, 16, seed=1, number=0)
    few = few.take(torch.arange(16), delay=2, swaps=1.0)
    for power, asked in ((1.0, 0.05), (0.5, 0.187)):
        drawn = few.with_swaps(power).sample_angles(4000, generator)
        nearest = (wrap(drawn[..., None] - few.shown.report[:, None, :]).abs()).argmin(-1)
        assert float((nearest == 1).float().mean()) == pytest.approx(asked, abs=0.006)


def test_more_swaps_leave_guesses_and_the_shape_of_the_rest(batch):
    """What is no swap keeps its proportions, also the uniform part; without any swaps nothing changes."""
    more = batch.with_swaps(0.5).probability
    assert torch.allclose(more.sum(-1), torch.ones(len(batch)), atol=1e-5)
    no_swap = batch.probability <= batch.plain
    ratio = more / batch.probability
    for display in range(len(batch)):
        kept = ratio[display][no_swap[display]]
        assert torch.allclose(kept, kept[0].expand_as(kept), rtol=1e-3)
        assert float(kept[0]) <= 1 + 1e-4
    alone = replace(batch, probability=batch.plain)
    assert torch.allclose(alone.with_swaps(0.5).probability, batch.plain, atol=1e-6)


@torch.no_grad()
def test_more_swaps_do_not_change_what_is_asked(batch):
    """Paths that start from more swaps are judged by the law itself: by the posterior mean at each of their states."""
    config = CONFIG.changed(own_states=0.0, swap_power=0.2, weighting="uniform", memory_noise=0.0)
    network, schedule = Network(config, seed=1), Network(config, seed=1).schedule
    main = float(diffusion.loss(network, batch, torch.Generator().manual_seed(3))["main"])
    generator = torch.Generator().manual_seed(3)
    _, path = diffusion._path(network, batch, schedule, generator)
    prepared = network.prepare(batch.shown, batch.delay, generator)
    state = torch.cat([prepared[-1]] * config.samples_per_display)
    shocks = network.recall_noise(len(state), generator)
    recalled = network.recall(state, shocks, diffusion._as_rows(path).flip(0))
    mean = diffusion._by_display((recalled - shocks)[..., :2].flip(0), len(batch))
    grid = batch.centres(config.radius)
    spread = config.response_noise * config.radius
    clean = posterior_mean(path, batch.probability.clamp(min=1e-30).log(), grid, spread, schedule)
    error = mean - schedule.state[:, None, None, None] * path - schedule.clean[:, None, None, None] * clean
    assert main == pytest.approx(float(diffusion._weighed(network, schedule, error.square().mean((1, 2, 3)))), rel=1e-4)


@torch.no_grad()
def test_own_states_run_freely_beside_forced_ones(batch, generator):
    """The first rows are put on the chain before every step; the others go where the network takes them."""
    network = Network(CONFIG, seed=1)
    state = network.draw((6, CONFIG.neurons), generator)
    shocks = network.recall_noise(6, generator)
    forced = network.draw((CONFIG.recall_steps, 2, 2), generator)
    mixed, free = network.recall(state, shocks, forced), network.recall(state, shocks)
    assert torch.allclose(mixed[:, 2:], free[:, 2:], atol=1e-6)
    assert not torch.allclose(mixed[:, :2], free[:, :2], atol=1e-2)
    alone = network.recall(state[:2], shocks[:, :2], forced)
    assert torch.allclose(mixed[:, :2], alone, atol=1e-6)


@torch.no_grad()
def test_own_states_are_corrected_where_they_are(batch):
    """With own states only, the loss is the distance of every free step from the exact posterior mean there."""
    config = CONFIG.changed(own_states=1.0, weighting="uniform")
    network, schedule = Network(config, seed=1), Network(config, seed=1).schedule
    main = float(diffusion.loss(network, batch, torch.Generator().manual_seed(3))["main"])
    generator = torch.Generator().manual_seed(3)
    diffusion._path(network, batch, schedule, generator)
    prepared = network.prepare(batch.shown, batch.delay, generator)
    state = torch.cat([prepared[-1]] * config.samples_per_display)
    shocks = network.recall_noise(len(state), generator)
    recalled = network.recall(state, shocks)
    before = torch.cat([state[None], recalled[:-1]])[..., :2].flip(0)
    samples = config.samples_per_display
    shown = before.reshape(config.recall_steps, samples, len(batch), 2).transpose(1, 2)
    clean = diffusion.expected_response(network, batch, shown, schedule)
    mean = (recalled - shocks)[..., :2].flip(0).reshape(config.recall_steps, samples, len(batch), 2).transpose(1, 2)
    error = mean - schedule.state[:, None, None, None] * shown - schedule.clean[:, None, None, None] * clean
    by_step = error.square().mean((1, 2, 3))
    assert main == pytest.approx(float(diffusion._weighed(network, schedule, by_step)), rel=1e-4)


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
    assert float(closure().detach()) == pytest.approx(float(mean_matching.floor(sampled, batch, generator)), rel=0.02)


def test_the_moments_are_those_of_drawn_responses(batch, generator):
    radius, noise = CONFIG.radius, CONFIG.response_noise
    mean, covariance = moment_matching.response_moments(batch, radius, noise)
    angle = batch.sample_angles(100_000, generator)
    drawn = radius * (unit(angle) + noise * torch.randn(*angle.shape, 2, generator=generator))
    assert torch.allclose(drawn.mean(1), mean, atol=0.03)
    for found, asked in zip(drawn, covariance, strict=True):
        assert torch.allclose(torch.cov(found.T), asked, atol=0.06)


def test_the_optimum_of_moment_matching_is_the_laws_own_moments(batch):
    """A cloud for each display, free in mean and shape, comes to lie where the law is, from samples of 16.

    The plain squared distance of sample moments would end with a cloud a tenth too small.
    """
    generator = torch.Generator().manual_seed(1)
    mean, covariance = moment_matching.response_moments(batch, CONFIG.radius, CONFIG.response_noise)
    centre = torch.zeros(len(batch), 2, requires_grad=True)
    shape = torch.eye(2).repeat(len(batch), 1, 1).requires_grad_()
    optimiser = torch.optim.Adam([centre, shape], lr=0.05)
    kept = []
    for step in range(1500):
        optimiser.param_groups[0]["lr"] = 0.05 * (1 - step / 1500)
        optimiser.zero_grad()
        # The same cloud many times over: one estimate is noisy.
        cloud = centre[:, None, None] + torch.randn(len(batch), 30, 16, 2, generator=generator) @ shape[:, None].mT
        value = moment_matching.moment_error(cloud, mean[:, None], covariance[:, None], CONFIG.radius)
        value.mean().backward()
        optimiser.step()
        kept.append(float(value.detach().mean()))
    assert torch.allclose(centre.detach(), mean, atol=0.1)
    found = (shape @ shape.mT).detach()
    assert torch.allclose(found, covariance, atol=0.2)
    assert float(found.diagonal(dim1=1, dim2=2).sum()) == pytest.approx(
        float(covariance.diagonal(dim1=1, dim2=2).sum()), rel=0.02
    )
    network = Network(CONFIG.suited_to("moment_matching"), seed=1)
    assert sum(kept[-50:]) / 50 == pytest.approx(float(moment_matching.floor(network, batch, generator)), abs=0.02)


def test_the_optimum_of_task_optimal_is_the_cued_report(batch, generator):
    """A network in whose place the plane is at the cued report during recall loses nothing."""
    network = Network(CONFIG.suited_to("task_optimal"), seed=1)
    cued = (CONFIG.radius * unit(batch.shown.report[:, 0])).repeat_interleave(CONFIG.samples_per_display, 0)

    class Ideal:
        config = network.config

        def prepare(self, shown, delay, generator):
            return network.prepare(shown, delay, generator)

        def recall_noise(self, rows, generator):
            return network.recall_noise(rows, generator)

        def recall(self, state, shocks, forced=None):
            return torch.cat([cued.expand(CONFIG.recall_steps, -1, -1), shocks[..., 2:]], dim=-1)

    terms = OBJECTIVES["task_optimal"].loss(Ideal(), batch, generator)
    assert float(terms["main"]) == pytest.approx(float(OBJECTIVES["task_optimal"].floor(network, batch, generator)))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_response_far_out_is_drawn_back(sign, batch, generator, monkeypatch):
    """Not by the product of two errors: with one response far out its sign is that of the other half's error."""
    network = Network(CONFIG.suited_to("moment_matching"), seed=1)
    config = network.config
    count, samples, radius = len(batch), config.samples_per_display, config.radius
    mean, _ = moment_matching.response_moments(batch, radius, config.response_noise)
    place = torch.tensor(100 * radius, requires_grad=True)
    states = torch.zeros(config.recall_steps, count, samples, config.neurons)
    states[..., :2] = mean[:, None]
    states[:, 0, samples // 2 :, 0] += 0.5 * sign  # the other half of the first display's responses
    far = torch.zeros_like(states)
    far[:, 0, 0, 0] = 1.0
    recalled = (states + far * place).flatten(1, 2)
    monkeypatch.setattr(moment_matching, "run_freely", lambda *_: (torch.zeros(1, count, config.neurons), recalled))
    terms = moment_matching.loss(network, batch, generator)
    assert terms["main"].abs() < 1e5
    (outward,) = torch.autograd.grad(terms["main"] + terms["far"], place)
    assert float(outward) > 0


def test_all_ways_to_halve_the_samples_say_more_than_one(generator):
    """Unbiased, and with less noise than the product of one pair of halves has."""
    mean, covariance, off = torch.tensor([[1.0, 0.5]]), 0.4 * torch.eye(2)[None], torch.tensor([0.3, 0.0])
    clouds = mean[:, None, None] + off + 0.4**0.5 * torch.randn(1, 4000, 8, 2, generator=generator)
    found = moment_matching.moment_error(clouds, mean[:, None], covariance[:, None], radius=2.0)[0]
    assert float(found.mean()) == pytest.approx(0.09, abs=3 * float(found.std()) / 4000**0.5)
    one = [part.mean(-2) - mean for part in (clouds[0, :, :4], clouds[0, :, 4:])]
    assert float(found.var()) < 0.9 * float((one[0] * one[1]).sum(-1).var())


def test_moments_need_samples_and_the_same_budget_gives_them():
    with pytest.raises(InvalidConfig, match="at least 4"):
        QUICK.changed(objective="moment_matching")
    for preset in (QUICK, QUICK.changed(displays_per_batch=256), DEMO):
        suited = preset.suited_to("moment_matching")
        assert suited.samples_per_display == 4
        assert suited.displays_per_batch == preset.displays_per_batch
        assert suited.without_swaps * suited.steps == pytest.approx(preset.without_swaps * preset.steps)
        responses = [one.steps * one.displays_per_batch * one.samples_per_display for one in (preset, suited)]
        assert responses[0] == responses[1]
