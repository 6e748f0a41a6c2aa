"""Requests about behavioural models: fits and surrogate data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from backend.schemas.base import Id, Name, Request, Seed
from backend.schemas.laws import DisplayLawRequest

ModelName = Annotated[
    Literal[
        "bns",
        "two_component",
        "three_component",
        "slots",
        "slots_averaging",
        "variable_precision",
        "variable_precision_swaps",
        "interference",
        "neural_population",
        "confusability",
    ],
    Field(description="Name of a behavioural model."),
]


class FitOptions(Request):
    """How a model is fitted; mirrors ``models.behaviour.config.FitConfig`` (a test compares the two)."""

    dimensions: Literal["probe", "report", "both", "none"] = Field(
        "probe", description="What the swap function depends on: distance of probes, of reports, both or none (BNS)."
    )
    even: bool = Field(True, description="Unsigned distances; false lets both ways round the circle differ (BNS).")
    swap_function_shared: bool = Field(False, description="One swap function for all set sizes (BNS).")
    noise: Literal["each", "shared", "linked"] = Field(
        "each", description="Noise of each set size, shared by all, or linked by a power law of set size (BNS)."
    )
    uniform: bool = Field(True, description="Whether responses may also be guesses, in models that can be without.")
    emission: Literal["von_mises", "wrapped_normal", "wrapped_cauchy", "wrapped_stable"] = Field(
        "von_mises", description="Law of the noise around the reported item (BNS)."
    )
    subjects: Literal["pooled", "separate", "hierarchical"] = Field(
        "pooled", description="Subjects as one, fitted apart, or varying around a population (BNS only)."
    )
    inducing: int = Field(12, ge=2, le=64, description="Inducing points along an axis of continuous distance.")
    max_steps: int = Field(500, ge=1, le=20_000, description="Most iterations of the optimiser.")
    tolerance: float = Field(1e-5, gt=0, le=1, description="Converged below this gain, nats per trial.")
    window: int = Field(10, ge=1, le=1000, description="Iterations over which the gain is judged.")


class FitRequest(Request):
    """A job of kind ``fit``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dataset_id": "3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6",
                    "model": "bns",
                    "options": {"swap_function_shared": False},
                    "seed": 1,
                }
            ]
        }
    )

    dataset_id: Id
    model: ModelName = "bns"
    options: FitOptions = Field(default_factory=FitOptions)
    seed: Seed = 1
    name: Name | None = None


class LawDisplays(Request):
    """New displays, drawn from a law."""

    law: DisplayLawRequest


Draw = Annotated[
    Literal["posterior", "predictive", "mean"],
    Field(
        description="“posterior” draws the parameters once for all trials, “predictive” averages over them, "
        "“mean” uses the estimates."
    ),
]


class SurrogateRequest(Request):
    """A job of kind ``surrogate``: responses drawn from a fitted model."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fit_id": "3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6", "displays": "dataset", "trials": None, "seed": 1}
            ]
        }
    )

    fit_id: Id
    displays: Literal["dataset"] | LawDisplays = Field("dataset", description="The dataset's own displays, or new.")
    trials: int | None = Field(
        None, ge=1, le=1_000_000, description="How many; null is one for each display of the dataset."
    )
    seed: Seed = 1
    draw: Draw = "posterior"
    name: Name | None = None
