"""Laws of displays: what is drawn obeys what was asked."""

from __future__ import annotations

import json
import math
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from models.circular import wrap
from models.display_laws import (
    ImpossibleLaw,
    ResampledDisplays,
    UniformDisplays,
    from_dict,
    published_separation,
    separated_angles,
    separated_places,
    smallest_separation,
)
from models.displays import Displays


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(items=st.integers(2, 8), share=st.floats(0, 0.99), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_no_two_angles_are_closer_than_asked(items: int, share: float, seed: int) -> None:
    separation = share * 2 * math.pi / items
    angles = separated_angles(50, items, separation, seeded(seed))
    assert smallest_separation(angles) >= separation - 1e-9
    assert bool((angles >= -math.pi).all())
    assert bool((angles < math.pi).all())


def test_two_items_follow_the_published_scheme() -> None:
    border = published_separation(2)
    angles = separated_angles(20_000, 2, border, seeded())
    gap = torch.remainder(angles[:, 1] - angles[:, 0], 2 * math.pi)
    assert kstest(gap.numpy(), "uniform", args=(border, 2 * math.pi - 2 * border)).pvalue > 0.01
    assert kstest(angles[:, 0].numpy(), "uniform", args=(-math.pi, 2 * math.pi)).pvalue > 0.01


def test_items_are_exchangeable_and_uniform_over_admissible_arrangements() -> None:
    """Against rejection sampling: the same law of the distance of any two of four items."""
    separation = 0.6
    angles = separated_angles(40_000, 4, separation, seeded())
    tried = (torch.rand(200_000, 4, generator=seeded(2), dtype=torch.float64) * 2 - 1) * math.pi
    distances = wrap(tried[:, :, None] - tried[:, None, :]).abs() + 10 * torch.eye(4)
    kept = tried[distances.flatten(1).min(dim=1).values >= separation]
    edges = torch.linspace(separation, math.pi, 11)
    for a, b in ((0, 1), (0, 3), (1, 3)):
        ours, theirs = (
            torch.histc(wrap(x[:, a] - x[:, b]).abs(), 10, *edges[[0, -1]].tolist()) for x in (angles, kept)
        )
        assert torch.allclose(ours / len(angles), theirs / len(kept), atol=0.012)


def test_places_are_distinct_evenly_spaced_and_equally_likely() -> None:
    angles = separated_places(20_000, 4, 8, 1, seeded())
    place = torch.remainder((angles / (math.pi / 4)).round(), 8)
    assert torch.allclose(torch.remainder(angles, 2 * math.pi), place * math.pi / 4, atol=1e-9)
    assert all(len(set(row)) == 4 for row in place[:500].tolist())
    # every unordered pair of places is equally likely for items 0 and 3
    step = torch.remainder(place[:, 3] - place[:, 0], 8).long().bincount(minlength=8)
    assert step[0] == 0
    assert torch.allclose(step[1:] / 20_000, torch.full((7,), 1 / 7), atol=0.012)


def test_places_keep_their_separation() -> None:
    law = UniformDisplays((3,), probe_places=12, probe_separation=math.pi / 3)
    displays = law.draw(2000, seeded())
    assert smallest_separation(displays.probe) == pytest.approx(math.pi / 3)


def test_set_sizes_occur_as_often_as_asked() -> None:
    displays = UniformDisplays((1, 2, 6), weights=(1, 1, 2)).draw(20_000, seeded())
    assert displays.items == 6
    share = displays.set_size.bincount(minlength=7) / 20_000
    assert torch.allclose(share[[1, 2, 6]], torch.tensor([0.25, 0.25, 0.5]), atol=0.02)
    assert displays.has_probe


def test_the_same_seed_gives_the_same_displays() -> None:
    law = UniformDisplays((2, 4), probe_places=8)
    first, again, other = law.draw(99, seeded(3)), law.sample(99, seeded(3)), law.draw(99, seeded(4))
    assert torch.equal(first.probe.nan_to_num(), again.probe.nan_to_num())
    assert torch.equal(first.set_size, again.set_size)
    assert not torch.equal(first.report.nan_to_num(), other.report.nan_to_num())


def test_a_batch_takes_under_two_milliseconds() -> None:
    laws = [
        UniformDisplays((1, 2, 4, 6), probe_places=8),
        ResampledDisplays(UniformDisplays((2, 4)).draw(1800, seeded())),
    ]
    for law in laws:
        law.draw(256, seeded())
        generator, best = seeded(), math.inf
        for _ in range(20):
            start = time.process_time()
            law.draw(256, generator)
            best = min(best, time.process_time() - start)
        assert best < 0.002


def dataset() -> Displays:
    return UniformDisplays((1, 2, 4), weights=(1, 2, 1), report_separation=0.5, probe_places=8).draw(600, seeded(9))


def test_resampling_keeps_probe_configurations_and_renews_reports() -> None:
    original = dataset()
    drawn = ResampledDisplays(original).draw(3000, seeded())
    shown = {(int(n), *row) for n, row in zip(original.set_size, original.probe.nan_to_num(9).tolist(), strict=True)}
    assert all(
        (int(n), *row) in shown for n, row in zip(drawn.set_size, drawn.probe.nan_to_num(9).tolist(), strict=True)
    )
    assert len(set(drawn.report[:, 0].tolist())) == 3000
    for size in (2, 4):
        asked = smallest_separation(original.report[original.set_size == size, :size])
        assert asked >= 0.5
        assert smallest_separation(drawn.report[drawn.set_size == size, :size]) >= asked - 1e-9
    share = (drawn.set_size == 2).double().mean() - (original.set_size == 2).double().mean()
    assert abs(float(share)) < 0.04


def test_resampling_can_keep_the_reports_too() -> None:
    original = dataset()
    drawn = ResampledDisplays(original, fresh_reports=False).draw(500, seeded())
    assert set(drawn.report[:, 0].tolist()) <= set(original.report[:, 0].tolist())


def test_displays_without_probes_stay_without() -> None:
    report = torch.tensor([[0.0, 1.0], [2.0, -1.0]], dtype=torch.float64)
    law = ResampledDisplays(Displays(report, torch.full_like(report, math.nan), torch.tensor([2, 2])))
    assert not law.draw(10, seeded()).has_probe


def test_laws_survive_json() -> None:
    law = UniformDisplays((1, 4), (0.5, 2.0), "published", 0.1, None)
    assert from_dict(json.loads(json.dumps(law.describe()))) == law
    original = dataset()
    again = from_dict(json.loads(json.dumps(ResampledDisplays(original).describe())), original)
    assert isinstance(again, ResampledDisplays)
    assert again.fresh_reports
    assert from_dict({"set_sizes": [2], "probe_places": 8}) == UniformDisplays((2,), probe_places=8)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"set_sizes": []}, "at least one set size"),
        ({"set_sizes": [0, 1]}, "start at 1"),
        ({"set_sizes": [2], "weights": [1, 2]}, "one weight"),
        ({"set_sizes": [6], "report_separation": 1.2}, "do not fit on the circle"),
        ({"set_sizes": [6], "probe_places": 5}, "cannot hold 6 items"),
        ({"set_sizes": [2], "report_separation": -0.1}, "negative"),
        ({"set_sizes": [2], "probe_separation": "far"}, "radians or 'published'"),
        ({"set_sizes": [2], "colour": 1}, "colour"),
        ({"kind": "resampled"}, "need the dataset"),
        ({"kind": "gaussian"}, "gaussian"),
    ],
)
def test_impossible_laws_are_refused_in_words(data: dict, words: str) -> None:
    with pytest.raises(ImpossibleLaw, match=words):
        from_dict(data)


def test_no_displays_cannot_be_resampled() -> None:
    with pytest.raises(ImpossibleLaw):
        ResampledDisplays(dataset().select(torch.zeros(600, dtype=torch.bool)))
