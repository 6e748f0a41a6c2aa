"""Requests about datasets: how the columns of a file are to be read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.schemas.base import Id, Name, Request, Seed

Column = Annotated[str, Field(max_length=500)]
Period = Annotated[
    float, Field(gt=0, le=1e6, description="Units of the column that make one full turn: 360, 180, 6.2832, 8 ...")
]


class Periods(Request):
    """Units per full turn of the feature; 180 is an orientation in degrees, which is doubled; null is guessed."""

    response: Period | None = None
    target: Period | None = None
    nontargets: Period | None = None
    probe: Period | None = None


Shift = Annotated[float, Field(ge=-1, le=1, description="Part of a full turn to be added: 0.5 is half a turn.")]


class Shifts(Request):
    """What is added to the angles of a role, for columns measured from another zero."""

    response: Shift = 0.0
    target: Shift = 0.0
    nontargets: Shift = 0.0


class Mapping(Request):
    """Which column means what. What is missing is then said; without a response all roles are guessed.

    In a table with one row an item (``trial`` and ``item``) the other roles name columns as they are after its rows
    were put side by side: “colour” becomes “colour_1”, “colour_2” and so on.
    """

    table: str | None = Field(None, description="Name of the table in a file with several.")
    header: bool | None = Field(None, description="Whether the first row names the columns; null when it is clear.")
    subject: Column | None = None
    condition: list[Column] = Field(default_factory=list, max_length=20)
    set_size: Column | None = None
    response: Column = Field("", description="Column of what the participant reported; empty: guess all roles.")
    response_is: Literal["angle", "error"] = Field("angle", description="“error” is response minus target.")
    target: Column | None = None
    target_probe: Column | None = Field(None, description="Column of the cued item's probe feature.")
    nontargets: list[Column] = Field(default_factory=list, max_length=64)
    nontarget_probes: list[Column] = Field(default_factory=list, max_length=64)
    nontargets_are: Literal["angles", "minus_target", "response_minus"] = "angles"
    nontarget_probes_are: Literal["angles", "minus_target"] = "angles"
    include_target: bool = Field(False, description="Whether ``nontargets`` list all items, the cued one too.")
    cued: Column | None = Field(None, description="Column that counts which of them is cued, from 1.")
    periods: Periods = Field(default_factory=Periods)
    shifts: Shifts = Field(default_factory=Shifts)
    trial: list[Column] | None = Field(
        None, max_length=20, description="In a table with one row an item: columns alike on all rows of a trial."
    )
    item: Column | None = Field(None, description="In a table with one row an item: the items' number.")
    missing: list[float] = Field(default_factory=list, max_length=20, description="Values that mean “no item”.")


MAPPING_EXAMPLE: JsonDict = {
    "table": None,
    "header": True,
    "subject": "subject",
    "condition": [],
    "set_size": "set_size",
    "response": "response",
    "response_is": "angle",
    "target": "target",
    "target_probe": "target_location",
    "nontargets": ["nontarget_2", "nontarget_3"],
    "nontarget_probes": ["nontarget_location_2", "nontarget_location_3"],
    "nontargets_are": "angles",
    "nontarget_probes_are": "angles",
    "periods": {"response": 360, "target": 360, "nontargets": 360, "probe": 360},
    "missing": [],
}


class DatasetChange(Request):
    """A new name, a new reading of the columns, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mapping": MAPPING_EXAMPLE}]})

    name: Name | None = None
    mapping: Mapping | None = None


class ReadRequest(Request):
    """A job of kind ``read``: the file of a dataset, or the example that Swapscope makes itself."""

    dataset_id: Id
    mapping: Mapping | None = None
    source: Literal["upload", "example"] = "upload"
    seed: Seed = 1
