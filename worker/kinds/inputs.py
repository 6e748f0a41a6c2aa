"""What jobs start from, loaded from the store: trials, fitted models, networks and their sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.store.artifacts import ArtifactMissing
from backend.store.store import Store
from backend.store.tables import MADE, Dataset, Fit, Network
from models.behaviour import storage as behaviour_storage
from models.behaviour.model import BehaviourModel
from models.display_laws import DisplayLaw, ImpossibleLaw, ResampledDisplays, from_dict
from models.displays import Displays
from models.network import storage as network_storage
from models.network.network import Network as NetworkModel
from models.network.swap_laws import SwapLaw
from models.network.targets import ResponseLaw
from models.trials import Trials
from worker.context import JobContext, Refused
from worker.kinds.table_files import from_parquet

TRIALS, READING, RESULT, PROJECTION = "trials.parquet", "reading.json", "result.json", "projection.safetensors"


def encoded(plain: object) -> bytes:
    """JSON bytes; numbers that JSON does not know are a mistake."""
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode()


def trials_of(store: Store, dataset_id: str) -> Trials:
    """A dataset's trials.

    Raises:
        Refused: when it has not been read.
    """
    try:
        return from_parquet(store.artifacts.read("dataset", dataset_id, TRIALS))
    except ArtifactMissing:
        raise Refused("The dataset is not there (any more)", "It was deleted, or its file was never read.") from None


def model_of(store: Store, fit_id: str) -> BehaviourModel:
    """A fitted model.

    Raises:
        Refused: when it is not there.
    """
    try:
        files = {name: store.artifacts.read("fit", fit_id, name) for name in ("model.safetensors", "model.json")}
    except ArtifactMissing:
        raise Refused("The fitted model is not there (any more)", "It was deleted, or its fit did not end.") from None
    return behaviour_storage.load(files)


def network_of(store: Store, network_id: str) -> NetworkModel:
    """A trained network.

    Raises:
        Refused: when it is not there.
    """
    names = (network_storage.WEIGHTS, network_storage.DESCRIPTION)
    try:
        return network_storage.load({name: store.artifacts.read("network", network_id, name) for name in names})
    except ArtifactMissing:
        raise Refused("The network is not there (any more)", "It was deleted, or its training did not end.") from None


def dataset_of_fit(store: Store, fit_id: str) -> str:
    """Id of the dataset that a model was fitted to."""
    with store.session() as session:
        row = session.get(Fit, fit_id)
        if row is None:
            raise Refused("The fitted model is not there (any more)", "It was deleted.")
        return row.dataset_id


def hash_of_fit(store: Store, fit_id: str) -> str | None:
    """Hash of the trials that a model was fitted to; the dataset may have been read differently since."""
    with store.session() as session:
        row = session.get(Fit, fit_id)
        return None if row is None else row.dataset_hash


def laws_of(store: Store, request: Mapping[str, Any]) -> tuple[DisplayLaw, ResponseLaw]:
    """What the request of a training is about: laws of displays and of responses."""
    wanted: Mapping[str, Any] | None = request.get("displays")
    law: ResponseLaw
    if request.get("fit_id"):
        law = model_of(store, request["fit_id"])
        recorded = trials_of(store, dataset_of_fit(store, request["fit_id"])).displays
        displays = display_law(wanted, recorded) if wanted else ResampledDisplays(recorded)
    else:
        law = SwapLaw.from_json(request["law"])
        displays = display_law(wanted or {"set_sizes": [2]})
    return displays, law


def display_law(wanted: Mapping[str, Any], recorded: Displays | None = None) -> DisplayLaw:
    """The law of displays that a request describes.

    Raises:
        Refused: when no display can obey it.
    """
    try:
        return from_dict(wanted, recorded)
    except ImpossibleLaw as error:
        raise Refused("There are no such displays", str(error)) from error


def training_request(store: Store, network_id: str) -> dict[str, Any]:
    """The request that a network was trained by."""
    with store.session() as session:
        row = session.get(Network, network_id)
        if row is None:
            raise Refused("The network is not there (any more)", "It was deleted.")
        return dict(row.request)


def as_input(store: Store, kind: str, id: str) -> dict[str, Any]:
    """How an artifact is named among the inputs of a manifest; ask before it is read, as a dataset may be replaced.

    Raises:
        Refused: when it is not there.
    """
    try:
        return {"kind": kind, "id": id, "hash": store.artifacts.manifest(kind, id).hash}
    except ArtifactMissing:
        raise Refused(f"The {kind} is not there (any more)", "It was deleted, or its job did not end.") from None


def result_id(context: JobContext) -> str:
    """Id of what this job makes."""
    if context.result_id is None:
        raise Refused("The job makes nothing", "Its request was not made by this version of Swapscope.")
    return context.result_id


def note(store: Store, kind: str, id: str, **values: object) -> None:
    """Write values into the row of what is made."""
    with store.session() as session:
        row = session.get(MADE[kind], id)
        if row is None:
            raise Refused("It was deleted meanwhile", "What this job was to make is no longer wanted.")
        for name, value in values.items():
            setattr(row, name, value)


def dataset_row(store: Store, dataset_id: str) -> Dataset:
    """The row of a dataset.

    Raises:
        Refused: when it was deleted.
    """
    with store.session() as session:
        row = session.get(Dataset, dataset_id)
    if row is None:
        raise Refused("The dataset was deleted", "Upload the file again.")
    return row
