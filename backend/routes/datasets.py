"""Datasets: files that people give, read by a job."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import ValidationError

from backend.planning import plan_read
from backend.problems import Problem, missing
from backend.routes.downloads import trials_response
from backend.rows import common, descendants, find, newest, refuse_if_busy, remove
from backend.schemas.base import Limit, Name
from backend.schemas.datasets import MAPPING_EXAMPLE, DatasetChange, Mapping
from backend.site import Here, Site
from backend.store import jobs, uploads
from backend.store.artifacts import ArtifactMissing
from backend.store.tables import DONE, FAILED, Dataset, Job, new_id

READING_SECONDS = 15.0
MOST_FILES = 500
router = APIRouter(prefix="/datasets", tags=["datasets"])
_UNREAD: dict[str, Any] = {
    "tables": [], "reasons": {}, "questions": [], "findings": [], "rejected": {"count": 0, "rows": []},
    "summary": None, "pictures": None, "truth": None,
}  # fmt: skip


def dataset_json(site: Site, row: Dataset) -> dict[str, Any]:
    """The dataset with what its latest successful reading found."""
    try:
        reading = site.store.artifacts.read_json("dataset", row.id, "reading.json")
    except ArtifactMissing:
        reading = {}
    shown = common(row) | {"hash": row.dataset_hash, "file": row.file, "mapping": row.mapping}
    return shown | _UNREAD | {name: reading[name] for name in _UNREAD if name in reading}


def _brief(site: Site, row: Dataset) -> dict[str, Any]:
    """The dataset for a list: without its pictures and columns."""
    whole = dataset_json(site, row)
    return {name: value for name, value in whole.items() if name not in ("tables", "pictures", "findings", "reasons")}


@router.post("", status_code=201, summary="Upload a file, or one a subject, and read it")
async def upload(
    site: Here,
    response: Response,
    file: Annotated[
        list[UploadFile],
        File(
            description="csv, tsv, whitespace table, parquet, xlsx, npz, MATLAB .mat or R .rda and .rds. Several parts "
            "of this name with the same columns make one dataset; each is a subject unless a column says otherwise.",
            min_length=1,
            max_length=MOST_FILES,
        ),
    ],
    mapping: Annotated[
        str | None, Form(description="JSON of a mapping; else it is guessed.", examples=[json.dumps(MAPPING_EXAMPLE)])
    ] = None,
    name: Annotated[Name | None, Form()] = None,
) -> dict[str, Any]:
    """Take files and wait up to 15 s for their reading; large ones answer with state “reading” and are read on.

    Of several files those that cannot be used are refused by name in ``file.files``; the others make the dataset.
    """
    chosen = _mapping(mapping)
    given = [_plain_name(one.filename) for one in file]
    dataset_id = new_id()
    kept = site.settings.uploads_dir / dataset_id
    try:
        sources = list(zip(given, [one.file for one in file], strict=True))
        described = await asyncio.to_thread(_keep, sources, kept, site.settings.max_upload_bytes)
        shown = given[0] if len(given) == 1 else f"{len(given)} files"
        row = Dataset(
            id=dataset_id,
            name=name or _name(given),
            state="reading",
            file={"name": shown, "format": None, **described},
            mapping=chosen,
        )
        job_id = await asyncio.to_thread(_plan, site, row, {"mapping": chosen, "source": "upload"})
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    await site.job_ended(job_id, READING_SECONDS)
    return await asyncio.to_thread(_read_or_refused, site, dataset_id, job_id, response)


def _mapping(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        return Mapping.model_validate_json(text).model_dump(mode="json")
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise Problem(422, "The mapping cannot be used as it is", f"{told}.") from error


def _plain_name(given: str | None) -> str:
    """The last part of a name as a browser gave it, for showing only; the file on the disk is named by us."""
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:200] or "data"


def _name(given: list[str]) -> str:
    """What a dataset is called before somebody renames it: its file, without the ending."""
    first = PurePosixPath(given[0]).stem or given[0]
    return (first if len(given) == 1 else f"{first} and {len(given) - 1} more")[:200]


def _keep(sources: list[tuple[str, Any]], kept: Path, limit: int) -> dict[str, Any]:
    try:
        return uploads.keep(sources, kept, limit)
    except uploads.TooLarge:
        raise Problem(
            413,
            "The file is too large" if len(sources) == 1 else "The files are too large",
            f"Up to {limit / 1024**2:.0f} MB can be read at once here. Leave out columns that are not needed.",
        ) from None
    except uploads.Empty:
        detail = "It has no bytes at all. Was it still being written or downloaded?"
        raise Problem(422, "The file is empty", detail) from None


def _plan(site: Site, row: Dataset, request: dict[str, Any]) -> str:
    with site.store.session() as session:
        job_id = plan_read(session, row, request).id
    site.queue.follow_up(site.store, [job_id])
    return job_id


def _read_or_refused(site: Site, dataset_id: str, job_id: str, response: Response) -> dict[str, Any]:
    """The dataset after its first reading; a refused file leaves nothing behind."""
    with site.store.session() as session:
        row, job = session.get(Dataset, dataset_id), jobs.get(session, job_id)
        state, error = job.state, job.error or {}
    if row is None:
        raise missing("dataset", dataset_id)
    if state == FAILED:
        remove(site.store, Dataset, dataset_id)
        raise Problem(422, error.get("title", "The file cannot be read"), error.get("detail", ""), error.get("errors"))
    response.headers["Location"] = f"/api/datasets/{dataset_id}"
    return dataset_json(site, row)


@router.get("", summary="All datasets, the newest first")
def many(site: Here, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without columns, findings and pictures."""
    with site.store.session() as session:
        rows = newest(session, Dataset, limit)
    return [_brief(site, row) for row in rows]


@router.get("/{id}", summary="One dataset")
def one(site: Here, id: str) -> dict[str, Any]:
    """With what was understood, what looks wrong, and pictures as numbers."""
    with site.store.session() as session:
        row = find(session, Dataset, id)
    return dataset_json(site, row)


@router.patch("/{id}", summary="Rename a dataset or read its columns differently")
async def change(site: Here, id: str, wanted: DatasetChange) -> dict[str, Any]:
    """Read again with another mapping; when that fails the answer is 422 and the earlier reading stays."""
    job_id = await asyncio.to_thread(_change, site, id, wanted)
    if job_id is not None and await site.job_ended(job_id, READING_SECONDS):
        await asyncio.to_thread(_refuse_failed, site, job_id)
    return await asyncio.to_thread(one, site, id)


def _change(site: Site, id: str, wanted: DatasetChange) -> str | None:
    """Store the name; start reading when there is a new mapping, and give that job's id."""
    with site.store.session() as session:
        row = find(session, Dataset, id)
        if wanted.mapping is not None:
            if not row.file.get("sha256"):
                raise Problem(409, "The example's columns are known", "Swapscope made it; there is no file to read.")
            refuse_if_busy(session, [row, *descendants(session, row)], "read differently")
        if wanted.name is not None:
            row.name = wanted.name
        if wanted.mapping is None:
            return None
        request = {"dataset_id": id, "mapping": wanted.mapping.model_dump(mode="json"), "source": "upload"}
        # The job makes no row of its own: the dataset keeps its state and its reading until the new one is there.
        job_id = jobs.create(session, "read", request, title=f"Read again: {row.name}"[:300]).id
    site.queue.follow_up(site.store, [job_id])
    return job_id


def _refuse_failed(site: Site, job_id: str) -> None:
    with site.store.session() as session:
        job: Job = jobs.get(session, job_id)
        state, error = job.state, job.error or {}
    if state != DONE:
        title = error.get("title", "The columns could not be read like this")
        raise Problem(422, title, error.get("detail", ""), error.get("errors"))


@router.delete("/{id}", status_code=204, summary="Delete a dataset and all that was made from it")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while a job still uses it."""
    remove(site.store, Dataset, id)


@router.get("/{id}/trials.{form}", summary="The trials as they were understood")
async def trials(site: Here, id: str, form: Literal["csv", "parquet"]) -> Response:
    """Angles in radians of the full feature circle; item 1 is the cued one."""
    return await asyncio.to_thread(_trials, site, id, form)


def _trials(site: Site, id: str, form: Literal["csv", "parquet"]) -> Response:
    with site.store.session() as session:
        row = find(session, Dataset, id)
    return trials_response(site.store.artifacts, "dataset", row, "trials.parquet", form)
