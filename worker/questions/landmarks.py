"""What stands still in a picture of runs: the planes of the items, slow points, and axes that belong to one display.

Everything is computed from the intact network with noise of its own, is the same for the same display, and is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from models.analysis.display_planes import DisplayPlanes, held, planes_of_display
from models.analysis.geometry import Projection, item_axes
from models.analysis.slow_points import Landmarks, slow_points
from models.circular import wrap
from models.displays import Displays
from worker.questions.answer import Reply, array
from worker.questions.shown import display_of
from worker.shelf import Shelf

SEED = 1
STARTS = 12  # runs from whose states slow points are looked for
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
    if "points" in question["parts"]:
        found["points"] = []
        for epoch in question["epochs"]:
            points = _kept(shelf, question, ("points", epoch), partial(_points, shelf, question, epoch))
            found["points"] += _plain_points(points, projection, order)
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


def _points(shelf: Shelf, question: dict[str, Any], epoch: str) -> list[Landmarks]:
    """Slow points of one epoch; a search takes about 0.1 s, so that a page asks for one epoch at a time."""
    shown = question["display"]
    display, order = display_of(shown)
    cue = None if shown["cue"] is None else wrap(torch.tensor([shown["cue"]], dtype=torch.float64))
    generator = torch.Generator().manual_seed(SEED)
    # the Jacobians of some cells are found by back-propagation, which inference mode forbids
    with torch.inference_mode(False), torch.no_grad():
        network = shelf.network(question["network_id"])
        return slow_points(network, display, generator, STARTS, question["delay"], cue, order[None], [epoch])


def _kept(shelf: Shelf, question: dict[str, Any], what: Hashable, make: Callable[[], Value]) -> Value:
    """What was computed for the same display, noise and delay; planes do not depend on reports, which they vary."""
    shown = question["display"]
    told = (shown["probe"], [] if what in ("planes", "axes") else [*shown["report"], shown["cue"] or 0.0])
    angles = tuple(tuple(round(angle, 4) for angle in part) for part in told)
    key: Hashable = (what, angles, shown["cued"], shown["cue"] is None, question["noise"], question["delay"])
    kept: OrderedDict[Hashable, Any] = shelf.kept("network", question["network_id"], "landmarks", OrderedDict)
    if key not in kept:
        kept[key] = make()
        while len(kept) > KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    found: Value = kept[key]
    return found


def _plain_points(found: list[Landmarks], projection: Projection, order: Tensor) -> list[dict[str, Any]]:
    """Every point with its place in the view; ``holds`` is what the network answers from there, radians."""
    plain = []
    for points in found:
        places = projection.apply(points.states).double().tolist()
        for number, (x, y, z) in enumerate(places):
            item = int(points.item[number])
            plain.append(
                {
                    "epoch": points.epoch,
                    **{"x": x, "y": y, "z": z},
                    "speed": float(points.speed[number]),
                    "fixed": bool(points.fixed[number]),
                    "stable": bool(points.stable[number]),
                    "starts": int(points.starts[number]),
                    "holds": float(points.answer[number]),
                    "item": int(order[item]) if item >= 0 else -1,
                }
            )
    return plain


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
