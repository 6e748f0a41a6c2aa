"""Uploads: read, refused, too large, read again, downloaded, deleted."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pandas as pd

from backend.routes import datasets
from backend.settings import Settings
from tests.backend.conftest import Workshop, csv_of, done, upload


def leftovers(client: httpx.AsyncClient) -> list[Path]:
    site = client.site  # type: ignore[attr-defined]
    return list(site.settings.uploads_dir.iterdir()) + list(site.settings.artifacts_dir.glob("dataset/*"))


async def test_an_uploaded_file_is_read(client: httpx.AsyncClient, workshop: Any) -> None:
    data = csv_of()
    dataset = await upload(client, data, "../../my colours.csv")
    assert dataset["name"] == "my colours"
    facts = {"name": "my colours.csv", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    fate = {"rows": 240, "accepted": True, "problem": None}
    assert dataset["file"] == facts | {"format": "text", "files": [facts | fate]}
    assert dataset["mapping"]["response"] == "response"
    assert dataset["reasons"]["response"]
    assert dataset["pictures"]["errors"]
    assert [path.name for path in leftovers(client)] == [dataset["id"], dataset["id"]]
    (listed,) = (await client.get("/api/datasets")).json()
    assert listed["summary"] == dataset["summary"]
    table = pd.read_csv(io.BytesIO((await client.get(f"/api/datasets/{dataset['id']}/trials.csv")).content))
    parquet = await client.get(f"/api/datasets/{dataset['id']}/trials.parquet")
    same = pd.read_parquet(io.BytesIO(parquet.content))
    assert len(table) == dataset["summary"]["trials"] == len(same)
    assert "my-colours.parquet" in parquet.headers["content-disposition"]
    assert (await client.delete(f"/api/datasets/{dataset['id']}")).status_code == 204
    assert leftovers(client) == []


async def test_one_file_a_subject_makes_one_dataset(client: httpx.AsyncClient, workshop: Any) -> None:
    lines = [csv_of(trials=60, seed=seed).decode().split("\n") for seed in (1, 2)]
    people = ["\n".join(line.partition(",")[2] for line in part).encode() for part in lines]
    parts = [
        ("file", ("anna.csv", people[0])),
        ("file", ("notes.csv", b"who,what\nanna,slept badly\n")),
        ("file", ("ben.csv", people[1])),
        ("file", ("again.csv", people[1])),
        ("file", ("empty.csv", b"")),
    ]
    answer = await client.post("/api/datasets", files=parts)
    assert answer.status_code == 201, answer.text
    dataset = answer.json()
    assert (dataset["name"], dataset["file"]["name"], dataset["state"]) == ("anna and 4 more", "5 files", "ready")
    fates = {file["name"]: (file["accepted"], file["rows"]) for file in dataset["file"]["files"]}
    assert fates == {
        "anna.csv": (True, 60), "notes.csv": (False, 0), "ben.csv": (True, 60), "again.csv": (False, 0),
        "empty.csv": (False, 0),
    }  # fmt: skip
    reasons = {file["name"]: (file["problem"] or {}).get("title") for file in dataset["file"]["files"]}
    assert reasons["again.csv"] == "This file was given twice"
    assert dataset["mapping"]["subject"] == "file"
    assert [row["subject"] for row in dataset["pictures"]["subjects"]] == ["anna", "ben"]
    assert any(finding["kind"] == "refused_files" for finding in dataset["findings"])
    path = f"/api/datasets/{dataset['id']}"
    one_size = dict(dataset["mapping"], nontargets=[], nontarget_probes=[], set_size=None)
    changed = (await client.patch(path, json={"mapping": one_size})).json()
    assert (changed["state"], changed["summary"]["subjects"], changed["summary"]["set_sizes"]) == ("ready", 2, [1])
    assert (await client.delete(path)).status_code == 204
    assert leftovers(client) == []


async def test_files_that_all_fail_are_refused_together(client: httpx.AsyncClient, workshop: Any) -> None:
    parts = [("file", ("a.pkl", b"\x80\x04abc")), ("file", ("b.pkl", b"\x80\x04abcd"))]
    answer = await client.post("/api/datasets", files=parts)
    assert answer.status_code == 422
    assert "pickle" in answer.json()["title"]
    assert "a.pkl" in answer.json()["detail"]
    assert leftovers(client) == []


async def test_a_unit_that_is_left_open_is_guessed(client: httpx.AsyncClient, workshop: Any) -> None:
    dataset = await upload(client)
    path = f"/api/datasets/{dataset['id']}"
    mapping = dict(
        dataset["mapping"], target_probe=None, nontarget_probes=[], periods={"response": 360, "target": None}
    )
    changed = (await client.patch(path, json={"mapping": mapping})).json()
    assert changed["state"] == "ready", changed
    assert changed["mapping"]["periods"] == {"response": 360.0, "target": 360.0, "nontargets": 360.0}
    assert "degrees" in changed["reasons"]["target_units"]
    again = (await client.patch(path, json={"mapping": {"table": None}})).json()
    assert again["hash"] == dataset["hash"], "a mapping without a response is guessed anew"


async def test_what_cannot_be_read_is_refused_and_not_kept(client: httpx.AsyncClient, workshop: Any) -> None:
    garbage = bytes(range(256)) * 40
    for name, data in (("a.png", b"\x89PNG" + garbage), ("a.csv", garbage), ("a.pkl", b"\x80\x04abc"), ("a.csv", b"")):
        answer = await client.post("/api/datasets", files={"file": (name, data)})
        assert answer.status_code == 422, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"]
        assert answer.json()["detail"]
    assert leftovers(client) == []
    assert (await client.get("/api/datasets")).json() == []
    assert (await client.get("/api/jobs")).json() == []


async def test_a_file_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    limit = client.site.settings.max_upload_bytes  # type: ignore[attr-defined]
    for size in (limit + 10, 2 * limit):
        answer = await client.post("/api/datasets", files={"file": ("a.csv", b"1" * size)})
        assert answer.status_code == 413
        assert answer.json()["title"] == "The file is too large"
    assert leftovers(client) == []


async def test_another_mapping(client: httpx.AsyncClient, workshop: Any) -> None:
    dataset = await upload(client)
    path = f"/api/datasets/{dataset['id']}"
    wrong = dict(dataset["mapping"], response="no such column")
    answer = await client.patch(path, json={"mapping": wrong, "name": "Renamed"})
    assert answer.status_code == 422
    assert "no such column" in answer.json()["detail"]
    kept = (await client.get(path)).json()
    assert (kept["state"], kept["name"], kept["hash"]) == ("ready", "Renamed", dataset["hash"])
    one_size = dict(dataset["mapping"], nontargets=[], nontarget_probes=[], set_size=None)
    changed = (await client.patch(path, json={"mapping": one_size})).json()
    assert changed["state"] == "ready", changed
    assert changed["summary"]["set_sizes"] == [1]
    assert changed["hash"] != dataset["hash"]


async def test_while_it_is_read_again_nothing_begins_and_nothing_is_lost(
    client: httpx.AsyncClient, monkeypatch: Any, settings: Settings
) -> None:
    with Workshop(settings):
        dataset = await upload(client)
        path = f"/api/datasets/{dataset['id']}"
        body = {"dataset_id": dataset["id"], "model": "three_component"}
        fit = (await done(client, (await client.post("/api/fits", json=body)).json()))["result"]["id"]
    monkeypatch.setattr(datasets, "READING_SECONDS", 0.1)  # nobody reads: the job stays in its queue
    one_size = {"mapping": dict(dataset["mapping"], nontargets=[], nontarget_probes=[], set_size=None)}
    assert (await client.patch(path, json=one_size)).json()["hash"] == dataset["hash"]
    for refused in (
        await client.post("/api/fits", json=body),
        await client.post("/api/studies", json={"dataset_id": dataset["id"]}),
        await client.patch(path, json=one_size),
        await client.delete(path),
    ):
        assert refused.status_code == 409
        assert "read" in refused.text.lower()
    with Workshop(settings):
        for _ in range(200):
            changed = (await client.get(path)).json()
            if changed["hash"] != dataset["hash"]:
                break
            await asyncio.sleep(0.05)
    assert changed["summary"]["set_sizes"] == [1]
    kept = (await client.get(f"/api/fits/{fit}")).json()
    assert kept["dataset_hash"] == kept["result"]["dataset_hash"] == dataset["hash"], "it tells what it was made from"
    waiting = (await client.post("/api/fits", json=body)).json()
    assert (await client.patch(path, json=one_size)).status_code == 409, f"{waiting['id']} is going to use it"


async def test_a_given_mapping_is_used(client: httpx.AsyncClient, workshop: Any) -> None:
    mapping = {"response": "response", "target": "target", "periods": {"response": 360, "target": 360}}
    answer = await client.post(
        "/api/datasets", files={"file": ("a.csv", csv_of())}, data={"mapping": json.dumps(mapping), "name": "Mine"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "Mine"
    assert answer.json()["summary"]["set_sizes"] == [1]
    answer = await client.post("/api/datasets", files={"file": ("a.csv", csv_of())}, data={"mapping": '{"respnse":1}'})
    assert answer.status_code == 422


async def test_a_slow_reading_goes_on_behind(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(datasets, "READING_SECONDS", 0.1)
    dataset = await upload(client)
    assert dataset["state"] == "reading"
    answer = await client.post("/api/fits", json={"dataset_id": dataset["id"], "model": "bns"})
    assert answer.json()["state"] == "waiting"
    assert (await client.get(f"/api/datasets/{dataset['id']}/trials.csv")).status_code == 409
    answer = await client.delete(f"/api/datasets/{dataset['id']}")
    assert answer.status_code == 409
    assert "Read: colours" in answer.json()["detail"]


async def test_a_dataset_with_a_question_cannot_be_fitted(client: httpx.AsyncClient, workshop: Any) -> None:
    dataset = await upload(client)
    site = client.site  # type: ignore[attr-defined]
    with site.store.session() as session:
        session.get(datasets.Dataset, dataset["id"]).state = "question"
    answer = await client.post("/api/fits", json={"dataset_id": dataset["id"], "model": "bns"})
    assert answer.status_code == 409
    assert "question" in answer.json()["title"]


async def test_real_files_load(client: httpx.AsyncClient, workshop: Any, shared_data: Path) -> None:
    dataset = await upload(client, (shared_data / "bays_2009.csv").read_bytes(), "bays_2009.csv")
    assert dataset["state"] == "ready"
    job = await client.post("/api/fits", json={"dataset_id": dataset["id"], "model": "three_component"})
    fit = await done(client, job.json())
    result = (await client.get(f"/api/fits/{fit['result']['id']}")).json()["result"]
    assert result["trials"] == dataset["summary"]["trials"]
