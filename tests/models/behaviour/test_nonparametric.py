"""The estimate without a law of the errors finds planted alphas, whatever the errors and the separation."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.nonparametric import by_distance, by_rank, estimate
from models.circular import wrap
from models.displays import Displays

ALPHA = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)


def angles_of(generator, count, items, separation):
    """``(count, items)`` uniform angles at least ``separation`` apart."""
    kept = torch.empty(0, items, dtype=torch.float64)
    while len(kept) < count:
        angles = (2 * torch.rand(2 * count, items, generator=generator, dtype=torch.float64) - 1) * math.pi
        gap = wrap(angles[:, :, None] - angles[:, None]).abs() + 10 * torch.eye(items, dtype=torch.float64)
        kept = torch.cat([kept, angles[gap.flatten(1).amin(1) >= separation]])
    return kept[:count]


def simulated(seed, count, separation, guesses=0.2):
    """Displays, responses and ranks: the source follows the rank of the probe distance, errors are wrapped Cauchy."""
    generator = torch.Generator().manual_seed(seed)
    report = angles_of(generator, count, 3, separation)
    displays = Displays(report, angles_of(generator, count, 3, separation), torch.full((count,), 3))
    classes = by_rank(displays.probe_distance, displays.present)
    place = torch.multinomial(ALPHA.expand(count, 3), 1, generator=generator)[:, 0]
    source = torch.where(place == 0, 0, (classes.member == place[:, None] - 1).to(torch.uint8).argmax(1))
    noise = 0.25 * torch.tan(math.pi * (torch.rand(count, generator=generator, dtype=torch.float64) - 0.5))
    response = wrap(report.gather(1, source[:, None])[:, 0] + noise)
    anywhere = (2 * torch.rand(count, generator=generator, dtype=torch.float64) - 1) * math.pi
    guessed = torch.rand(count, generator=generator) < guesses
    return displays, torch.where(guessed, anywhere, response), classes


def phasor(response):
    return torch.polar(torch.ones_like(response), response)


@pytest.mark.parametrize("separation", [0.0, math.pi / 6, math.pi / 3])
def test_planted_alphas_are_found_to_a_hundredth(separation):
    displays, response, classes = simulated(1, 200_000, separation)
    found = estimate(displays, phasor(response), classes)
    np.testing.assert_allclose([found.target, *found.each], ALPHA, atol=0.01)
    assert found.resultant == pytest.approx(0.8 * math.exp(-0.25), abs=0.01)


def test_without_separation_it_is_the_ratio_of_mean_cosines():
    displays, response, classes = simulated(2, 200_000, 0.0)
    found = estimate(displays, phasor(response), classes)
    cosine = wrap(response[:, None] - displays.report).cos()
    near, far = (cosine[classes.member == k].mean() for k in (0, 1))
    np.testing.assert_allclose(found.each[0], near / (cosine[:, 0].mean() + near + far), atol=0.01)


def test_comparing_with_chance_alone_is_wrong_under_separation():
    """Why the regression is needed: under separation, an item that is never reported lies further off than chance."""
    displays, response, classes = simulated(3, 200_000, math.pi / 3)
    cosine = wrap(response[:, None] - displays.report).cos()
    near, far = (cosine[classes.member == k].mean() for k in (0, 1))
    naive = float(near / (cosine[:, 0].mean() + near + far))
    assert abs(naive - float(ALPHA[1])) > 0.05


def test_intervals_are_as_wide_as_repeated_data_scatter():
    estimates, widths = [], []
    for seed in range(60):
        displays, response, classes = simulated(100 + seed, 600, math.pi / 6)
        found = estimate(displays, phasor(response), classes, torch.Generator().manual_seed(seed))
        estimates.append(float(found.each[0]))
        widths.append(float(found.high[0] - found.low[0]) / (2 * 1.96))
    assert np.mean(widths) == pytest.approx(np.std(estimates), rel=0.3)


def test_responses_that_follow_no_item_have_no_estimate():
    displays, _, classes = simulated(4, 3000, 0.0)
    response = (2 * torch.rand(3000, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 1) * math.pi
    assert estimate(displays, phasor(response), classes) is None


def test_places_are_kept_apart_and_a_continuum_is_cut():
    generator = torch.Generator().manual_seed(0)
    places = torch.stack([torch.randperm(8, generator=generator)[:3] for _ in range(400)]) * (math.pi / 4)
    report = angles_of(generator, 400, 3, 0.0)
    displays = Displays(report, wrap(places.double()), torch.full((400,), 3))
    classes = by_distance(displays.probe_distance, displays.present)
    np.testing.assert_allclose(classes.distance, np.array([1, 2, 3, 4]) * math.pi / 4, atol=1e-6)
    assert (classes.member[:, 0] == -1).all()
    assert (classes.edges[1:] > classes.edges[:-1]).all()

    continuum = by_distance(wrap(report - report[:, :1]), displays.present)
    counts = torch.bincount(continuum.member[:, 1:].flatten())
    assert len(continuum) == 9
    assert int(counts.max() - counts.min()) <= 3
    inside = continuum.member[:, 1:]
    distance = wrap(report - report[:, :1])[:, 1:].abs()
    assert (distance >= continuum.edges[inside] - 1e-9).all()
    assert (distance <= continuum.edges[inside + 1] + 1e-9).all()


def test_few_items_make_few_bins():
    displays, _, _ = simulated(5, 30, 0.0)
    assert len(by_distance(displays.probe_distance, displays.present)) == 1
    alone = Displays(displays.report[:, :1], displays.probe[:, :1], torch.ones(30, dtype=torch.int64))
    assert len(by_distance(alone.probe_distance, alone.present)) == 0
