"""The requests mirror the settings of the science, field by field."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from annotated_types import Ge, Le

from backend.schemas.datasets import Mapping
from backend.schemas.fits import FitOptions
from backend.schemas.laws import DisplayLawRequest, SwapLawRequest
from backend.schemas.training import TrainOptions
from models.behaviour.fitting import FitConfig
from models.display_laws import UniformDisplays, from_dict
from models.network.config import _RANGES, BUDGETS, TrainConfig
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
    for name, (low, high) in _RANGES.items():
        bounds = {type(part): part for part in TrainOptions.model_fields[name].metadata}
        assert (bounds[Ge].ge, bounds[Le].le) == (low, high), name


def test_every_budget_is_a_possible_request() -> None:
    for config in BUDGETS.values():
        TrainOptions.model_validate(config.to_json())


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
