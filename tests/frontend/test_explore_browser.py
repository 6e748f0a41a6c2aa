"""The Explore and Network pages in a real browser, on a fake API: what a person does, and what then changes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import study_numbers
from explore_browser import SHOWN, after_picture, drag, open_explore, points, states

pytestmark = pytest.mark.browser
THREE = "items=45:-60,90:75,-90:170"


def runs_asked(site: Any) -> list[dict[str, Any]]:
    """The simulations that were asked for; planes and slow points are asked for by themselves once a display rests."""
    return [body for _, path, body in site.asked if path.endswith("/simulate")]


@pytest.mark.parametrize("view", ["torus", "ring"])
def test_dragging_an_item_changes_responses_and_trajectories(page, site, view):
    open_explore(page, f"{site.url}/explore/n1?{THREE}")
    before = page.evaluate(SHOWN)
    after = after_picture(page, lambda: drag(page, page.locator(f".display-{view} .item").nth(1), -40, 30))
    assert after["state"]["display"]["probe"][1] != before["state"]["display"]["probe"][1]
    assert after["responses"] != before["responses"]
    assert after["states"] != before["states"]
    page.wait_for_function("location.search.includes('items=')")
    body = runs_asked(site)[-1]
    assert len(body["display"]["probe"]) == 3
    assert body["display"]["cue"] is None


def test_clicking_another_item_cues_it(page, site):
    open_explore(page, f"{site.url}/explore/n1?{THREE}")
    item = page.locator(".display-torus .item").nth(2)
    after_picture(page, item.click)
    assert item.get_attribute("aria-pressed") == "true"
    page.wait_for_function("new URLSearchParams(location.search).get('cue') === '3'")
    assert runs_asked(site)[-1]["display"]["cued"] == 2


def test_the_cue_can_leave_the_items_and_comes_back(page, site):
    open_explore(page, f"{site.url}/explore/n1?items=0:0,120:90")
    after = after_picture(page, lambda: drag(page, page.locator(".display-torus .cue-handle"), 40, 0))
    assert after["state"]["display"]["cue"] is not None
    after = after_picture(page, lambda: page.locator(".display-ring .item").first.click())
    assert after["state"]["display"]["cue"] is None


def test_keyboard_moves_adds_and_removes(page, site):
    open_explore(page, f"{site.url}/explore/n1?items=0:0,120:90")
    item = page.locator(".display-torus .item").nth(1)
    item.focus()
    after = after_picture(page, lambda: page.keyboard.press("ArrowLeft"))
    assert round(after["state"]["display"]["probe"][1] * 57.29578) == 115
    after = after_picture(page, lambda: page.get_by_role("button", name="Add item").click())
    assert len(after["state"]["display"]["probe"]) == 3
    after = after_picture(page, lambda: page.get_by_role("button", name="Remove item 3").click())
    assert len(after["state"]["display"]["probe"]) == 2


def test_the_playhead_is_scrubbed_without_asking_the_network(page, site):
    open_explore(page, f"{site.url}/explore/n1")
    before, asked = page.evaluate(SHOWN), len(runs_asked(site))
    page.get_by_role("slider", name="Time in the trial").focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"{states('cued item')}.x.length < 2000")
    assert points(page.evaluate(SHOWN), "cued item") < points(before, "cued item")
    box = page.locator(".timeline-track").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    page.wait_for_function("swapscope.explore.timeline.step > 20")
    assert len(runs_asked(site)) == asked


def test_the_address_restores_the_view(page, site, chromium):
    open_explore(page, f"{site.url}/explore/n1")
    after_picture(page, lambda: drag(page, page.locator(".display-torus .item").nth(1), -30, 20))
    after_picture(page, lambda: page.get_by_role("button", name="Draw again").click())
    after_picture(page, lambda: page.get_by_text("Plane + memory").click())
    page.get_by_text("Unrolled").click()
    page.get_by_role("slider", name="Time in the trial").focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("location.search.includes('playhead') && location.search.includes('view=line')")
    marked = "swapscope.explore.landmarks.shown?.planes && !swapscope.explore.landmarks.shown.stale.planes"
    page.wait_for_function(marked)
    page.wait_for_timeout(300)
    address, shown = page.url, page.evaluate(SHOWN)
    query = parse_qs(urlsplit(address).query)
    assert query["axes"] == ["plane"]
    assert query["seed"] == ["2"]
    open_explore(page, address)
    page.wait_for_function(f"swapscope.explore.timeline.step === {shown['state']['playhead']}")
    page.wait_for_function(marked)
    page.wait_for_timeout(300)
    restored = page.evaluate(SHOWN)
    assert restored["state"] == shown["state"]
    assert restored["responses"] == shown["responses"]
    assert [one["length"] for one in restored["states"]] == [one["length"] for one in shown["states"]]


def test_a_mode_lights_up_its_runs(page, site):
    open_explore(page, f"{site.url}/explore/n1")
    graph = "document.querySelector('#explore-responses .js-plotly-plot')"
    items = f"{graph}.data.find((trace) => trace.name === 'items')"
    page.evaluate(f"{graph}.emit('plotly_click', {{points: [{{data: {items}, pointNumber: 0}}]}})")
    page.wait_for_function(f"{states('not selected')}.x.length > 0")
    assert points(page.evaluate(SHOWN), "other item") == 0
    page.get_by_role("button", name="Show all runs").click()
    page.wait_for_function(f"{states('not selected')}.x.length === 0")


def test_a_run_in_the_state_space_selects_where_it_ends(page, site):
    open_explore(page, f"{site.url}/explore/n1")
    page.wait_for_function("swapscope.explore.states.layer.points")
    place = page.evaluate("""() => {
        const { layer, graph } = swapscope.explore.states, box = graph.getBoundingClientRect();
        const at = 2 * (7 * (layer.picture.steps + 1) + layer.picture.step);
        return [box.left + layer.points[at], box.top + layer.points[at + 1]];
    }""")
    page.mouse.click(*place)
    page.wait_for_function("swapscope.explore.state.pick?.run !== undefined")
    run = page.evaluate("swapscope.explore.state.pick.run")
    assert page.evaluate(
        "(run) => { const { states, front: { result } } = swapscope.explore;"
        "return states.selected.every((lit, i) => lit === (result.nearest[i] === result.nearest[run])); }",
        run,
    )
    assert f"Run {run + 1} reports" in page.locator("#explore-said-pick").inner_text()
    page.wait_for_function(f"location.search.includes('pick=run{run + 1}')")
    page.keyboard.press("Escape")
    page.wait_for_function("swapscope.explore.state.pick === null")
    assert not page.locator("#explore-said-pick").is_visible()


def test_the_runs_are_drawn_over_the_scene_and_can_be_saved(page, site):
    open_explore(page, f"{site.url}/explore/n1")
    ink = """() => { const canvas = document.querySelector('.explore-runs');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((one) => one).length }"""
    whole = page.evaluate(ink)
    assert whole > 5000
    with page.expect_download() as saved:
        page.locator("[data-figure=explore-states] [data-save=csv]").click()
    assert saved.value.path().read_text().count("cued item,") > 1000
    page.evaluate("swapscope.explore.timeline.go(0)")
    page.wait_for_function(f"({ink})() !== {whole}")
    page.evaluate("swapscope.explore.states.layer.times = []; swapscope.explore.timeline.toggle()")
    page.wait_for_function("swapscope.explore.timeline.atEnd", timeout=15000)
    times = page.evaluate("swapscope.explore.states.layer.times")
    assert len(times) >= 10
    assert sorted(times)[len(times) // 2] < 20  # milliseconds; 2 to 3 where nothing else runs


def test_what_is_not_known_of_a_display_is_said(page, site):
    open_explore(page, f"{site.url}/explore/n1?items=0:0,60:30,120:90,180:150,240:-150&delay=60")
    assert page.evaluate("swapscope.explore.state.delay") == 60
    assert "5 are new to it" in page.locator("#explore-notes").inner_text()
    assert "distances from the cued one" in page.locator("#explore-said-recorded").inner_text()
    after_picture(page, lambda: page.get_by_role("button", name="Remove item 5").click())
    assert not page.locator("#explore-notes").is_visible()


def test_a_refusal_is_said_and_can_be_tried_again(page, site):
    open_explore(page, f"{site.url}/explore/n1")
    page.expected = ["503"]
    site.app.state.refuse = "Start a worker: swapscope serve."
    try:
        page.get_by_role("button", name="Draw again").click()
        page.wait_for_selector("#explore-problem:not([hidden])")
        assert "Start a worker" in page.locator("#explore-problem").inner_text()
    finally:
        site.app.state.refuse = None
    after_picture(page, lambda: page.get_by_role("button", name="Try again").click())
    assert not page.locator("#explore-problem").is_visible()


def test_new_responses_of_a_training_are_drawn_as_they_come(page, site):
    page.goto(f"{site.url}/network/n2")
    page.wait_for_selector("#network-forming .js-plotly-plot .main-svg")
    read = "JSON.stringify(document.querySelector('#network-forming .js-plotly-plot').data[0].y)"
    before = page.evaluate(read)
    news = {"job": "j4", "picture": study_numbers.live_picture(1300, seed=9)}
    page.evaluate("news => dash_clientside.set_props('picture', {data: news})", news)
    page.wait_for_function(f"before => {read} !== before", arg=before)
    point = {"step": 2200, "loss": 0.3, "floor": 0.29, "swap_weight": 0.5}
    ring = "swapscope.events.points = () => [point]; dash_clientside.set_props('points', {data: Date.now()});"
    page.evaluate(f"point => {{ {ring} }}", point)
    page.wait_for_function("document.querySelector('#network-stage').textContent.includes('50 %')")
    page.wait_for_function("document.querySelector('#network-loss .js-plotly-plot').data[0].x.at(-1) === 2200")


def test_narrow_screens_do_not_scroll_sideways(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    open_explore(page, f"{site.url}/explore/n1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{site.url}/network/n1")
    page.wait_for_selector("#network-errors .main-svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
