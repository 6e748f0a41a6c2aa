"""The kinds compare and recover directly: what they store, what they refuse, and that they stop when told to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from models.progress import Interrupted
from tests.backend.conftest import csv_of
from tests.worker.kinds.conftest import Bench
from worker.context import Refused
from worker.kinds.candidates import candidates_of

FLAT: dict[str, Any] = {"model": "three_component", "options": {}, "name": None}
BNS: dict[str, Any] = {"model": "bns", "options": {}, "name": None}


def asked(dataset: str, models: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"dataset_id": dataset, "models": models, "seed": 3, **more}


def test_candidates_have_names_of_their_own() -> None:
    silent = {"model": "three_component", "options": {"uniform": False}}
    found = candidates_of([FLAT, silent, BNS, {**BNS, "options": {"uniform": False}, "name": "mine"}])
    assert [one.name for one in found] == ["three_component", "three_component_2", "bns_probe", "mine"]
    assert len({one.label for one in found}) == 4
    assert found[3].label == "mine"
    with pytest.raises(Refused, match="cannot be used"):
        candidates_of([{"model": "bns", "options": {"nonsense": 1}}])


def test_compare_stores_what_it_found(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    id = bench.row("comparison", dataset_id=dataset)
    request = asked(dataset, [BNS, FLAT], folds=5)
    bench.do("compare", request, id)
    manifest = bench.store.artifacts.manifest("comparison", id)
    assert bench.store.artifacts.verify("comparison", id) == []
    assert [(one["kind"], one["id"]) for one in manifest.inputs] == [("dataset", dataset)]
    assert (manifest.seed, manifest.config) == (3, request)
    result = bench.store.artifacts.read_json("comparison", id, "result.json")
    assert [row["problem"] for row in result["models"]] == [None, None]
    assert bench.get("comparison", id).dataset_hash == bench.get("dataset", dataset).dataset_hash
    lines = bench.store.artifacts.read("comparison", id, "pointwise.csv").decode().splitlines()
    assert lines[0] == "row,subject,condition,set_size,fold,bns_probe,three_component"
    assert len(lines) == 241
    messages = [message["progress"]["message"] for message in bench.sent if "progress" in message]
    assert any("fold 3 of 5" in message for message in messages)


def test_recover_stores_what_it_found(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    id = bench.row("recovery", dataset_id=dataset, kind="parameters")
    bench.do("recover", asked(dataset, [FLAT], kind="parameters", datasets=2, trials=None), id)
    assert bench.store.artifacts.verify("recovery", id) == []
    result = bench.store.artifacts.read_json("recovery", id, "result.json")
    assert result["trials"] == 240
    assert {entry["set_size"] for entry in result["parameters"]} == {1, 2}


def test_too_little_to_compare_is_refused_in_words(bench: Bench) -> None:
    dataset = bench.dataset(csv_of(30))
    id = bench.row("comparison", dataset_id=dataset)
    with pytest.raises(Refused) as refusal:
        bench.do("compare", asked(dataset, [FLAT], folds=20), id)
    assert "at least 40 trials" in refusal.value.detail
    bench.store.artifacts.delete("dataset", dataset)
    for kind, more in (("compare", {"folds": 5}), ("recover", {"kind": "models", "datasets": 1})):
        with pytest.raises(Refused, match="not there"):
            bench.do(kind, asked(dataset, [FLAT], **more), id)


def test_they_stop_in_the_middle_and_leave_nothing(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    for kind, made, more in (
        ("compare", "comparison", {"folds": 5}),
        ("recover", "recovery", {"kind": "models", "datasets": 3}),
    ):
        values = {"dataset_id": dataset} | ({"kind": "models"} if made == "recovery" else {})
        id, count = bench.row(made, **values), itertools.count()
        with pytest.raises(Interrupted):
            bench.do(kind, asked(dataset, [FLAT], **more), id, interrupted=lambda count=count: next(count) > 4)
        assert not bench.store.artifacts.exists(made, id)
