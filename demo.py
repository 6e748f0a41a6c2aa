"""The example study in the terminal: started over HTTP if it is not there yet, then followed until it ends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import httpx

NAME = "Example, run on this machine"
BUDGET = "demo"
LOOK_SECONDS = 1.0
DELETED = "deleted"
ENDED = frozenset({"done", "failed", "cancelled", DELETED})


def find_or_start(client: httpx.Client) -> dict[str, Any]:
    """The example study of this data folder, newly started, with its dataset, if there is none.

    The finished example that comes with Swapscope is another one, there to look at without waiting: this site never ran
    its jobs.

    Raises:
        httpx.HTTPError: when the site does not answer or refuses.
    """
    studies = client.get("/api/studies").raise_for_status().json()
    ours = [study for study in studies if study["name"] == NAME and any(step["job_id"] for step in study["steps"])]
    if ours:
        return dict(ours[0])
    wanted = {"dataset_id": None, "name": NAME, "budget": BUDGET}
    return dict(client.post("/api/studies", json=wanted).raise_for_status().json())


def describe(title: str, job: dict[str, Any]) -> str:
    """One line about a step: a bar, what is being done and how long it will take."""
    filled = round(20 * float(job.get("progress") or 0))
    left = job.get("seconds_left")
    more = f", {left:.0f} s left" if left is not None and job["state"] == "running" else ""
    what = job.get("message") or job["state"] if job["state"] == "running" else job["state"]
    return f"{title:<28.28} [{'#' * filled}{'.' * (20 - filled)}] {what}{more}"


class Follower:
    """Shows the steps of one study: the running one in place, each ended one as a line that stays."""

    def __init__(self, client: httpx.Client, study_id: str, say: Callable[[str], None]) -> None:
        """Nothing is shown before ``look``."""
        self._client, self._study_id, self._say = client, study_id, say
        self._shown: dict[str, str] = {}
        self.state = ""

    def look(self) -> bool:
        """Show what is new; True when all steps have ended."""
        study = self._client.get(f"/api/studies/{self._study_id}").raise_for_status().json()
        states = [self._step(step) for step in study["steps"]]
        self.state = study["state"]
        return all(state in ENDED for state in states)

    def _step(self, step: dict[str, Any]) -> str:
        if step["state"] == DELETED:
            return DELETED
        job = self._client.get(f"/api/jobs/{step['job_id']}").raise_for_status().json()
        state, line = str(job["state"]), describe(step["title"], job)
        before = self._shown.get(step["job_id"])
        if state in ENDED and before != state:
            self._in_place("")
            self._say(line if job.get("error") is None else f"{line}: {job['error']['title']}")
        elif state == "running":
            self._in_place(line)
            if before != state and not sys.stdout.isatty():
                self._say(line)
        self._shown[step["job_id"]] = state
        return state

    @staticmethod
    def _in_place(line: str) -> None:
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line[:110]}", end="", flush=True)


def show_example(client: httpx.Client, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Start the example study unless it was started before, and show its steps until all have ended."""
    follower: Follower | None = None
    while not stop.wait(LOOK_SECONDS if follower else 0.0):
        try:
            if follower is None:
                follower = Follower(client, find_or_start(client)["id"], say)
            if follower.look():
                say(
                    "the example study is finished; look at it in the browser"
                    if follower.state == "done"
                    else f"the example study is {follower.state}; its steps can be run again in the browser"
                )
                return
        except httpx.HTTPError as error:
            if stop.is_set():
                return
            say(f"the example study cannot be followed just now: {error}")
            stop.wait(5.0)
