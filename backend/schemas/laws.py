"""Laws that a person can write down instead of data: of displays, and of what is reported."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from backend.schemas.base import Request

Separation = Annotated[
    Annotated[float, Field(ge=0, le=3.1)] | Literal["published"],
    Field(description="Smallest distance of two items, radians; “published” is π / (2 N + 0.1)."),
]


class DisplayLawRequest(Request):
    """New displays: ``uniform`` features with separations, or ``resampled`` ones like those of the dataset.

    Mirrors ``models.display_laws``, which says whether a law can be obeyed.
    """

    kind: Literal["uniform", "resampled"] = "uniform"
    fresh_reports: bool = Field(True, description="Of resampled displays: whether reports are drawn anew.")
    set_sizes: list[int] = Field(default_factory=lambda: [1, 2, 4], min_length=1, max_length=16)
    weights: list[float] | None = Field(None, description="How often each set size occurs; null is equally often.")
    probe_places: int | None = Field(
        None, ge=2, le=360, description="Evenly spaced places of the probe feature; null lets it vary continuously."
    )
    report_separation: Separation = 0.0
    probe_separation: Separation = 0.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not all(1 <= size <= 16 for size in self.set_sizes):
            raise ValueError("set sizes must be from 1 to 16")
        if self.weights is not None and len(self.weights) != len(self.set_sizes):
            raise ValueError("there must be one weight for each set size")
        if self.weights is not None and (min(self.weights) < 0 or not sum(self.weights)):
            raise ValueError("weights cannot be negative, and not all can be 0")
        return self

    @model_serializer(mode="wrap")
    def _of_its_kind(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only the settings of its kind, as ``models.display_laws.from_dict`` wants them."""
        values: dict[str, Any] = whole(self)
        own = {"kind", "fresh_reports"}
        return {name: value for name, value in values.items() if (name in own) == (self.kind == "resampled")}


class SwapLawRequest(Request):
    """A parametric law of responses; mirrors ``models.network.swap_laws.SwapLaw`` (a test compares the two)."""

    kind: Literal["none", "flat", "smooth", "sharp"] = "smooth"
    correct: float = Field(0.7, gt=0, le=1, description="Probability of the cued item in the flat law.")
    offset: float = Field(0.0, ge=-50, le=50, description="Of the smooth law; lower means fewer swaps (log-odds).")
    width: float = Field(1.5, gt=0, le=100, description="Variance of the smooth law over probe distance, rad².")
    emission: Literal["von_mises", "cartesian"] = "cartesian"
    noise: float = Field(
        0.05, gt=0, le=10, description="sd of the Cartesian emission, in units of the circle's radius."
    )
    concentration: float = Field(20.0, gt=0, le=1e4, description="von Mises κ for a set size of 1.")
    crowding: float = Field(0.7, ge=0, le=5, description="κ is divided by set size to this power.")
    uniform: float = Field(0.0, ge=0, lt=1, description="Probability of a guess.")
