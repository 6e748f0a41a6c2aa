"""Figures of a fit are pure functions: the numbers that go in are where the figure has them, in degrees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import study_fits
import study_numbers

from frontend import theme
from frontend.figures import (
    checks,
    convergence,
    panels,
    predictive,
    subjects,
    surface,
    surface_in_space,
    surface_slices,
)
from frontend.figures.swap_function import swap_function

SURFACES = [study_fits.surface(size) for size in study_fits.SIZES]
SIGNED = study_fits.surface(4, signed=True)


def named(figure: Any, start: str) -> list[Any]:
    return [trace for trace in figure.data if (trace.name or "").startswith(start)]


@pytest.mark.parametrize(
    ("count", "across", "expected"),
    [(4, 1000, (4, 1)), (5, 700, (3, 2)), (4, 270, (2, 2)), (4, 100, (1, 4)), (1, 1000, (1, 1)), (12, 1000, (6, 2))],
)
def test_panels_fill_rows_evenly(count: int, across: float, expected: tuple[int, int]) -> None:
    assert panels.grid(count, across, least=118, gap=28) == expected


@pytest.mark.parametrize("width", [334, 700, 1138])
def test_panels_lie_inside_the_figure_and_apart(width: float) -> None:
    figure = panels.arrange(panels.panels(7, "distance", "probability"), width)
    boxes = []
    for number in ("", 2, 3, 4, 5, 6, 7):
        boxes.append((*figure.layout[f"xaxis{number}"].domain, *figure.layout[f"yaxis{number}"].domain))
    assert np.min(boxes) >= 0
    assert np.max(boxes) <= 1
    for place, (left, right, low, high) in enumerate(boxes):
        for other in boxes[:place]:
            assert right <= other[0] or left >= other[1] or high <= other[2] or low >= other[3]
    columns = figure.layout.meta["panels"]["columns"]
    titles = [figure.layout[f"xaxis{number}"].title.text for number in ("", 2, 3, 4, 5, 6, 7)]
    assert titles == [""] * (7 - columns) + ["distance"] * columns


def test_a_narrow_figure_is_taller() -> None:
    figure = panels.panels(4, "x", "y")
    wide = figure.layout.height
    assert panels.arrange(figure, 334).layout.height > wide


def test_a_signed_swap_function_shows_both_directions() -> None:
    function = study_numbers.swap_functions(False)[0]
    function["distance"] = np.linspace(-math.pi, math.pi, 61).tolist()
    edges = np.linspace(-math.pi, math.pi, 10)  # of 40 degrees
    function["observed"] = {"low": -2.9, "high": 2.9, "edges": edges.tolist(), "counts": [3, 0, 2, 0, 0, 0, 4, 1, 2]}
    figure = swap_function([function])
    assert list(figure.layout.xaxis.tickvals) == [-180, -90, 0, 90, 180]
    shaded = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]
    assert shaded == [pytest.approx((-60, 60), abs=0.01)]


def test_a_map_has_probe_along_and_report_up() -> None:
    figure = surface.surface_map(SURFACES, "log_odds")
    maps = [trace for trace in figure.data if trace.type == "contour"]
    assert len(maps) == len(SURFACES)
    values = np.array(SURFACES[0]["log_odds"]["mean"])
    assert pytest.approx(values) == np.array(maps[0].z).T
    assert maps[0].z[0][-1] == values[-1, 0]  # farthest probe, nearest report: lower right
    assert max(maps[0].x) == pytest.approx(180, abs=1e-2)


def test_the_data_under_a_map_are_counted() -> None:
    figure = surface.surface_map(SURFACES[:1])
    (squares,) = named(figure, "non-targets")
    counts = np.array(SURFACES[0]["observed"]["counts"])
    assert sum(count for _, count in squares.customdata) == counts.sum()
    assert min(squares.x) == pytest.approx(180 / 12 * 2.5, abs=0.01)  # the two nearest columns of probes are empty
    assert len(squares.x) == np.count_nonzero(counts)


@pytest.mark.parametrize(("at", "place"), [(0, 0), (90, 15), (180, 30)])
def test_slices_are_cut_where_they_are_asked_for(at: float, place: int) -> None:
    figure = surface_slices.slices(SURFACES[1], "probability", at)
    along_probe, along_report = [trace for trace in figure.data if trace.line.width == 3]
    values = np.array(SURFACES[1]["probability"]["mean"])
    assert along_probe.y == pytest.approx(values[:, place])
    assert along_report.y == pytest.approx(values[place])
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    low = np.array(SURFACES[1]["probability"]["low"])
    assert min(bands[0].y) == pytest.approx(low[:, place].min())


def test_slices_of_a_signed_surface_reach_both_ways() -> None:
    figure = surface_slices.slices(SIGNED, "log_odds", -180)
    (first, _) = [trace for trace in figure.data if trace.line.width == 3]
    assert min(first.x) == pytest.approx(-180)
    assert first.y == pytest.approx([row[0] for row in SIGNED["log_odds"]["mean"]])


def test_the_torus_closes_and_bulges_where_swaps_are() -> None:
    (torus,) = surface_in_space.torus(SURFACES[0]).data
    at = np.stack([torus.x, torus.y, torus.z])
    assert at[:, 0] == pytest.approx(at[:, -1], abs=1e-3)
    assert at[:, :, 0] == pytest.approx(at[:, :, -1], abs=1e-3)
    radius = np.hypot(np.hypot(at[0], at[1]) - 1, at[2])
    values = np.array(torus.surfacecolor)
    assert np.unravel_index(radius.argmax(), radius.shape) == np.unravel_index(values.argmax(), values.shape)
    assert values == pytest.approx(values[::-1, ::-1])  # an even function, in both directions


def test_a_signed_torus_is_not_mirrored() -> None:
    (torus,) = surface_in_space.torus(SIGNED, "log_odds").data
    assert np.array(torus.surfacecolor) == pytest.approx(np.array(SIGNED["log_odds"]["mean"]))


def test_the_plane_has_probe_along_and_report_away() -> None:
    (plane,) = surface_in_space.plane(SURFACES[0]).data
    assert pytest.approx(np.array(SURFACES[0]["probability"]["mean"])) == np.array(plane.z).T


@pytest.mark.parametrize("order", ["swaps", "fit", "name"])
def test_subjects_are_sorted(order: subjects.Order) -> None:
    rows = subjects.in_order(study_fits.subjects(), 4, order)
    keys = {
        "swaps": [-np.mean(subjects.of_size(row["swap_functions"], 4)["probability"]["mean"]) for row in rows],
        "fit": [-row["log_likelihood_per_trial"] for row in rows],
        "name": [int(row["name"]) for row in rows],
    }[order]
    assert keys == sorted(keys)


def test_every_subject_lies_over_the_population() -> None:
    rows = study_fits.subjects(7)
    population = study_numbers.swap_functions(False)
    figure = subjects.small_multiples(rows, population, 6, "log_odds", "name")
    curves = named(figure, "subject")
    assert [curve.name for curve in curves] == [f"subject {number}" for number in range(1, 8)]
    assert list(curves[2].y) == rows[2]["swap_functions"][2]["log_odds"]["mean"]
    assert {curve.yaxis for curve in curves} == {trace.yaxis for trace in named(figure, "population")}
    assert list(named(figure, "population")[0].y) == population[2]["log_odds"]["mean"]
    assert "n 473" in figure.layout.annotations[0].text


def test_one_subject_without_errors_does_not_flatten_the_others() -> None:
    rows = study_fits.subjects(8)
    rows[0]["swap_functions"][2]["probability"]["high"] = [1.0] * 41
    figure = subjects.small_multiples(rows, [], 6)
    means = [value for row in rows for value in row["swap_functions"][2]["probability"]["mean"]]
    assert max(means) <= figure.layout.yaxis.range[1] < 1


def test_subjects_share_a_function_of_all_set_sizes() -> None:
    shared = [function | {"set_size": None} for function in study_numbers.swap_functions(False)[:1]]
    assert subjects.of_size(shared, 4) is shared[0]
    assert subjects.of_size([], 4) is None


def test_data_driven_points_stand_beside_the_models_curve() -> None:
    rows = study_fits.nonparametric()
    figure = checks.swap_by_distance(rows)
    points, lines = named(figure, "data"), named(figure, "model")
    assert {point.marker.color for point in points} == {theme.RECORDED}
    assert {line.line.color for line in lines} == {theme.MODEL}
    assert list(points[1].y) == rows[1]["value"]
    assert list(lines[1].y) == rows[1]["model"]
    assert points[1].x == pytest.approx([45, 90, 135, 180], abs=1e-2)
    assert np.add(points[0].y, points[0].error_y.array) == pytest.approx(rows[0]["high"])
    assert np.subtract(points[0].y, points[0].error_y.arrayminus) == pytest.approx(rows[0]["low"])


@pytest.mark.parametrize("feature", ["probe", "report"])
def test_distances_of_responses_are_in_degrees(feature: str) -> None:
    rows = study_fits.checks()
    figure = checks.distance_to_nontarget(rows, feature)
    points = named(figure, "recorded")
    assert len(points) == len(study_fits.SIZES)
    assert points[0].y == pytest.approx(np.degrees(rows[0]["observed"]["mean"]), abs=1e-3)
    assert figure.layout.xaxis.title.text == f"{feature} distance"


def test_precision_is_in_degrees_by_set_size() -> None:
    figure = checks.precision(study_fits.precision())
    (points,) = named(figure, "recorded")
    assert list(points.x) == [1, 2, 4, 6]
    assert points.y[0] == pytest.approx(math.degrees(0.31))


def test_chance_is_flat_unless_the_displays_say_otherwise() -> None:
    rows = [row for row in study_numbers.predictive() if row["relative_to"] == "non-target"]
    flat = named(predictive.predictive(rows, "non-target"), "chance")
    assert [list(line.y) for line in flat] == [[1 / (2 * math.pi)] * 2] * len(rows)
    rows[0]["chance"] = [0.1] * len(rows[0]["angles"])
    assert list(named(predictive.predictive(rows, "non-target"), "chance")[0].y) == rows[0]["chance"]
    assert named(predictive.predictive(study_numbers.predictive()), "chance") == []


def test_empty_results_are_drawn() -> None:
    for figure in (checks.swap_by_distance([]), checks.distance_to_nontarget([]), predictive.predictive([])):
        assert figure.data == ()


def test_a_fit_that_ended_at_once_has_a_point() -> None:
    figure = convergence.bound([[1, -0.9]], quantity="log-likelihood")
    assert figure.data[0].mode == "markers"
    assert figure.layout.yaxis.title.text == "log-likelihood (nats a trial)"
