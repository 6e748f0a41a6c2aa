"""Comparisons and recoveries over the API: jobs, results, files, deletion together with the dataset."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from tests.backend.conftest import Workshop, done, upload

NOBODY = "0" * 32
FLAT: dict[str, Any] = {"model": "three_component"}
NO_GUESSES: dict[str, Any] = {"model": "three_component", "options": {"uniform": False}, "name": "never guesses"}


@pytest.fixture
async def dataset(client: httpx.AsyncClient, workshop: Workshop) -> dict[str, Any]:
    return await upload(client)


async def test_a_comparison_from_request_to_files(client: httpx.AsyncClient, dataset: dict[str, Any]) -> None:
    request = {"dataset_id": dataset["id"], "models": [FLAT, NO_GUESSES], "folds": 5, "seed": 2}
    answer = await client.post("/api/comparisons", json=request)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["kind"], job["title"]) == ("compare", "Compare 2 models: colours")
    assert job["result"]["kind"] == "comparison"
    made = f"/api/comparisons/{job['result']['id']}"
    job = await done(client, job)
    told = (await client.get(made)).json()
    assert (told["state"], told["dataset_id"], told["folds"]) == ("done", dataset["id"], 5)
    assert told["parents"] == [{"kind": "dataset", "id": dataset["id"]}]
    result = told["result"]
    assert {row["name"] for row in result["models"]} == {"three_component", "never guesses"}
    assert result["subjects"] == 3
    assert result["verdict"]
    assert (await client.get(f"{made}/result.json")).json() == result

    answer = await client.get(f"{made}/pointwise.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == result["trials"] == 240
    assert set(rows[0]) == {"row", "subject", "condition", "set_size", "fold", "three_component", "never guesses"}
    mean = sum(float(row["three_component"]) for row in rows) / 240
    held_out = {row["name"]: row["held_out"]["mean"] for row in result["models"]}
    assert mean == pytest.approx(held_out["three_component"], abs=1e-5)

    manifest = (await client.get(f"{made}/manifest")).json()
    assert [(one["kind"], one["id"]) for one in manifest["inputs"]] == [("dataset", dataset["id"])]
    assert manifest["seed"] == 2
    listed = (await client.get("/api/comparisons", params={"dataset_id": dataset["id"]})).json()
    assert [one["id"] for one in listed] == [told["id"]]
    assert "result" not in listed[0]


@pytest.mark.parametrize("kind", ["parameters", "models"])
async def test_a_recovery_from_request_to_file(client: httpx.AsyncClient, dataset: dict[str, Any], kind: str) -> None:
    request = {"dataset_id": dataset["id"], "models": [FLAT], "datasets": 2, "trials": 100, "kind": kind, "seed": 1}
    job = (await client.post("/api/recoveries", json=request)).json()
    assert job["title"] == f"{kind.rstrip('s').capitalize()} recovery, 1 model: colours"
    await done(client, job)
    made = f"/api/recoveries/{job['result']['id']}"
    told = (await client.get(made)).json()
    assert (told["kind"], told["datasets"], told["trials"]) == (kind, 2, 100)
    result = told["result"]
    if kind == "parameters":
        assert all(len(entry["points"]) == 2 for entry in result["parameters"])
    else:
        assert result["confusion"]["first"] == [[2]]
    assert (await client.get(f"{made}/result.json")).json() == result
    assert (await client.get("/api/recoveries")).json()[0]["id"] == told["id"]


async def test_they_go_with_their_dataset(client: httpx.AsyncClient, dataset: dict[str, Any]) -> None:
    jobs = [
        (await client.post("/api/comparisons", json={"dataset_id": dataset["id"], "models": [FLAT]})).json(),
        (
            await client.post(
                "/api/recoveries", json={"dataset_id": dataset["id"], "models": [FLAT], "datasets": 1, "kind": "models"}
            )
        ).json(),
    ]
    for job in jobs:
        await done(client, job)
    assert (await client.delete(f"/api/datasets/{dataset['id']}")).status_code == 204
    for plural, job in zip(("comparisons", "recoveries"), jobs, strict=True):
        assert (await client.get(f"/api/{plural}/{job['result']['id']}")).status_code == 404
        assert (await client.get(f"/api/jobs/{job['id']}")).status_code == 404
    site = client.site  # type: ignore[attr-defined]
    assert not site.store.artifacts.exists("comparison", jobs[0]["result"]["id"])


async def test_one_is_deleted_alone(client: httpx.AsyncClient, dataset: dict[str, Any]) -> None:
    job = (await client.post("/api/comparisons", json={"dataset_id": dataset["id"], "models": [FLAT]})).json()
    await done(client, job)
    made = f"/api/comparisons/{job['result']['id']}"
    assert (await client.delete(made)).status_code == 204
    assert (await client.get(made)).status_code == 404
    assert (await client.get(f"/api/datasets/{dataset['id']}")).status_code == 200


async def test_a_comparison_can_be_cancelled(client: httpx.AsyncClient) -> None:
    dataset = (await client.post("/api/studies", json={})).json()["dataset_id"]
    job = (await client.post("/api/comparisons", json={"dataset_id": dataset, "models": [FLAT]})).json()
    assert job["state"] == "waiting", "the example is still being read"
    made = f"/api/comparisons/{job['result']['id']}"
    for path in ("result.json", "pointwise.csv", "manifest"):
        assert (await client.get(f"{made}/{path}")).status_code == 409
    assert (await client.delete(made)).status_code == 409
    assert (await client.post(f"/api/jobs/{job['id']}/cancel")).json()["state"] == "cancelled"
    told = (await client.get(made)).json()
    assert (told["state"], told["result"]) == ("cancelled", None)


@pytest.mark.parametrize(
    ("path", "changes", "says"),
    [
        ("comparisons", {"folds": 7}, "folds"),
        ("comparisons", {"models": []}, "models"),
        ("comparisons", {"models": [FLAT, FLAT]}, "there twice"),
        ("comparisons", {"models": [{"model": "magic"}]}, "model"),
        ("comparisons", {"models": [FLAT | {"name": "x"}, NO_GUESSES | {"name": "x"}]}, "same name"),
        ("comparisons", {"models": [{"model": "bns", "options": {"nonsense": 1}}]}, "nonsense"),
        ("recoveries", {"datasets": 0}, "datasets"),
        ("recoveries", {"trials": 3}, "trials"),
        ("recoveries", {"kind": "all"}, "kind"),
    ],
)
async def test_wrong_requests_say_what_is_wrong(
    client: httpx.AsyncClient, path: str, changes: dict[str, Any], says: str
) -> None:
    answer = await client.post(f"/api/{path}", json={"dataset_id": NOBODY, "models": [FLAT]} | changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("path", ["comparisons", "recoveries"])
async def test_what_is_not_there_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    for answer in (
        await client.get(f"/api/{path}/{NOBODY}"),
        await client.get(f"/api/{path}/{NOBODY}/result.json"),
        await client.delete(f"/api/{path}/{NOBODY}"),
        await client.post(f"/api/{path}", json={"dataset_id": NOBODY, "models": [FLAT]}),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
