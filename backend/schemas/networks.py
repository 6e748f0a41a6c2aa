"""Requests about networks: training, what it will cost, and running a trained one."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from backend.schemas.base import SEED_LIMIT, Angle, Id, Name, Request, Seed
from backend.schemas.budgets import settled
from backend.schemas.interventions import InterventionsRequest
from backend.schemas.laws import DisplayLawRequest, SwapLawRequest
from backend.schemas.training import TrainOptions

Budget = Annotated[
    Literal["quick", "demo", "full"],
    Field(description="A set of defaults: “quick” is seconds, “demo” minutes on two cores, “full” the published size."),
]
Objective = Annotated[
    Literal["diffusion", "mean_matching", "moment_matching", "task_optimal"],
    Field(description="What the network is trained for."),
]


MEMBERS = 16  # networks of an ensemble at most


class TrainRequest(Request):
    """A job of kind ``train``. The source is a fitted model (``fit_id``) or a written-down law (``law``).

    With ``seeds``, or a ``count`` of them from ``seed`` on, one job trains an ensemble together: a network
    for every seed, each what it would be alone, at a fraction of the cost of one after the other.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "fit_id": "3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6",
                    "objective": "diffusion",
                    "budget": "demo",
                    "config": {"neurons": 48},
                    "seed": 1,
                },
                {"law": {"kind": "smooth"}, "displays": {"set_sizes": [2]}, "budget": "quick", "seed": 1, "count": 5},
            ]
        }
    )

    fit_id: Id | None = None
    law: SwapLawRequest | None = None
    displays: DisplayLawRequest | None = Field(None, description="Displays; with a fit, null is the dataset's own.")
    responses: Literal["model", "recorded"] = Field(
        "model",
        description="Of a fit: whether to learn from the model's responses, or from the recorded ones themselves.",
    )
    objective: Objective = "diffusion"
    config: TrainOptions = Field(default_factory=TrainOptions, description="Settings that differ from the budget's.")
    budget: Budget | None = None
    seed: Seed = 1
    count: int = Field(1, ge=1, le=MEMBERS, description="How many networks, with this seed and the next ones.")
    seeds: list[Seed] | None = Field(
        None, min_length=1, max_length=MEMBERS, description="The seeds themselves, instead of seed and count."
    )
    name: Name | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.fit_id is None) == (self.law is None):
            raise ValueError("give either fit_id, the fitted model to train on, or law, a written-down one")
        if self.seeds is not None and (self.count != 1 or self.seed not in (1, self.seeds[0])):
            raise ValueError("give either seeds, or seed and count")
        if len(set(self.all_seeds)) < len(self.all_seeds):
            raise ValueError("two seeds are alike: they would make the same network twice")
        if max(self.all_seeds) > SEED_LIMIT:
            raise ValueError(f"the last of the seeds is above {SEED_LIMIT}")
        self._recorded_can_be()
        settled(self.budget, self.objective, self.config)
        return self

    def _recorded_can_be(self) -> None:
        if self.responses == "model":
            return
        if self.fit_id is None or self.displays is not None:
            raise ValueError("recorded responses belong to a fit and to the displays that they were given to")
        if "target" in self.config.model_fields_set and self.config.target != "sampled":
            raise ValueError("recorded responses are samples: their target can only be “sampled”, not “exact”")

    @property
    def all_seeds(self) -> list[int]:
        """The seed of every network that is asked for."""
        return list(self.seeds) if self.seeds is not None else [self.seed + number for number in range(self.count)]

    def stored(self) -> dict[str, Any]:
        """JSON of the request with the whole configuration and all seeds, so that it means the same for ever."""
        whole = settled(self.budget, self.objective, self.config)
        if self.responses == "recorded":
            whole = whole.model_copy(update={"target": "sampled"})
        seeds = self.all_seeds
        plain = self.model_dump(mode="json", exclude={"count"})
        return {**plain, "config": whole.model_dump(mode="json"), "seed": seeds[0], "seeds": seeds}


class EstimateRequest(Request):
    """Settings whose training time is wanted; the whole request of a training may be given as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"budget": "demo", "config": {"neurons": 64}}]})

    config: TrainOptions = Field(default_factory=TrainOptions)
    budget: Budget | None = None
    objective: Objective = "diffusion"
    fit_id: Id | None = None
    law: SwapLawRequest | None = None
    displays: DisplayLawRequest | None = None
    responses: Literal["model", "recorded"] = "model"
    seed: Seed = 1
    count: int = Field(1, ge=1, le=MEMBERS, description="How many networks are trained together.")
    seeds: list[Seed] | None = Field(None, min_length=1, max_length=MEMBERS)
    name: Name | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        settled(self.budget, self.objective, self.config)
        return self

    def stored(self) -> dict[str, Any]:
        """JSON with the whole configuration."""
        whole = settled(self.budget, self.objective, self.config)
        count = self.count if self.seeds is None else len(self.seeds)
        return {**self.model_dump(mode="json"), "config": whole.model_dump(mode="json"), "count": count}


class Display(Request):
    """One display. ``cue`` is the probe angle shown as the cue; null is the cued item's own.

    A network that is cued by an item's number (encoding ``index``) has no cue between items; it is refused with 422.
    """

    report: list[Angle] = Field(min_length=1, max_length=16)
    probe: list[Angle] = Field(min_length=1, max_length=16)
    cued: int = Field(0, ge=0, le=15, description="Which item is cued, counted from 0.")
    cue: Angle | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.report) != len(self.probe):
            raise ValueError(f"{len(self.report)} reports but {len(self.probe)} probes: every item needs both")
        if self.cued >= len(self.report):
            raise ValueError(f"item {self.cued} cannot be cued: there are {len(self.report)}, counted from 0")
        return self


class SimulateRequest(Request):
    """Runs of a network on one display."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "display": {"report": [0.3, -2.1], "probe": [0.0, 0.785], "cued": 0, "cue": None},
                    "runs": 200,
                    "seed": 1,
                },
                {
                    "display": {"report": [0.3, -2.1], "probe": [0.0, 0.785], "cued": 0, "cue": None},
                    "runs": 200,
                    "seed": 1,
                    "interventions": {"silenced": [3], "noise": {"recall": 0}},
                },
            ]
        }
    )

    display: Display
    runs: int = Field(200, ge=1, le=5000)
    seed: Seed = 1
    noise: float = Field(1.0, ge=0, le=10, description="Multiplier of all noise; 0 makes a run deterministic.")
    delay: int | None = Field(None, ge=0, le=1000, description="Steps of delay; null is the training's longest.")
    axes: Literal["pca", "plane", "items"] = "pca"
    states: bool = Field(True, description="Whether to return trajectories.")
    format: Literal["json", "npz"] = "json"
    view: str | None = Field(
        None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="A newer request of the same view replaces this."
    )
    interventions: InterventionsRequest | None = Field(
        None, description="What is done to the network; the answer then also has the same runs without, as `baseline`."
    )

    @model_validator(mode="after")
    def _items_are_there(self) -> Self:
        flip = self.interventions.flip_cue if self.interventions else None
        items = len(self.display.report)
        if flip is not None and flip.to >= items:
            raise ValueError(f"the cue cannot flip to item {flip.to}: there are {items}, counted from 0")
        return self


class StudyRequest(Request):
    """The whole chain: fits, surrogate data, a network and its fidelity. Without a dataset the example is made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"dataset_id": None, "name": "Example", "budget": "demo", "seed": 1}],
        }
    )

    dataset_id: Id | None = None
    name: Name | None = None
    budget: Budget = "demo"
    seed: Seed = 1
