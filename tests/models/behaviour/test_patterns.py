"""Arrangements of distances: every display keeps its own, whatever is shared."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.patterns import arrange, inducing_points, is_discrete, snap
from models.behaviour.swap_shapes import MissingProbe
from models.circular import wrap
from models.displays import Displays


def at_places(places, count, items, seed=0):
    generator = torch.Generator().manual_seed(seed)
    slots = torch.stack([torch.randperm(places, generator=generator)[:items] for _ in range(count)])
    probe = wrap(slots.double() * (2 * math.pi / places))
    report = wrap(torch.rand((count, items), generator=generator, dtype=torch.float64) * 2 * math.pi)
    return Displays(report, probe, torch.full((count,), items))


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("axes", [("probe",), ("report",), ("probe", "report")])
@pytest.mark.parametrize("places", [8, 60])
def test_every_display_keeps_its_distances(places, axes, signed):
    displays = at_places(places, 200, 4)
    found = arrange(displays, 4, axes, signed)
    own = found.points[found.index[found.member]]
    for k, axis in enumerate(axes):
        table = displays.probe_distance if axis == "probe" else displays.report_distance
        distance = table[:, 1:] if signed else table[:, 1:].abs()
        np.testing.assert_allclose(wrap(own[..., k] - distance.gather(1, found.order)), 0, atol=1e-3)
    assert int(found.count.sum()) == 200
    assert torch.equal(torch.bincount(found.member, minlength=len(found.index)).double(), found.count)


def test_displays_at_few_places_share_arrangements():
    found = arrange(at_places(8, 2000, 3), 3, ("probe",))
    assert len(found.points) == 4
    assert len(found.index) == 9  # pairs of 4 unsigned distances, but the opposite place is one only
    signed = arrange(at_places(8, 2000, 3), 3, ("probe",), signed=True)
    assert len(signed.points) == 7
    assert len(signed.index) == 21


def test_many_items_at_many_places_keep_their_arrangements():
    """Sixteen distances and twenty items: more arrangements than an int64 can count."""
    displays = at_places(31, 60, 20)
    found = arrange(displays, 20, ("probe",))
    distance = displays.probe_distance[:, 1:].abs()
    own = found.points[found.index[found.member], 0]
    np.testing.assert_allclose(own, distance.gather(1, found.order), atol=1e-3)
    assert int(found.count.sum()) == 60


def test_without_distances_all_displays_are_alike_and_no_probe_is_needed():
    displays = at_places(8, 30, 3)
    blind = Displays(displays.report, torch.full_like(displays.probe, math.nan), displays.set_size)
    found = arrange(blind, 3, ())
    assert found.index.shape == (1, 2)
    assert found.count.tolist() == [30]
    assert len(arrange(blind, 3, ("report",)).index) == 30
    with pytest.raises(MissingProbe, match="30 of 30 trials"):
        arrange(blind, 3, ("probe",))


def test_rounded_places_are_the_same_place():
    rounded = torch.tensor([0.785, 0.7854, 0.78540001, 1.571, 1.5708], dtype=torch.float64)
    assert len(snap(rounded).unique()) == 2
    spread = torch.linspace(0, 3, 400, dtype=torch.float64)
    np.testing.assert_allclose(snap(spread), spread, atol=1e-6)
    assert len(snap(torch.zeros(0))) == 0


def test_inducing_points_are_where_the_distances_are():
    few = torch.tensor([0.785, 1.571, 2.356, 3.142], dtype=torch.float64)
    assert is_discrete(few)
    assert torch.equal(inducing_points(few, 12), few)
    many = torch.linspace(0.5, math.pi, 300, dtype=torch.float64)
    cells = inducing_points(many, 12)
    assert len(cells) == 12
    assert float(cells.min()) > 0.5
    assert float(cells.max()) < math.pi
    np.testing.assert_allclose(cells.diff(), cells.diff()[0])
    both = inducing_points(torch.cat([-many, many]), 6)
    assert len(both) == 12
    np.testing.assert_allclose(both, -both.flip(0))
