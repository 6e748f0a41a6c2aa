"""Requests to compare behavioural models, and to find out whether they can be told apart on given displays."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from backend.schemas.base import Id, Name, Request, Seed
from backend.schemas.fits import FitOptions, ModelName

_MODELS: list[JsonValue] = [
    {"model": "bns", "options": {"uniform": True}, "name": None},
    {"model": "three_component", "options": {}, "name": None},
]


class ComparedModel(Request):
    """A model that takes part, fitted as ``POST /api/fits`` would."""

    model: ModelName = "bns"
    options: FitOptions = Field(default_factory=FitOptions)
    name: Name | None = Field(None, description="What it is called in tables; null is made from model and options.")


Models = Annotated[list[ComparedModel], Field(min_length=1, max_length=24, description="Which models take part.")]


def _distinct(models: list[ComparedModel]) -> None:
    """Raise ``ValueError`` where a name is given twice, or the same model is asked for twice."""
    names = [one.name for one in models if one.name is not None]
    if len(set(names)) < len(names):
        raise ValueError("two models have the same name; give each its own, or none")
    settings = [one.model_dump_json(exclude={"name"}) for one in models]
    if len(set(settings)) < len(settings):
        raise ValueError("the same model with the same options is there twice")


class ComparisonRequest(Request):
    """A job of kind ``compare``: cross-validation of several models on the same folds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"dataset_id": "3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6", "models": _MODELS, "folds": 5, "seed": 1}]
        }
    )

    dataset_id: Id
    models: Models
    folds: Literal[5, 10] = Field(5, description="Parts of the trials; each is predicted by a fit to the others.")
    seed: Seed = 1
    name: Name | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _distinct(self.models)
        return self


class RecoveryRequest(Request):
    """A job of kind ``recover``: simulate from fitted models on the dataset's displays, fit again, compare."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dataset_id": "3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6",
                    "models": _MODELS,
                    "datasets": 10,
                    "trials": None,
                    "kind": "parameters",
                    "seed": 1,
                }
            ]
        }
    )

    dataset_id: Id
    models: Models
    datasets: int = Field(10, ge=1, le=200, description="Simulated data sets a model.")
    trials: int | None = Field(None, ge=50, le=200_000, description="Trials of each; null is as many as recorded.")
    kind: Literal["parameters", "models"] = Field(
        "parameters", description="Whether planted parameters come back, or which model comes first."
    )
    seed: Seed = 1
    name: Name | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _distinct(self.models)
        return self
