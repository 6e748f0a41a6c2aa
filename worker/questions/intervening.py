"""From what a simulation is asked to do to a network to what the network understands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.analysis.role_direction import role_direction
from models.circular import distance
from models.displays import Displays
from models.network.config import TrainConfig
from models.network.intervention import EPOCHS, CueFlip, ImpossibleIntervention, Intervention, Push
from models.network.network import Network
from models.network.recording import record
from models.network.task import Epoch, epochs
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


def asked(shelf: Shelf, question: Mapping[str, Any], display: Displays, order: Tensor) -> Intervention | None:
    """What the question wants to be done to its network.

    Args:
        shelf: where networks are.
        question: of a simulation; its ``interventions`` are as in ``backend.schemas.interventions``, or not there.
        display: the one that is shown.
        order: ``(N,)`` which item of the question each item of the display is.

    Returns:
        None where nothing is asked for; an intervention that changes nothing is returned as one.

    Raises:
        Refused: if the network or the trial has not what it is about.
    """
    wanted: Mapping[str, Any] | None = question.get("interventions")
    if wanted is None:
        return None
    network = shelf.network(question["network_id"])
    delay = network.config.delay_steps[1] if question["delay"] is None else question["delay"]
    flip = wanted.get("flip_cue")
    change = Intervention(
        silenced=tuple(wanted.get("silenced", ())),
        noise=dict(wanted.get("noise", {})),
        flip=CueFlip(order.tolist().index(flip["to"]), flip["step"], flip["steps"]) if flip else None,
    )
    _check(change, network.config, delay, display.items)
    if wanted.get("push"):
        change = replace(change, push=_push(shelf, question["network_id"], wanted["push"], display, order, delay))
    return change


def _check(change: Intervention, config: TrainConfig, delay: int, items: int) -> None:
    try:
        change.check(config, delay, items)
    except ImpossibleIntervention as error:
        raise Refused("This cannot be done to the network", str(error)) from error
    if len(change.silenced) == config.neurons:
        raise Refused(
            "All neurons are silenced", "Nothing is left that could respond; leave at least one of them active."
        )


def _push(shelf: Shelf, id: str, wanted: Mapping[str, Any], display: Displays, order: Tensor, delay: int) -> Push:
    network, name = shelf.network(id), wanted["epoch"]
    epoch = next(one for one in epochs(network.config, delay) if one.name == name)
    ranges: Ranges = shelf.kept("network", id, "ranges", lambda: _ranges(shelf, id))
    if not epoch.steps or name not in ranges.covariance:
        raise Refused("This cannot be done to the network", f"There is no {name} in this trial: it has no steps.")
    if wanted["axis"] == "role":
        direction = _role(network, display, order, epoch, delay)
    elif wanted["axis"] == "memory":
        direction = shelf.projection(id, "plane").components[2]
    else:
        direction = network.frame[("plane_x", "plane_y").index(wanted["axis"])]
    return Push(direction, wanted["size"] * ranges.sd(direction, name), name)


def _role(network: Network, display: Displays, order: Tensor, epoch: Epoch, delay: int) -> Tensor:
    """``(n,)``: towards the cued item as target, from the item that it is most easily confused with."""
    if epoch.name in ("stimulus", "delay"):
        raise Refused(
            "There is no role axis yet", "Which item is the target shows from the cue on: push in cue, gap or recall."
        )
    if display.items < 2:
        raise Refused("There is no role axis", "An item's role needs a second item on the display.")
    apart = distance(display.probe[0, 1:], display.probe[0, :1]).nan_to_num(0.0)
    generator = torch.Generator(network.device).manual_seed(SEED)
    other = 1 + int(apart.argmin())
    return role_direction(network, display, generator, other, delay=delay, order=order[None])[0, epoch.start]


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
        found["push"] = change.push.moves(1)[0].numpy()
    return found
