"""Mappings, units, rows that are rejected by number, and files that are written and read back."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.displays import Displays
from models.reading.mapping import Mapping, MappingError, describe_period
from models.reading.read_file import read_file
from models.reading.units import item_period, probe_units, report_units, turn
from models.reading.write import to_csv, to_parquet
from models.trials import Trials

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

TAU = 2 * math.pi
FRAME = made_up.experiment()


def rejected(text, mapping=None):
    outcome = read_file(text.encode(), "a.csv", mapping)
    return outcome, [(row.row, row.column, row.value) for row in outcome.rejected]


ROWS = "subject,set_size,target,response,nontarget_1\n" + "".join(
    f"1,2,{angle},{angle + 5},{(angle + 90) % 360}\n" for angle in range(0, 350, 10)
)


def test_text_among_angles_is_listed_by_row_column_and_value():
    outcome, rows = rejected(ROWS + "1,2,oops,20,40\n" + "1,2,10,left,40\n" + "1,2,10,20,what\n")
    assert rows == [(36, "target", "oops"), (37, "response", "left"), (38, "nontarget_1", "what")]
    assert len(outcome.trials) == 35
    assert outcome.rejected[0].expected == "an angle (degrees, full circle 360°)"
    assert outcome.findings[0].title == "3 of 38 rows could not be used"


def test_missing_and_impossible_values_are_listed():
    outcome, rows = rejected(
        ROWS + "1,2,10,NaN,40\n" + "1,5,10,20,40\n" + "1,2,10,20,\n" + "1,2.5,10,20,30\n,2,10,20,30\n"
    )
    assert rows == [
        (36, "response", "nothing"),
        (37, "set_size", "5"),
        (38, "set_size", "2"),
        (39, "set_size", "2.5"),
        (40, "subject", "nothing"),
    ]
    assert "at most 2" in outcome.rejected[1].expected
    assert outcome.rejected[2].expected == "1, the number of items with a value"


def test_a_set_size_larger_than_the_columns_is_refused_with_a_sentence():
    outcome, _ = rejected(ROWS.replace("\n1,2,", "\n1,4,"))
    assert (outcome.state, outcome.trials) == ("refused", None)
    assert "found 4, expected at most 2, as many items as there are columns for" in outcome.problem[1]


def test_rows_of_another_length_are_listed_and_numbers_go_on():
    outcome, rows = rejected(ROWS + "1,2,10,20\n" + "1,2,10,20,30,40,50\n" + "1,2,10,20,100\n")
    assert rows == [(36, "(whole row)", "4 values"), (37, "(whole row)", "7 values")]
    assert outcome.trials.row[-1] == 38


def test_an_angle_beyond_one_turn_is_listed():
    _, rows = rejected(ROWS + "1,2,10,999,40\n")
    assert rows == [(36, "response", "999")]


def test_a_mapping_that_does_not_fit_says_so():
    outcome = read_file(made_up.csv(FRAME), "a.csv", Mapping(response="answer", target="target"))
    assert (outcome.state, outcome.trials) == ("refused", None)
    assert "The table has no column called “answer”." in outcome.problem[1]


def test_a_mapping_survives_json_and_refuses_nonsense():
    mapping = read_file(made_up.csv(FRAME), "a.csv").mapping
    assert Mapping.from_json(mapping.to_json()) == mapping
    with pytest.raises(MappingError, match="no role called"):
        Mapping.from_json({"response": "a", "colour": "b"})
    with pytest.raises(MappingError, match="must be one of"):
        Mapping.from_json({"response": "a", "nontargets_are": "sideways"})
    with pytest.raises(MappingError, match="positive number"):
        Mapping.from_json({"response": "a", "periods": {"response": 0}})
    with pytest.raises(MappingError, match="list of column names"):
        Mapping.from_json({"response": "a", "nontargets": "b"})


@pytest.mark.parametrize("value", [-1.0, 0.0, 999.0])
def test_placeholders_for_no_item_are_found(value):
    frame = FRAME.assign(**{name: np.degrees(FRAME[name]) % 360 for name in ("target", "response")})
    for name in ("nontarget_1", "nontarget_2"):
        frame[name] = (np.degrees(FRAME[name]) % 360).fillna(value)
    outcome = read_file(made_up.csv(frame), "a.csv")
    assert outcome.mapping.missing == (value,)
    assert outcome.trials.set_size.tolist() == FRAME["set_size"].tolist()


def test_values_that_look_real_beyond_the_set_size_do_not_count():
    frame = FRAME.copy()
    frame["nontarget_2"] = frame["nontarget_2"].fillna(1.234)
    frame.loc[frame["set_size"] == 2, "nontarget_2"] = np.linspace(-3, 3, int((frame["set_size"] == 2).sum()))
    outcome = read_file(made_up.csv(frame), "a.csv")
    assert outcome.trials.set_size.tolist() == FRAME["set_size"].tolist()
    assert "look real" in outcome.reasons["set_size"]


@pytest.mark.parametrize("reading", ["minus_target", "response_minus"])
@pytest.mark.parametrize("absolute", [True, False])
def test_relative_nontargets_are_told_apart_by_what_large_errors_do(reading, absolute):
    frame = made_up.experiment(rows=3000, size=4, swaps=0.35)
    error = made_up.wrap(frame["response"] - frame["target"])
    relative = frame[["subject", "set_size"]].copy()
    relative = (
        relative.assign(target=frame["target"], response=frame["response"])
        if absolute
        else relative.assign(error=error)
    )
    for name in ("nontarget_1", "nontarget_2", "nontarget_3"):
        base = made_up.wrap(frame["response"] - frame[name]), made_up.wrap(frame[name] - frame["target"])
        relative[name] = base[0] if reading == "response_minus" else base[1]
    outcome = read_file(made_up.csv(relative), "a.csv")
    assert (outcome.state, outcome.mapping.nontargets_are) == ("ready", reading)
    offset = made_up.wrap(frame[["nontarget_1"]].to_numpy() - frame[["target"]].to_numpy())
    found = outcome.trials.displays.report_distance[:, 1:2].numpy()
    assert np.allclose(np.cos(found), np.cos(offset), atol=1e-9)


def test_without_swaps_or_spacing_the_sign_is_asked_and_two_choices_are_offered():
    frame = made_up.experiment(rows=300, size=3, swaps=0.0)
    relative = frame[["subject", "set_size"]].assign(error=made_up.wrap(frame["response"] - frame["target"]))
    for name in ("nontarget_1", "nontarget_2"):
        relative[name] = made_up.wrap(frame[name] - frame["target"])
    outcome = read_file(made_up.csv(relative), "a.csv")
    assert outcome.state == "question"
    assert [label for label, _ in outcome.questions[0].choices] == [
        "response minus non-target",
        "non-target minus target",
    ]
    chosen = read_file(made_up.csv(relative), "a.csv", outcome.questions[0].choices[1][1])
    assert chosen.state == "ready"


def test_a_wrong_reading_chosen_by_hand_is_found_by_the_report_with_a_way_to_mend_it():
    frame = made_up.experiment(rows=3000, size=4, swaps=0.35)
    guessed = read_file(made_up.csv(frame), "a.csv").mapping
    outcome = read_file(made_up.csv(frame), "a.csv", guessed.but(nontargets_are="minus_target"))
    mend = next(finding.mend for finding in outcome.findings if finding.mend)
    assert mend[1].nontargets_are == "angles"


def test_all_items_listed_with_a_column_of_the_cued_one():
    generator = np.random.default_rng(3)
    items = generator.uniform(0, 360, (300, 4))
    cued = generator.integers(1, 5, 300)
    response = (items[np.arange(300), cued - 1] + 15 * generator.standard_normal(300)) % 360
    lines = ["subject,stim1,stim2,stim3,stim4,cued,response"]
    lines += [
        ",".join(["7", *(f"{v:.3f}" for v in row), str(c), f"{r:.3f}"])
        for row, c, r in zip(items, cued, response, strict=True)
    ]
    outcome = read_file("\n".join(lines).encode(), "a.csv")
    assert (outcome.state, outcome.mapping.cued, outcome.mapping.include_target) == ("ready", "cued", True)
    assert outcome.trials.set_sizes == [4]
    assert float(outcome.trials.error[:, 0].abs().max()) < 1.5


def some_trials(seed=0, probes=True, rows=60):
    generator = torch.Generator().manual_seed(seed)
    size = torch.randint(1, 5, (rows,), generator=generator)
    present = torch.arange(4) < size[:, None]
    angles = (torch.rand((2, rows, 4), generator=generator, dtype=torch.float64) - 0.5) * TAU
    report = torch.where(present, angles[0], torch.nan)
    probe = torch.where(present & torch.tensor(probes), angles[1], torch.nan)
    noise = 0.3 * torch.randn(rows, generator=generator, dtype=torch.float64)
    labels = [f"person {1 + row % 3}" for row in range(rows)]
    return Trials.build(Displays(report, probe, size), report[:, 0] + noise, labels, ["a b", "c"] * (rows // 2))


@pytest.mark.parametrize("probes", [True, False])
@pytest.mark.parametrize(("write", "name"), [(to_csv, "a.csv"), (to_parquet, "a.parquet")])
def test_what_is_downloaded_loads_again_with_the_same_hash(write, name, probes):
    trials = some_trials(probes=probes, rows=600)
    outcome = read_file(write(trials), name)
    assert (outcome.state, outcome.rejected) == ("ready", [])
    assert outcome.trials.hash == trials.hash


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.sampled_from([TAU, math.pi, 360.0, 180.0, 13.0]))
def test_units_round_trip(values, period):
    angle = turn(np.array(values), period)
    assert np.all((angle >= -math.pi) & (angle < math.pi))
    back = angle * period / TAU
    steps = (back - np.array(values)) / period
    assert np.allclose(steps, np.round(steps), atol=1e-9)
    assert np.array_equal(turn(angle, TAU), angle)


@pytest.mark.parametrize("period", [TAU, math.pi, 360.0, 180.0])
@pytest.mark.parametrize("positive", [True, False])
def test_the_period_is_found_from_range_and_border(period, positive):
    scale = period / TAU
    target, response = FRAME["target"].to_numpy() * scale, FRAME["response"].to_numpy() * scale
    if positive:
        target, response = target % period, response % period
    assert report_units(response, target).period == pytest.approx(period)


def test_undoubled_nontargets_beside_doubled_targets():
    generator = np.random.default_rng(0)
    target = generator.uniform(-math.pi, math.pi, 500)
    assert item_period(generator.uniform(-math.pi / 2, math.pi / 2, (500, 3)), target, TAU) == pytest.approx(math.pi)
    assert item_period(generator.uniform(-math.pi, math.pi, (500, 3)), target, TAU) == TAU
    assert item_period(generator.uniform(-1.2, 1.2, (500, 3)), target / 3, TAU) == TAU


@pytest.mark.parametrize(
    ("values", "period"),
    [
        (np.arange(1, 14), 13),
        (np.arange(8), 8),
        (np.arange(8) * math.pi / 4, TAU),
        (np.arange(8) * math.pi / 4 * math.pi / 180, TAU * math.pi / 180),
        (np.arange(0, 360, 45), 360),
        (np.linspace(-3.1, 3.1, 500), TAU),
    ],
)
def test_probe_units(values, period):
    found = probe_units(np.tile(values, 3).astype(float))
    assert found.period == pytest.approx(period)


def test_unknown_columns_are_left_to_a_person_to_choose():
    data = made_up.csv(
        FRAME[["target", "response"]].sample(frac=1, axis=0, random_state=0).rename(columns={"target": "a"})
    )
    shuffled = made_up.csv(FRAME[["target"]].rename(columns={"target": "a"}).assign(b=FRAME["target"][::-1].to_numpy()))
    assert read_file(data, "a.csv").mapping.target == "a"
    outcome = read_file(shuffled, "a.csv")
    assert (outcome.state, outcome.trials) == ("question", None)
    assert "recognised" in outcome.problem[0]
    assert outcome.to_json()["tables"][0]["columns"][0]["name"] == "a"


def test_pixels_are_no_probe_and_periods_have_words():
    assert probe_units(np.array([100.0, 250.5, 803.0, 1440.0])) is None
    assert describe_period(180.0) == "degrees, orientation 180° (doubled)"
    assert describe_period(13) == "positions, 13 to the circle"


def test_json_is_plain_and_complete():
    import json

    plain = read_file(made_up.csv(FRAME), "a.csv").to_json()
    json.loads(json.dumps(plain, allow_nan=False))
    assert plain["summary"]["trials_by_set_size"] == {"2": 200, "3": 200}
    assert len(plain["pictures"]["preview"]) == 8
    assert {"tables", "mapping", "reasons", "questions", "findings", "rejected", "summary", "pictures"} <= set(plain)
    density = plain["pictures"]["nontargets"]["density"]
    assert sum(density) * TAU / len(density) == pytest.approx(1, abs=1e-3)


def test_the_report_names_responses_that_answer_nothing():
    frame = FRAME.assign(response=np.random.default_rng(9).uniform(-math.pi, math.pi, len(FRAME)))
    outcome = read_file(made_up.csv(frame), "a.csv")
    assert outcome.findings[0].severity == "error"
    assert "nothing to do with" in outcome.findings[0].title
