"""The Mechanism page of the shipped example: made-up numbers can keep a shape that real ones no longer have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from frontend.pages.mechanism import spans_of
from frontend.parts.mechanism_sections import sections
from frontend.parts.mechanism_verdict import verdict_card
from tests.frontend.callbacks import text_of

EXAMPLE = Path(__file__).resolve().parents[2] / "example"


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The stored result of the example's report."""
    rows = json.loads((EXAMPLE / "study.json").read_text())["rows"]["analysis"]
    (row,) = [one for one in rows if one["analysis"] == "mechanism"]
    found: dict[str, Any] = json.loads((EXAMPLE / "artifacts" / "analysis" / row["id"] / "result.json").read_text())
    return found


def test_every_section_of_the_shipped_report_can_be_drawn(shipped: dict[str, Any]) -> None:
    shown = sections(shipped, spans_of([]))
    assert len(shown) == 8
    assert "Memory planes" in text_of(shown[0])


def test_the_shipped_report_compares_five_networks_of_three_objectives(shipped: dict[str, Any]) -> None:
    groups = {group["objective"]: len(group["networks"]) for group in shipped["groups"]}
    assert groups == {"diffusion": 5, "task_optimal": 5, "moment_matching": 5}
    assert "Swaps are selected wrong" in text_of(verdict_card(shipped["verdict"]))
