"""What all requests share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SEED_LIMIT = 2**53 - 1  # what a browser's numbers hold exactly

Id = Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]{3,31}$", description="Id of a resource, as the API gave it.")]


def _readable(name: str) -> str:
    kept = "".join(sign if sign.isprintable() else " " for sign in name).strip()
    if not kept:
        raise ValueError("a name needs at least one letter or digit")
    return kept


Name = Annotated[str, Field(min_length=1, max_length=200, description="A name for people."), AfterValidator(_readable)]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Seed = Annotated[
    int, Field(ge=0, le=SEED_LIMIT, description="Seed of everything random: the same request gives the same numbers.")
]
Angle = Annotated[
    float, Field(ge=-6.2832, le=6.2832, allow_inf_nan=False, description="Radians of the full feature circle.")
]


class Request(BaseModel):
    """A request: unknown fields are refused, so that a misspelled setting is never ignored in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
