"""From a file to the state space, as somebody does it who sees Swapscope for the first time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

expect.set_options(timeout=20_000)  # the machine may be busy with other things
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
Keep = Callable[[str], None]

EXPLORED = """() => {
  const points = (id) => document.querySelector(`#${id} .js-plotly-plot`)?.data?.reduce(
    (sum, trace) => sum + (trace.x ?? trace.theta ?? []).length, 0) ?? 0;
  return points('explore-responses') > 100 && points('explore-states') > 100;
}"""


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Addresses of what earlier steps made; a step without them is skipped."""
    return {}


def needed(made: dict[str, str], name: str) -> str:
    if name not in made:
        pytest.skip(f"an earlier step made no {name}")
    return made[name]


def test_home(app: Any, page: Page, keep: Keep) -> None:
    page.goto(app.url)
    expect(page.get_by_role("button", name="Upload your data")).to_be_visible()
    keep("1-home")
    assert app.complaints == []


def test_upload_and_map(app: Any, page: Page, keep: Keep, colours: Path, made: dict[str, str]) -> None:
    page.goto(f"{app.url}/dataset")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(colours)
    page.wait_for_url(re.compile(r"/dataset/\w+"))
    expect(page.get_by_role("heading", name=re.compile("my colours"))).to_be_visible()
    made["dataset"] = page.url.rstrip("/").rpartition("/")[2]
    dataset = app.dataset(made["dataset"], within=60)
    expect(page.get_by_text("How the columns were understood")).to_be_visible()
    assert dataset["questions"] == []
    assert dataset["mapping"]["periods"]["response"] == 360
    assert [(row["row"], row["value"]) for row in dataset["rejected"]["rows"]] == [(5, "missed")]
    assert dataset["summary"]["set_sizes"] == [1, 2, 4, 6]
    keep("2-dataset")
    page.get_by_text("How the columns were understood").click()
    page.get_by_role("button", name="Read again like this").click()
    app.reads_done(made["dataset"], times=2, within=60)
    expect(page.get_by_role("heading", name=re.compile("my colours"))).to_be_visible()
    keep("3-columns")
    assert app.dataset(made["dataset"], within=60)["hash"] == dataset["hash"]
    assert app.complaints == []


def test_fit(app: Any, page: Page, keep: Keep, made: dict[str, str]) -> None:
    page.goto(f"{app.url}/behaviour?dataset={needed(made, 'dataset')}")
    page.get_by_role("checkbox", name="Two-component mixture").click()
    page.get_by_role("button", name="Fit all 2 models").click()
    fitted = page.locator("#fit-list .list-row", has_text="BNS · probe distance").first
    expect(fitted.get_by_text("fitted", exact=True)).to_be_visible(timeout=240_000)
    keep("4-fits")
    fitted.click()
    expect(page.get_by_role("heading", name="Swap function")).to_be_visible(timeout=240_000)
    expect(page.locator("#swap-function .main-svg").first).to_be_attached()
    fits = [fit for fit in app.get("/fits") if fit["dataset_id"] == made["dataset"]]
    assert {fit["model"] for fit in fits} == {"bns", "three_component"}
    for fit in fits:
        app.job(fit["job_id"], "done", within=240)
    made["fit"] = next(fit["id"] for fit in fits if fit["model"] == "bns")
    keep("5-behaviour")
    assert app.complaints == []


def test_train(app: Any, page: Page, keep: Keep, made: dict[str, str]) -> None:
    page.goto(f"{app.url}/network?fit={needed(made, 'fit')}")
    page.get_by_text("Quick look").click()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile(r"/network/\w+"))
    network = page.url.rstrip("/").rpartition("/")[2].partition("?")[0]
    app.job(app.get(f"/networks/{network}")["job_id"], "done", within=240)
    made["network"] = network
    expect(page.get_by_role("button", name="Weights")).to_be_visible()
    keep("6-network")
    assert app.complaints == []


def test_explore(app: Any, page: Page, keep: Keep, made: dict[str, str]) -> None:
    page.goto(f"{app.url}/explore/{needed(made, 'network')}")
    page.wait_for_function(EXPLORED)
    keep("7-explore")
    before = page.evaluate("JSON.stringify(swapscope.explore.state)")
    page.get_by_role("button", name="Add item").click()
    page.wait_for_function("before => JSON.stringify(swapscope.explore.state) !== before", arg=before)
    page.wait_for_function(EXPLORED)
    page.wait_for_timeout(800)
    display = "swapscope.explore.state.display"
    changed = page.evaluate(display)
    page.reload()
    page.wait_for_function(EXPLORED)
    assert page.evaluate(display) == changed
    keep("7-explore-after-reload")
    assert app.complaints == []


def test_fidelity(app: Any, page: Page, keep: Keep, made: dict[str, str]) -> None:
    network = needed(made, "network")
    job = app.post("/analyses", {"network_ids": [network], "analysis": "fidelity", "options": {}, "seed": 1})
    app.job(job["id"], "done", within=120)
    fidelity = app.get(f"/networks/{network}")["result"]["fidelity"]
    assert 0.45 < fidelity["c2st"]["floor"] < 0.55 < fidelity["c2st"]["network"] + 0.06
    page.goto(f"{app.url}/network/{network}")
    expect(page.get_by_text("two-sample test").first).to_be_visible()
    keep("8-fidelity")
    page.goto(f"{app.url}/jobs")
    expect(page.get_by_text("Ended")).to_be_visible()
    keep("9-jobs")
    assert app.complaints == []
