"""Figures are pure functions: what goes in as numbers is in the figure, in degrees, in the colours of its meaning."""

from __future__ import annotations

import math

import numpy as np
import pytest
import study_numbers

from frontend import theme
from frontend.figures import axes, convergence, errors, predictive, swap_function, thumbnail, weights

RESULT = study_numbers.fit_result("bns")


def test_angles_are_read_in_degrees() -> None:
    assert axes.degrees([-math.pi, 0, math.pi / 2]) == [-180, 0, 90]
    assert axes.middles([-math.pi, 0, math.pi]) == [-90, 90]
    assert axes.angle_ticks(half=True)["tickvals"] == [0, 45, 90, 135, 180]


def test_each_swap_function_has_mean_band_and_truth() -> None:
    figure = swap_function.swap_function(RESULT["swap_functions"], "log_odds")
    means = [trace for trace in figure.data if trace.name.startswith("swap function")]
    assert len(means) == len(RESULT["swap_functions"])
    assert list(means[0].y) == RESULT["swap_functions"][0]["log_odds"]["mean"]
    assert max(means[0].x) == pytest.approx(180)
    assert {trace.line.color for trace in means} == {theme.NON_TARGET}
    truths = [trace for trace in figure.data if trace.name.startswith("truth")]
    assert {trace.line.color for trace in truths} == {theme.TRUTH}
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == len(means)
    assert max(bands[0].y) == max(RESULT["swap_functions"][0]["log_odds"]["high"])


def test_a_swap_function_without_truth_or_observations_is_drawn() -> None:
    bare = [
        {"set_size": None, "distance": [0.0, 1.0], "truth": None, "observed": None, "inducing": None}
        | {view: {"mean": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.2, 0.3]} for view in ("log_odds", "probability")}
    ]
    figure = swap_function.swap_function(bare)
    assert len(figure.data) == 2
    assert swap_function.swap_function([]).data == ()


def test_distances_without_data_are_shaded() -> None:
    figure = swap_function.swap_function(RESULT["swap_functions"])
    shaded = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert len(shaded) == 3
    assert shaded[0].x1 == pytest.approx(math.degrees(0.78))


def test_weights_stack_to_one() -> None:
    figure = weights.stacked(RESULT["weights"])
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [bar.marker.color for bar in bars] == [theme.CUED, theme.NON_TARGET, theme.UNIFORM]
    assert np.sum([bar.y for bar in bars], axis=0) == pytest.approx(np.ones(4), abs=0.02)
    points = weights.simplex(RESULT["weights"]).data[-1]
    assert list(points.b) == [row["swap"]["value"] for row in RESULT["weights"]]


@pytest.mark.parametrize(("relative", "panels"), [("target", 4), ("non-target", 3)])
def test_predictive_shows_data_under_the_model(relative: str, panels: int) -> None:
    figure = predictive.predictive(RESULT["predictive"], relative)
    assert sum(trace.type == "bar" for trace in figure.data) == panels
    lines = [trace for trace in figure.data if trace.name.startswith("model")]
    assert {line.line.color for line in lines} == {theme.MODEL}


def test_dataset_pictures() -> None:
    pictures = study_numbers.pictures()
    figure = errors.error_distributions(pictures["errors"])
    assert len(figure.data) == 4
    assert figure.data[0].marker.color == theme.RECORDED
    assert list(errors.around_non_targets(pictures["nontargets"]).data[0].y) == pictures["nontargets"]["density"]
    assert list(errors.trials_by_subject(pictures["subjects"]).data[0].x) == [str(n) for n in range(1, 13)]


def test_curves_of_jobs() -> None:
    figure = convergence.bound(RESULT["convergence"]["curve"])
    assert figure.data[0].x[0] == 0
    trained = convergence.loss([{"step": 0, "loss": 1.0}, {"step": 10, "loss": 0.5, "floor": 0.3}])
    assert [trace.name for trace in trained.data] == ["loss", "floor"]
    assert trained.data[1].y == (None, 0.3)


def test_thumbnails_ask_nobody_for_a_file() -> None:
    assert thumbnail.swap_curves(RESULT["swap_functions"]).startswith("data:image/svg+xml,")
    assert thumbnail.error_bars(study_numbers.pictures()["errors"]).startswith("data:image/svg+xml,")
    assert thumbnail.swap_curves([]).startswith("data:image/svg+xml,")


def test_colours_of_meaning_are_distinct() -> None:
    assert len(set(theme.ROLES.values())) == len(theme.ROLES)


def test_the_cyclic_map_closes() -> None:
    assert theme.CYCLIC[0][1] == theme.CYCLIC[-1][1]
    assert len({colour for _, colour in theme.CYCLIC}) == 24


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_templates_are_see_through(scheme: theme.Scheme) -> None:
    assert theme.template(scheme).layout.paper_bgcolor == "rgba(0,0,0,0)"
