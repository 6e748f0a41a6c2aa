"""The requests mirror the settings of the science, field by field."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from annotated_types import Ge, Le
from pydantic import ValidationError

from backend.model_names import fit_name
from backend.schemas.budgets import BUDGETS as OUR_BUDGETS
from backend.schemas.datasets import Mapping
from backend.schemas.fits import FitOptions
from backend.schemas.laws import DisplayLawRequest, SwapLawRequest
from backend.schemas.networks import EstimateRequest, TrainRequest
from backend.schemas.training import TrainOptions
from models.behaviour.config import MODELS, FitConfig
from models.behaviour.result import label
from models.display_laws import UniformDisplays, from_dict
from models.network.config import BUDGETS, InvalidConfig, TrainConfig
from models.network.ranges import RANGES
from models.network.swap_laws import SwapLaw
from models.reading.mapping import Mapping as ReadingMapping

PAIRS: list[tuple[Any, Any, set[str]]] = [
    (FitOptions, FitConfig, {"model"}),
    (TrainOptions, TrainConfig, set()),
    (SwapLawRequest, SwapLaw, set()),
]


@pytest.mark.parametrize(("schema", "config", "beside"), PAIRS)
def test_fields_and_defaults_agree(schema: Any, config: Any, beside: set[str]) -> None:
    theirs = {field.name: field.default for field in dataclasses.fields(config) if field.name not in beside}
    ours = {name: field.get_default(call_default_factory=True) for name, field in schema.model_fields.items()}
    assert ours == theirs


def test_ranges_of_the_training_agree() -> None:
    for name, (low, high) in RANGES.items():
        bounds = {type(part): part for part in TrainOptions.model_fields[name].metadata}
        assert (bounds[Ge].ge, bounds[Le].le) == (low, high), name


def test_every_budget_is_a_possible_request() -> None:
    for config in BUDGETS.values():
        TrainOptions.model_validate(config.to_json())


@pytest.mark.parametrize("name", BUDGETS)
def test_budgets_mean_the_same(name: str) -> None:
    assert set(OUR_BUDGETS) == set(BUDGETS)
    whole = TrainRequest.model_validate({"law": {}, "budget": name}).stored()["config"]
    assert whole == BUDGETS[name].to_json()
    assert TrainConfig.from_json(whole) == BUDGETS[name]


CLASHES: list[dict[str, Any]] = [
    {"neurons": 48, "hidden": 95},
    {"neurons": 33},
    {"log_snr_low": 7.0},
    {"beta_low": 0.5},
    {"without_swaps": 0.6, "ramp": 0.6},
    {"delay_steps": [5, 2]},
]


@pytest.mark.parametrize("config", CLASHES)
def test_what_does_not_go_together_is_refused_with_the_request(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        BUDGETS["quick"].changed(**config)
    for request, body in ((TrainRequest, {"law": {}}), (EstimateRequest, {})):
        with pytest.raises(ValidationError):
            request.model_validate({**body, "budget": "quick", "config": config})


def test_a_setting_that_only_the_budget_allows_is_allowed() -> None:
    wanted = TrainRequest.model_validate({"law": {}, "budget": "quick", "config": {"hidden": 50}})
    assert wanted.stored()["config"]["hidden"] == 50
    again = TrainRequest.model_validate(wanted.stored())
    assert again.stored() == wanted.stored()


def test_mappings_agree() -> None:
    assert set(Mapping.model_fields) == {field.name for field in dataclasses.fields(ReadingMapping)}
    request = Mapping(response="r", target="t", nontargets=["n"])
    assert ReadingMapping.from_json(request.model_dump(mode="json")).nontargets == ("n",)


def test_laws_of_displays_agree() -> None:
    law = from_dict(DisplayLawRequest(set_sizes=[2], report_separation="published").model_dump(mode="json"))
    assert isinstance(law, UniformDisplays)
    own = {field.name for field in dataclasses.fields(UniformDisplays)}
    assert own == set(DisplayLawRequest.model_fields) - {"kind", "fresh_reports"}
    assert DisplayLawRequest(kind="resampled").model_dump() == {"kind": "resampled", "fresh_reports": True}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"uniform": False},
        {"subjects": "separate"},
        {"even": False, "dimensions": "both", "noise": "linked", "emission": "wrapped_stable"},
        {"even": False, "dimensions": "none", "swap_function_shared": True},
    ],
)
def test_a_fit_is_called_the_same_in_lists_and_figures(model, options):
    assert fit_name(model, FitOptions(**options)) == label(FitConfig(model=model, **options))
