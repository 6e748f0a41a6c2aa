"""What the Explore page draws beside the runs: in the view of the runs, the same for the same display."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from tests.worker.kinds.conftest import Bench, law_request
from worker.questions import landmarks, simulate
from worker.shelf import Shelf

SHOWN = {"report": [0.3, -2.1, 1.5], "probe": [0.0, 0.8, -2.0], "cued": 1, "cue": None}


def question(network: str, axes: str = "pca", **shown: Any) -> dict[str, Any]:
    return {
        "network_id": network, "display": SHOWN | shown, "axes": axes, "parts": ["planes"], "noise": 1.0, "delay": None,
        "epochs": ["delay", "cue", "recall"],
    }  # fmt: skip


def numbers(array: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["bdata"]), f"<{array['dtype']}")


@pytest.mark.parametrize("encoding", ["conjunctive", "slots", "index"])
def test_planes_of_the_cued_item_and_its_nearest_neighbour(bench: Bench, encoding: str) -> None:
    shelf = Shelf(bench.store)
    id = bench.network(law_request(encoding=encoding, slots=3))
    found = json.loads(landmarks.answer(shelf, question(id)).body)["planes"]
    assert found["items"] == [1, 0]
    angle = numbers(found["angle"])
    assert numbers(found["rings"]).size == 2 * angle.size * numbers(found["reports"]).size * 3
    assert numbers(found["corners"]).size == 2 * angle.size * 4 * 3
    moved = json.loads(landmarks.answer(shelf, question(id, report=[2.0, 1.0, 0.0])).body)["planes"]
    assert moved == found, "planes are of all reports, so that dragging one along its axis moves none"


def test_runs_can_be_seen_along_the_planes_of_their_items(bench: Bench) -> None:
    shelf = Shelf(bench.store)
    id = bench.network(law_request(encoding="conjunctive", slots=3))
    asked = question(id, axes="items") | {
        "fit_id": None, "dataset_id": None, "runs": 20, "seed": 1, "states": True, "format": "json",
    }  # fmt: skip
    seen = json.loads(simulate.answer(shelf, asked).body)["trajectories"]
    assert [axis["label"] for axis in seen["axes"]] == [
        "Cued item’s plane, x", "Cued item’s plane, y", "Other item’s plane",
    ]  # fmt: skip
    assert json.loads(simulate.answer(shelf, asked).body)["trajectories"] == seen


def test_a_display_of_one_item_has_no_planes_to_compare(bench: Bench) -> None:
    id = bench.network(law_request(encoding="conjunctive", slots=3))
    alone = question(id, axes="items", report=[0.3], probe=[0.0], cued=0)
    assert json.loads(landmarks.answer(Shelf(bench.store), alone).body)["planes"] is None


@pytest.mark.parametrize("cell", ["rate", "gru"])
def test_slow_points_are_in_the_view_and_say_what_they_hold(bench: Bench, cell: str) -> None:
    id = bench.network(law_request(encoding="conjunctive", cell=cell))
    shelf = Shelf(bench.store)
    pair = {"report": SHOWN["report"][:2], "probe": SHOWN["probe"][:2]}
    asked = question(id, **pair) | {"parts": ["points"], "epochs": ["delay", "cue"]}
    with torch.inference_mode():  # as the warm worker asks
        found = json.loads(landmarks.answer(shelf, asked).body)
    assert found["planes"] is None
    assert {point["epoch"] for point in found["points"]} <= {"delay", "cue"}
    for point in found["points"]:
        assert np.isfinite([point["x"], point["y"], point["z"], point["speed"]]).all()
        assert -np.pi <= point["holds"] <= np.pi
        assert point["item"] in (-1, 0, 1)
        assert point["starts"] >= 1
