"""The menus of the column mapper give back the mapping that they were made from."""

from __future__ import annotations

import math
from typing import Any

import pytest
import study_records

from frontend.parts import column_mapper


def menus(mapping: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[str]]:
    columns = {field: mapping[field] for field, *_ in column_mapper.ROLES}
    periods = {unit: column_mapper.period_key(period) for unit, period in mapping["periods"].items()}
    readings = {field: mapping[field] for field in column_mapper.READINGS} | {"table": None, "include_target": "no"}
    return columns, periods, readings, [f"{value:g}" for value in mapping["missing"]]


def test_untouched_menus_give_the_same_mapping() -> None:
    mapping = study_records.MAPPING | {"missing": [-1.0, 360.0]}
    changed = column_mapper.collect(mapping, *menus(mapping))
    assert changed == mapping | {"periods": {name: pytest.approx(value) for name, value in mapping["periods"].items()}}


def test_a_cleared_menu_means_not_in_this_file() -> None:
    columns, periods, readings, missing = menus(study_records.MAPPING)
    changed = column_mapper.collect(
        study_records.MAPPING, columns | {"subject": None, "nontargets": []}, periods, readings, missing
    )
    assert changed["subject"] is None
    assert changed["nontargets"] == []


def test_a_placeholder_must_be_a_number() -> None:
    columns, periods, readings, _ = menus(study_records.MAPPING)
    with pytest.raises(ValueError, match="could not convert"):
        column_mapper.collect(study_records.MAPPING, columns, periods, readings, ["none"])


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (6.2832, "radians, full circle 2π"),
        (360, "degrees, full circle 360°"),
        (180, "degrees, orientation 180° (doubled)"),
        (math.pi, "radians, orientation π (doubled)"),
        (13, "positions, 13 to the circle"),
    ],
)
def test_periods_in_words(period: float, words: str) -> None:
    assert column_mapper.period_words(period) == words
    assert words in [entry["label"] for entry in column_mapper.period_menu(period)]
