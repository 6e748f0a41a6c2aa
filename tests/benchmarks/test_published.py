"""The published benchmarks judge rightly: planted clouds, planted intervals, networks that are kept."""

from __future__ import annotations

import math

import pytest
import torch

from benchmarks.claims import CONFIRMED, DIFFERS, NOT_CONFIRMED, claim, compared
from benchmarks.clusters import along_arc, along_chord
from benchmarks.published_networks import OtherSettings, card_of, kept_network, trained
from benchmarks.two_items import APART, SHOWN, Cloud, pairs
from models.network.config import QUICK
from models.network.published import BY_NAME, CONDITIONS, SMALL, TWO_ITEMS
from models.network.targets import unit

RADIUS = 2.5
TINY = QUICK.changed(steps=4, pool=64, held_out=8, evaluations=1, displays_per_batch=8, neurons=8, hidden=16)


def planted_cloud(swaps: float, seed: int, width: float = 0.05, runs: int = 200) -> Cloud:
    """Responses at the cued item, and a share of ``swaps`` at the other, on every display."""
    generator = torch.Generator().manual_seed(seed)
    shown = pairs(math.pi / 4)
    cued, other = shown.report.unbind(1)
    swapped = torch.rand(len(shown), runs, generator=generator) < swaps
    angle = torch.where(swapped, other[:, None], cued[:, None])
    noise = width * torch.randn(len(shown), runs, 2, generator=generator, dtype=torch.float64)
    return Cloud.of(RADIUS * (unit(angle) + noise), cued, other, RADIUS)


def test_a_few_per_cent_of_swaps_are_a_second_cluster():
    cloud = planted_cloud(0.06, seed=1)
    assert cloud.split > 0.95
    assert cloud.at_items > 0.95
    assert cloud.swapped == pytest.approx(0.06, abs=0.015)


def test_two_clusters_where_no_item_is_are_no_swaps():
    """Attractors at either side, as much noise finds them: one at the cued item, the other far from the second."""
    generator = torch.Generator().manual_seed(7)
    cued = torch.zeros(20, dtype=torch.float64)
    second = torch.where(torch.rand(20, 200, generator=generator) < 0.4, 1.5 * APART, 0.0).double()
    angle = second + 0.2 * torch.randn(20, 200, generator=generator, dtype=torch.float64)
    cloud = Cloud.of(RADIUS * unit(angle), cued, cued + APART, RADIUS)
    assert (cloud.split, cloud.at_items) == (1, 0)


def test_swaps_with_clusters_as_broad_as_noise_makes_them_are_seen():
    """Responses to either item with 0.6 rad of blur, drawn in by 0.3 rad: as broad as fifteen times the noise."""
    generator = torch.Generator().manual_seed(8)
    cued = torch.zeros(20, dtype=torch.float64)
    item = torch.where(torch.rand(20, 400, generator=generator) < 0.4, APART + 0.3, -0.3).double()
    angle = item + 0.5 * torch.randn(20, 400, generator=generator, dtype=torch.float64)
    cloud = Cloud.of(RADIUS * unit(angle), cued, cued + APART, RADIUS)
    assert cloud.split > 0.9
    assert cloud.at_items > 0.8


@pytest.mark.parametrize("width", [0.05, 0.3, 0.8])
def test_one_cloud_is_one_cluster_however_wide(width):
    cloud = planted_cloud(0.0, seed=2, width=width)
    assert cloud.split <= 1 / 24
    assert cloud.swapped <= 0.01
    assert abs(cloud.offset) < 0.05


def test_a_skewed_or_heavy_tailed_cloud_is_one_cluster():
    generator = torch.Generator().manual_seed(3)
    skewed = torch.rand(20, 400, generator=generator).log().neg() * 0.3
    torch.manual_seed(3)
    tailed = torch.distributions.StudentT(torch.tensor(2.0)).sample((20, 400)) * 0.1
    angle = torch.cat([skewed, tailed]).double() * APART
    cued = torch.zeros(40, dtype=torch.float64)
    assert Cloud.of(RADIUS * unit(angle), cued, cued + APART, RADIUS).split <= 2 / 40


def test_a_broad_arc_is_one_cluster_though_its_shadow_on_a_line_is_two():
    generator = torch.Generator().manual_seed(5)
    angle = APART / 2 + 0.8 * torch.randn(20, 400, generator=generator, dtype=torch.float64)
    cued = torch.zeros(20, dtype=torch.float64)
    assert Cloud.of(RADIUS * unit(angle), cued, cued + APART, RADIUS).split == 0


def test_one_cluster_at_the_origin_is_one_whatever_its_directions():
    generator = torch.Generator().manual_seed(6)
    cued = torch.zeros(20, dtype=torch.float64)
    middle = RADIUS * (unit(cued) + unit(cued + math.pi))[:, None] / 2
    points = middle + 0.2 * torch.randn(20, 400, 2, generator=generator, dtype=torch.float64)
    assert Cloud.of(points, cued, cued + math.pi - 0.01, RADIUS).split == 0


def test_the_line_between_the_items_starts_at_the_cued_one():
    cued, other = torch.tensor([0.3]), torch.tensor([0.3 + APART])
    middle = (RADIUS * (unit(cued) + unit(other)) / 2)[:, None]
    points = torch.cat([RADIUS * unit(cued)[:, None], middle, RADIUS * unit(other)[:, None]], 1)
    assert along_chord(points, cued, other, RADIUS)[0].tolist() == pytest.approx([0, 0.5, 1], abs=1e-6)


def test_the_arc_between_the_items_starts_at_the_cued_one():
    cued, other = torch.tensor([3.0]), torch.tensor([3.0 + APART])
    points = torch.cat([unit(cued + share * APART)[:, None] for share in (-0.2, 0.0, 0.5, 1.0, 1.2)], 1)
    assert along_arc(points, cued, other)[0].tolist() == pytest.approx([-0.2, 0, 0.5, 1, 1.2], abs=1e-5)


def test_shown_responses_have_the_cued_item_to_the_right():
    points = torch.tensor(planted_cloud(0.0, seed=4).points)
    assert points.shape == (SHOWN, 2)
    assert points.mean(0).tolist() == pytest.approx([1, 0], abs=0.02)


@pytest.mark.parametrize(
    ("each", "verdict"),
    [
        ([0.01, 0.02, 0.015], CONFIRMED),
        ([0.0, 0.0, 0.0], CONFIRMED),
        ([0.3, 0.31, 0.32], DIFFERS),
        ([0.01, 0.2, 0.05], NOT_CONFIRMED),
        ([0.01], NOT_CONFIRMED),
        ([0.01, None, 0.012, 0.011], CONFIRMED),
    ],
)
def test_a_claim_is_judged_by_its_whole_interval(each, verdict):
    assert claim("published", "measure", each, high=0.05).verdict == verdict


def test_a_difference_between_two_kinds_of_networks_is_judged_by_its_interval():
    found = compared("published", "measure", [1.0, 1.1, 0.9, 1.05, 0.95], [2.0, 2.1, 1.9, None, 2.05], high=0.0)
    assert (found.verdict, found.networks) == (CONFIRMED, 9)
    assert found.interval[0] == pytest.approx(-1.0125)
    assert found.p == pytest.approx(2 / 126, abs=0.01)
    assert found.effect < -5


def test_conditions_keep_the_published_separation_and_cost_the_same():
    shown = TWO_ITEMS.draw(500, torch.Generator().manual_seed(0))
    assert float(shown.probe_distance[:, 1].abs().min()) >= math.pi / 4.1
    assert float(shown.report_distance[:, 1].abs().min()) >= math.pi / 4.1
    configs = [SMALL, *(condition.config() for condition in CONDITIONS)]
    assert len({one.steps * one.displays_per_batch * one.samples_per_display for one in configs}) == 1


def test_the_published_rates_of_swaps():
    shown = TWO_ITEMS.draw(20_000, torch.Generator().manual_seed(0))
    means = {name: float(BY_NAME[name].law.weights(shown)[:, 2].mean()) for name in BY_NAME}
    published = {
        "no_swap": 0.0,
        "flat_0.05": 0.05,
        "flat_0.3": 0.3,
        "smooth_0": 0.227,
        "smooth_1": 0.104,
        "smooth_2": 0.042,
    }
    assert {name: means[name] for name in published} == pytest.approx(published, abs=0.003)


def test_kept_networks_are_not_trained_again_and_the_missing_are_trained_together(tmp_path):
    condition = BY_NAME["task_optimal"]
    assert kept_network(condition, 3, tmp_path, TINY) is None
    (first,) = trained(condition, [3], tmp_path, TINY)
    card = tmp_path / "task_optimal" / "3.json"
    before = card.stat().st_mtime_ns
    _, again, _ = trained(condition, [2, 3, 4], tmp_path, TINY)
    assert card.stat().st_mtime_ns == before
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    for seed, together in ((3, 1), (2, 2), (4, 2)):
        about = card_of(condition, seed, tmp_path)
        assert (about["seed"], about["condition"], about["trained_together"]) == (seed, "task_optimal", together)
        assert about["law"]["kind"] == "none"


def test_a_network_of_other_settings_is_refused(tmp_path):
    condition = BY_NAME["task_optimal"]
    trained(condition, [1], tmp_path, TINY)
    with pytest.raises(OtherSettings, match="other settings"):
        trained(condition, [1], tmp_path, TINY.changed(steps=5))
