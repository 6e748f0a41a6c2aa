"""One request, several networks: rows, states, curves, cards, deletion."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from safetensors.numpy import load

from backend.settings import Settings
from tests.backend.conftest import Workshop, done

TINY = {
    "neurons": 8, "hidden": 16, "stimulus_steps": 2, "delay_steps": [2, 2], "cue_steps": 2, "recall_steps": 6,
    "steps": 30, "held_out": 8, "pool": 64, "displays_per_batch": 8, "evaluations": 2,
}  # fmt: skip
WANTED = {"law": {"kind": "smooth"}, "displays": {"set_sizes": [2]}, "budget": "quick", "config": TINY}


async def test_an_ensemble_is_one_job_and_several_networks(client: httpx.AsyncClient, settings: Settings) -> None:
    job = (await client.post("/api/networks", json=WANTED | {"seeds": [7, 2, 9], "name": "Trio"})).json()
    rows = (await client.get("/api/networks")).json()
    assert {row["name"] for row in rows} == {"Trio, seed 7", "Trio, seed 2", "Trio, seed 9"}
    assert {row["job_id"] for row in rows} == {job["id"]}
    assert {row["state"] for row in rows} == {"queued"}
    ensemble = rows[0]["ensemble"]
    assert set(ensemble["members"]) == {row["id"] for row in rows}
    assert job["result"]["id"] == ensemble["members"][0]
    with Workshop(settings):
        await done(client, job)
    members = [(await client.get(f"/api/networks/{id}")).json() for id in ensemble["members"]]
    assert [member["seed"] for member in members] == [7, 2, 9]
    assert [member["result"]["seed"] for member in members] == [7, 2, 9]
    assert {member["state"] for member in members} == {"done"}
    assert len({member["result"]["training"]["held_out_loss"] for member in members}) == 3
    again = await client.post("/api/networks", json=members[0]["request"])
    assert again.status_code == 202, "a stored request can be sent again as it is"
    await client.post(f"/api/jobs/{again.json()['id']}/cancel")
    points = (await client.get(f"/api/jobs/{job['id']}/curve")).json()["points"]
    assert any({"loss", "loss_low", "loss_high"} <= set(point) for point in points)
    await _deleted_one_by_one(client, job["id"], ensemble)


async def _deleted_one_by_one(client: httpx.AsyncClient, job: str, ensemble: dict[str, Any]) -> None:
    first, *others = ensemble["members"]
    assert (await client.delete(f"/api/networks/{first}")).status_code == 204
    assert (await client.get(f"/api/jobs/{job}")).status_code == 200, "the others still have their job"
    left = (await client.get("/api/networks", params={"ensemble": ensemble["id"]})).json()
    assert {row["id"] for row in left} == set(others)
    assert left[0]["ensemble"]["members"] == others
    assert (await client.get("/api/networks", params={"ensemble": "another"})).json() == []
    for id in others:
        assert (await client.delete(f"/api/networks/{id}")).status_code == 204
    assert (await client.get(f"/api/jobs/{job}")).status_code == 404


async def test_a_count_means_the_next_seeds_and_one_network_is_no_ensemble(client: httpx.AsyncClient) -> None:
    await client.post("/api/networks", json=WANTED | {"seed": 4, "count": 3})
    assert sorted(row["seed"] for row in (await client.get("/api/networks")).json()) == [4, 5, 6]
    job = (await client.post("/api/networks", json=WANTED | {"seed": 1, "name": "Solo"})).json()
    alone = (await client.get(f"/api/networks/{job['result']['id']}")).json()
    assert (alone["name"], alone["ensemble"]) == ("Solo", None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seeds": [1, 1]}, "alike"),
        ({"seeds": [1, 2], "count": 3}, "either seeds"),
        ({"seeds": [1, 2], "seed": 3}, "either seeds"),
        ({"count": 17}, "count"),
        ({"seeds": []}, "seeds"),
        ({"seed": 2**53 - 1, "count": 2}, "above"),
        ({"responses": "recorded"}, "belong to a fit"),
        (
            {"law": None, "displays": None, "fit_id": "f" * 32, "responses": "recorded", "config": {"target": "exact"}},
            "only be “sampled”",
        ),
        ({"objective": "moment_matching", "config": {"samples_per_display": 3}}, "at least 4"),
    ],
)
async def test_what_cannot_be_an_ensemble(client: httpx.AsyncClient, wrong: dict[str, Any], words: str) -> None:
    answer = await client.post("/api/networks", json=WANTED | wrong)
    assert answer.status_code == 422
    assert words in answer.text


async def test_the_card_goes_with_the_weights(client: httpx.AsyncClient, settings: Settings) -> None:
    config = TINY | {"encoding": "index", "cell": "gru"}
    job = (await client.post("/api/networks", json=WANTED | {"config": config, "seed": 3, "name": "Solo"})).json()
    path = f"/api/networks/{job['result']['id']}"
    assert (await client.get(f"{path}/card.json")).status_code == 409
    with Workshop(settings):
        await done(client, job)
    card = (await client.get(f"{path}/card.json", params={"licence": "CC-BY-4.0"})).json()
    assert (card["licence"], card["seed"], card["source"]["law"]["kind"]) == ("CC-BY-4.0", 3, "smooth")
    assert "number of the item's slot" in card["task"]["input"]
    assert card["task"]["steps"]["delay"] == [2, 2]
    assert card["fidelity"] is None
    assert "not stated" in (await client.get(f"{path}/card.json")).json()["licence"]
    weights = (await client.get(f"{path}/weights.safetensors")).content
    assert len(weights) == card["weights"]["bytes"]
    assert load(weights)["frame"].shape == (8, 8)
    assert card["config"]["cell"] == "gru"
