"""What stands still in a picture of runs: planes of the items and slow points."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from backend.routes.downloads import not_there_yet
from backend.rows import find
from backend.schemas.landmarks import LandmarksRequest
from backend.site import Here, Site
from backend.store.tables import DONE, Network

router = APIRouter(prefix="/networks", tags=["networks"])


@router.post("/{id}/landmarks", summary="Memory planes and slow points on one display")
async def landmarks(site: Here, id: str, wanted: LandmarksRequest) -> Response:
    """``{"planes", "points"}`` of the intact network, in the coordinates of ``axes``; null where not asked for.

    ``planes`` is null for a display of one item, else ``items`` (the cued one and its nearest neighbour), ``reports``
    (R radians), ``rings`` ``[2][T][R][3]`` and ``corners`` ``[2][T][4][3]``, ``angle`` and ``floor`` ``[T]`` (degrees
    between the planes of both items, each from trials in which it is cued; and between halves of the trials of one).
    ``points`` lists slow points of the dynamics of each epoch: ``x``, ``y``, ``z``, ``speed`` (sizes of the cloud of
    states per second), ``fixed``, ``stable``, ``starts`` (how many of the runs lead there), ``holds`` (radians that the
    network would report from there) and ``item`` (the one that this is, -1 for none). Arrays are ``{"dtype",
    "bdata"}``, base64 of little-endian numbers without their shape.
    """
    await asyncio.to_thread(_trained, site, id)
    question = wanted.model_dump(mode="json", exclude={"view"}) | {"network_id": id}
    answer = await site.warm.ask("landmarks", question, view=wanted.view)
    return Response(answer.body, media_type="application/json")


def _trained(site: Site, id: str) -> None:
    with site.store.session() as session:
        row = find(session, Network, id)
    if row.state != DONE:
        raise not_there_yet(row, "trained network")
