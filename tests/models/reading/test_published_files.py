"""Published data: tidy files load without a question and exactly; raw files load, some after one answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from models.reading.read_file import Outcome, read_file

TIDY = [
    "anderson_awh_2012_360deg_relative",
    "arnicane_2021_e1",
    "bays_2009",
    "berry_2019",
    "dalmaijer_2018",
    "loaiza_souza_2018",
    "oberauer_lin_2017_e1",
    "oberauer_lin_2017_e2",
    "oberauer_lin_2017_e4_color_cue",
    "oberauer_lin_2017_e4_location_cue",
    "panichello_2019_sample",
    "rademaker_2012_relative",
    "ricker_hardman_2017_e2",
    "tomic_bays_2023",
    "vandenberg_2012_orientation",
    "vwmmodels_example_subject",
    "wilken_ma_2004_relative",
    "zhang_luck_2008_relative",
    "zhou_2021_example_participant",
]
SIX_DECIMALS = 2e-6


def wrap(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def tidy(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype={"subject": str, "condition": str})


def table(frame, kind):
    width = int(frame["set_size"].max())
    return frame[[f"{kind}_{item}" for item in range(1, width + 1)]].to_numpy(dtype=float)


def read_raw(folder, name, choices=()) -> Outcome:
    """Read a raw file as a person would, answering its questions in order by the label of a choice."""
    data = (folder / "raw" / name).read_bytes()
    outcome = read_file(data, name)
    for label in choices:
        offered = dict(outcome.questions[0].choices)
        outcome = read_file(data, name, offered[label])
    return outcome


def assert_same_angles(found, expected, tolerance=SIX_DECIMALS):
    assert found.shape == expected.shape
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    assert np.nanmax(np.abs(wrap(found - expected)), initial=0) < tolerance


@pytest.mark.parametrize("name", TIDY)
def test_a_tidy_file_loads_exactly_and_without_a_question(shared_data, name):
    frame = tidy(shared_data, name)
    outcome = read_file((shared_data / f"{name}.csv").read_bytes(), f"{name}.csv")
    assert (outcome.state, outcome.questions, outcome.rejected) == ("ready", [], [])
    trials = outcome.trials
    assert_same_angles(trials.report.numpy(), table(frame, "report"))
    if trials.displays.has_probe or np.isfinite(table(frame, "probe")).any():
        assert_same_angles(trials.probe.numpy(), table(frame, "probe"))
    assert_same_angles(trials.response.numpy(), frame["response"].to_numpy())
    assert trials.set_size.tolist() == frame["set_size"].tolist()
    assert [trials.subject_names[code] for code in trials.subject] == frame["subject"].tolist()
    assert [trials.condition_names[code] for code in trials.condition] == frame["condition"].fillna("").tolist()
    assert trials.row.tolist() == list(range(1, len(frame) + 1))


@pytest.mark.parametrize("name", TIDY)
def test_the_report_on_a_tidy_file_has_no_error(shared_data, name):
    outcome = read_file((shared_data / f"{name}.csv").read_bytes(), f"{name}.csv")
    assert [finding.title for finding in outcome.findings if finding.severity == "error"] == []
    titles = {finding.title for finding in outcome.findings}
    assert ("Items cover only part of the circle" in titles) == (name == "ricker_hardman_2017_e2")
    assert ("Values are relative to the target" in titles) == name.endswith("_relative")
    assert "The non-target columns seem to hold something else" not in titles
    if name in ("bays_2009", "oberauer_lin_2017_e1", "tomic_bays_2023", "berry_2019"):
        assert "Swaps are there" in titles
    if name == "vandenberg_2012_orientation":
        assert "No sign of swaps" in titles


def test_bays_2009_from_matlab(shared_data):
    frame = tidy(shared_data, "bays_2009")
    outcome = read_raw(shared_data, "bays_2009__bays_data.mat")
    assert outcome.state == "ready"
    assert_same_angles(outcome.trials.report.numpy(), table(frame, "report"))
    assert_same_angles(outcome.trials.probe.numpy(), table(frame, "probe"))
    assert_same_angles(outcome.trials.response.numpy(), frame["response"].to_numpy())
    conditions = [outcome.trials.condition_names[code] for code in outcome.trials.condition]
    expected = [f"delay {label.removeprefix('duration_').removesuffix('ms')}" for label in frame["condition"]]
    assert conditions == expected
    assert "π/180" in outcome.reasons["probe"]


def test_bays_2009_from_a_table_of_response_minus_nontarget(shared_data):
    frame = tidy(shared_data, "bays_2009")
    outcome = read_raw(shared_data, "bays_2009__tutorial.txt")
    assert (outcome.state, outcome.mapping.nontargets_are) == ("ready", "response_minus")
    # The rows are the same in another order: match each to its nearest and see that none is used twice.
    relative = table(frame, "report") - frame[["report_1"]].to_numpy()
    expected = rows(frame["subject"], frame["set_size"], frame["response"] - frame["report_1"], relative)
    trials = outcome.trials
    subjects = [trials.subject_names[code] for code in trials.subject]
    found = rows(subjects, trials.set_size, trials.response.numpy(), trials.report.numpy())
    distance, place = cKDTree(expected).query(found)
    assert distance.max() < 1e-5
    assert sorted(place) == list(range(len(frame)))


def rows(subject, size, error, offset):
    """Trials as points: equal trials are close, whatever side of the border their angles are on."""
    angles = np.nan_to_num(np.column_stack([error, offset]))
    labels = np.column_stack([np.asarray(subject, dtype=float), np.asarray(size, dtype=float)])
    return np.column_stack([labels, np.cos(angles), np.sin(angles)])


def test_oberauer_lin_without_column_names(shared_data):
    frame = tidy(shared_data, "oberauer_lin_2017_e1")
    outcome = read_raw(shared_data, "oberauer_lin_2017__colorwheel9_e1.dat")
    assert outcome.state == "ready"
    trials = outcome.trials
    assert_same_angles(trials.report.numpy(), table(frame, "report"))
    assert_same_angles(trials.response.numpy(), frame["response"].to_numpy())
    # Positions are counted from 1 there, from 0 in the tidy file: the same circle, one place further.
    assert_same_angles(trials.probe.numpy(), wrap(table(frame, "probe") + 2 * math.pi / 13))
    assert [trials.subject_names[code] for code in trials.subject] == frame["subject"].tolist()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("berry_2019__berry_2019.csv", "berry_2019"),
        ("tomic_bays_2023__oriWMData_clean.csv", "tomic_bays_2023"),
        ("zhou_2021__example-participant.csv", "zhou_2021_example_participant"),
    ],
)
def test_a_released_table_agrees_with_its_tidy_form(shared_data, raw, name):
    frame = tidy(shared_data, name)
    outcome = read_raw(shared_data, raw)
    assert (outcome.state, outcome.rejected) == ("ready", [])
    trials = outcome.trials
    assert_same_angles(trials.report.numpy(), table(frame, "report"))
    assert_same_angles(trials.response.numpy(), frame["response"].to_numpy())
    assert trials.set_size.tolist() == frame["set_size"].tolist()
    assert [trials.subject_names[code] for code in trials.subject] == frame["subject"].tolist()


def test_dalmaijer_is_found_in_the_tidy_file_and_pixels_are_no_probe(shared_data):
    frame = tidy(shared_data, "dalmaijer_2018")
    outcome = read_raw(shared_data, "dalmaijer_2018__2017-04-19_13-30_ip02.txt")
    assert outcome.state == "ready"
    found = np.column_stack([outcome.trials.response.numpy(), outcome.trials.report[:, :2].numpy()])
    everyone = [part[["response", "report_1", "report_2"]].to_numpy() for _, part in frame.groupby("subject")]
    assert any(part.shape == found.shape and np.abs(wrap(part - found)).max() < SIX_DECIMALS for part in everyone)
    assert not outcome.trials.displays.has_probe
    assert "pixels" in outcome.reasons["probe"]


def test_vandenberg_2012_from_structs_of_blocks(shared_data):
    frame = tidy(shared_data, "vandenberg_2012_orientation")
    outcome = read_raw(shared_data, "AA20090121a.mat")
    assert (outcome.state, outcome.rejected) == ("ready", [])
    trials = outcome.trials
    part = frame[frame["subject"] == "AA"].iloc[: len(trials)]
    assert_same_angles(trials.response.numpy(), part["response"].to_numpy())
    assert_same_angles(trials.report.numpy(), table(part, "report"))
    assert_same_angles(trials.probe.numpy(), wrap(table(part, "probe") + 2 * math.pi / 8))


def test_benchmark_structs_agree_with_the_relative_files(shared_data):
    for raw, name, choices in (
        ("E2_subject_1.mat", "zhang_luck_2008_relative", ()),
        ("E10_subject_1.mat", "rademaker_2012_relative", ("response minus non-target",)),
    ):
        frame = tidy(shared_data, name)
        outcome = read_raw(shared_data, raw, choices)
        assert (outcome.state, outcome.mapping.nontargets_are) == ("ready", "response_minus")
        part = frame[frame["subject"] == "1"]
        assert_same_angles(outcome.trials.response.numpy(), part["response"].to_numpy())
        assert_same_angles(outcome.trials.report.numpy(), table(part, "report"), 4e-6)


def test_bays_2009_from_r(shared_data):
    frame = tidy(shared_data, "bays_2009")
    outcome = read_raw(shared_data, "bays_2009__bays2009_full.rda")
    assert (outcome.state, outcome.format, outcome.mapping.condition) == ("ready", "r", ("duration",))
    assert_same_angles(outcome.trials.report.numpy(), table(frame, "report"), 2e-3)
    assert_same_angles(outcome.trials.response.numpy(), frame["response"].to_numpy(), 2e-3)
    assert outcome.trials.set_size.tolist() == frame["set_size"].tolist()


def test_panichello_2019_from_a_matlab_table(shared_data):
    frame = tidy(shared_data, "panichello_2019_sample")
    outcome = read_raw(shared_data, "panichello_2019__sampleData.mat")
    assert (outcome.state, outcome.mapping.response, outcome.mapping.target) == ("ready", "report", "target")
    assert_same_angles(outcome.trials.report.numpy(), table(frame, "report"))
    assert_same_angles(outcome.trials.response.numpy(), frame["response"].to_numpy())
    assert any("MATLAB table" in finding.detail for finding in outcome.findings)


def test_errors_only_are_loaded_when_a_person_agrees(shared_data):
    asked = read_raw(shared_data, "memtoolbox__3000trials_3items_SUBJ1.mat")
    assert asked.state == "question"
    (question,) = asked.questions
    assert "errors only" in question.title
    assert "every display had 3 items" in question.detail
    agreed = read_raw(shared_data, "memtoolbox__3000trials_3items_SUBJ1.mat", [question.choices[0][0]])
    assert (agreed.state, agreed.trials.set_sizes, len(agreed.trials)) == ("ready", [1], 3120)
    assert agreed.trials.report.abs().max() == 0
    assert "no_items" in {finding.kind for finding in agreed.findings}
