"""Displays: what may be one, and distances from the cued item."""

from __future__ import annotations

import math

import pytest
import torch

from models.displays import Displays

NAN = math.nan


def made(report: list[list[float]], probe: list[list[float]], set_size: list[int]) -> Displays:
    return Displays(
        torch.tensor(report, dtype=torch.float64), torch.tensor(probe, dtype=torch.float64), torch.tensor(set_size)
    )


@pytest.fixture
def mixed() -> Displays:
    return made([[0.1, NAN, NAN], [3.0, -3.0, 0.5]], [[NAN, NAN, NAN], [-3.0, 3.0, 0.0]], [1, 3])


def test_presence_and_width(mixed: Displays) -> None:
    assert (len(mixed), mixed.items) == (2, 3)
    assert mixed.present.tolist() == [[True, False, False], [True, True, True]]


def test_distances_go_the_short_way_round(mixed: Displays) -> None:
    assert mixed.probe_distance[1].tolist() == pytest.approx([0, 6 - 2 * math.pi, 3])
    assert mixed.report_distance[1].tolist() == pytest.approx([0, 2 * math.pi - 6, -2.5])
    assert bool(mixed.report_distance[0, 1:].isnan().all())


def test_one_item_alone_needs_no_probe(mixed: Displays) -> None:
    assert mixed.has_probe
    assert not made([[0.0, 1.0]], [[0.0, NAN]], [2]).has_probe


def test_select_by_index_and_mask(mixed: Displays) -> None:
    assert mixed.select(torch.tensor([1, 1])).set_size.tolist() == [3, 3]
    assert len(mixed.select(mixed.set_size == 1)) == 1


@pytest.mark.parametrize(
    ("report", "probe", "set_size"),
    [
        ([[0.0, 1.0]], [[0.0]], [2]),
        ([[0.0, 1.0]], [[0.0, 1.0]], [2, 2]),
        ([[0.0, NAN]], [[0.0, 1.0]], [2]),
        ([[0.0, 1.0]], [[0.0, 1.0]], [1]),
        ([[NAN, 1.0]], [[0.0, 1.0]], [1]),
        ([[0.0, math.inf]], [[0.0, 1.0]], [2]),
        ([[NAN, NAN]], [[0.0, 1.0]], [0]),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    report: list[list[float]], probe: list[list[float]], set_size: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"\(M|report value|at least 1"):
        made(report, probe, set_size)
