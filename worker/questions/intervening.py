"""From what a simulation is asked to do to a network to what the network understands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.network.config import TrainConfig
from models.network.intervention import EPOCHS, CueFlip, ImpossibleIntervention, Intervention, Push
from models.network.recording import record
from worker.context import Refused
from worker.shelf import Shelf

DISPLAYS = 256
"""New displays over which the standard deviation of the activity is taken, one run each."""
SEED = 20_000_003


@dataclass(frozen=True)
class Ranges:
    """How far activity spreads over displays and noise: covariances ``(n, n)`` at the first step of every epoch."""

    covariance: Mapping[str, Tensor]

    def sd(self, direction: Tensor, epoch: str) -> float:
        """Standard deviation of the activity along a direction ``(n,)``, by its unit vector."""
        unit = torch.nn.functional.normalize(direction, dim=0)
        return float((unit @ self.covariance[epoch] @ unit).clamp(min=0).sqrt())


def asked(shelf: Shelf, question: Mapping[str, Any], order: Tensor) -> Intervention | None:
    """What the question wants to be done to its network.

    Args:
        shelf: where networks are.
        question: of a simulation; its ``interventions`` are as in ``backend.schemas.interventions``, or not there.
        order: ``(N,)`` which item of the question each item of the display is.

    Returns:
        None where nothing is asked for; an intervention that changes nothing is returned as one.

    Raises:
        Refused: if the network or the trial has not what it is about.
    """
    wanted: Mapping[str, Any] | None = question.get("interventions")
    if wanted is None:
        return None
    config = shelf.network(question["network_id"]).config
    flip = wanted.get("flip_cue")
    change = Intervention(
        silenced=tuple(wanted.get("silenced", ())),
        noise=dict(wanted.get("noise", {})),
        push=_push(shelf, question, wanted["push"]) if wanted.get("push") else None,
        flip=CueFlip(order.tolist().index(flip["to"]), flip["step"], flip["steps"]) if flip else None,
    )
    _check(change, config, question, len(order))
    return change


def _check(change: Intervention, config: TrainConfig, question: Mapping[str, Any], items: int) -> None:
    delay = config.delay_steps[1] if question["delay"] is None else question["delay"]
    try:
        change.check(config, delay, items)
    except ImpossibleIntervention as error:
        raise Refused("This cannot be done to the network", str(error)) from error
    if len(change.silenced) == config.neurons:
        raise Refused(
            "All neurons are silenced", "Nothing is left that could respond; leave at least one of them active."
        )


def _push(shelf: Shelf, question: Mapping[str, Any], wanted: Mapping[str, Any]) -> Push:
    id, epoch = question["network_id"], wanted["epoch"]
    direction = _direction(shelf, id, wanted["axis"])
    ranges: Ranges = shelf.kept("network", id, "ranges", lambda: _ranges(shelf, id))
    if epoch not in ranges.covariance:
        raise Refused("This cannot be done to the network", f"The {epoch} of this network has no steps.")
    return Push(direction, wanted["size"] * ranges.sd(direction, epoch), epoch)


def _direction(shelf: Shelf, id: str, axis: str) -> Tensor:
    """``(n,)`` in the space of the neurons."""
    if axis == "memory":
        return shelf.projection(id, "plane").components[2]
    if axis == "role":
        raise Refused("There is no role axis", "It has not been worked out for this network.")
    return shelf.network(id).frame[("plane_x", "plane_y").index(axis)]


def _ranges(shelf: Shelf, id: str) -> Ranges:
    network, displays = shelf.network(id), shelf.displays(id)
    shown = displays.draw(DISPLAYS, torch.Generator().manual_seed(SEED))
    recording = record(network, shown, 1, torch.Generator().manual_seed(SEED))
    states = recording.states[:, 0]
    return Ranges({epoch.name: torch.cov(states[:, epoch.start].T) for epoch in recording.epochs if epoch.steps})


def exported(change: Intervention | None, question: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What was done, for a file of arrays: as it was asked for (JSON), and in the units of the activity."""
    if change is None:
        return {}
    found = {
        "interventions": np.array(json.dumps(question["interventions"])),
        "silenced": np.array(change.silenced, dtype=np.int64),
        "noise_by_epoch": np.array([change.noise.get(name, 1.0) for name in EPOCHS]),
    }
    if change.push is not None:
        unit = torch.nn.functional.normalize(change.push.direction, dim=0)
        found["push"] = (change.push.size * unit).numpy()
    return found
