"""Analyses over the API: what may be asked for, whose they are, and the files of a report on a mechanism."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import numpy as np
import pytest

from backend.store.tables import DONE, Analysis, Network, new_id

NUMBERS = {"mean": [1.5, None], "low": [1.0, None], "high": [2.0, None], "each": [[1.0, None], [2.0, None]]}
REPORT = {
    "analysis": "mechanism",
    "groups": [
        {
            "name": "Diffusion",
            "objective": "diffusion",
            "networks": ["a", "b"],
            "seeds": [1, 2],
            "analyses": {
                "planes": {
                    "axes": {"time": [0.0, 0.05], "what": ["x"]},
                    "measures": {"angle": NUMBERS},
                    "nulls": {"before": {"mean": 45.0, "low": 44.0, "high": 46.0, "each": [44.5, 45.5]}},
                    "networks": ["a", "b"],
                    "seeds": 2,
                },
                "cue_sweep": {"nothing": "There is no cue."},
            },
        }
    ],
}


def stored(client: httpx.AsyncClient, analysis: str = "mechanism", networks: int = 1, **more: Any) -> str:
    """A finished analysis."""
    store, id = client.site.store, new_id()  # type: ignore[attr-defined]
    above = [{"kind": "network", "id": new_id()} for _ in range(networks)]
    with store.session() as session:
        session.add(Analysis(id=id, name=f"{analysis} {id[:4]}", analysis=analysis, state=DONE, parents=above, **more))
    out = io.BytesIO()
    np.savez_compressed(out, **{"Diffusion/seeds": np.array([1, 2])})
    files = {"result.json": json.dumps(REPORT).encode(), "results.npz": out.getvalue()}
    store.artifacts.write("analysis", id, files if analysis == "mechanism" else {"result.json": b"{}"})
    return id


def network(client: httpx.AsyncClient, name: str = "Net") -> str:
    id = new_id()
    with client.site.store.session() as session:  # type: ignore[attr-defined]
        session.add(Network(id=id, name=name, objective="diffusion", state=DONE))
    return id


async def test_a_report_is_asked_for(client: httpx.AsyncClient) -> None:
    ids = [network(client), network(client)]
    answer = await client.post("/api/analyses", json={"network_ids": ids, "analysis": "mechanism"})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["kind"], job["title"]) == ("analyse", "Mechanism of 2 networks")
    made = (await client.get(f"/api/analyses/{job['result']['id']}")).json()
    assert (made["analysis"], made["network_ids"], made["result"]) == ("mechanism", ids, None)
    assert len(made["options"]["analyses"]) == 8
    for file in ("results.csv", "results.npz", "result.json"):
        assert (await client.get(f"/api/analyses/{made['id']}/{file}")).status_code == 409, "it is not there yet"


async def test_only_some_analyses_in_their_order(client: httpx.AsyncClient) -> None:
    body = {"network_ids": [network(client)], "analysis": "mechanism", "options": {"analyses": ["refit", "planes"]}}
    job = (await client.post("/api/analyses", json=body)).json()
    made = (await client.get(f"/api/analyses/{job['result']['id']}")).json()
    assert made["options"] == {"analyses": ["planes", "refit"]}
    assert made["name"] == "Mechanism of Net"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"analysis": "horoscope"}, "“fidelity” or “mechanism”"),
        ({"analysis": 3}, "“fidelity” or “mechanism”"),
        ({"analysis": "mechanism", "network_ids": []}, "at least 1 item"),
        ({"analysis": "mechanism", "network_ids": ["0" * 32] * 33}, "at most 32 items"),
        ({"analysis": "mechanism", "options": {"analyses": ["tarot"]}}, "'planes'"),
        ({"analysis": "mechanism", "options": {"analyses": []}}, "at least 1 item"),
        ({"analysis": "mechanism", "options": {"runs": 3}}, "there is no such setting"),
        ({"analysis": "fidelity", "options": {"analyses": ["planes"]}}, "options"),
        ({"analysis": "mechanism", "networks": 3}, "there is no such setting"),
    ],
)
async def test_what_cannot_be_asked_for_is_said(client: httpx.AsyncClient, body: dict[str, Any], words: str) -> None:
    answer = await client.post("/api/analyses", json={"network_ids": ["0" * 32], **body})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


async def test_networks_must_be_there_and_trained(client: httpx.AsyncClient) -> None:
    gone = {"network_ids": ["0" * 32], "analysis": "mechanism"}
    assert (await client.post("/api/analyses", json=gone)).status_code == 404
    id = network(client)
    with client.site.store.session() as session:  # type: ignore[attr-defined]
        session.get(Network, id).state = "failed"
    answer = await client.post("/api/analyses", json=gone | {"network_ids": [id]})
    assert answer.status_code == 409
    assert "not completed" in answer.json()["detail"]


async def test_analyses_are_listed_by_name_and_by_network(client: httpx.AsyncClient) -> None:
    first, second = stored(client, created_at=1.0), stored(client, created_at=2.0)
    third = stored(client, "fidelity", created_at=3.0)
    listed = (await client.get("/api/analyses")).json()
    assert [one["id"] for one in listed] == [third, second, first]
    mechanisms = (await client.get("/api/analyses", params={"analysis": "mechanism"})).json()
    assert [one["id"] for one in mechanisms] == [second, first]
    of_one = (await client.get("/api/analyses", params={"network_id": mechanisms[1]["network_ids"][0]})).json()
    assert [one["id"] for one in of_one] == [first]
    assert (await client.get("/api/analyses", params={"analysis": "tarot"})).status_code == 422


async def test_the_numbers_come_as_a_table(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/api/analyses/{stored(client)}/results.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert ".csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {(row["group"], row["analysis"]) for row in rows} == {("Diffusion", "planes")}
    angle = {(row["statistic"], row["seed"], row["entry"]): row["value"] for row in rows if row["name"] == "angle"}
    assert angle["network", "2", "0"] == "2.0"
    assert angle["network", "2", "1"] == "", "missing"
    assert (angle["mean", "", "0"], angle["low", "", "0"]) == ("1.5", "1.0")
    null = [row["value"] for row in rows if row["kind"] == "nulls" and row["statistic"] == "network"]
    assert null == ["44.5", "45.5"]
    assert [row["value"] for row in rows if row["kind"] == "axes"] == ["0.0", "0.05", "x"]


async def test_the_numbers_come_as_arrays(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/api/analyses/{stored(client)}/results.npz")
    assert answer.status_code == 200
    assert np.load(io.BytesIO(answer.content), allow_pickle=False)["Diffusion/seeds"].tolist() == [1, 2]


async def test_fidelity_has_no_such_files(client: httpx.AsyncClient) -> None:
    id = stored(client, "fidelity")
    for file in ("results.csv", "results.npz"):
        assert (await client.get(f"/api/analyses/{id}/{file}")).status_code == 404
    assert (await client.get(f"/api/analyses/{'0' * 32}/results.csv")).status_code == 404
