"""The whole chain over HTTP, with tiny budgets: each route that makes, shows, hands out or deletes something."""

from __future__ import annotations

import io
from typing import Any

import httpx
import numpy as np
import pandas as pd
from safetensors.numpy import load as load_tensors

from tests.backend.conftest import done, upload

TINY = {"steps": 20, "neurons": 8, "hidden": 16, "held_out": 8, "pool": 64, "displays_per_batch": 8, "evaluations": 1}


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def test_from_file_to_fidelity(client: httpx.AsyncClient, workshop: Any) -> None:
    dataset = await upload(client)
    assert dataset["state"] == "ready", dataset["questions"]
    assert dataset["summary"]["set_sizes"] == [1, 2]
    assert dataset["hash"]

    body = {"dataset_id": dataset["id"], "model": "three_component", "seed": 3}
    jobs = [await _post(client, "/api/fits", body) for _ in range(2)]
    ended = [await done(client, job) for job in jobs]
    fits = [(await client.get(f"/api/fits/{job['result']['id']}")).json() for job in ended]
    assert fits[0]["state"] == "done"
    first, again = (dict(fit["result"]) for fit in fits)
    for result in (first, again):
        result["convergence"].pop("seconds")
    assert first == again, "the same request must give the same numbers"
    stored = await _post(client, "/api/fits", ended[0]["request"])
    await done(client, stored)
    fit_id = fits[0]["id"]
    curve = (await client.get(f"/api/jobs/{ended[0]['id']}/curve")).json()
    assert curve["points"][0].keys() >= {"step", "bound"}

    manifest = (await client.get(f"/api/fits/{fit_id}/manifest")).json()
    assert manifest["inputs"][0]["id"] == dataset["id"]
    assert manifest["versions"].keys() >= {"swapscope", "git", "python", "torch", "numpy"}
    assert manifest["seed"] == 3

    drawn = await done(client, await _post(client, "/api/surrogates", {"fit_id": fit_id, "trials": 50, "seed": 2}))
    surrogate_id = drawn["result"]["id"]
    table = pd.read_csv(io.BytesIO((await client.get(f"/api/surrogates/{surrogate_id}/data.csv")).content))
    packed = np.load(io.BytesIO((await client.get(f"/api/surrogates/{surrogate_id}/data.npz")).content))
    assert len(table) == 50
    assert np.allclose(packed["response"], table["response"])

    job = await _post(client, "/api/networks", {"fit_id": fit_id, "budget": "quick", "config": TINY, "seed": 1})
    network_id = (await done(client, job))["result"]["id"]
    job = await _post(
        client, "/api/analyses", {"network_ids": [network_id], "options": {"displays": 40, "runs": 2}, "seed": 1}
    )
    analysis = (await client.get(f"/api/analyses/{(await done(client, job))['result']['id']}")).json()
    network = (await client.get(f"/api/networks/{network_id}")).json()
    assert network["result"]["config"]["neurons"] == 8
    assert network["result"]["training"]["curve"]
    whole = network["result"]["fidelity"]
    assert whole == analysis["result"]["networks"][network_id]
    (listed,) = [one for one in (await client.get("/api/networks")).json() if one["id"] == network_id]
    assert listed["fidelity"]["c2st"] == {name: whole["c2st"][name] for name in ("network", "floor")}
    assert listed["fidelity"]["swap_curve"] == {"largest_error": whole["swap_curve"]["largest_error"]}
    weights = (await client.get(f"/api/networks/{network_id}/weights.safetensors")).content
    assert load_tensors(weights)["frame"].shape == (8, 8)

    assert (await client.delete(f"/api/datasets/{dataset['id']}")).status_code == 204
    for path in (f"fits/{fit_id}", f"networks/{network_id}", f"analyses/{analysis['id']}"):
        assert (await client.get(f"/api/{path}")).status_code == 404
    assert not list(client.site.store.artifacts.list("network"))  # type: ignore[attr-defined]


async def test_a_network_on_a_written_law(client: httpx.AsyncClient, workshop: Any) -> None:
    body = {"law": {"kind": "smooth"}, "displays": {"set_sizes": [2]}, "budget": "quick", "config": TINY}
    network = (await done(client, await _post(client, "/api/networks", body)))["result"]
    shown = (await client.get(f"/api/networks/{network['id']}")).json()
    assert shown["law"]["kind"] == "smooth"
    manifest = (await client.get(f"/api/networks/{network['id']}/manifest")).json()
    assert manifest["config"]["request"]["config"] == manifest["config"]["config"] == shown["result"]["config"]
    again = await done(client, await _post(client, "/api/networks", manifest["config"]["request"]))
    second = (await client.get(f"/api/networks/{again['result']['id']}")).json()
    losses = [[point["loss"] for point in one["result"]["training"]["curve"]] for one in (shown, second)]
    assert losses[0] == losses[1], "the stored request gives the same numbers"
    files = [(await client.get(f"/api/networks/{one['id']}/weights.safetensors")).content for one in (shown, second)]
    assert files[0] == files[1]

    wrong = await client.post("/api/networks", json=body | {"config": {"hidden": 8}})
    assert wrong.status_code == 422
    assert "hidden must be at least 48" in wrong.json()["detail"]


async def test_a_study_is_a_chain_of_jobs(client: httpx.AsyncClient) -> None:
    study = await _post(client, "/api/studies", {"dataset_id": None, "budget": "quick"})
    assert [step["kind"] for step in study["steps"]] == ["read", "fit", "fit", "surrogate", "train", "analyse"]
    jobs = {job["id"]: job for job in (await client.get("/api/jobs")).json()}
    read, fit, other, draw, train, analyse = (jobs[step["job_id"]] for step in study["steps"])
    assert read["state"] == "queued"
    assert fit["needs"] == other["needs"] == [read["id"]]
    assert draw["needs"] == train["needs"] == [fit["id"]]
    assert analyse["needs"] == [train["id"]]
    assert {job["state"] for job in (fit, other, draw, train, analyse)} == {"waiting"}
    dataset_id = study["dataset_id"]
    refused = await client.delete(f"/api/datasets/{dataset_id}")
    assert refused.status_code == 409
    assert (await client.post(f"/api/jobs/{read['id']}/cancel")).json()["state"] == "cancelled"
    study = (await client.get(f"/api/studies/{study['id']}")).json()
    assert study["state"] in ("failed", "cancelled")
    assert (await client.delete(f"/api/datasets/{dataset_id}")).status_code == 204
    assert (await client.get("/api/jobs")).json() == []


async def test_the_example_has_its_truth(client: httpx.AsyncClient, workshop: Any) -> None:
    study = await _post(client, "/api/studies", {"dataset_id": None, "budget": "quick"})
    for step in study["steps"][2:]:  # the rest is tested above on less data
        await client.post(f"/api/jobs/{step['job_id']}/cancel")
    fit = await done(client, {"id": study["steps"][1]["job_id"]})
    dataset = (await client.get(f"/api/datasets/{study['dataset_id']}")).json()
    assert dataset["example"]
    assert dataset["state"] == "ready", dataset["questions"]
    assert dataset["truth"]["swap_function"]
    result = (await client.get(f"/api/fits/{fit['result']['id']}")).json()["result"]
    assert result["swap_functions"][0]["truth"] is not None
