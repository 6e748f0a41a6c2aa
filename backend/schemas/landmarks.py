"""Requests for what stands still in a picture of runs."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from backend.schemas.base import Request
from backend.schemas.networks import Display

Part = Literal["planes", "points"]
SlowEpoch = Literal["delay", "cue", "recall"]


class LandmarksRequest(Request):
    """Planes of the items and slow points of a network on one display, in the view of a simulation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "display": {"report": [0.3, -2.1], "probe": [0.0, 0.785], "cued": 0, "cue": None},
                    "axes": "plane",
                    "parts": ["planes"],
                }
            ]
        }
    )

    display: Display
    axes: Literal["pca", "plane", "items"] = "pca"
    parts: list[Part] = Field(default=["planes", "points"], min_length=1, max_length=2)
    epochs: list[SlowEpoch] = Field(
        default=["delay", "cue", "recall"], min_length=1, max_length=3, description="Whose slow points are wanted."
    )
    noise: float = Field(1.0, ge=0, le=10, description="Multiplier of all noise.")
    delay: int | None = Field(None, ge=0, le=1000, description="Steps of delay; null is the training's longest.")
    view: str | None = Field(
        None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="A newer request of the same view replaces this."
    )
