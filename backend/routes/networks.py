"""Trained networks: made by a job, run at once by the warm worker."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.planning import plan_network
from backend.routes.downloads import MEDIA_TYPES, file_name, not_there_yet, stored_file
from backend.routes.network_card import card_of
from backend.routes.network_fidelity import fidelity_of, in_short, judged
from backend.rows import common, find, newest, remove
from backend.schemas.base import Limit
from backend.schemas.networks import EstimateRequest, SimulateRequest, TrainRequest
from backend.site import Here, Site
from backend.store import jobs
from backend.store.tables import DONE, Dataset, Fit, Network

router = APIRouter(prefix="/networks", tags=["networks"])


def network_json(row: Network, ensembles: Mapping[str, list[str]]) -> dict[str, Any]:
    """The network without its result; ``ensembles`` as ``ensembles_of`` gives them."""
    wanted = row.request
    shown = {"fit_id": row.fit_id, "objective": row.objective, "law": wanted.get("law"), "budget": wanted.get("budget")}
    members = ensembles.get(row.job_id or "")
    ensemble = {"id": row.job_id, "members": members} if members else None
    return common(row) | shown | {"config": wanted.get("config", {}), "ensemble": ensemble}


def ensembles_of(session: Session, rows: Collection[Network]) -> dict[str, list[str]]:
    """By job, ids of the networks that it trained together in the order of their seeds; nothing for single networks."""
    jobs_of_several = {row.job_id for row in rows if len(row.request.get("seeds") or []) > 1}
    found: dict[str, list[tuple[int, str]]] = {}
    for one in session.scalars(select(Network).where(Network.job_id.in_(jobs_of_several))):
        found.setdefault(str(one.job_id), []).append((one.request["seeds"].index(one.seed), one.id))
    return {job: [id for _, id in sorted(members)] for job, members in found.items()}


@router.post("", status_code=202, summary="Train a network")
def start(site: Here, wanted: TrainRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the network, of an ensemble the first: it lists all ``members``."""
    with site.store.session() as session:
        _, job = plan_network(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.post("/estimate", summary="How long a training will take")
async def estimate(site: Here, wanted: EstimateRequest) -> dict[str, Any]:
    """Measured on a few steps, on the machine that runs the simulations: ``{seconds, seconds_per_step, device}``.

    ``config`` is the whole configuration that the training would have.
    """
    asked = wanted.stored()
    answer = await site.warm.ask("estimate", asked, seconds=60.0)
    found: dict[str, Any] = json.loads(answer.body)
    return found | {"config": asked["config"]}


@router.get("", summary="All networks, the newest first")
def many(
    site: Here, fit_id: str | None = None, ensemble: str | None = None, limit: Limit = 200
) -> list[dict[str, Any]]:
    """Without results, but for a few numbers of their ``fidelity``; ``ensemble`` is one whose networks are wanted."""
    with site.store.session() as session:
        rows = newest(session, Network, limit, fit_id=fit_id, job_id=ensemble)
        together = ensembles_of(session, rows)
        known = in_short(site.store.artifacts, judged(session))
        return [network_json(row, together) | {"fidelity": known.get(row.id)} for row in rows]


@router.get("/{id}", summary="One network")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done; its ``fidelity`` is the latest finished analysis of that name."""
    with site.store.session() as session:
        row = find(session, Network, id)
        analyses = judged(session, id)
        shown = network_json(row, ensembles_of(session, [row]))
        dataset_id = _dataset_of(session.get(Fit, row.fit_id) if row.fit_id else None)
        dataset = session.get(Dataset, dataset_id) if dataset_id else None
        source = {"dataset_id": dataset_id, "dataset_name": dataset.name if dataset else None}
    if row.state != DONE:
        return shown | source | {"result": None}
    found = site.store.artifacts.read_json("network", id, "result.json")
    return shown | source | {"result": found | {"fidelity": fidelity_of(site.store.artifacts, analyses, id)}}


def _dataset_of(fit: Fit | None) -> str | None:
    return fit.dataset_id if fit is not None else None


@router.delete("/{id}", status_code=204, summary="Delete a network and its analyses")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while a job still uses it."""
    remove(site.store, Network, id)


@router.get("/{id}/weights.safetensors", summary="The weights as a file")
def weights(site: Here, id: str) -> Response:
    """safetensors: tensors only, nothing that can execute."""
    with site.store.session() as session:
        row = find(session, Network, id)
    return stored_file(site.store.artifacts, "network", row, "network.safetensors", "trained network")


@router.get("/{id}/description.json", summary="What is needed to rebuild the network around its weights")
def description(site: Here, id: str) -> Response:
    """The configuration and a summary of the training."""
    with site.store.session() as session:
        row = find(session, Network, id)
    return stored_file(site.store.artifacts, "network", row, "network.json", "trained network")


@router.get("/{id}/card.json", summary="What goes with the weights when a network is passed on")
def card(
    site: Here, id: str, licence: Annotated[str | None, Query(max_length=200, description="Yours to choose.")] = None
) -> JSONResponse:
    """Task, configuration, training, hash of the data, fidelity and licence: with the weights it is all that is needed.

    ``models.network.storage.from_card`` loads both; ``docs/notebook.md`` shows how.
    """
    with site.store.session() as session:
        row = find(session, Network, id)
        analyses = judged(session, id)
        ensemble = network_json(row, ensembles_of(session, [row]))["ensemble"]
    if row.state != DONE:
        raise not_there_yet(row, "trained network")
    artifacts = site.store.artifacts
    found = artifacts.read_json("network", id, "result.json")
    fidelity = fidelity_of(artifacts, analyses, id)
    told = card_of(row, found, artifacts.manifest("network", id), fidelity, licence)
    told["ensemble"] = ensemble
    return JSONResponse(told, headers={"Content-Disposition": 'attachment; filename="card.json"'})


@router.post("/{id}/simulate", summary="Run the network on one display")
async def simulate(site: Here, id: str, wanted: SimulateRequest) -> Response:
    """Responses, states, the behavioural model's prediction and recorded responses to similar displays.

    Arrays are ``{"dtype", "bdata"}``, base64 of little-endian numbers, which plotly takes as they are. A newer request
    of the same ``view`` makes an unanswered one answer 409. With ``interventions`` the answer is about the network that
    they are done to, and ``baseline`` has the responses of the same runs without them.
    """
    began = time.perf_counter()
    row, dataset_id = await asyncio.to_thread(_trained, site, id)
    question = wanted.model_dump(mode="json", exclude={"view"})
    question |= {"network_id": id, "fit_id": row.fit_id, "dataset_id": dataset_id}
    answer = await site.warm.ask("simulate", question, view=wanted.view)
    times = {"queue": answer.meta["queue"], "simulate": answer.meta["simulate"]}
    times["total"] = round(1000 * (time.perf_counter() - began), 1)
    if wanted.format == "npz":
        name = file_name(row, f"-runs-{wanted.seed}.npz")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(answer.body, media_type=MEDIA_TYPES["npz"], headers=headers)
    # The answer is a JSON object of some hundred kilobytes; the times are put in before its last brace unparsed.
    body = answer.body[:-1] + b',"timing_ms":' + json.dumps(times).encode() + b"}"
    return Response(body, media_type="application/json")


def _trained(site: Site, id: str) -> tuple[Network, str | None]:
    with site.store.session() as session:
        row = find(session, Network, id)
        dataset_id = _dataset_of(session.get(Fit, row.fit_id) if row.fit_id else None)
    if row.state != DONE:
        raise not_there_yet(row, "trained network")
    return row, dataset_id
