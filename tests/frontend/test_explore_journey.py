"""Poking at a network on the Explore page: brushing, interventions, two networks, and all of it in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from explore_browser import SHOWN, after_picture, drag, open_explore, points, states

pytestmark = pytest.mark.browser

PAIR = "items=45:-60,90:75"
MARKED = "swapscope.explore.landmarks.shown?.planes && !swapscope.explore.landmarks.shown.stale.planes"


def lit(page: Any) -> list[bool]:
    found: list[bool] = page.evaluate("swapscope.explore.states.selected")
    return found


def brush(page: Any, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
    """Drag over the response figure, between places in units of its radius from its middle, y upwards."""
    box = page.locator("#explore-responses").bounding_box()
    size = page.evaluate("document.querySelector('#explore-responses .js-plotly-plot')._fullLayout._size")
    radius = min(size["w"], size["h"]) / 2
    middle = (box["x"] + size["l"] + size["w"] / 2, box["y"] + size["t"] + size["h"] / 2)
    page.mouse.move(middle[0] + start[0] * radius, middle[1] - start[1] * radius)
    page.mouse.down()
    for part in range(1, steps + 1):
        x, y = (start[i] + (end[i] - start[i]) * part / steps for i in (0, 1))
        page.mouse.move(middle[0] + x * radius, middle[1] - y * radius)
    page.mouse.up()


def test_drag_brush_silence_and_come_back_in_a_new_window(page, site, chromium):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}")
    after_picture(page, lambda: drag(page, page.locator(".display-torus .item").nth(1), -14, 10))
    brush(page, (0.2, -0.9), (0.9, -0.2))
    page.wait_for_function("swapscope.explore.state.pick?.arc")
    page.get_by_text("Silence neurons").click()
    shown = after_picture(page, lambda: page.get_by_role("button", name="Silence neuron 3", exact=True).click())
    assert shown["state"]["interventions"]["silenced"] == [2]
    assert site.asked[-1][2].get("interventions", {}) == {"silenced": [2]} or site.asked[-2][2]["interventions"]
    drag(page, page.locator("#explore-states .js-plotly-plot"), 60, 20)
    page.wait_for_function("location.search.includes('camera=') && location.search.includes('silence=3')")
    page.get_by_role("slider", name="Time in the trial").focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("location.search.includes('playhead=')")
    page.wait_for_function(MARKED)
    chromium.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page.get_by_role("button", name="Copy link").click()
    address = page.evaluate("navigator.clipboard.readText()")
    page.wait_for_timeout(600)  # the axes settle
    shown, selected = page.evaluate(SHOWN), lit(page)
    beside = page.locator("#explore-beside-swaps").inner_text()

    window = chromium.new_page()
    window.set_default_timeout(120_000)
    open_explore(window, address)
    window.wait_for_function(MARKED)
    window.wait_for_timeout(600)
    again = window.evaluate(SHOWN)
    assert again["state"] == shown["state"]
    assert again["responses"] == shown["responses"]
    assert again["states"] == shown["states"]
    assert lit(window) == selected
    assert window.locator("#explore-beside-swaps").inner_text() == beside
    camera = "document.querySelector('#explore-states .js-plotly-plot')._fullLayout.scene._scene.getCamera().eye"
    assert window.evaluate(camera) == pytest.approx(shown["state"]["camera"]["eye"], abs=2e-3)
    assert window.get_by_role("button", name="Silence neuron 3", exact=True).get_attribute("aria-pressed") == "true"
    window.close()


def test_brushed_responses_light_up_their_runs_and_the_rest_fades(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}")
    brush(page, (0.2, -0.9), (0.9, -0.2))
    page.wait_for_function(f"{states('not selected')}.x.length > 0")
    inside = page.evaluate("""() => {
        const { front: { result }, state: { pick } } = swapscope.explore;
        const [from, to] = pick.arc.map((angle) => angle * Math.PI / 180);
        return Array.from(result.responses, (angle) => angle >= from && angle <= to);
    }""")
    assert lit(page) == inside
    assert 0 < sum(inside) < len(inside)
    figure = "document.querySelector('#explore-responses .js-plotly-plot').data"
    share = page.evaluate(f"{figure}.slice(0, 3).reduce((sum, bars) => sum + bars.r.reduce((a, b) => a + b, 0), 0)")
    assert share == pytest.approx(100 * sum(inside) / len(inside), abs=0.1)
    assert "report between" in page.locator("#explore-said-pick").inner_text()


def test_circled_states_light_up_their_responses(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}")
    page.wait_for_function("swapscope.explore.states.layer.points")
    corners = page.evaluate("""() => {
        const { layer, graph } = swapscope.explore.states, box = graph.getBoundingClientRect();
        const ends = layer.picture.order.map((run) => 2 * (run * (layer.picture.steps + 1) + layer.picture.step));
        const xs = ends.map((at) => layer.points[at]), ys = ends.map((at) => layer.points[at + 1]);
        const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
        const [l, r, t, b] = [middle, Math.max(...xs) + 9, Math.min(...ys) - 9, Math.max(...ys) + 9];
        return [[l, t], [r, t], [r, b], [l, b]].map(([x, y]) => [box.left + x, box.top + y]);
    }""")
    camera = page.evaluate("JSON.stringify(swapscope.explore.states.scene)")
    page.get_by_role("button", name="Circle states").click()
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    page.wait_for_function("swapscope.explore.state.pick?.runs")
    runs = page.evaluate("swapscope.explore.state.pick.runs")
    assert [run for run, on in enumerate(lit(page)) if on] == runs
    assert "circled" in page.locator("#explore-said-pick").inner_text()
    assert page.evaluate("JSON.stringify(swapscope.explore.states.scene)") == camera, "the scene stood still"
    page.wait_for_function("location.search.includes('pick=runs')")
    address = page.url
    open_explore(page, address)
    assert page.evaluate("swapscope.explore.state.pick.runs") == runs


def test_interventions_are_asked_for_and_shown_beside_the_runs_without(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}&silence=1.8&noiseby=delay:2&push=role:1.5:recall&flip=2:8:10")
    body = next(one[2] for one in reversed(site.asked) if one[1].endswith("simulate"))
    assert body["interventions"] == {
        "silenced": [0, 7],
        "noise": {"delay": 2},
        "push": {"axis": "role", "size": 1.5, "epoch": "recall"},
        "flip_cue": {"to": 1, "step": 8, "steps": 10},
    }
    figure = "document.querySelector('#explore-responses .js-plotly-plot').data"
    outline = f"{figure}.find((trace) => trace.name === 'without interventions')"
    assert page.evaluate(f"{outline}.r.reduce((a, b) => a + b, 0)") == pytest.approx(200, abs=30)
    assert "without" in page.locator("#explore-beside-swaps").inner_text()
    after_picture(page, lambda: page.get_by_role("button", name="Clear all").click())
    page.wait_for_function(f"!{outline}.r.length")
    assert "silence" not in parse_qs(urlsplit(page.url).query)


def test_a_longer_delay_stands_beside_the_trained_one(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}&delay=40")
    page.wait_for_function("document.querySelector('#explore-beside-swaps').textContent.includes('without')")
    asked = [one[2] for one in site.asked if one[1].endswith("simulate")][-2:]
    assert sorted(str(body["delay"]) for body in asked) == ["40", "None"]


def test_neurons_are_ranked_by_what_silencing_them_does(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}")
    page.get_by_text("Silence neurons").click()
    page.get_by_role("button", name="Rank on this display").click()
    page.wait_for_selector(".neurons.is-ranked", timeout=30000)
    first = page.locator(".neuron").first
    sizes = page.evaluate("swapscope.explore.panel.picker.effects.map((one) => Math.abs(one.size))")
    assert sizes == sorted(sizes, reverse=True)
    assert "alone" in first.get_attribute("title")


def test_two_networks_share_axes_and_one_scene(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}&other=n4&silence=2")
    page.wait_for_function("swapscope.explore.networks.other?.result")
    figure = "document.querySelector('#explore-responses .js-plotly-plot').data"
    page.wait_for_function(f"{figure}.find((trace) => trace.name === 'other network').r.length > 0")
    bodies = {one[1].split("/")[1]: one[2] for one in site.asked if one[1].endswith("simulate")}
    assert bodies["n1"]["display"] == bodies["n4"]["display"]
    assert "interventions" not in bodies["n4"], "neurons of two networks do not correspond"
    assert page.evaluate("document.querySelectorAll('#explore canvas').length") <= 3
    page.get_by_text("The other", exact=True).click()
    page.wait_for_function("swapscope.explore.front.id === 'n4' && location.search.includes('front=other')")
    contexts = "[...document.querySelectorAll('canvas')].filter((one) => one.getContext('webgl')).length"
    assert page.evaluate(contexts) == 1


def test_planes_turn_with_the_playhead_and_slow_points_say_what_they_hold(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}&marks=both")
    page.wait_for_function(f"{MARKED} && swapscope.explore.landmarks.shown.searched === 3")
    assert "0° apart now" in page.locator("#explore-said-planes").inner_text()
    page.evaluate("swapscope.explore.timeline.go(12)")
    assert "90° apart now" in page.locator("#explore-said-planes").inner_text()
    slow = page.evaluate("swapscope.explore.states.layer.slow.map((one) => one.epoch)")
    assert slow == ["delay"] * 3
    page.wait_for_function(f"{states('slow points')}.x.length === 11")
    assert points(page.evaluate(SHOWN), "plane of the cued item") == 19
    asked = [one for one in site.asked if one[1].endswith("landmarks")]
    drag(page, page.locator(".display-ring .mark").nth(1), 20, 20)
    page.wait_for_timeout(600)
    more = [one for one in site.asked if one[1].endswith("landmarks")][len(asked) :]
    assert all(one[2]["parts"] == ["points"] for one in more), "planes are the same for all reports"


def test_keys_are_listed_and_do_what_is_listed(page, site):
    open_explore(page, f"{site.url}/explore/n1?{PAIR}")
    page.keyboard.press("?")
    page.wait_for_selector(".explore-keys-help")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("2")
    page.wait_for_function("swapscope.explore.state.pick?.item === 1")
    page.keyboard.press("v")
    page.wait_for_function("swapscope.explore.state.view === 'line'")
    page.keyboard.press("[")
    page.wait_for_function("swapscope.explore.timeline.step < 60")
    after_picture(page, lambda: page.keyboard.press("a"))
    assert page.evaluate("swapscope.explore.state.axes") == "plane"
