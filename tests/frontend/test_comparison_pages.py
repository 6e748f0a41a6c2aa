"""The page that compares models: what it says, what its buttons ask for, and how its reports change."""

from __future__ import annotations

from typing import Any

import pytest
from callbacks import text_of, within_callback
from fastapi import FastAPI

from frontend import shell
from frontend.parts import comparison_form, comparison_report, job_card, recovery_report


@pytest.mark.parametrize(
    ("search", "says"),
    [
        ("", "Which model predicts best?"),
        ("?dataset=d1", "Could these displays tell?"),
        ("?comparison=c1", "do not tell it from Interference"),
        ("?comparison=c1", "of which 12 are missing"),
        ("?comparison=c1", "/api/comparisons/c1/pointwise.csv"),
        ("?comparison=c1", "7 of 12"),
        ("?comparison=c2", "Interference: fold 3 of 5"),
        ("?comparison=c3", "1 subject"),
        ("?recovery=r1", "comes first in 35 of 40 data sets, and is tied with the first in 5 more"),
        ("?recovery=r2", "hold 90 % of the 300 planted values"),
        ("?comparison=gone", "There is nothing at this address"),
        ("?recovery=gone", "There is nothing at this address"),
    ],
)
async def test_every_address_shows_its_report(fake: FastAPI, search: str, says: str) -> None:
    page, _ = await shell.show("/comparison", search)
    assert says in text_of(page)


async def test_one_subject_gets_no_columns_about_subjects(fake: FastAPI) -> None:
    drawn = text_of(await comparison_report.comparison_view("c3"))
    assert "Best for" not in drawn
    assert "over subjects" not in drawn


async def test_a_sensible_family_is_chosen_and_what_cannot_be_fitted_is_not(fake: FastAPI) -> None:
    dataset = fake.state.fake.datasets["d1"]
    drawn = comparison_form.comparison_form([dataset], dataset | {"summary": {"set_sizes": [1, 2], "has_probe": True}})
    assert find(drawn, "compare-models").value == [
        "bns-probe", "bns-report", "bns-none", "two_component", "three_component", "variable_precision_swaps",
        "interference",
    ]  # fmt: skip
    bare = dataset | {"summary": {"set_sizes": [1, 2], "has_probe": False}}
    chosen = find(comparison_form.comparison_form([dataset], bare), "compare-models").value
    assert "bns-probe" not in chosen
    assert "three_component" in chosen


def find(component: Any, id: str) -> Any:
    """The component with this id."""
    return next(one for one in component._traverse() if getattr(one, "id", None) == id)


async def test_one_click_compares_the_family(fake: FastAPI) -> None:
    names = ["three_component", "bns-report"]
    stamp, updated = await within_callback(comparison_form.start_comparison, 1, "d1", names, "hierarchical", "10", 4)
    _, path, request = fake.state.fake.asked[-1]
    assert path == "comparisons"
    assert (request["dataset_id"], request["folds"], request["seed"]) == ("d1", 10, 4)
    assert [one["model"] for one in request["models"]] == ["bns", "three_component"], "in the catalogue's order"
    assert request["models"][0]["options"]["dimensions"] == "report"
    assert request["models"][0]["options"]["subjects"] == "hierarchical"
    assert request["models"][1]["options"]["subjects"] == "separate", "only BNS is hierarchical"
    assert updated["goto"]["data"]["to"] == "/comparison?comparison=c1"
    assert stamp.startswith("compare-")


async def test_one_click_checks_recovery(fake: FastAPI) -> None:
    names = ["three_component"]
    _, updated = await within_callback(comparison_form.start_recovery, 1, "d1", names, "pooled", 1, "parameters", 8, "")
    _, path, request = fake.state.fake.asked[-1]
    assert path == "recoveries"
    assert (request["kind"], request["datasets"], request["trials"]) == ("parameters", 8, None)
    assert updated["goto"]["data"]["to"] == "/comparison?recovery=r1"


async def test_nothing_is_started_without_a_model(fake: FastAPI) -> None:
    await within_callback(comparison_form.start_comparison, 1, "d1", [], "pooled", "5", 1)
    await within_callback(comparison_form.start_recovery, 1, None, ["bns-probe"], "pooled", 1, "models", 5, None)
    assert fake.state.fake.asked == []


async def test_the_work_is_said_before_it_is_started() -> None:
    said, _ = await within_callback(comparison_form.tell_cost, ["a", "b", "c"], "5", "models", 10)
    assert said == ("18 fits", "93 fits")
    said, _ = await within_callback(comparison_form.tell_cost, ["a", "b", "c"], "10", "parameters", 10)
    assert said == ("33 fits", "48 fits")
    said, _ = await within_callback(comparison_form.tell_cost, [], "10", "parameters", "")
    assert said == ("choose a model", "choose a model")


async def test_another_dataset_is_another_address(fake: FastAPI) -> None:
    _, updated = await within_callback(comparison_form.choose, "d2", "?dataset=d1")
    assert updated["goto"]["data"]["to"] == "/comparison?dataset=d2"
    _, updated = await within_callback(comparison_form.choose, "d1", "?dataset=d1")
    assert "goto" not in updated


async def test_another_reference_redraws_the_differences(fake: FastAPI) -> None:
    figure, _ = await within_callback(comparison_report.refer, "two_component", {"id": "c1"})
    (means,) = [one for one in figure.data if one.name == "mean over trials"]
    assert min(means.x) > 0


async def test_another_model_shows_its_parameters(fake: FastAPI) -> None:
    cards, _ = await within_callback(recovery_report.show_model, "three_component", {"id": "r2"})
    drawn = text_of(cards)
    assert "Swap weight" in drawn
    assert "recovery-curves" not in drawn, "it has no swap function"
    figure, _ = await within_callback(recovery_report.count_by, "first_by_bic", {"id": "r1"})
    assert "tied" not in str(figure.data[0].text)


def test_jobs_lead_to_their_results() -> None:
    assert job_card.place({"kind": "comparison", "id": "c1"}) == "/comparison?comparison=c1"
    assert job_card.place({"kind": "recovery", "id": "r1"}) == "/comparison?recovery=r1"
    assert job_card.allowed({"state": "running", "kind": "compare"}) == ["cancel"]


def test_a_recovery_without_a_fit_claims_nothing() -> None:
    empty = {"kind": "models", "confusion": {"first": [], "tied": []}}
    assert "nothing was recovered" in recovery_report.verdict(empty)
    assert "nothing was recovered" in recovery_report.verdict({"kind": "parameters", "parameters": []})
