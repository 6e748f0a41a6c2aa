"""Explore's simulations of networks with slots: what works as ever, and what is said where a cue makes no sense."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.network.targets import UnusableDisplays
from tests.worker.kinds.conftest import Bench, law_request
from worker.questions import simulate
from worker.shelf import Shelf


def question(network: str, **display: Any) -> dict[str, Any]:
    shown = {"report": [0.3, -2.1, 1.5], "probe": [0.0, 0.8, -2.0], "cued": 1, "cue": None} | display
    return {
        "network_id": network, "fit_id": None, "dataset_id": None, "display": shown, "runs": 20, "seed": 1,
        "noise": 1.0, "delay": None, "axes": "pca", "states": True, "format": "json",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["conjunctive", "slots", "index"])
def test_every_encoding_can_be_explored(bench: Bench, encoding: str) -> None:
    shelf = Shelf(bench.store)
    id = bench.network(law_request(encoding=encoding, slots=3))
    own = simulate.answer(shelf, question(id))
    found = json.loads(own.body)
    assert found["trajectories"]["runs"] == 20
    at_item = json.loads(simulate.answer(shelf, question(id, cue=0.8)).body)
    assert at_item["responses"] == found["responses"], "a cue at the cued item is its own"
    dragged = json.loads(simulate.answer(shelf, question(id, report=[0.31, -2.1, 1.5])).body)
    assert dragged["responses"] != found["responses"]


def test_a_cue_that_belongs_to_no_item(bench: Bench) -> None:
    shelf = Shelf(bench.store)
    for encoding in ("conjunctive", "slots"):
        reply = simulate.answer(shelf, question(bench.network(law_request(encoding=encoding, slots=3)), cue=2.0))
        assert "none of the items" in str(json.loads(reply.body)["notes"])
    by_number = bench.network(law_request(encoding="index", slots=3))
    with pytest.raises(UnusableDisplays, match="cued by an item's number"):
        simulate.answer(shelf, question(by_number, cue=2.0))


def test_more_items_than_slots(bench: Bench) -> None:
    id = bench.network(law_request(encoding="slots", slots=2))
    with pytest.raises(UnusableDisplays, match="places for 2 items, and a display has 3"):
        simulate.answer(Shelf(bench.store), question(id))
