"""Figures of comparisons and recoveries: the numbers that go in are in them, ties are seen to be ties."""

from __future__ import annotations

import math

import fake_comparisons
import numpy as np
import pytest

from frontend import theme
from frontend.figures import comparison, recovery

RESULT = fake_comparisons.comparison_result()
ALONE = fake_comparisons.comparison_result(subjects=1)
PARAMETERS = fake_comparisons.parameters_result()
MODELS = fake_comparisons.models_result()


def trace(figure, name):
    (found,) = [one for one in figure.data if one.name == name]
    return found


def test_the_forest_has_a_row_for_every_fitted_model():
    figure = comparison.forest(RESULT)
    words = [note.text for note in figure.layout.annotations]
    assert words[0] == "BNS · probe distance · reference"
    assert words[1] == "Interference · tied"
    assert len(words) == 6, "a model that could not be fitted has no row"
    means = trace(figure, "mean over trials")
    rows = RESULT["models"][1:6]
    assert list(means.x) == pytest.approx([row["difference"]["mean"] for row in rows])
    reach = np.array(means.x) + np.array(means.error_x.array)
    assert list(reach) == pytest.approx([row["difference"]["high"] for row in rows])


def test_ties_are_hollow_and_nothing_else_is():
    for name, symbol in (("mean over trials", "circle"), ("mean over subjects", "diamond")):
        symbols = trace(comparison.forest(RESULT), name).marker.symbol
        assert list(symbols) == [f"{symbol}-open"] + [symbol] * 4


def test_every_subject_is_a_dot():
    dots = trace(comparison.forest(RESULT), "subjects, Two-component mixture")
    assert list(dots.text) == [f"S{number}" for number in range(1, 13)]
    points = RESULT["models"][5]["per_subject"]
    assert list(dots.x) == pytest.approx([point["difference"] for point in points])


def test_one_subject_has_no_dots_and_no_interval_over_subjects():
    figure = comparison.forest(ALONE)
    names = {one.name for one in figure.data}
    assert names == {"reference", "mean over trials"}


def test_another_reference_turns_the_differences():
    figure = comparison.forest(RESULT, "two_component")
    means = trace(figure, "mean over trials")
    assert all(value > 0 for value in means.x), "all others predict better"
    assert means.x[0] == pytest.approx(-RESULT["models"][5]["difference"]["mean"])
    rows = comparison.differences(RESULT, "two_component")
    by_subject = np.mean([point["difference"] for point in rows[0]["points"]])
    assert by_subject == pytest.approx(rows[0]["subjects"]["mean"])


def test_a_panel_for_every_parameter_with_the_line_of_identity():
    figure = recovery.scatter(PARAMETERS["parameters"], "bns_probe")
    titles = [note.text for note in figure.layout.annotations]
    parameters = ("Noise SD (degrees of the full circle)", "Target weight", "Guess weight", "Swap weight")
    assert titles == [f"<b>{words}</b>" for words in parameters]
    lines = [one for one in figure.data if one.name == "identity"]
    assert len(lines) == 4
    assert all(list(line.x) == list(line.y) for line in lines)
    points = trace(figure, "Swap weight, 6 items")
    (entry,) = [
        one for one in PARAMETERS["parameters"]
        if (one["model"], one["name"], one["set_size"]) == ("bns_probe", "swap_weight", 6)
    ]  # fmt: skip
    assert list(points.x) == [point["planted"] for point in entry["points"]]
    assert list(points.y) == [point["recovered"] for point in entry["points"]]
    assert recovery.set_sizes_of(PARAMETERS["parameters"], "bns_probe") == [1, 2, 4, 6]


def test_set_sizes_keep_their_order_on_the_ramp():
    colours = [recovery.colour_of(size, [1, 2, 4, 6]) for size in (1, 2, 4, 6)]
    places = [theme.SET_SIZE_RAMP.index(colour) for colour in colours]
    assert places == sorted(places)
    assert len(set(places)) == 4
    assert recovery.colour_of(None, [1, 2]) == theme.MODEL


def test_planted_curves_are_dashed_among_those_that_were_found():
    figure = recovery.curves(PARAMETERS["curves"], "bns_probe")
    planted = trace(figure, "planted, 4 items")
    assert planted.line.dash == "dash"
    assert planted.line.color == theme.TRUTH
    assert max(planted.x) == pytest.approx(math.degrees(math.pi), abs=1e-3)
    assert sum(one.name.startswith("found") for one in figure.data) == 15
    assert recovery.curves(PARAMETERS["curves"], "three_component").data == ()


def test_the_confusion_table_counts_firsts_and_ties():
    labels = {row["name"]: row["label"] for row in MODELS["models"]}
    (cells,) = recovery.confusion(MODELS["confusion"], labels).data
    assert cells.y[0].startswith("BNS · probe distance")
    assert np.array(cells.z).sum(1) == pytest.approx(np.ones(4))
    assert cells.text[0][0].startswith("<b>9</b>")
    assert "+ 1 tied" in cells.text[0][0]
    (by_bic,) = recovery.confusion(MODELS["confusion"], labels, "first_by_bic").data
    assert "tied" not in str(by_bic.text)
    assert by_bic.z[0][3] == pytest.approx(0.9)
