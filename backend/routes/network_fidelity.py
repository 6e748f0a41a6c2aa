"""What is known about how faithful networks are: all of it for one network, a few numbers for a list."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from backend.store.artifacts import ArtifactDamaged, ArtifactMissing, Artifacts
from backend.store.tables import DONE, Analysis

_RESULT = "result.json"


def judged(session: Session, network: str | None = None) -> list[str]:
    """Ids of the finished analyses of fidelity, the newest first: all, or those of one network."""
    made = session.query(Analysis).filter_by(analysis="fidelity", state=DONE).order_by(Analysis.created_at.desc())
    return [one.id for one in made if network is None or {"kind": "network", "id": network} in one.parents]


def fidelity_of(artifacts: Artifacts, analyses: list[str], network: str) -> dict[str, Any] | None:
    """The first of the analyses that is there and about the network; None where there is none."""
    for analysis in analyses:
        try:
            found = artifacts.read_json("analysis", analysis, _RESULT)
        except ArtifactMissing:
            continue
        results: dict[str, dict[str, Any]] = found["networks"]
        if network in results:
            return results[network]
    return None


def in_short(artifacts: Artifacts, analyses: list[str]) -> dict[str, dict[str, Any]]:
    """By network, the two-sample test and the largest error of the swap curve by the newest of the analyses."""
    found: dict[str, dict[str, Any]] = {}
    for analysis in reversed(analyses):
        try:
            found |= _in_short(artifacts, analysis)
        except (ArtifactMissing, ArtifactDamaged):  # said where the analysis itself is asked for
            continue
    return found


@lru_cache(maxsize=1024)
def _in_short(artifacts: Artifacts, analysis: str) -> dict[str, dict[str, Any]]:
    """A result is written once, and lists are asked for often."""
    results = artifacts.read_json("analysis", analysis, _RESULT)["networks"]
    return {
        network: {
            "c2st": {name: one["c2st"][name] for name in ("network", "floor")},
            "swap_curve": {"largest_error": one["swap_curve"]["largest_error"]},
        }
        for network, one in results.items()
    }
