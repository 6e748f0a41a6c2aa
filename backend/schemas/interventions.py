"""What a simulation may do to a network; mirrors ``models.network.intervention``.

Whether the network has the neuron and the trial the step is seen where both are known, when it runs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from backend.schemas.base import Request

EpochName = Literal["stimulus", "delay", "cue", "gap", "recall"]
Factor = Annotated[float, Field(ge=0, le=10)]
RecallStep = Annotated[int, Field(ge=0, le=999)]
NEURONS = 1024


def _once(numbers: list[int]) -> list[int]:
    if len(set(numbers)) < len(numbers):
        raise ValueError("a neuron is in the list twice")
    return numbers


class NoiseByEpoch(Request):
    """Multipliers of the noise in each epoch, on top of the ``noise`` of all; 0 takes it away."""

    stimulus: Factor = Field(1.0, description="Of the noise of the initial state as well.")
    delay: Factor = 1.0
    cue: Factor = 1.0
    gap: Factor = 1.0
    recall: Factor = 1.0


class PushRequest(Request):
    """A kick at the first step of an epoch; afterwards the network is left to itself."""

    axis: Literal["role", "plane_x", "plane_y", "memory"] = Field(
        description="Direction: “role” tells the cued item as target from the other item with the nearest probe, found "
        "from runs with either cued, so that a negative size makes the other one the target (from the cue on); "
        "“plane_x” and “plane_y” are the axes of the behaviour plane, “memory” is the axis of most variance outside it."
    )
    size: float = Field(
        ge=-20,
        le=20,
        description="In standard deviations of the activity along the axis at that step, over the network's displays.",
    )
    epoch: EpochName


class CueFlipRequest(Request):
    """The cue of an item shown again during recall."""

    to: int = Field(ge=0, le=15, description="Whose cue: an item of the display, counted from 0.")
    step: RecallStep = Field(description="Recall step from which on it is shown, counted from 0.")
    steps: int = Field(ge=1, le=1000, description="How many steps it is shown; it ends within recall.")


class InterventionsRequest(Request):
    """What is done to the network in all runs; all together if several are given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "silenced": [3, 17],
                    "noise": {"delay": 0},
                    "push": {"axis": "memory", "size": 1.5, "epoch": "recall"},
                    "flip_cue": {"to": 1, "step": 10, "steps": 5},
                }
            ]
        }
    )

    silenced: Annotated[
        list[Annotated[int, Field(ge=0, lt=NEURONS)]],
        Field(max_length=NEURONS, description="Neurons whose activity is held at 0 throughout, counted from 0."),
        AfterValidator(_once),
    ] = Field(default_factory=list)
    noise: NoiseByEpoch = Field(default_factory=NoiseByEpoch)
    push: PushRequest | None = None
    flip_cue: CueFlipRequest | None = None
