"""Requests for analyses of trained networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator

from backend.schemas.base import Id, Name, Request, Seed

AnalysisName = Literal["fidelity", "mechanism"]
PartName = Literal[
    "planes", "decoding", "swap_hypotheses", "fixed_points", "cue_sweep", "role_axis", "interventions", "refit"
]
PARTS: tuple[str, ...] = get_args(PartName)
"""Of the report on a mechanism, in its order; mirrors ``models.analysis.mechanism.ANALYSES`` (a test compares them)."""
MOST_NETWORKS = 32


class _OfNetworks(Request):
    network_ids: list[Id] = Field(min_length=1, max_length=MOST_NETWORKS, description="One named twice counts once.")
    seed: Seed = 1
    name: Name | None = None


class FidelityRequest(_OfNetworks):
    """How far each network's responses are from the law that it was trained on; a job of kind ``analyse``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"network_ids": ["3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6"], "analysis": "fidelity", "seed": 1}]
        }
    )

    analysis: Literal["fidelity"] = "fidelity"
    options: dict[Literal["displays", "runs"], Annotated[int, Field(ge=1, le=20_000)]] = Field(
        default_factory=dict, description="How many new displays, and how many runs of each."
    )


class MechanismOptions(Request):
    """Settings of the report on a mechanism."""

    analyses: list[PartName] = Field(
        default_factory=lambda: list(get_args(PartName)), min_length=1, description="Which analyses it consists of."
    )

    @field_validator("analyses")
    @classmethod
    def _in_order(cls, wanted: list[str]) -> list[str]:
        return [name for name in PARTS if name in wanted]


class MechanismRequest(_OfNetworks):
    """How networks come to make errors; a job of kind ``analyse``.

    Networks that were trained alike but for the seed are taken together, others are compared with them. They may
    differ in everything, set sizes included.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "network_ids": ["3f2a9c11d0e94b6aa0d7b1f2c3d4e5f6", "9a1b2c3d4e5f60718293a4b5c6d7e8f9"],
                    "analysis": "mechanism",
                    "options": {"analyses": ["planes", "swap_hypotheses"]},
                    "seed": 1,
                }
            ]
        }
    )

    analysis: Literal["mechanism"] = "mechanism"
    options: MechanismOptions = Field(default_factory=MechanismOptions)


def _named(request: object) -> str | None:
    """The analysis that is asked for: fidelity where none is named; None where there is no such analysis."""
    given = request.get("analysis", "fidelity") if isinstance(request, Mapping) else getattr(request, "analysis", None)
    return given if given in get_args(AnalysisName) else None


AnalysisRequest = Annotated[
    Annotated[FidelityRequest, Tag("fidelity")] | Annotated[MechanismRequest, Tag("mechanism")],
    Discriminator(
        _named,
        custom_error_type="unknown_analysis",
        custom_error_message="analysis must be “fidelity” or “mechanism”",
    ),
]
