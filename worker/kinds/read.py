"""Reads a dataset: the file that a person gave, with a guessed or a given mapping, or the example made from a truth."""

from __future__ import annotations

from typing import Any

from backend.store.uploads import open_kept
from models.example import TRUTH, example_csv
from models.progress import Progress
from models.reading.doctor import Finding
from models.reading.mapping import Mapping, MappingError
from models.reading.read_file import Outcome, read_files
from worker.context import JobContext, Refused
from worker.kinds.inputs import READING, TRIALS, dataset_row, encoded, note
from worker.kinds.table_files import to_parquet

EXAMPLE_FILE = "example.csv"
_SHOWN = ("tables", "reasons", "questions", "findings", "rejected", "summary", "pictures")


def run(context: JobContext) -> None:
    """Read, then store the trials and what there is to say about them. A refused file is not kept."""
    request, store = context.request, context.store
    dataset_id = request["dataset_id"]
    row = dataset_row(store, dataset_id)
    context.report(Progress(0.05, "Opening the file"))
    upload = store.settings.uploads_dir / dataset_id
    example = request.get("source") == "example"
    first = not store.artifacts.exists("dataset", dataset_id)
    files = [(EXAMPLE_FILE, example_csv(int(request["seed"])))] if example else _uploaded(context, row.file)
    outcome = read_files(files, _mapping(request.get("mapping")))
    context.report(Progress(0.6, "Looking at the trials"))
    told = outcome.to_json()
    if outcome.state == "refused" or (outcome.trials is None and not first):
        if first and not example:
            upload.unlink(missing_ok=True)
        title, detail = outcome.problem or ("The file cannot be read", "")
        raise Refused(title, detail, told["rejected"]["rows"])
    _keep(context, outcome, told, example, len(files[0][1]))


def _keep(context: JobContext, outcome: Outcome, told: dict[str, Any], example: bool, size: int) -> None:
    store, dataset_id = context.store, context.request["dataset_id"]
    row = dataset_row(store, dataset_id)
    reading = {name: told[name] for name in _SHOWN} | {"truth": TRUTH if example else None}
    if outcome.problem is not None:  # trials are wanting until a question is answered
        title, detail = outcome.problem
        reading["findings"] = [Finding("error", "unreadable", title, detail).to_json()]
    files = {READING: encoded(reading)}
    if outcome.trials is not None:
        files[TRIALS] = to_parquet(outcome.trials)
    mapping = outcome.mapping.to_json() if outcome.mapping is not None else None
    file = {**row.file, "format": outcome.format, "files": _with_fate(row.file.get("files") or [], told["files"])}
    if example:
        file = {"name": EXAMPLE_FILE, "bytes": size, "sha256": None, "format": outcome.format, "files": []}
    config = {"mapping": mapping, "file": file, "request": dict(context.request)}
    store.artifacts.write("dataset", dataset_id, files, config=config, seed=context.request.get("seed"))
    note(store, "dataset", dataset_id, state=outcome.state, mapping=mapping, file=file, dataset_hash=told["hash"])
    if context.result_id is None:  # read again: the job is not the dataset's own, so its end announces nothing
        context.announce("dataset", dataset_id, outcome.state)


def _with_fate(files: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each uploaded file with what became of it: rows, whether it was accepted, and why not."""
    if len(files) != len(told):
        return files
    return [{**file, **fate} for file, fate in zip(files, told, strict=True)]


def _uploaded(context: JobContext, file: dict[str, Any]) -> list[tuple[str, bytes]]:
    try:
        return open_kept(context.store.settings.uploads_dir / context.request["dataset_id"], file)
    except FileNotFoundError:
        raise Refused("The file is not there (any more)", "Upload it again.") from None


def _mapping(plain: dict[str, Any] | None) -> Mapping | None:
    try:
        return Mapping.from_json(plain) if plain is not None else None
    except MappingError as error:
        raise Refused("The columns cannot be read like this", " ".join(error.problems)) from error
