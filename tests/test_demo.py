"""The example study in the terminal, against a site made of canned answers."""

from __future__ import annotations

import json
import threading

import httpx

from demo import NAME, describe, show_example


class CannedSite:
    """Has a study whose jobs end after a few looks."""

    def __init__(self) -> None:
        self.posted: list[dict] = []
        self.looks = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            self.posted.append(json.loads(request.content))
            return httpx.Response(202, json={"id": "s1", "name": NAME})
        if path == "/api/studies":
            shipped = {"id": "s0", "name": NAME, "steps": [{"job_id": None}]}
            ours = {"id": "s1", "name": NAME, "steps": [{"job_id": "a"}]}
            return httpx.Response(200, json=[ours, shipped] if self.posted else [shipped])
        if path == "/api/studies/s1":
            steps = [
                {"title": "Fit", "job_id": "a", "state": "done"},
                {"title": "Train", "job_id": "b", "state": "running"},
                {"title": "Surrogate data", "job_id": "gone", "state": "deleted"},
            ]
            return httpx.Response(200, json={"id": "s1", "steps": steps, "state": "failed"})
        self.looks += 1
        if path.endswith("/a"):
            return httpx.Response(200, json={"state": "done", "progress": 1.0})
        state = {"state": "failed", "progress": 0.2, "error": {"title": "Not enough memory", "detail": ""}}
        return httpx.Response(200, json={"state": "running", "progress": 0.1} if self.looks < 3 else state)


def test_it_is_started_once_and_followed_to_its_end(monkeypatch):
    monkeypatch.setattr("demo.LOOK_SECONDS", 0.01)
    site, said = CannedSite(), []
    client = httpx.Client(transport=httpx.MockTransport(site.answer), base_url="http://site")
    show_example(client, threading.Event(), said.append)
    assert site.posted == [{"dataset_id": None, "name": NAME, "budget": "demo"}]
    assert [line.split()[0] for line in said] == ["Fit", "Train", "Train", "the"]
    assert said[2].endswith("failed: Not enough memory")
    assert "is failed" in said[3]
    show_example(client, threading.Event(), said.append)
    assert len(site.posted) == 1


def test_a_line_tells_how_far_and_how_long():
    line = describe("Network", {"state": "running", "progress": 0.5, "message": "step 100", "seconds_left": 31.4})
    assert line.endswith("[##########..........] step 100, 31 s left")
