"""A finished study travels into an empty store, and only there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import bundle
from backend.planning import EXAMPLE_NAME
from backend.settings import Settings
from backend.store.store import open_store
from backend.store.tables import MADE, Study
from demo import NAME, find_or_start
from tests.backend.conftest import HOME, running
from worker.export_study import export


def finished_study(folder: Path) -> tuple[Any, str]:
    """A store with a study that looks finished."""
    store = open_store(Settings(data_dir=folder), migrating=True)
    steps = []
    with store.session() as session:
        wanted: dict[str, dict[str, Any]] = {
            "dataset": {"state": "ready"},
            "fit": {"dataset_id": "d" * 32, "model": "bns"},
            "network": {"objective": "diffusion"},
        }
        for kind, values in wanted.items():
            id = kind[0] * 32
            session.add(MADE[kind](**{"id": id, "name": kind, "state": "done", "job_id": "j" * 32, **values}))
            store.artifacts.write(kind, id, {"result.json": b'{"n":1}'}, inputs=[{"kind": "dataset"}], seed=4)
            steps.append({"title": kind, "kind": kind, "job_id": "j", "result": {"kind": kind, "id": id}})
        session.add(Study(id="s" * 32, name="Example", dataset_id="d" * 32, steps=steps))
    return store, "s" * 32


class Answers:
    """As much of a client as the demo needs."""

    def __init__(self, studies: list[dict[str, Any]]) -> None:
        self._studies = studies

    def get(self, path: str) -> httpx.Response:
        return httpx.Response(200, json=self._studies, request=httpx.Request("GET", HOME + path))

    def post(self, path: str, json: Any) -> httpx.Response:
        assert json == {"dataset_id": None, "name": NAME, "budget": "demo"}
        return httpx.Response(202, json={"id": "new"}, request=httpx.Request("POST", HOME + path))


async def test_there_and_back(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store, study_id = finished_study(tmp_path / "from")
    size = export(store, study_id, tmp_path / "bundle")
    assert 0 < size < 20_000
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "bundle")
    async with running(settings) as client:
        (study,) = (await client.get("/api/studies")).json()
        assert study["example"]
        assert study["state"] == "done"
        assert study["name"] == EXAMPLE_NAME
        own = (await client.post("/api/studies", json={"name": "Run here", "budget": "quick"})).json()
        assert not own["example"], "what is explored as the example must be finished"
        assert [one["name"] for one in (await client.get("/api/studies")).json()] == ["Run here", EXAMPLE_NAME]
        assert find_or_start(Answers([study]))["id"] == "new", "the shipped one does not count as run here"
        fit = (await client.get("/api/fits/" + "f" * 32)).json()
        assert fit["result"] == {"n": 1}
        manifest = (await client.get(f"/api/fits/{fit['id']}/manifest")).json()
        assert manifest["seed"] == 4
        assert (await client.delete(f"/api/fits/{fit['id']}")).status_code == 204
    async with running(settings) as client:
        left = [one["id"] for one in (await client.get("/api/fits")).json()]
        assert fit["id"] not in left, "a store that is in use is left alone"


def derive(store: Any) -> None:
    """Two more networks of the study's fit, one unfinished, a network of another fit, and analyses of them."""
    fit, other = {"kind": "fit", "id": "f" * 32}, {"kind": "fit", "id": "x" * 32}
    dataset = {"kind": "dataset", "id": "d" * 32}
    wanted = [
        ("fit", "x", "done", [dataset], {"dataset_id": "d" * 32, "model": "bns"}),
        ("network", "1", "done", [fit], {"objective": "task_optimal"}),
        ("network", "2", "running", [fit], {"objective": "task_optimal"}),
        ("network", "3", "done", [other], {"objective": "task_optimal"}),
        ("analysis", "4", "done", [{"kind": "network", "id": one * 32} for one in "n1"], {"analysis": "mechanism"}),
        ("analysis", "5", "done", [{"kind": "network", "id": "3" * 32}], {"analysis": "mechanism"}),
    ]  # fmt: skip
    with store.session() as session:
        session.get(MADE["fit"], "f" * 32).parents = [dataset]
        session.get(MADE["network"], "n" * 32).parents = [fit]
        for kind, sign, state, parents, values in wanted:
            id = sign * 32
            session.add(MADE[kind](**{"id": id, "name": sign, "state": state, "parents": parents, **values}))
            store.artifacts.write(kind, id, {"result.json": b'{"groups":[]}'})


async def test_what_was_made_later_comes_along(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, study_id = finished_study(tmp_path / "from")
    derive(store)
    export(store, study_id, tmp_path / "bundle", derived=True)
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "bundle")
    async with running(settings) as client:
        networks = (await client.get("/api/networks")).json()
        assert {one["id"][0] for one in networks} == {"n", "1"}, "neither the unfinished one nor that of another fit"
        assert all(one["example"] and one["state"] == "done" for one in networks)
        (analysis,) = (await client.get("/api/analyses", params={"analysis": "mechanism"})).json()
        assert analysis["network_ids"] == ["n" * 32, "1" * 32]
        assert (await client.get(f"/api/analyses/{analysis['id']}")).json()["result"] == {"groups": []}


def test_only_what_is_asked_for_comes_along(tmp_path: Path) -> None:
    store, study_id = finished_study(tmp_path / "from")
    derive(store)

    def brought(**asked: Any) -> dict[str, set[str]]:
        export(store, study_id, tmp_path / "bundle", **asked)
        rows = json.loads((tmp_path / "bundle" / bundle.ROWS).read_text())["rows"]
        return {kind: {row["id"][0] for row in made} for kind, made in rows.items()}

    assert brought()["network"] == {"n"}
    assert brought(more=[("network", "1" * 32)])["network"] == {"n", "1"}
    whole = brought(more=[("analysis", "4" * 32)])
    assert (whole["network"], whole["analysis"]) == ({"n", "1"}, {"4"}), "an analysis brings its networks"
    for named, words in ((("network", "2" * 32), "not finished"), (("analysis", "5" * 32), "not in the study")):
        with pytest.raises(ValueError, match=words):
            brought(more=[named])


async def test_a_damaged_bundle_does_no_harm(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, study_id = finished_study(tmp_path / "from")
    export(store, study_id, tmp_path / "bundle")
    (tmp_path / "bundle" / "artifacts" / "fit" / ("f" * 32) / "result.json").write_bytes(b"{}")
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "bundle")
    async with running(settings) as client:
        assert (await client.get("/api/studies")).json() == []


def test_an_unfinished_study_is_not_exported(tmp_path: Path) -> None:
    store, study_id = finished_study(tmp_path / "from")
    with store.session() as session:
        session.get(MADE["network"], "n" * 32).state = "running"
    with pytest.raises(ValueError, match="not finished"):
        export(store, study_id, tmp_path / "bundle")
