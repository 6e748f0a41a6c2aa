"""What stands still in a picture of runs: the planes of the items, slow points, and axes that belong to one display.

Everything is computed from the intact network with noise of its own, is the same for the same display, and is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import torch
from torch import Tensor

from models.analysis.display_planes import DisplayPlanes, held, planes_of_display
from models.analysis.geometry import Projection, item_axes
from models.displays import Displays
from worker.questions.answer import Reply, array
from worker.questions.shown import display_of
from worker.shelf import Shelf

SEED = 1
KEPT = 64  # of a network: a drag passes through many displays
Value = TypeVar("Value")


def answer(shelf: Shelf, question: dict[str, Any]) -> Reply:
    """See ``POST /api/networks/{id}/landmarks``."""
    display, order = display_of(question["display"])
    projection = projection_of(shelf, question)
    found: dict[str, Any] = {"planes": None, "points": None}
    if "planes" in question["parts"] and display.items > 1:
        planes = _kept(shelf, question, "planes", lambda: _planes(shelf, question, display, order))
        found["planes"] = _plain_planes(planes, projection, order)
    return Reply.of_json(found)


def projection_of(shelf: Shelf, question: dict[str, Any]) -> Projection:
    """The view that a question asks for; that of the items' planes belongs to its display."""
    if question["axes"] != "items":
        return shelf.projection(question["network_id"], question["axes"])
    return _kept(shelf, question, "axes", lambda: _item_axes(shelf, question))


def _item_axes(shelf: Shelf, question: dict[str, Any]) -> Projection:
    display, order = display_of(question["display"])
    generator = torch.Generator().manual_seed(SEED)
    network = shelf.network(question["network_id"])
    return item_axes(*held(network, display, order, generator, question["noise"], question["delay"]))


def _planes(shelf: Shelf, question: dict[str, Any], display: Displays, order: Tensor) -> DisplayPlanes:
    generator = torch.Generator().manual_seed(SEED)
    network = shelf.network(question["network_id"])
    return planes_of_display(network, display, order, generator, question["noise"], question["delay"])


def _kept(shelf: Shelf, question: dict[str, Any], what: str, make: Callable[[], Value]) -> Value:
    """What was computed for the same probes, noise and delay; reports do not matter, as they are varied."""
    shown = question["display"]
    probes = tuple(round(angle, 4) for angle in shown["probe"])
    key: Hashable = (what, probes, shown["cued"], question["noise"], question["delay"])
    kept: OrderedDict[Hashable, Any] = shelf.kept("network", question["network_id"], "landmarks", OrderedDict)
    if key not in kept:
        kept[key] = make()
        while len(kept) > KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    found: Value = kept[key]
    return found


def _plain_planes(planes: DisplayPlanes, projection: Projection, order: Tensor) -> dict[str, Any]:
    """Arrays are flat: rings ``[2][T][R][3]``, corners ``[2][T][4][3]``, angle and floor ``[T]``."""
    return {
        "items": [int(order[item]) for item in planes.items],
        "reports": array(planes.reports),
        "rings": array(projection.apply(planes.rings)),
        "corners": array(projection.apply(planes.corners)),
        "angle": array(planes.angle),
        "floor": array(planes.floor),
        "trials": planes.trials,
    }
