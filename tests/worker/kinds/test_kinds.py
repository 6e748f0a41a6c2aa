"""Each kind of job directly, with tiny budgets: what it stores, what it refuses, and that its manifest tells all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from safetensors.torch import load as load_tensors

from tests.backend.conftest import csv_of
from tests.worker.kinds.conftest import TINY, Bench, law_request
from worker.context import Refused
from worker.kinds.table_files import from_parquet


def complete(bench: Bench, kind: str, id: str, inputs: list[tuple[str, str]]) -> Any:
    """The manifest, after its promises were checked."""
    manifest = bench.store.artifacts.manifest(kind, id)
    assert bench.store.artifacts.verify(kind, id) == []
    assert [(one["kind"], one["id"]) for one in manifest.inputs] == inputs
    for one in manifest.inputs:
        assert one["hash"] == bench.store.artifacts.manifest(one["kind"], one["id"]).hash
    assert manifest.config
    assert {"swapscope", "git", "python", "torch", "numpy"} <= set(manifest.versions)
    return manifest


def test_read_stores_the_trials_and_what_was_understood(bench: Bench) -> None:
    id = bench.dataset(csv_of())
    row = bench.get("dataset", id)
    assert (row.state, row.file["format"]) == ("ready", "text")
    manifest = complete(bench, "dataset", id, [])
    assert manifest.config["mapping"] == row.mapping
    trials = from_parquet(bench.store.artifacts.read("dataset", id, "trials.parquet"))
    assert len(trials) == 240
    assert trials.hash == row.dataset_hash
    reading = bench.store.artifacts.read_json("dataset", id, "reading.json")
    assert reading["summary"]["trials"] == 240
    assert reading["truth"] is None


def test_read_refuses_in_words_and_keeps_nothing(bench: Bench) -> None:
    id = bench.row("dataset", file={"name": "x.csv"})
    (bench.store.settings.uploads_dir / id).write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises(Refused) as refusal:
        bench.do("read", {"dataset_id": id, "mapping": None, "source": "upload"}, id)
    assert refusal.value.title
    assert refusal.value.detail
    assert not bench.store.artifacts.exists("dataset", id)
    assert not (bench.store.settings.uploads_dir / id).exists()
    with pytest.raises(Refused, match="not there"):
        bench.do("read", {"dataset_id": id, "mapping": None, "source": "upload"}, id)


def test_a_reading_that_fails_leaves_the_earlier_one(bench: Bench) -> None:
    id = bench.dataset(csv_of())
    before = bench.store.artifacts.manifest("dataset", id)
    wrong = {**bench.get("dataset", id).mapping, "response": "no such column"}
    with pytest.raises(Refused):
        bench.do("read", {"dataset_id": id, "mapping": wrong, "source": "upload"}, None)
    assert bench.store.artifacts.manifest("dataset", id) == before


def test_the_example_comes_from_its_seed(bench: Bench) -> None:
    ids = [bench.row("dataset", example=True) for _ in range(2)]
    for id in ids:
        bench.do("read", {"dataset_id": id, "mapping": None, "source": "example", "seed": 4}, id)
    first, second = (bench.get("dataset", id) for id in ids)
    assert first.dataset_hash == second.dataset_hash
    assert complete(bench, "dataset", ids[0], []).seed == 4
    assert bench.store.artifacts.read_json("dataset", ids[0], "reading.json")["truth"]


def test_fit_refers_to_the_data_it_was_made_from(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    id = bench.fit(dataset)
    manifest = complete(bench, "fit", id, [("dataset", dataset)])
    assert (manifest.seed, manifest.config["model"]) == (3, "three_component")
    was = bench.get("dataset", dataset).dataset_hash
    result = bench.store.artifacts.read_json("fit", id, "result.json")
    assert bench.get("fit", id).dataset_hash == result["dataset_hash"] == was
    points = [message["point"] for message in bench.sent if message.get("point")]
    assert all({"step", "bound"} <= set(point) for point in points)
    assert points

    (bench.store.settings.uploads_dir / dataset).write_bytes(csv_of(120))
    bench.do("read", {"dataset_id": dataset, "mapping": None, "source": "upload"}, None)
    assert bench.get("dataset", dataset).dataset_hash != was
    assert bench.get("fit", id).dataset_hash == was, "a later reading changes nothing about the fit"
    assert manifest.inputs[0]["hash"] != bench.store.artifacts.manifest("dataset", dataset).hash


def test_fit_refuses(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    with pytest.raises(Refused, match="cannot be used"):
        bench.fit(dataset, nonsense=1)
    bench.store.artifacts.delete("dataset", dataset)
    with pytest.raises(Refused, match="not there"):
        bench.fit(dataset)


def test_surrogate_draws_and_tells_from_what(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    fit = bench.fit(dataset)
    drawn = []
    for seed in (1, 1, 2):
        id = bench.row("surrogate", fit_id=fit)
        bench.do("surrogate", {"fit_id": fit, "displays": "dataset", "trials": 60, "seed": seed}, id)
        complete(bench, "surrogate", id, [("fit", fit), ("dataset", dataset)])
        drawn.append(bench.store.artifacts.read("surrogate", id, "data.parquet"))
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(from_parquet(drawn[0])) == 60
    law = {"kind": "uniform", "set_sizes": [16], "probe_places": 2}
    with pytest.raises(Refused, match="no such displays"):
        bench.do("surrogate", {"fit_id": fit, "displays": {"law": law}, "trials": 5, "seed": 1}, id)


def test_train_and_analyse(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    fit = bench.fit(dataset)
    request = {**law_request(), "fit_id": fit, "law": None, "displays": None}
    id = bench.network(request)
    manifest = complete(bench, "network", id, [("fit", fit), ("dataset", dataset)])
    assert manifest.config["request"] == request
    assert {name: manifest.config["config"][name] for name in TINY} == TINY
    assert bench.get("network", id).dataset_hash == bench.get("dataset", dataset).dataset_hash

    made = bench.row("analysis", analysis="fidelity")
    wanted = {"network_ids": [id], "analysis": "fidelity", "options": {"displays": 40, "runs": 2}, "seed": 1}
    bench.do("analyse", wanted, made)
    complete(bench, "analysis", made, [("network", id)])
    result = bench.store.artifacts.read_json("analysis", made, "result.json")["networks"][id]
    assert {"c2st", "swap_curve", "energy", "by_set_size"} <= set(result)
    with pytest.raises(Refused, match="no such option"):
        bench.do("analyse", wanted | {"options": {"nonsense": 1}}, made)
    bench.store.artifacts.delete("network", id)
    with pytest.raises(Refused, match="not there"):
        bench.do("analyse", wanted, made)


def test_train_on_recorded_responses(bench: Bench) -> None:
    dataset = bench.dataset(csv_of())
    fit = bench.fit(dataset)
    request = {**law_request(target="sampled"), "fit_id": fit, "law": None, "displays": None, "responses": "recorded"}
    recorded = bench.network(request)
    complete(bench, "network", recorded, [("fit", fit), ("dataset", dataset)])
    modelled = bench.network(request | {"responses": "model"})
    one, other = (bench.store.artifacts.read("network", id, "network.safetensors") for id in (recorded, modelled))
    assert one != other


def test_an_ensemble_is_stored_network_by_network(bench: Bench) -> None:
    request = {**law_request(), "seed": 5, "seeds": [5, 6, 7]}
    ids = [bench.row("network", objective="diffusion", request=request, job_id="trio", seed=s) for s in (5, 6, 7)]
    bench.do("train", request, ids[0], job="trio")
    alone = bench.network(law_request())
    seeds = [complete(bench, "network", id, []).seed for id in ids]
    assert seeds == [5, 6, 7]
    first, single = (bench.store.artifacts.read_json("network", id, "result.json") for id in (ids[0], alone))
    assert first["training"]["held_out_loss"] == pytest.approx(single["training"]["held_out_loss"], rel=1e-3)


def test_train_refuses(bench: Bench) -> None:
    for request, words in (
        (law_request(hidden=8), "cannot be used"),
        (law_request(nonsense=1), "cannot be used"),
        ({**law_request(), "displays": {"kind": "uniform", "set_sizes": [8], "probe_places": 2}}, "no such displays"),
        ({**law_request(), "fit_id": "f" * 32, "law": None}, "not there"),
    ):
        with pytest.raises(Refused, match=words):
            bench.network(request)


def test_what_is_stored_of_a_network_is_plain(bench: Bench) -> None:
    id = bench.network(law_request())
    files = bench.store.artifacts.read_all("network", id)
    json.loads(files["result.json"], parse_constant=lambda word: pytest.fail(word))
    assert load_tensors(files["network.safetensors"])["frame"].shape == (8, 8)
    assert complete(bench, "network", id, []).seed == 5
