"""What is announced when jobs change: the jobs, what they make, their studies, and places in the queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import redis

from backend.queue import CHANNEL
from backend.settings import Settings
from tests.backend.conftest import upload

News = Callable[[], list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def news(settings: Settings) -> Iterator[News]:
    channel = redis.Redis.from_url(settings.broker).pubsub(ignore_subscribe_messages=True)
    channel.subscribe(CHANNEL)
    channel.get_message(timeout=1)

    def heard() -> list[tuple[str, dict[str, Any]]]:
        found = []
        while (message := channel.get_message(timeout=0.2)) is not None:
            told = json.loads(message["data"])
            found.append((told["event"], told["data"]))
        return found

    yield heard
    channel.close()


async def test_places_in_the_queue_are_told_again_when_one_leaves(client: httpx.AsyncClient, news: News) -> None:
    body = {"law": {"kind": "smooth"}, "budget": "quick"}
    ids = [(await client.post("/api/networks", json=body)).json()["id"] for _ in range(3)]
    news()
    await client.post(f"/api/jobs/{ids[0]}/cancel")
    positions = {data["id"]: data["position"] for event, data in news() if event == "job"}
    assert positions == {ids[0]: None, ids[1]: 1, ids[2]: 2}


async def test_the_end_of_a_study_is_told(client: httpx.AsyncClient, news: News) -> None:
    study = (await client.post("/api/studies", json={"budget": "quick"})).json()
    await client.post(f"/api/jobs/{study['steps'][0]['job_id']}/cancel")
    told = [data["state"] for event, data in news() if event == "study" and data["id"] == study["id"]]
    assert told[0] == "running"
    assert told[-1] == (await client.get(f"/api/studies/{study['id']}")).json()["state"]
    assert told[-1] in ("failed", "cancelled")


async def test_a_study_tells_when_it_is_done(client: httpx.AsyncClient, workshop: Any, news: News) -> None:
    dataset = await upload(client)
    study = (await client.post("/api/studies", json={"dataset_id": dataset["id"], "budget": "quick"})).json()
    assert not study["example"]
    train = next(step for step in study["steps"] if step["kind"] == "train")
    await client.post(f"/api/jobs/{train['job_id']}/cancel")
    for step in study["steps"]:
        if step["kind"] in ("train", "analyse"):
            await client.delete(f"/api/networks/{step['result']['id']}")
    heard: list[str] = []
    for _ in range(100):
        heard += [data["state"] for event, data in news() if event == "study"]
        if heard[-1:] == ["done"]:
            break
    assert heard[-1] == "done", "what was deleted is not waited for"


async def test_the_example_is_not_run_twice_at_once(client: httpx.AsyncClient) -> None:
    first = (await client.post("/api/studies", json={"name": "Mine", "budget": "quick"})).json()
    assert not first["example"], "there is nothing to look at before it is done"
    assert (await client.post("/api/studies", json={"budget": "quick"})).json()["id"] == first["id"]
    assert (await client.post("/api/studies", json={"budget": "quick", "seed": 2})).json()["id"] != first["id"]
    await client.post(f"/api/jobs/{first['steps'][0]['job_id']}/cancel")
    assert (await client.post("/api/studies", json={"budget": "quick"})).json()["id"] != first["id"]
