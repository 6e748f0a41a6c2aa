"""The picture of the published behaviour: a panel for everything that is to be seen, and a file of the asked kind."""

from __future__ import annotations

import math

import pytest
import torch

from benchmarks.behaviour_picture import COLUMNS, Curves, Plane, draw
from benchmarks.save_picture import save
from benchmarks.two_items import APART, Cloud, Curve
from models.network.targets import unit


@pytest.fixture
def figure():
    cued = torch.zeros(4, dtype=torch.float64)
    cloud = Cloud.of(2.5 * unit(cued)[:, None].expand(4, 60, 2), cued, cued + APART, 2.5)
    curves = [Curve([0.8, 2.0, 3.1], [0.4, 0.2, 0.0], [level, 0.2, 0.0]) for level in (0.3, 0.4, 0.5)]
    return draw([("swaps", [Curves("smooth", curves)]), ("clouds", [Plane("near", cloud), Plane("far", cloud)])])


def test_curves_have_a_band_their_mean_and_the_target_in_degrees(figure):
    band, mean, target = figure.data[:3]
    assert mean.y[0] == pytest.approx(0.4)
    assert list(target.y) == [0.4, 0.2, 0.0]
    assert target.x[0] == pytest.approx(math.degrees(0.8))
    assert len(band.x) == 6


def test_responses_lie_where_the_cued_item_is_marked(figure):
    points, marks = figure.data[4], figure.data[5]
    assert points.x[0] == pytest.approx(1)
    assert (marks.x[0], marks.y[0]) == (1, 0)
    assert marks.x[1] == pytest.approx(math.cos(APART))


def test_places_without_a_panel_are_empty(figure):
    shown = [axis for axis in figure.select_xaxes() if axis.visible is not False]
    assert len(shown) == 3
    assert len(list(figure.select_xaxes())) == 2 * COLUMNS


def test_a_picture_is_a_page_or_refused(figure, tmp_path):
    save(figure, tmp_path / "picture.html")
    assert "plotly" in (tmp_path / "picture.html").read_text()
    with pytest.raises(ValueError, match=r"\.gif"):
        save(figure, tmp_path / "picture.gif")
