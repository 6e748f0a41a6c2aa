"""Traps are found by what values say: with names that say nothing and columns in any order, as well as with names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import (
    csv,
    delayed_estimation,
    extra_factor,
    filled_beyond,
    half_doubled,
    items_of,
    relative,
    scrambled,
    wrap,
)

from models.reading.formats import open_tables
from models.reading.read_file import read_file

PLAIN = delayed_estimation(rows=3000)
ITEMS = items_of(PLAIN)
SPACED = delayed_estimation(rows=3000, spacing=0.6)


def orientation_log(frame):
    """Degrees of 180, with -1 for absent items and a column of errors, as of a log that keeps everything."""
    angles = {name: np.degrees(frame[name]) / 2 % 180 for name in ("target", "response", *ITEMS)}
    error = np.degrees(wrap(frame["response"] - frame["target"])) / 2
    items = {name: angles[name].fillna(-1.0) for name in ITEMS}
    return frame[["subject", "set_size"]].assign(**angles | items, error=error, rt=0.3 + frame.index % 97 / 50)


def listing(frame, seed=3):
    """All items in numbered columns, the cued one among them, and its value."""
    generator = np.random.default_rng(seed)
    every = frame[["target", *ITEMS]].to_numpy()
    order = np.argsort(generator.random(every.shape) + 10.0 * np.isnan(every), axis=1)
    shown = np.take_along_axis(every, order, axis=1)
    columns = {f"item{place + 1}": shown[:, place] for place in range(every.shape[1])}
    return frame[["subject", "set_size", "target", "response"]].assign(**columns)


# What a lab released; what must be found in it; how its columns are read.
MADE_UP = {
    "relative to the target": (relative(PLAIN, "minus_target"), "item_convention", {"nontargets_are": "minus_target"}),
    "response minus": (relative(PLAIN, "response_minus"), "item_convention", {"nontargets_are": "response_minus"}),
    "with spacing": (relative(SPACED, "response_minus"), "minimum_distance", {"nontargets_are": "response_minus"}),
    "half a turn off": (relative(PLAIN, "response_minus", np.pi), "half_turn", {"nontargets_are": "response_minus"}),
    "half doubled": (half_doubled(PLAIN), "written_differently", {"nontargets_are": "angles"}),
    "other units": (PLAIN.assign(response=np.degrees(PLAIN["response"])), "written_differently", {}),
    "extra factor": (extra_factor(PLAIN), "extra_factor_unused", {"nontargets_are": "angles"}),
    "orientations": (orientation_log(PLAIN), "doubled", {"missing": (-1.0,)}),
    "placeholders": (orientation_log(PLAIN), "placeholder", {"response_is": "angle"}),
    "all items listed": (listing(PLAIN), "swaps", {"include_target": True}),
    "errors only": (relative(PLAIN, "minus_target")[["subject", "error"]], "no_items", {"response_is": "error"}),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", MADE_UP)
def test_a_trap_is_found_without_names(name, seed):
    frame, kind, reading = MADE_UP[name]
    hidden, names = scrambled(frame, seed)
    outcome = read_file(csv(hidden), "a.csv")
    assert outcome.trials is not None, outcome.problem
    assert kind in {finding.kind for finding in outcome.findings}
    assert {role: getattr(outcome.mapping, role) for role in reading} == reading
    # And the trials are those that the names give, whatever the order of a display's other items.
    named = read_file(csv(frame), "a.csv").trials
    assert outcome.trials.set_size.tolist() == named.set_size.tolist()
    assert outcome.mapping.response in (names.get("response"), names.get("error"))
    for one in ("report", "error"):
        mine, theirs = (np.cos(getattr(trials, one).numpy()) for trials in (outcome.trials, named))
        assert np.allclose(np.sort(mine, axis=1), np.sort(theirs, axis=1), atol=1e-6, equal_nan=True)


def test_values_beyond_the_set_size_are_found_without_names():
    frame = filled_beyond(PLAIN)[["subject", "set_size", "target", "response", *ITEMS]]
    hidden = frame.rename(columns={name: f"v{place}" for place, name in enumerate(frame)})
    outcome = read_file(csv(hidden), "a.csv")
    assert "beyond_set_size" in {finding.kind for finding in outcome.findings}
    assert outcome.trials.set_size.tolist() == PLAIN["set_size"].tolist()


def test_places_are_paired_with_items_where_they_stand_side_by_side_only():
    order = ["subject", "set_size", "target", "target_pos"]
    order += [name for item in ITEMS for name in (item, item.replace("nontarget", "nontarget_pos"))] + ["response"]
    frame = extra_factor(PLAIN)[order].rename(columns={name: f"v{place:02d}" for place, name in enumerate(order)})
    outcome = read_file(csv(frame), "a.csv")
    expected = read_file(csv(PLAIN), "a.csv").trials
    assert np.allclose(outcome.trials.probe.numpy(), expected.probe.numpy(), atol=1e-9, equal_nan=True)
    assert "extra_factor" in {finding.kind for finding in outcome.findings}
    other = read_file(csv(scrambled(extra_factor(PLAIN), 1)[0]), "a.csv")
    assert not other.trials.displays.has_probe


# Raw files as released, their columns renamed and shuffled: what must still be found.
RAW = {
    "bays_2009__bays_data.mat": ("extra_factor_unused", "swaps", "empty_cells"),
    "bays_2009__bays2009_full.rda": ("swaps", "empty_cells"),
    "bays_2009__tutorial.txt": ("item_convention", "relative", "swaps"),
    "berry_2019__berry_2019.csv": ("doubled", "minimum_distance", "swaps"),
    "tomic_bays_2023__oriWMData_clean.csv": ("written_differently", "swaps", "empty_cells"),
    "memtoolbox__3000trials_3items_SUBJ1.mat": ("no_items",),
    "zhou_2021__example-participant.csv": ("beyond_set_size", "no_swaps"),
    "E2_subject_1.mat": ("item_convention", "minimum_distance", "relative"),
    "E10_subject_1.mat": ("item_convention", "relative"),
    "AA20090121a.mat": ("doubled", "placeholder", "no_swaps"),
    "dalmaijer_2018__2017-04-19_13-30_ip02.txt": ("doubled", "few_large_errors"),
    "panichello_2019__sampleData.mat": ("few_large_errors", "empty_cells"),
}


@pytest.mark.parametrize("name", RAW)
def test_a_trap_of_a_raw_file_is_found_without_names(shared_data, name):
    tables = open_tables((shared_data / "raw" / name).read_bytes(), name)
    frame = max((table.frame for table in tables), key=len)
    outcome = read_file(csv(scrambled(frame, 1)[0]), "a.csv")
    assert set(RAW[name]) <= {finding.kind for finding in outcome.findings}


def test_wilken_ma_2004_as_it_was_released(shared_data):
    """The benchmark's first data set, made anew from the tidy one: response minus non-target, half a turn off."""
    frame = pd.read_csv(shared_data / "wilken_ma_2004_relative.csv")
    raw = pd.DataFrame({"subject": frame["subject"], "N": frame["set_size"], "error_vec": frame["response"]})
    for item in range(2, 9):
        raw[f"dist_error_vec_{item - 1}"] = wrap(frame["response"] - frame[f"report_{item}"] + np.pi)
    for released in (raw, scrambled(raw)[0]):
        outcome = read_file(csv(released), "a.csv")
        assert outcome.mapping.nontargets_are == "response_minus"
        finding = next(finding for finding in outcome.findings if finding.kind == "half_turn")
        mended = read_file(csv(released), "a.csv", finding.mend[1])
        assert {"swaps", "half_turn_mended"} <= {finding.kind for finding in mended.findings}
    named = read_file(csv(raw), "a.csv")
    mended = read_file(csv(raw), "a.csv", next(f for f in named.findings if f.kind == "half_turn").mend[1])
    expected = frame[[f"report_{item}" for item in range(1, 9)]].to_numpy()
    assert np.nanmax(np.abs(wrap(mended.trials.report.numpy() - expected))) < 4e-6


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("raw/bays_2009__bays_data.mat", {"extra_factor", "swaps", "probe_gradient"}),
        ("raw/tomic_bays_2023__oriWMData_clean.csv", {"written_differently", "swaps"}),
        ("raw/bays_2009__tutorial.txt", {"item_convention", "relative"}),
        ("raw/oberauer_lin_2017__colorwheel9_e1.dat", {"beyond_set_size", "swaps"}),
        ("raw/AA20090121a.mat", {"placeholder", "doubled", "no_swaps"}),
        ("raw/zhou_2021__example-participant.csv", {"beyond_set_size"}),
        ("raw/memtoolbox__3000trials_3items_SUBJ1.mat", {"no_items"}),
        ("raw/panichello_2019__sampleData.mat", {"opening"}),
        ("ricker_hardman_2017_e2.csv", {"narrow_items"}),
        ("vandenberg_2012_orientation.csv", {"no_swaps"}),
        ("wilken_ma_2004_relative.csv", {"relative", "swaps"}),
    ],
)
def test_every_trap_of_the_published_files_is_explained(shared_data, name, kinds):
    outcome = read_file((shared_data / name).read_bytes(), name.rpartition("/")[2])
    assert kinds <= {finding.kind for finding in outcome.findings}
    assert "half_turn" not in {finding.kind for finding in outcome.findings}
