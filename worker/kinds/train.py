"""Trains networks on a fitted model or on a written-down law; goes on from the checkpoint when interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import save
from sqlalchemy import select

from backend.store.store import Store
from backend.store.tables import Network as Row
from models.analysis import geometry
from models.network import storage
from models.network.checkpoint import Diverged, WrongCheckpoint
from models.network.config import InvalidConfig, TrainConfig
from models.network.network import Network
from models.network.recorded import recorded_source
from models.network.recording import record
from models.network.side_by_side import ProcessGone, train_side_by_side
from models.network.targets import DisplayLaw, Source, UnusableDisplays
from models.network.trained import TrainedNetwork
from models.progress import Progress
from worker.context import Died, JobContext, Refused
from worker.kinds import checkpoints
from worker.kinds.inputs import (
    PROJECTION,
    RESULT,
    as_input,
    dataset_of_fit,
    encoded,
    hash_of_fit,
    laws_of,
    note,
    result_id,
    trials_of,
)

_DISPLAYS, _RUNS = 128, 4  # that the axes of the state space are fitted on


def config_of(request: Mapping[str, Any]) -> TrainConfig:
    """The configuration that was settled when the training was planned; what a budget means today plays no part.

    Raises:
        Refused: naming every setting that cannot be.
    """
    try:
        return TrainConfig.stored({**request["config"], "objective": request["objective"]})
    except InvalidConfig as error:
        raise Refused("These settings cannot be used", f"{error}.") from error


def run(context: JobContext) -> None:
    """Train; then store each network, what is known about its training, and axes to look at its states."""
    request, store = context.request, context.store
    members = members_of(context)
    config = config_of(request)
    inputs = inputs_of(store, request)
    source = source_of(store, request)
    seeds = [int(seed) for seed in request.get("seeds") or [request["seed"]]]
    networks = _train(context, config, source, seeds)
    context.report(Progress(0.99, "Finding axes of the state space"))
    for trained in networks:
        network_id = members.get(trained.seed)
        if network_id is None:
            continue  # it was deleted before the job was run again
        if request.get("fit_id"):
            note(store, "network", network_id, dataset_hash=hash_of_fit(store, request["fit_id"]))
        files = files_of(trained, source)
        about = {"config": config.to_json(), "request": dict(request)}
        store.artifacts.write("network", network_id, files, inputs=inputs, config=about, seed=trained.seed)


def members_of(context: JobContext) -> dict[int, str]:
    """Ids by seed of the networks that this job makes."""
    with context.store.session() as session:
        rows = session.scalars(select(Row).where(Row.job_id == context.id))
        known = {int(row.seed): row.id for row in rows if row.seed is not None}
    return known or {int(context.request["seed"]): result_id(context)}


def source_of(store: Store, request: Mapping[str, Any]) -> Source:
    """What the networks learn from: a law on its displays, or the recorded responses of a fit's dataset."""
    displays, law = laws_of(store, request)
    if request.get("responses") != "recorded":
        return Source(displays, law)
    return recorded_source(trials_of(store, dataset_of_fit(store, request["fit_id"])), law)


def files_of(trained: TrainedNetwork, source: Source) -> dict[str, bytes]:
    """What is stored of a network."""
    summary, config = trained.summary(), trained.network.config
    found = {
        "objective": config.objective,
        "seed": trained.seed,
        "parameters": summary["parameters"],
        "config": config.to_json(),
        "training": summary,
        "picture": trained.picture,
    }
    files = storage.dump(trained.network, summary)
    axes = projection_file(trained.network, source.displays, trained.seed)
    return files | {RESULT: encoded(found), PROJECTION: axes}


def inputs_of(store: Store, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For the manifest: the fitted model and the dataset, none for a written-down law."""
    if not request.get("fit_id"):
        return []
    dataset_id = dataset_of_fit(store, request["fit_id"])
    return [as_input(store, "fit", request["fit_id"]), as_input(store, "dataset", dataset_id)]


def _train(context: JobContext, config: TrainConfig, source: Source, seeds: list[int]) -> list[TrainedNetwork]:
    """Train from the checkpoint, or from the beginning when there is none that fits."""

    def keep(files: dict[str, bytes]) -> None:
        checkpoints.save(context.checkpoint_dir, files)

    before = checkpoints.load(context.checkpoint_dir)
    context.log.info("going on from a checkpoint" if before else "from the beginning")
    try:
        try:
            return train_side_by_side(config, source, seeds, context.report, keep, before)
        except WrongCheckpoint as error:
            context.log.warning("the checkpoint cannot be used, starting anew: %s", error)
            return train_side_by_side(config, source, seeds, context.report, keep)
    except ProcessGone as error:
        raise Died(str(error)) from error
    except Diverged as error:
        raise Refused("The training diverged", str(error)) from error
    except (UnusableDisplays, InvalidConfig) as error:
        raise Refused("A network cannot be trained on this", str(error)) from error


def projection_file(network: Network, displays: DisplayLaw, seed: int) -> bytes:
    """Axes fitted once on many displays, so that a picture does not turn when another display is chosen."""
    generator = torch.Generator().manual_seed(seed)
    recording = record(network, displays.sample(_DISPLAYS, generator), _RUNS, generator)
    return save(geometry.dump({axes: geometry.fit_projection(recording, axes) for axes in geometry.AXES}))
