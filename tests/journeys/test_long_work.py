"""Long work in the browser: it can be put aside, stopped, and it outlives its process."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from tests.journeys.conftest import command_line, eventually

expect.set_options(timeout=20_000)  # the machine may be busy with other things
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LONG = {
    "law": {"kind": "smooth"},
    "displays": {"set_sizes": [2]},
    "objective": "diffusion",
    "budget": "quick",
    "config": {"steps": 20_000, "checkpoint_seconds": 1.0},
    "seed": 1,
}


@pytest.fixture
def training(app: Any) -> Any:
    """A training that would take minutes and has taken its first steps; cancelled afterwards."""
    job = app.post("/networks", LONG)
    network = job["result"]["id"]
    wait_for_step(app, job["id"], 100)
    yield {"job": job["id"], "network": network}
    app.client.post(f"/api/jobs/{job['id']}/cancel")
    app.job(job["id"], "cancelled", "done", "failed", within=20)


def last_step(app: Any, job_id: str) -> float:
    points = app.get(f"/jobs/{job_id}/curve")["points"]
    return max((point["step"] for point in points if "step" in point), default=-1)


def wait_for_step(app: Any, job_id: str, step: float, within: float = 60.0, never_below: float = -1) -> float:
    until = time.monotonic() + within
    while (reached := last_step(app, job_id)) < step:
        assert time.monotonic() < until, f"step {step} not reached in {within} s, only {reached}"
        assert reached >= never_below, f"at step {reached}: begun anew instead of going on"
        time.sleep(0.2)
    return reached


def test_pause_and_resume(app: Any, page: Page, training: dict[str, str], keep: Callable[[str], None]) -> None:
    page.goto(f"{app.url}/network/{training['network']}")
    page.get_by_role("button", name=re.compile("^Pause")).click()
    app.job(training["job"], "paused", within=10)
    expect(page.get_by_role("button", name=re.compile("^Resume"))).to_be_visible()
    keep("10-paused")
    reached = last_step(app, training["job"])
    page.get_by_role("button", name=re.compile("^Resume")).click()
    app.job(training["job"], "running", within=20)
    assert wait_for_step(app, training["job"], reached + 50) > reached


def test_cancel_takes_effect_in_two_seconds(app: Any, page: Page, training: dict[str, str]) -> None:
    page.goto(f"{app.url}/network/{training['network']}")
    page.get_by_role("button", name=re.compile("^Cancel")).click()
    began = time.monotonic()
    app.job(training["job"], "cancelled", within=10)
    assert time.monotonic() - began < 3
    expect(page.get_by_text(re.compile("cancelled", re.IGNORECASE)).first).to_be_visible()


def test_a_reload_shows_the_training_as_it_is(app: Any, page: Page, training: dict[str, str]) -> None:
    page.goto(f"{app.url}/network/{training['network']}")
    drawn = "document.querySelector('[data-live] .js-plotly-plot')?.data?.[0]?.x?.length > 2"
    page.wait_for_function(drawn)
    page.reload()
    page.wait_for_function(drawn)
    expect(page.get_by_role("button", name=re.compile("^Pause"))).to_be_visible()
    assert app.complaints == []


def test_the_job_goes_on_when_its_process_is_killed(app: Any, page: Page, training: dict[str, str]) -> None:
    page.goto(f"{app.url}/network/{training['network']}")
    reached = wait_for_step(app, training["job"], 200)
    first = app.runner(training["job"])
    os.kill(first, signal.SIGKILL)
    reached = max(reached, last_step(app, training["job"]))
    assert wait_for_step(app, training["job"], reached + 100, within=90) > reached
    assert app.runner(training["job"]) != first
    assert app.get(f"/jobs/{training['job']}")["attempt"] == 2
    expect(page.get_by_role("button", name=re.compile("^Pause"))).to_be_visible()


def test_the_job_goes_on_when_the_worker_is_killed(app: Any, page: Page, training: dict[str, str]) -> None:
    """The process that supervises the jobs dies; the launcher starts another, which finds the checkpoint."""
    page.goto(f"{app.url}/network/{training['network']}")
    wait_for_step(app, training["job"], 200)
    worker, runner = app.worker(), app.runner(training["job"])
    os.kill(worker, signal.SIGKILL)
    reached = last_step(app, training["job"])
    again = eventually(lambda: job if (job := app.get(f"/jobs/{training['job']}"))["attempt"] == 2 else None, 60)
    assert again["error"] is None
    assert wait_for_step(app, training["job"], reached + 100, within=90, never_below=20) > reached
    assert app.worker() != worker
    assert app.runner(training["job"]) != runner
    assert command_line(runner) == ""
    expect(page.get_by_role("button", name=re.compile("^Pause"))).to_be_visible()
    assert app.complaints == []


def test_loss_and_picture_reach_the_open_page(app: Any, page: Page, training: dict[str, str]) -> None:
    """Both arrive in the figures that are there, by the stream of events: the page is not drawn anew for them."""
    page.goto(f"{app.url}/network/{training['network']}")
    graph = "document.querySelector('{} .js-plotly-plot')"
    loss, forming = graph.format("[data-live]"), graph.format("#network-forming")
    picture = f"JSON.stringify({forming}?.data.map(trace => trace.y ?? null))"
    page.wait_for_function(f"{loss}?.data?.[0]?.x?.length > 2 && {forming}?.data?.length > 4")
    page.evaluate(f"{loss}.seen = {forming}.seen = true")
    points, drawn = page.evaluate(f"{loss}.data[0].x.length"), page.evaluate(picture)
    page.wait_for_function(f"count => {loss}.seen && {loss}.data[0].x.length >= count + 3", arg=points)
    page.wait_for_function(f"drawn => {forming}.seen && {picture} !== drawn", arg=drawn)
    steps = page.evaluate(f"Array.from({loss}.data[0].x)")
    assert steps == sorted(set(steps))
    assert app.complaints == []
