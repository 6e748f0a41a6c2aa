"""A finished study travels into an empty store, and only there."""

from __future__ import annotations

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
