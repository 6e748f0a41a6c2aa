"""The published comparison as one request: the same conditions as the science's, an ensemble of each, all compared."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from backend.schemas.analyses import MOST_NETWORKS
from backend.schemas.published import CONDITIONS, TWO_ITEMS, USUAL, PublishedStudyRequest
from models.display_laws import from_dict
from models.network import published
from models.network.swap_laws import SwapLaw
from tests.backend.conftest import done

TINY = {"steps": 20, "neurons": 8, "hidden": 16, "held_out": 8, "pool": 64, "displays_per_batch": 8, "evaluations": 1}


def test_conditions_are_those_of_the_science() -> None:
    assert list(CONDITIONS) == list(published.BY_NAME)
    for name, ours in CONDITIONS.items():
        theirs = published.BY_NAME[name]
        assert (ours.title, ours.objective) == (theirs.title, theirs.objective)
        assert SwapLaw.from_json(ours.law.model_dump()) == theirs.law
    assert from_dict(TWO_ITEMS.model_dump()) == published.TWO_ITEMS


@pytest.mark.parametrize("name", CONDITIONS)
def test_trainings_are_those_of_the_science(name: str) -> None:
    (training,) = PublishedStudyRequest.model_validate({"conditions": [name]}).trainings()
    assert training.stored()["config"] == published.BY_NAME[name].config().to_json()
    assert training.all_seeds == [1, 2, 3, 4, 5]


def test_the_usual_comparison_is_possible_and_more_than_can_be_compared_is_not() -> None:
    assert len(USUAL) * PublishedStudyRequest().count <= MOST_NETWORKS
    with pytest.raises(ValidationError, match=f"more than {MOST_NETWORKS}"):
        PublishedStudyRequest.model_validate({"conditions": list(CONDITIONS), "count": 5})
    with pytest.raises(ValidationError, match="named twice"):
        PublishedStudyRequest.model_validate({"conditions": ["no_swap", "no_swap"]})


async def test_conditions_are_trained_in_order_and_compared_at_the_end(client: httpx.AsyncClient) -> None:
    body = {"conditions": ["smooth_1", "task_optimal"], "count": 3, "seed": 4}
    study = (await client.post("/api/studies/published", json=body)).json()
    titles = [step["title"] for step in study["steps"]]
    assert titles == ["Diffusion, smooth swaps (offset -1)", "Task-optimal", "Mechanism"]
    assert (study["state"], study["dataset_id"], study["example"]) == ("queued", "", False)
    job = (await client.get(f"/api/jobs/{study['steps'][-1]['job_id']}")).json()
    assert set(job["needs"]) == {step["job_id"] for step in study["steps"][:-1]}
    assert len(job["request"]["network_ids"]) == 6
    networks = (await client.get("/api/networks")).json()
    assert sorted(one["seed"] for one in networks) == [4, 4, 5, 5, 6, 6]
    assert (await client.delete(f"/api/studies/{study['id']}")).status_code == 204


async def test_from_one_request_to_the_mechanism(client: httpx.AsyncClient, workshop: Any) -> None:
    body = {"conditions": ["smooth_1"], "count": 2, "config": TINY, "options": {"analyses": ["planes"]}}
    answer = await client.post("/api/studies/published", json=body)
    assert answer.status_code == 202, answer.text
    study = answer.json()
    for step in study["steps"]:
        await done(client, (await client.get(f"/api/jobs/{step['job_id']}")).json())
    told = (await client.get(f"/api/studies/{study['id']}")).json()
    assert told["state"] == "done"
    found = (await client.get(f"/api/analyses/{study['steps'][-1]['result']['id']}")).json()["result"]
    assert [len(group["networks"]) for group in found["groups"]] == [2]
    assert {one["seed"] for one in found["networks"].values()} == {1, 2}
