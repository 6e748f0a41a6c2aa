"""The Mechanism page in a real browser: what only a browser draws, saves and lays out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import fake_api
import fake_mechanism
import pytest
import study_mechanism
from fastapi import FastAPI

pytestmark = pytest.mark.browser
PATIENCE = 120_000  # milliseconds: many figures, drawn in software
KINDS = ("planes", "interventions", "refit")  # analyses with figures of every kind
FLAT = ("role_axis", "refit")  # analyses without a scene in three dimensions, which takes long to be saved


def drawn(figures: int) -> str:
    """Whether so many figures are there, in the browser."""
    return f"document.querySelectorAll('#mechanism-report .js-plotly-plot .main-svg').length >= {figures}"


@pytest.fixture(scope="module")
def stand_in() -> FastAPI:
    """The fake API with mechanisms; m3 and m4 have few analyses."""
    app = fake_mechanism.mount(fake_api.create_app())
    for id, names in (("m3", KINDS), ("m4", FLAT)):
        told = study_mechanism.result()
        for group in told["groups"]:
            group["analyses"] = {name: group["analyses"][name] for name in names}
        app.state.analyses[id] = fake_mechanism.analysis(id, result=told)
    return app


@pytest.fixture(autouse=True)
def patient(page: Any) -> None:
    page.set_default_timeout(PATIENCE)


def test_the_page_has_one_scene_and_fits_a_phone(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/mechanism/m3")
    page.wait_for_function(drawn(9))
    scenes = "graph => graph._fullLayout?._subplots?.gl3d?.length ?? 0"
    counts = page.evaluate(f"[...document.querySelectorAll('.js-plotly-plot')].map({scenes})")
    assert sum(counts) == 1, "browsers keep few WebGL contexts alive"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('#mechanism-report .js-plotly-plot')].filter((graph) => {
          const legend = graph.querySelector('.legend')?.getBoundingClientRect();
          const title = graph.querySelector('.annotation-text-g')?.getBoundingClientRect();
          return legend && title && legend.bottom > title.top + 3 && graph.layout.meta?.panels;
        }).map((graph) => graph.closest('[data-figure]').dataset.figure)"""
    )
    assert overlaps == []


def test_the_report_is_one_file_that_asks_nobody(page, site, chromium, tmp_path):
    page.goto(f"{site.url}/mechanism/m4")
    page.wait_for_function(drawn(5))
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)").click()
    assert download.value.suggested_filename == "swapscope-mechanism-of-three-objectives.html"
    file = tmp_path / "report.html"
    download.value.save_as(file)
    assert not re.search(r"<(script|link|iframe|button|input)\b", file.read_text(encoding="utf-8"))
    asked: list[str] = []
    tab = chromium.new_page()
    tab.on("request", lambda one: asked.append(one.url) if not one.url.startswith(("file:", "data:")) else None)
    tab.goto(file.as_uri())
    assert tab.locator("figure > svg").count() == page.locator("#mechanism-report .js-plotly-plot").count() == 5
    said = tab.locator("body").inner_text()
    for words in ("Swaps are selected wrong", "At least 60°", "3f2a9c11", "Swapscope 0.1.0", "neurons 48"):
        assert words in said
    assert asked == []
    tab.close()


def test_numbers_of_a_figure_name_every_network(page, site):
    page.goto(f"{site.url}/mechanism/m4")
    page.wait_for_function(drawn(5))
    with page.expect_download() as download:
        page.locator("[data-figure='mechanism-refit']").get_by_role("button", name=re.compile("CSV")).click()
    lines = Path(download.value.path()).read_text().splitlines()
    own = [line.split(",") for line in lines if "Task-optimal, seed 4" in line]
    told = study_mechanism.result()["groups"][1]["analyses"]["refit"]["measures"]["swap_function"]
    assert [float(line[-4]) for line in own] == pytest.approx(told["each"][3])


def test_networks_are_chosen_and_a_mechanism_is_asked_for(page, site):
    page.goto(f"{site.url}/mechanism?network=diffusion-1")
    said = page.locator("#mechanism-count")
    page.get_by_text("5 networks in 1 group.").wait_for()
    page.get_by_role("checkbox", name="Task-optimal").click()
    page.get_by_text("10 networks in 2 groups.").wait_for()
    page.locator(".mechanism-group", has_text="Task-optimal").get_by_text("seed 2").click()
    page.get_by_text("9 networks in 2 groups").wait_for()
    assert "an example, not a rule" in said.inner_text()
    page.get_by_role("button", name="Find the mechanism").click()
    page.get_by_role("button", name="Cancel").wait_for()
    assert page.url.endswith("/mechanism/m2")
    asked = next(body for method, path, body in site.asked if path == "analyses")
    assert len(asked["network_ids"]) == 9
    assert "task_optimal-2" not in asked["network_ids"]
