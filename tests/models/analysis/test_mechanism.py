"""The report: groups, what an analysis that some networks lack becomes, corrected tests, and files that say it all."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from backend.schemas.analyses import PARTS
from models.analysis import mechanism
from models.analysis.contrasts import NUMBERS, holm, values_of
from models.analysis.mechanism import ANALYSES, TITLES, arrays, report_on, rounded
from models.analysis.subject import Result
from tests.models.analysis.planted_mechanism import TIME, member, members


def test_all_analyses_have_a_title_and_are_offered() -> None:
    assert tuple(ANALYSES) == tuple(TITLES) == PARTS


def test_networks_are_grouped_in_the_order_in_which_they_come() -> None:
    ours, plain = members(3), members(2, "Task-optimal", "task_optimal")
    found = report_on([plain[0], *ours, plain[1]])
    assert [(one["name"], one["objective"]) for one in found["groups"]] == [
        ("Task-optimal", "task_optimal"),
        ("Diffusion", "diffusion"),
    ]
    first = found["groups"][0]
    assert first["networks"] == [one.id for one in plain]
    assert first["seeds"] == [one.seed for one in plain]
    planes = first["analyses"]["planes"]
    assert planes["axes"] == {"time": TIME}
    each = planes["measures"]["before"]["each"]
    assert planes["measures"]["before"]["mean"] == pytest.approx(np.mean(each))
    assert each == [one.found["planes"].measures["before"] for one in plain]  # type: ignore[union-attr]
    assert set(found["networks"]) == {one.id for one in [*ours, *plain]}


def test_what_only_some_networks_have() -> None:
    ours = members(3)
    ours[1] = replace(ours[1], found={**ours[1].found, "planes": "One item at a time."})
    ours = [replace(one, found={**one.found, "cue_sweep": "Cued by number."}) for one in ours]
    found = report_on(ours)
    planes, sweep = (found["groups"][0]["analyses"][name] for name in ("planes", "cue_sweep"))
    assert planes["networks"] == [ours[0].id, ours[2].id]
    assert (planes["seeds"], planes["nothing"]) == (2, "One item at a time.")
    assert sweep == {"nothing": "Cued by number."}
    assert found["networks"][ours[1].id]["analyses"]["planes"] == {"nothing": "One item at a time."}


def test_networks_that_differ_in_shape_are_named() -> None:
    ours = members(2)
    ours[0] = replace(ours[0], found={"planes": Result({}, {"before": [1.0, 2.0]}, {})})
    with pytest.raises(ValueError, match="memory planes in networks of the group Diffusion: before"):
        report_on(ours)
    with pytest.raises(ValueError, match="at least one"):
        report_on([])


def test_every_two_groups_are_compared_and_p_is_corrected_over_all() -> None:
    ours, plain = members(), members(group="Task-optimal", objective="task_optimal", planes=(80.0, 70.0))
    found = report_on([*ours, *plain])
    groups = found["groups"]
    (change,) = [one for one in found["contrasts"] if one["measure"] == "planes.change"]
    first, second = (values_of(group, "planes.change") for group in groups)
    assert change["groups"] == ["Diffusion", "Task-optimal"]
    assert change["difference"] == pytest.approx(np.mean(first) - np.mean(second))
    assert change["p_t"] == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
    assert change["adjusted"] >= change["p_t"]
    assert [one["adjusted"] for one in found["contrasts"]] == holm([one["p_t"] for one in found["contrasts"]])
    before = next(one for one in found["nulls"] if (one["measure"], one["group"]) == ("planes.before", "Diffusion"))
    assert before["null"] == 45.0
    assert before["difference"] == pytest.approx(np.mean(values_of(groups[0], "planes.before")) - 45)


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, pytest.approx(0.06), pytest.approx(0.06)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_an_entry_is_found_by_its_name() -> None:
    (group,) = report_on(members(2))["groups"]
    assert values_of(group, "interventions.swaps[undisturbed]", axis="what") == [0.14, 0.14]
    assert values_of(group, "interventions.swaps[nonsense]", axis="what") == []
    assert values_of(group, "planes.nonsense") == values_of(group, "nonsense.at_all") == []


def test_compared_numbers_are_named_in_words() -> None:
    assert len({one.measure for one in NUMBERS}) == len(NUMBERS)
    assert {one.measure.partition(".")[0] for one in NUMBERS} <= set(ANALYSES)
    assert all(one.label for one in NUMBERS)


def test_the_report_is_strict_json_of_few_digits() -> None:
    found = rounded(report_on(members(2)))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert rounded({"a": [1.23456, 12, None, True, "x", -0.000123456]}) == {
        "a": [1.235, 12, None, True, "x", -0.0001235]
    }


def test_arrays_need_no_pickle_and_hold_every_network() -> None:
    ours = members(3)
    bare = Result({"probe_distance": [None], "what": ["a", "b"], "edge": 1.5}, {"angle": [[1.0, None]]}, {})
    ours = [replace(one, found={**one.found, "planes": bare}) for one in ours]
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays(report_on(ours)["groups"]))
    out.seek(0)
    loaded = np.load(out, allow_pickle=False)
    assert loaded["Diffusion/planes/measures/angle"].shape == (3, 1, 2)
    assert np.isnan(loaded["Diffusion/planes/measures/angle"][:, 0, 1]).all()
    assert loaded["Diffusion/planes/axes/what"].tolist() == ["a", "b"]
    assert np.isnan(loaded["Diffusion/planes/axes/probe_distance"]).all()
    assert loaded["Diffusion/seeds"].tolist() == [1, 2, 3]
    assert loaded["Diffusion/networks"].tolist() == [one.id for one in ours]
    assert loaded["Diffusion/swap_hypotheses/nulls/decided"].shape == (3,)


def test_one_network_alone_makes_a_report() -> None:
    found = report_on([member(1)])
    assert found["contrasts"] == []
    assert all(one["p"] is None for one in found["nulls"])
    assert mechanism.DIGITS >= 4
