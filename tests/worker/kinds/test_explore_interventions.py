"""Explore's interventions: what comes back beside the baseline, and what is refused in words."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
import torch

from models.analysis.role_direction import role_direction
from models.displays import Displays
from models.network.recording import record
from tests.worker.kinds.conftest import Bench, law_request
from worker.context import Refused
from worker.questions import simulate
from worker.shelf import Shelf

RUNS = 20
DISPLAY: dict[str, Any] = {"report": [0.3, -2.1, 1.5], "probe": [0.0, 0.8, -2.0], "cued": 1, "cue": None}


@pytest.fixture
def shelf(bench: Bench) -> Shelf:
    return Shelf(bench.store)


@pytest.fixture
def network(bench: Bench) -> str:
    return bench.network(law_request())


def question(network: str, **changes: Any) -> dict[str, Any]:
    return {
        "network_id": network, "fit_id": None, "dataset_id": None, "display": DISPLAY, "runs": RUNS, "seed": 1,
        "noise": 1.0, "delay": None, "axes": "pca", "states": True, "format": "json",
    } | changes  # fmt: skip


def told(shelf: Shelf, network: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulate.answer(shelf, question(network, **changes)).body)
    return found


def numbers(array: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])


def test_the_baseline_is_the_run_without(shelf: Shelf, network: str) -> None:
    plain = told(shelf, network)
    assert "baseline" not in plain
    changed = told(shelf, network, interventions={"silenced": [2], "noise": {"recall": 0.0}})
    assert changed["baseline"] == {name: plain[name] for name in ("responses", "nearest", "summary")}
    assert changed["responses"] != plain["responses"]
    assert changed["trajectories"]["runs"] == RUNS
    nothing = told(shelf, network, interventions={"silenced": [], "noise": {"delay": 1.0}, "push": None})
    assert nothing["responses"] == plain["responses"] == nothing["baseline"]["responses"]


@pytest.mark.parametrize("axis", ["plane_x", "plane_y", "memory"])
def test_a_push_of_a_standard_deviation(shelf: Shelf, network: str, axis: str) -> None:
    push = {"axis": axis, "size": 2.0, "epoch": "recall"}
    packed = [
        np.load(io.BytesIO(simulate.answer(shelf, question(network, format="npz", interventions=one)).body))
        for one in ({"push": push}, {"push": push | {"size": 0.0}})
    ]
    onset = int(packed[0]["epochs"][-1][0])
    moved = packed[0]["states"][:, onset] - packed[1]["states"][:, onset]
    assert np.allclose(moved, packed[0]["push"], atol=1e-5)
    along = packed[0]["push"] / np.linalg.norm(packed[0]["push"])
    shown = shelf.displays(network).draw(2000, torch.Generator().manual_seed(3))
    many = record(shelf.network(network), shown, 1, torch.Generator().manual_seed(4)).states[:, 0, onset].numpy()
    assert np.linalg.norm(packed[0]["push"]) == pytest.approx(2 * (many @ along).std(), rel=0.15)
    assert np.array_equal(packed[0]["baseline_responses"], packed[1]["responses"])
    assert json.loads(str(packed[0]["interventions"]))["push"] == push


def test_the_export_says_what_was_done(shelf: Shelf, network: str) -> None:
    done = {"silenced": [1, 4], "noise": {"delay": 0.5}}
    packed = np.load(io.BytesIO(simulate.answer(shelf, question(network, format="npz", interventions=done)).body))
    assert packed["silenced"].tolist() == [1, 4]
    assert packed["noise_by_epoch"].tolist() == [1, 0.5, 1, 1, 1]
    assert np.abs(packed["states"][:, :, [1, 4]]).max() == 0
    assert "push" not in packed


def test_the_flip_is_to_an_item_of_the_question(shelf: Shelf, network: str) -> None:
    """Item 1 is cued, so that the display's own order differs from the question's."""

    def flipped(to: int, **display: Any) -> np.ndarray:
        shown = DISPLAY | display
        flip = {"flip_cue": {"to": to, "step": 0, "steps": 6}}
        return numbers(told(shelf, network, display=shown, interventions=flip)["responses"])

    by_number = {to: flipped(to) for to in range(3)}
    assert len({tuple(values) for values in by_number.values()}) == 3
    # With the first two items exchanged, their numbers are as well.
    other = {"report": [-2.1, 0.3, 1.5], "probe": [0.8, 0.0, -2.0], "cued": 0}
    assert np.allclose(flipped(1, **other), by_number[0], atol=1e-4)
    assert np.allclose(flipped(0, **other), by_number[1], atol=1e-4)


@pytest.mark.parametrize(
    ("done", "says"),
    [
        ({"silenced": [8]}, "no neuron 8 to be silenced: the network has 8, numbered 0 to 7"),
        ({"silenced": list(range(8))}, "Nothing is left that could respond"),
        ({"flip_cue": {"to": 0, "step": 4, "steps": 3}}, "for 3 steps from recall step 4 on: recall has steps 0 to 5"),
        ({"flip_cue": {"to": 0, "step": 9, "steps": 1}}, "recall has steps 0 to 5"),
    ],
)
def test_what_cannot_be_done_is_said(shelf: Shelf, network: str, done: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refusal:
        simulate.answer(shelf, question(network, interventions=done))
    assert says in refusal.value.detail


def test_a_push_along_the_role_axis(shelf: Shelf, network: str) -> None:
    """Towards the cued item as target against the one with the nearest probe: item 0 of the question, in the plane's
    complement."""
    push = {"push": {"axis": "role", "size": -1.0, "epoch": "recall"}}
    packed = np.load(io.BytesIO(simulate.answer(shelf, question(network, format="npz", interventions=push)).body))
    net = shelf.network(network)
    assert np.abs(net.frame[:2].numpy() @ packed["push"]).max() < 1e-5
    order = [1, 0, 2]
    report, probe = (torch.tensor([[DISPLAY[one][item] for item in order]]) for one in ("report", "probe"))
    shown = Displays(report, probe, torch.tensor([3]))
    direction = role_direction(net, shown, torch.Generator().manual_seed(8), other=1, runs=500)[
        0, packed["epochs"][4][0]
    ]
    cosine = -torch.nn.functional.cosine_similarity(direction, torch.from_numpy(packed["push"]), dim=0)
    assert float(cosine) > 0.6


@pytest.mark.parametrize(
    ("display", "epoch", "says"),
    [
        (DISPLAY, "delay", "push in cue, gap or recall"),
        ({"report": [0.1], "probe": [0.2], "cued": 0, "cue": None}, "recall", "needs a second item"),
    ],
)
def test_where_there_is_no_role_axis(shelf: Shelf, network: str, display: Any, epoch: str, says: str) -> None:
    push = {"push": {"axis": "role", "size": -1.0, "epoch": epoch}}
    with pytest.raises(Refused) as refusal:
        simulate.answer(shelf, question(network, display=display, interventions=push))
    assert says in refusal.value.detail


def test_an_epoch_without_steps_cannot_be_pushed(shelf: Shelf, network: str) -> None:
    push = {"push": {"axis": "memory", "size": 1.0, "epoch": "delay"}}
    with pytest.raises(Refused) as refusal:
        simulate.answer(shelf, question(network, delay=0, interventions=push))
    assert "no steps" in refusal.value.detail
