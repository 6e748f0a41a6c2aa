"""The published comparison as one request; mirrors ``models.network.published`` (a test compares the two)."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from backend.schemas.analyses import MOST_NETWORKS, MechanismOptions
from backend.schemas.base import SEED_LIMIT, Name, Request, Seed
from backend.schemas.budgets import batch_for_moments, settled
from backend.schemas.laws import DisplayLawRequest, SwapLawRequest
from backend.schemas.networks import EstimateRequest, Objective, TrainRequest
from backend.schemas.training import TrainOptions

ConditionName = Literal[
    "smooth_1", "task_optimal", "no_swap", "mean_matching", "moment_matching", "smooth_0", "flat_0.3", "smooth_2",
    "flat_0.05",
]  # fmt: skip


class Condition(Request):
    """One kind of network: its objective and the law of swaps that it is trained on."""

    title: str
    objective: Objective
    law: SwapLawRequest


def _diffusion(title: str, **law: Any) -> Condition:  # noqa: ANN401 - the settings of a law
    return Condition(title=f"Diffusion, {title}", objective="diffusion", law=SwapLawRequest(**law))


_SMOOTH = SwapLawRequest(kind="smooth")
CONDITIONS: dict[ConditionName, Condition] = {
    "smooth_1": _diffusion("smooth swaps (offset -1)", kind="smooth", offset=-1.0),
    "task_optimal": Condition(title="Task-optimal", objective="task_optimal", law=SwapLawRequest(kind="none")),
    "no_swap": _diffusion("no swaps", kind="none"),
    "mean_matching": Condition(title="Mean matching (smooth swaps, offset 0)", objective="mean_matching", law=_SMOOTH),
    "moment_matching": Condition(
        title="Moment matching (smooth swaps, offset 0)", objective="moment_matching", law=_SMOOTH
    ),
    "smooth_0": _diffusion("smooth swaps (offset 0)", kind="smooth"),
    "flat_0.3": _diffusion("flat swaps (0.3)", kind="flat", correct=0.7),
    "smooth_2": _diffusion("smooth swaps (offset -2)", kind="smooth", offset=-2.0),
    "flat_0.05": _diffusion("flat swaps (0.05)", kind="flat", correct=0.95),
}
"""By name, the most telling first."""
USUAL: tuple[ConditionName, ...] = (
    "smooth_1", "task_optimal", "no_swap", "mean_matching", "moment_matching", "flat_0.3",
)  # fmt: skip
TWO_ITEMS = DisplayLawRequest(set_sizes=[2], report_separation="published", probe_separation="published")
SMALL = TrainOptions(hidden=160, steps=6000, pool=4096, held_out=128, evaluations=10)
"""What the networks have otherwise than those of the demo: some twelve minutes of one CPU core for five."""
ANALYSIS_SECONDS = 60.0
"""What one network may take in the report on the mechanism at most: five minutes for five on two cores."""


class PublishedStudyRequest(Request):
    """Networks of some published conditions, an ensemble each, and the mechanism of all of them side by side.

    No data are needed: displays of two items, and swap laws that are written down.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"conditions": ["smooth_1", "task_optimal"], "count": 5}]}
    )

    conditions: list[ConditionName] = Field(default_factory=lambda: list(USUAL), min_length=1)
    count: int = Field(5, ge=1, le=16, description="How many networks of each, with this seed and the next ones.")
    config: TrainOptions = Field(default=SMALL, description="Settings that differ from the demo's.")
    options: MechanismOptions = Field(default_factory=MechanismOptions, description="Of the report on the mechanism.")
    seed: Seed = 1
    name: Name | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(set(self.conditions)) < len(self.conditions):
            raise ValueError("a condition is named twice")
        if len(self.conditions) * self.count > MOST_NETWORKS:
            raise ValueError(
                f"{len(self.conditions)} conditions with {self.count} networks each are more than {MOST_NETWORKS}, "
                "the most that are compared at a time"
            )
        if self.seed + self.count - 1 > SEED_LIMIT:
            raise ValueError(f"the last of the seeds is above {SEED_LIMIT}")
        self.trainings()
        return self

    def trainings(self) -> list[TrainRequest]:
        """The training of every condition, in order."""
        return [
            TrainRequest(
                law=CONDITIONS[name].law, displays=TWO_ITEMS, objective=CONDITIONS[name].objective, budget="demo",
                config=self._suited_to(CONDITIONS[name].objective), seed=self.seed, count=self.count,
                name=CONDITIONS[name].title,
            )
            for name in self.conditions
        ]  # fmt: skip

    def _suited_to(self, objective: Objective) -> TrainOptions:
        """The settings at the same cost for this objective: moments take more responses to a display in fewer steps."""
        if objective != "moment_matching" or "samples_per_display" in self.config.model_fields_set:
            return self.config
        chosen = {name: getattr(self.config, name) for name in self.config.model_fields_set}
        whole = settled("demo", "diffusion", self.config)
        return TrainOptions(**{**chosen, **batch_for_moments(whole, ())})

    def one_training(self) -> EstimateRequest:
        """The first training, to measure how long it takes: all cost the same, step for step, but for a little."""
        first = self.trainings()[0]
        return EstimateRequest(
            law=first.law, displays=TWO_ITEMS, objective=first.objective, budget="demo", config=first.config,
            count=self.count,
        )  # fmt: skip
