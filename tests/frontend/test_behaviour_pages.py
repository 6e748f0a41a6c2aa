"""The Behaviour page against the fake API: what can be chosen, what is asked of the API, what is shown of each fit."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import study_fits
from callbacks import text_of, within_callback
from fastapi import FastAPI

from backend.model_names import _WITHOUT_GUESSES, fit_name
from backend.schemas.fits import FitOptions
from frontend.pages import behaviour
from frontend.parts import fit_downloads, fit_form, fit_list, fit_options, model_catalogue, surrogate_panel, swap_report
from frontend.parts.fit_tables import parameters_csv
from frontend.parts.model_catalogue import CHOICES, DEFAULTS, PRESETS, label_of, options_of, suitable

IDS = [{"type": "fit-option", "name": name} for name in DEFAULTS]


def settings(**changed: str) -> list[str]:
    """Values of the form's options, in the order of IDS."""
    return [changed.get(name, value) for name, value in DEFAULTS.items()]


def asked_of(fake: FastAPI) -> list[dict[str, Any]]:
    return [body for _, place, body in fake.state.fake.asked if place == "fits"]


def test_the_catalogue_knows_every_model_of_the_contract() -> None:
    assert {choice.model for choice in CHOICES.values()} == {
        "bns", "two_component", "three_component", "slots", "slots_averaging", "variable_precision",
        "variable_precision_swaps", "interference", "neural_population", "confusability",
    }  # fmt: skip
    assert all(name in CHOICES for names in PRESETS.values() for name in names)


def test_a_model_gets_only_the_options_that_it_has() -> None:
    chosen = {"even": "signed", "noise": "linked", "emission": "wrapped_stable", "uniform": "without"}
    assert options_of(CHOICES["bns-both"], chosen) == {
        "dimensions": "both", "even": False, "swap_function_shared": False, "noise": "linked",
        "emission": "wrapped_stable", "uniform": False, "subjects": "pooled",
    }  # fmt: skip
    assert options_of(CHOICES["confusability"], chosen) == {"subjects": "pooled"}
    assert "even" not in options_of(CHOICES["bns-none"], chosen)


def test_only_bns_is_fitted_hierarchically() -> None:
    chosen = {"subjects": "hierarchical"}
    assert options_of(CHOICES["bns-probe"], chosen)["subjects"] == "hierarchical"
    assert options_of(CHOICES["three_component"], chosen)["subjects"] == "separate"


@pytest.mark.parametrize("name", list(CHOICES))
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"uniform": "without", "swap_function": "shared"},
        {"even": "signed", "noise": "linked", "emission": "wrapped_cauchy", "subjects": "separate"},
        {"noise": "shared", "emission": "wrapped_stable"},
    ],
)
def test_a_fit_is_called_as_the_api_calls_it(name: str, changed: dict[str, str]) -> None:
    choice = CHOICES[name]
    options = options_of(choice, changed)
    assert label_of(choice.model, options) == fit_name(choice.model, FitOptions(**options))
    assert model_catalogue.choice_of(choice.model, options) == choice


def test_what_a_dataset_lacks_is_said() -> None:
    no_probe = {"set_sizes": [1, 3], "has_probe": False, "subjects": 9}
    assert "no probe values" in str(model_catalogue.unsuitable(CHOICES["bns-probe"], no_probe))
    assert model_catalogue.unsuitable(CHOICES["bns-report"], no_probe) is None
    assert suitable(PRESETS["BNS variants"], no_probe) == ["bns-report", "bns-none"]
    alone = {"set_sizes": [1], "has_probe": False, "subjects": 9}
    assert suitable(CHOICES, alone) == [
        "two_component", "slots", "slots_averaging", "variable_precision", "neural_population", "confusability",
    ]  # fmt: skip
    assert suitable(CHOICES, None) == list(CHOICES)


def test_guesses_are_optional_where_the_models_say_so() -> None:
    assert {choice.model for choice in CHOICES.values() if "uniform" in choice.options} == set(_WITHOUT_GUESSES)


async def test_models_that_a_dataset_cannot_be_fitted_with_are_not_chosen(fake: FastAPI) -> None:
    fake.state.fake.datasets["d1"]["summary"]["has_probe"] = False
    page = text_of(await behaviour.render({}, {"dataset": "d1"}))
    assert "This dataset has no probe values" in page
    (_, names), _ = await within_callback(
        fit_form.choose, "d1", [None, 1, None], [], triggered={"type": "fit-preset", "name": "BNS variants"}
    )
    assert names == ["bns-report", "bns-none"]


async def test_options_that_do_not_apply_say_why(fake: FastAPI) -> None:
    answer, _ = await within_callback(fit_form.explain, ["slots", "confusability"], "d1", settings(), IDS)
    words, disabled, off, data, notes = answer
    assert (words, disabled) == ("Fit all 2 models", False)
    assert dict(zip(DEFAULTS, off, strict=True)) == dict.fromkeys(DEFAULTS, True) | {"subjects": False}
    assert notes[list(DEFAULTS).index("emission")] == "Needs a BNS model; the chosen ones have their own."
    hierarchical = next(choice for choice in data[-1] if choice["value"] == "hierarchical")
    assert hierarchical["disabled"]


async def test_options_of_some_of_the_models_say_of_which(fake: FastAPI) -> None:
    names = ["bns-probe", "bns-none", "three_component"]
    answer, _ = await within_callback(fit_form.explain, names, "d1", settings(subjects="hierarchical"), IDS)
    _, _, off, _, notes = answer
    assert not any(off)
    told = dict(zip(DEFAULTS, notes, strict=True))
    assert told["even"] == "For BNS models of a distance."
    assert told["uniform"] == ""
    assert told["subjects"] == "For BNS models; the others are fitted to each subject."


def test_one_subject_is_no_population() -> None:
    one = {"set_sizes": [2], "has_probe": True, "subjects": 1}
    option = fit_options.OPTIONS["subjects"]
    assert fit_options.note(option, ["bns-probe"], "pooled", one) == "This dataset has one subject."
    enabled = [row["value"] for row in fit_options.disabled_choices(option, ["bns-probe"], one) if not row["disabled"]]
    assert enabled == ["pooled"]


async def test_one_click_fits_a_family(fake: FastAPI) -> None:
    names = ["three_component", "bns-report"]
    values = settings(swap_function="shared", uniform="without")
    (wake, stale), updated = await within_callback(behaviour.fit_all, 1, "d1", names, values, IDS, 7)
    bodies = asked_of(fake)
    assert [body["model"] for body in bodies] == ["bns", "three_component"]
    assert bodies[0]["options"]["dimensions"] == "report"
    assert bodies[0]["options"]["swap_function_shared"] is True
    assert bodies[1]["options"] == {"uniform": False, "subjects": "pooled"}
    assert {body["seed"] for body in bodies} == {7}
    assert wake == stale
    assert "goto" not in updated  # the form stays; the list below it shows them all


async def test_one_model_opens_its_page(fake: FastAPI) -> None:
    (wake, _), updated = await within_callback(behaviour.fit_all, 1, "d1", ["slots"], settings(), IDS, None)
    assert wake.startswith("fit-j")
    assert updated["goto"]["data"]["to"].startswith("/behaviour?fit=f")
    assert asked_of(fake)[0]["seed"] == 0


async def test_one_subject_is_fitted_as_one(fake: FastAPI) -> None:
    fake.state.fake.datasets["d1"]["summary"]["subjects"] = 1
    values = settings(subjects="hierarchical")
    await within_callback(behaviour.fit_all, 1, "d1", ["bns-probe"], values, IDS, 1)
    assert asked_of(fake)[0]["options"]["subjects"] == "pooled"


async def test_fits_are_listed_by_dataset_with_their_progress(fake: FastAPI) -> None:
    answer, _ = await within_callback(fit_list.renew, "now", "d1")
    drawn = text_of(answer)
    assert "/comparison?dataset=d1" in drawn
    assert '{"type": "job-bar", "job": "j3"}' in drawn  # the one that runs
    assert '{"type": "job-bar", "job": "j1"}' not in drawn
    assert "fits-stale" in drawn


@pytest.mark.parametrize(
    ("fit", "shows", "hides"),
    [
        ("f1", ["swap-function", "swap-by-distance", "deviation", "response-distance", "precision"], ["swap-surface"]),
        ("f2", ["swap-function", "weights"], ["swap-surface", "subjects-order"]),
        ("f5", ["swap-surface", "surface-slice"], ["swap-function"]),
        ("f6", ["swap-function", "subjects-order", "12 subjects"], ["swap-surface"]),
        ("f7", ["weights", "predictive", "BIC"], ["swap-function", "swap-surface"]),
    ],
)
async def test_a_fit_shows_what_it_has(fake: FastAPI, fit: str, shows: list[str], hides: list[str]) -> None:
    drawn = text_of(await behaviour.render({}, {"fit": fit}))
    assert [words for words in shows if f'"{words}"' not in drawn] == []
    assert [words for words in hides if f'"{words}"' in drawn] == []


async def test_a_result_from_before_the_checks_is_shown(fake: FastAPI) -> None:
    for name in ("nonparametric", "checks", "precision", "information", "subjects", "swap_surfaces"):
        del fake.state.fake.fits["f1"]["result"][name]
    drawn = text_of(await behaviour.render({}, {"fit": "f1"}))
    assert '"swap-function"' in drawn
    assert '"swap-by-distance"' not in drawn


async def test_subjects_without_curves_are_a_table(fake: FastAPI) -> None:
    result = fake.state.fake.fits["f7"]["result"]
    result["subjects"] = study_fits.subjects(3)
    for subject in result["subjects"]:
        subject["swap_functions"] = []
    drawn = text_of(await behaviour.render({}, {"fit": "f7"}))
    assert "3 subjects in numbers" in drawn
    assert '"subjects-order"' not in drawn


@pytest.mark.parametrize("way", swap_report.WAYS)
def test_a_surface_is_drawn_every_way(way: str) -> None:
    result = study_fits.fit_result("bns", {"dimensions": "both"})
    assert swap_report.draw_surface(result, way, "4", "log_odds", 90).data


def test_parameters_as_a_table_name_the_subject() -> None:
    result = study_fits.fit_result("bns", {"subjects": "separate"})
    rows = list(csv.DictReader(io.StringIO(parameters_csv(result))))
    assert len(rows) == len(result["parameters"]) + 12 * 4
    assert {row["subject"] for row in rows} == {""} | {str(number) for number in range(1, 13)}
    assert float(rows[-1]["value"]) == result["subjects"][-1]["parameters"][-1]["value"]


async def test_parameters_are_downloaded(fake: FastAPI) -> None:
    file, _ = await within_callback(fit_downloads.download_parameters, 1, {"id": "f1"})
    assert file["filename"] == "parameters.csv"
    assert file["content"].startswith("subject,name,label,set_size,value,low,high,truth\n")


async def test_the_surrogate_link_follows_the_panel() -> None:
    (href, _, trials), _ = await within_callback(surrogate_panel.relink, "more", 500, 3, "mean", "npz", {"id": "f1"})
    assert href == "/api/fits/f1/surrogate?seed=3&draw=mean&format=npz&trials=500"
    assert trials == {}


async def test_random_displays_are_drawn_by_a_job(fake: FastAPI) -> None:
    fit = {"id": "f1", "set_sizes": [1, 2]}
    await within_callback(surrogate_panel.keep, 1, "law", 500, 3, "mean", fit)
    assert fake.state.fake.asked[-1][2] == {
        "fit_id": "f1",
        "displays": {"law": {"set_sizes": [1, 2]}},
        "trials": 500,
        "seed": 3,
        "draw": "mean",
    }
