"""Laws that a person can write down instead of data: of displays, and of what is reported."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from backend.schemas.base import Request


class DisplayLawRequest(Request):
    """Random displays: independent uniform features, distinct probe places, a minimum separation if wanted."""

    set_sizes: list[int] = Field(default_factory=lambda: [1, 2, 4], min_length=1, max_length=16)
    weights: list[float] | None = Field(None, description="How often each set size occurs; null is equally often.")
    probe_places: int | None = Field(
        None, ge=2, le=360, description="Evenly spaced places of the probe feature; null lets it vary continuously."
    )
    report_separation: float = Field(0.0, ge=0, le=3.1, description="Smallest distance of two reports, radians.")
    probe_separation: float = Field(0.0, ge=0, le=3.1, description="Smallest distance of two probes, radians.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        largest = max(self.set_sizes)
        if min(self.set_sizes) < 1 or largest > 16:
            raise ValueError("set sizes must be from 1 to 16")
        if self.weights is not None and (
            len(self.weights) != len(self.set_sizes) or min(self.weights) < 0 or sum(self.weights) <= 0
        ):
            raise ValueError("there must be one weight, not negative, for each set size, and not all may be 0")
        if self.probe_places is not None and self.probe_places < largest:
            raise ValueError(f"{self.probe_places} places cannot hold {largest} items")
        if self.probe_places is not None and self.probe_separation:
            raise ValueError("with fixed places there is no further separation of probes; leave it 0")
        for name in ("report_separation", "probe_separation"):
            if getattr(self, name) * largest > 0.75 * 6.2832:
                raise ValueError(f"{name} leaves no room for {largest} items on the circle")
        return self


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
