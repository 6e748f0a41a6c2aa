"""What a result was made from and with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter

from backend.routes.downloads import not_there_yet
from backend.rows import PLURAL, find
from backend.site import Here
from backend.store.tables import MADE

router = APIRouter(tags=["manifests"])
_KINDS = {plural: kind for kind, plural in PLURAL.items() if kind != "study"}


@router.get("/{kinds}/{id}/manifest", summary="The manifest of a result")
def manifest(
    site: Here,
    kinds: Literal["datasets", "fits", "surrogates", "networks", "analyses", "comparisons", "recoveries"],
    id: str,
) -> dict[str, Any]:
    """Inputs with their hashes, configuration, seed, versions, and the sha256 and size of each file."""
    kind = _KINDS[kinds]
    with site.store.session() as session:
        row = find(session, MADE[kind], id)  # type: ignore[type-var]
    if not site.store.artifacts.exists(kind, id):
        raise not_there_yet(row, "manifest")
    stored = site.store.artifacts.manifest(kind, id)
    return asdict(stored) | {"hash": stored.hash, "request": row.request}
