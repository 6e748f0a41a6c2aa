"""One row an item, one file a subject, R and MATLAB objects: each becomes the trials of the plain table."""

from __future__ import annotations

import gzip
import lzma
import warnings

import numpy as np
import pandas as pd
import pytest
import rdata
from made_up import csv, delayed_estimation, items_of, long, scrambled

from models.reading.layout import find
from models.reading.long_tables import widen
from models.reading.mapping import Mapping
from models.reading.read_file import read_file, read_files
from models.reading.table import make_table

PLAIN = delayed_estimation(rows=2400)
ITEMS = items_of(PLAIN)
WIDE = read_file(csv(PLAIN), "a.csv").trials
LONG = long(PLAIN)


def assert_same_trials(trials, order=slice(None)):
    """The plain table's trials, whatever the order of a display's other items."""
    assert np.allclose(trials.response.numpy(), WIDE.response.numpy()[order], atol=1e-9)
    assert trials.set_size.tolist() == WIDE.set_size[order].tolist()
    assert np.allclose(trials.report[:, 0].numpy(), WIDE.report[order, 0].numpy(), atol=1e-9)
    for mine, theirs in ((trials.report, WIDE.report), (trials.displays.probe_distance, WIDE.displays.probe_distance)):
        sorted_mine, sorted_theirs = (np.sort(np.cos(one.numpy()), axis=1) for one in (mine, theirs[order]))
        assert np.allclose(sorted_mine, sorted_theirs, atol=1e-6, equal_nan=True)


def test_one_row_an_item_is_put_side_by_side():
    outcome = read_file(csv(LONG), "a.csv")
    assert (outcome.state, outcome.rejected) == ("ready", [])
    mapping = outcome.mapping
    assert (mapping.trial, mapping.item, mapping.cued) == (("subject", "trial"), "item", "cued")
    assert mapping.nontargets == ("colour_1", "colour_2", "colour_3", "colour_4")
    assert_same_trials(outcome.trials)
    firsts = LONG.drop_duplicates(["subject", "trial"]).index + 1
    assert outcome.trials.row.tolist() == firsts.tolist(), "a trial's row is its first row in the file"
    assert outcome.to_json()["tables"][0]["source_columns"] == list(LONG.columns)


def test_one_row_an_item_without_names():
    hidden, names = scrambled(LONG, 4)
    outcome = read_file(csv(hidden), "a.csv")
    assert set(outcome.mapping.trial) == {names["subject"], names["trial"]}
    assert outcome.mapping.item == names["item"]
    assert np.allclose(outcome.trials.response.numpy(), WIDE.response.numpy(), atol=1e-9)
    assert np.allclose(outcome.trials.report[:, 0].numpy(), WIDE.report[:, 0].numpy(), atol=1e-9)
    assert outcome.trials.set_size.tolist() == WIDE.set_size.tolist()


@pytest.mark.parametrize("cue", ["target", "words", "on the cued row"])
def test_other_ways_to_say_which_item_was_cued(cue):
    frame = LONG.copy()
    if cue == "target":
        frame["target"] = (
            frame["colour"].where(frame["is_target"] == 1).groupby([frame["subject"], frame["trial"]]).transform("max")
        )
        frame = frame.drop(columns="is_target")
    elif cue == "words":
        frame["is_target"] = frame["is_target"].map({1: "yes", 0: "no"})
    else:
        frame["response"] = frame["response"].where(frame["is_target"] == 1)
    outcome = read_file(csv(frame), "a.csv")
    assert (outcome.state, outcome.rejected) == ("ready", [])
    assert_same_trials(outcome.trials)


def test_a_layout_that_a_person_chooses_is_carried_out_and_explained():
    outcome = read_file(csv(LONG), "a.csv", Mapping(trial=("subject", "trial"), item="item"))
    assert_same_trials(outcome.trials)
    again = read_file(csv(LONG), "a.csv", outcome.mapping)
    assert again.trials.hash == outcome.trials.hash
    refused = read_file(csv(LONG), "a.csv", Mapping(trial=("subject",)))
    assert refused.state == "refused"
    assert "at most 24 items" in refused.problem[1]
    refused = read_file(csv(LONG), "a.csv", Mapping(trial=("block",)))
    assert "no column called “block”" in refused.problem[1]


def test_a_wide_table_is_left_alone():
    for frame in (PLAIN, PLAIN.assign(block=1 + np.arange(len(PLAIN)) // 20, trial=1 + np.arange(len(PLAIN)) % 20)):
        table = make_table("", list(frame.columns), [frame[name].to_numpy() for name in frame])
        assert find(table) is None


def test_rows_of_a_long_table_keep_text_and_gaps():
    table = make_table("", ["trial", "item", "word", "mood"], [[1, 1, 2], [2, 1, 1], ["b", "a", "c"], ["calm", "", ""]])
    wide = widen(table, ["trial"], "item")
    assert wide.frame["word_1"].tolist() == ["a", "c"]
    assert wide.frame["word_2"].tolist() == ["b", ""]
    assert wide.frame["mood"].tolist() == ["calm", ""]
    assert wide.rows.tolist() == [1, 3]


def files_of(frame, **options):
    return [(f"s{who:02d}.csv", csv(part, **options)) for who, part in frame.groupby("subject")]


def test_one_file_a_subject_is_one_data_set():
    outcome = read_files(files_of(PLAIN))
    assert outcome.trials.hash == WIDE.hash, "a subject column counts for more than the files"
    nameless = [
        (name, csv(part.drop(columns="subject")))
        for (name, _), (_, part) in zip(files_of(PLAIN), PLAIN.groupby("subject"), strict=True)
    ]
    outcome = read_files(nameless)
    assert (outcome.state, outcome.mapping.subject) == ("ready", "file")
    assert outcome.trials.subject_names == tuple(f"s{who:02d}" for who in range(1, 7))
    assert_same_trials(outcome.trials)
    assert [file.rows for file in outcome.files] == [400] * 6
    again = read_files(nameless, outcome.mapping)
    assert again.trials.hash == outcome.trials.hash


def test_a_subject_column_that_is_the_same_in_all_files_says_nothing():
    outcome = read_files(
        [
            (name, csv(part.assign(subject=1)))
            for (name, _), (_, part) in zip(files_of(PLAIN), PLAIN.groupby("subject"), strict=True)
        ]
    )
    assert outcome.mapping.subject == "file"
    assert "the same in all of them" in outcome.reasons["subject"]


def test_files_of_a_long_table_are_put_together_too():
    outcome = read_files(
        [
            (name, csv(part.drop(columns="subject")))
            for (name, _), (_, part) in zip(files_of(LONG), LONG.groupby("subject"), strict=True)
        ]
    )
    assert set(outcome.mapping.trial) == {"file", "trial"}
    assert_same_trials(outcome.trials)


def test_files_with_fewer_items_are_no_other_files():
    narrow = PLAIN[PLAIN["set_size"] <= 2].drop(columns=[name for name in PLAIN if name[-1] in "23"])
    outcome = read_files([("a.csv", csv(PLAIN)), ("b.csv", csv(narrow.assign(subject=9)))])
    assert [file.problem for file in outcome.files] == [None, None]
    assert len(outcome.trials) == len(PLAIN) + len(narrow)


def test_a_file_that_does_not_fit_is_refused_by_name_with_its_reason():
    one, two, *_ = files_of(PLAIN)
    outcome = read_files(
        [one, ("log.csv", b"time,event\n1,2\n3,4\n"), two, ("copy.csv", two[1]), ("x.pkl", b"\x80\x04x")]
    )
    problems = {file.name: file.problem for file in outcome.files}
    assert [name for name, problem in problems.items() if problem is None] == ["s01.csv", "s02.csv"]
    assert "it lacks" in problems["log.csv"][1]
    assert "“event”" in problems["log.csv"][1]
    assert problems["copy.csv"] == ("This file was given twice", "It is the same as “s02.csv”.")
    assert "pickle" in problems["x.pkl"][0]
    broken = one[1].replace(b"\n", b"\n1,2,left,0.1,,,,0,,,\n", 1)
    outcome = read_files([("first.csv", two[1]), ("second.csv", broken)])
    (row,) = outcome.rejected
    assert (row.file, row.row, row.column, row.value) == ("second", 1, "target", "left")
    assert row.to_json()["file"] == "second"


def r_file(frame, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".rds":
            rdata.write_rds(path, frame)
        else:
            rdata.write_rda(path, {"trials": frame, "note": "made up"})
    return path.read_bytes()


@pytest.mark.parametrize("ending", [".rda", ".rds", ".RData"])
def test_r_data_are_the_same_trials(ending, tmp_path):
    frame = PLAIN.assign(condition=pd.Categorical(np.where(np.arange(len(PLAIN)) % 2, "cued", "free")))
    data = r_file(frame, tmp_path / f"a{ending.lower().replace('rdata', 'rda')}")
    outcome = read_file(data, f"a{ending}")
    assert (outcome.state, outcome.format) == ("ready", "r")
    assert_same_trials(outcome.trials)
    assert set(outcome.trials.condition_names) == {"cued", "free"}
    raw = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    for packed in (raw, lzma.compress(raw)):
        assert read_file(packed, f"a{ending}").trials.hash == outcome.trials.hash


@pytest.mark.parametrize("data", [b"RDX3\nX\n broken", gzip.compress(b"X\n\0\0 broken"), b"\x1f\x8b\x08 broken"])
def test_broken_r_data_are_refused_in_words(data):
    outcome = read_file(data, "a.rds")
    assert outcome.state == "refused"
    assert "R data file is damaged" in outcome.problem[0]


def matlab_table(frame, path, version):
    matio = pytest.importorskip("matio")
    matio.save_to_mat(str(path), {"dat": frame}, version=version)
    return path.read_bytes()


@pytest.mark.parametrize("version", ["v7", "v7.3"])
def test_a_matlab_table_is_the_same_trials(version, tmp_path):
    frame = pd.DataFrame(PLAIN[["subject", "set_size", "target", "response", *ITEMS]]).astype(float)
    outcome = read_file(matlab_table(frame, tmp_path / "a.mat", version), "a.mat")
    assert outcome.state == "ready", outcome.problem
    assert np.allclose(outcome.trials.report.numpy(), WIDE.report.numpy(), atol=1e-9, equal_nan=True)
    assert any("MATLAB table" in finding.detail for finding in outcome.findings)


def test_a_unit_that_is_left_open_is_guessed_with_a_reason():
    frame = PLAIN.assign(deg=np.degrees(PLAIN["target"]), halved=np.degrees(PLAIN["target"]) / 2 % 180)
    guessed = read_file(csv(frame), "a.csv").mapping
    left = {role: period for role, period in guessed.periods.items() if role != "target"}
    for column, period in (("deg", 360.0), ("halved", 180.0)):
        outcome = read_file(csv(frame), "a.csv", guessed.but(target=column, periods=left))
        assert outcome.mapping.periods["target"] == period
        assert "degrees" in outcome.reasons["target_units"]
        assert np.allclose(outcome.trials.report[:, 0].numpy(), WIDE.report[:, 0].numpy(), atol=1e-9)
