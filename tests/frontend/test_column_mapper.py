"""The menus of the column mapper give back the mapping that they were made from."""

from __future__ import annotations

import math
from typing import Any

import pytest
import study_records

from frontend.parts import column_mapper, period_menu

NO_LAYOUT: dict[str, Any] = {"trial": [], "item": None}


def menus(mapping: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[str]]:
    columns = {field: mapping[field] for field, *_ in column_mapper.ROLES}
    periods = {unit: period_menu.period_key(period) for unit, period in mapping["periods"].items()}
    readings = {field: mapping[field] for field in column_mapper.READINGS} | {"table": None, "include_target": "no"}
    return columns, periods, readings, [f"{value:g}" for value in mapping["missing"]]


def test_untouched_menus_give_the_same_mapping() -> None:
    mapping = study_records.MAPPING | {"missing": [-1.0, 360.0]}
    changed = column_mapper.collect(mapping, *menus(mapping), NO_LAYOUT)
    assert changed == mapping | {"periods": {name: pytest.approx(value) for name, value in mapping["periods"].items()}}


def test_a_cleared_menu_means_not_in_this_file() -> None:
    columns, periods, readings, missing = menus(study_records.MAPPING)
    changed = column_mapper.collect(
        study_records.MAPPING, columns | {"subject": None, "nontargets": []}, periods, readings, missing, NO_LAYOUT
    )
    assert changed["subject"] is None
    assert changed["nontargets"] == []


def test_a_placeholder_must_be_a_number() -> None:
    columns, periods, readings, _ = menus(study_records.MAPPING)
    with pytest.raises(ValueError, match="could not convert"):
        column_mapper.collect(study_records.MAPPING, columns, periods, readings, ["none"], NO_LAYOUT)


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
    assert period_menu.period_words(period) == words
    assert words in [entry["label"] for entry in period_menu.period_menu(period)]


def test_a_unit_keeps_all_its_digits() -> None:
    for period in (2 * math.pi, math.pi, 360.0, 2 * math.pi * math.pi / 180, 13.0):
        assert period_menu.period_of(period_menu.period_key(period)) == period


def test_a_role_with_another_column_has_its_unit_guessed_anew() -> None:
    mapping = study_records.MAPPING
    columns, periods, readings, missing = menus(mapping)
    other = columns | {"target": "nontarget_2"}
    after = period_menu.units_after("target", other, mapping, periods)
    assert after == periods | {"target": period_menu.GUESSED}
    changed = column_mapper.collect(mapping, other, after, readings, missing, NO_LAYOUT)
    assert changed["periods"]["target"] is None
    assert changed["periods"]["response"] == mapping["periods"]["response"]
    assert period_menu.units_after("target", columns, mapping, after) == periods, "the old column has its unit back"
    assert period_menu.units_after("subject", other, mapping, periods) == periods
    assert period_menu.GUESSED in [entry["value"] for entry in period_menu.period_menu(360)]


def test_another_layout_or_table_has_all_roles_guessed_anew() -> None:
    mapping = study_records.MAPPING
    long = column_mapper.collect(mapping, *menus(mapping), {"trial": ["subject", "trial"], "item": "item"})
    assert long == {"table": None, "header": mapping.get("header"), "trial": ["subject", "trial"], "item": "item"}
    columns, periods, readings, missing = menus(mapping)
    other = column_mapper.collect(mapping, columns, periods, readings | {"table": "block"}, missing, NO_LAYOUT)
    assert other == {"table": "block", "header": mapping.get("header"), "trial": [], "item": None}


def test_half_a_turn_is_added_and_taken_back() -> None:
    mapping = study_records.MAPPING | {"shifts": {"nontargets": 0.5}}
    columns, periods, readings, missing = menus(mapping)
    for chosen, shift in (("0.5", 0.5), ("0", 0.0)):
        changed = column_mapper.collect(mapping, columns, periods, readings | {"shift": chosen}, missing, NO_LAYOUT)
        assert changed["shifts"]["nontargets"] == shift


def test_columns_of_a_long_table_are_chosen_from_the_file_itself() -> None:
    record = study_records.datasets()["d1"]
    table = record["tables"][0] | {"source_columns": ["trial", "item", "colour"]}
    assert column_mapper.source_columns(record | {"tables": [table]}) == ["trial", "item", "colour"]
    assert column_mapper.source_columns(record) == column_mapper.column_names(record)
