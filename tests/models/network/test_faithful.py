"""A training of seconds must already do what diffusion is for; the demo's budget is in benchmarks/training_speed.py."""

import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import KFold, cross_val_score

from models.circular import circular_sd, distance, wrap
from models.network.config import QUICK
from models.network.recording import record
from models.network.swap_laws import SwapLaw
from models.network.targets import Source
from models.network.training import train

TRIALS = 3000
LAW = SwapLaw(kind="smooth", offset=0.0, emission="von_mises", concentration=16.0)


def accuracy(displays, first, second):
    def features(response):
        return torch.cat([wrap(response[:, None] - displays.report), displays.probe_distance[:, 1:].abs()], dim=1)

    both = torch.cat([features(first), features(second)]).numpy()
    classifier = HistGradientBoostingClassifier(max_iter=60, random_state=0)
    label = [0] * TRIALS + [1] * TRIALS
    return cross_val_score(classifier, both, label, cv=KFold(4, shuffle=True, random_state=0)).mean()


def responses(objective, steps, displays, source):
    trained = train(QUICK.changed(objective=objective, steps=steps), source, seed=1, device="cpu")
    generator = torch.Generator().manual_seed(3)
    return trained, record(trained.network, displays, 1, generator, states=False).response[:, 0].double()


@pytest.fixture(scope="module")
def outcome(two_items):
    torch.set_num_threads(1)
    source = Source(two_items, LAW)
    generator = torch.Generator().manual_seed(5)
    displays = source.displays.sample(TRIALS, generator)
    target = LAW.sample(displays, generator)
    trained, diffusion = responses("diffusion", 1000, displays, source)
    _, mean = responses("mean_matching", 400, displays, source)
    return trained, displays, target, diffusion, mean


def swapped(displays, response):
    return (distance(response[:, None], displays.report).argmin(1) == 1).double()


def test_the_loss_falls_well_below_that_of_a_fresh_network(outcome):
    trained = outcome[0]
    first = sum(point["loss"] for point in trained.curve[:3]) / 3
    assert trained.score < 0.25 * first


def test_responses_are_at_the_items_and_swaps_fall_with_probe_distance(outcome):
    _, displays, target, diffusion, _ = outcome
    apart = displays.probe_distance[:, 1].abs()
    swaps = swapped(displays, diffusion)
    near, far = float(swaps[apart < 1.3].mean()), float(swaps[apart > 2.4].mean())
    assert near > far + 0.08
    assert near == pytest.approx(float(swapped(displays, target)[apart < 1.3].mean()), abs=0.15)
    nearest = displays.report.gather(1, swaps.long()[:, None])[:, 0]
    assert float(circular_sd(wrap(diffusion - nearest))) < 0.65


def test_the_distribution_is_closer_than_that_of_mean_matching(outcome):
    _, displays, target, diffusion, mean = outcome
    assert accuracy(displays, diffusion, target) < accuracy(displays, mean, target) - 0.05
