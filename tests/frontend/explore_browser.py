"""A browser on the Explore page of the fake API: what its tests do and read."""

from __future__ import annotations

from typing import Any

SHOWN = """() => {
  const sum = (values) => [...values].reduce((a, b) => a + (b || 0), 0);
  const points = (id) => document.querySelector(`#${id} .js-plotly-plot`).data.map((trace) => ({
    name: trace.name, length: (trace.x ?? trace.theta).length, sum: sum(trace.y ?? trace.r)}));
  return {responses: points('explore-responses'), states: points('explore-states'), state: swapscope.explore.state};
}"""


def states(name: str) -> str:
    """A trace of the state space, in the browser."""
    return f"document.querySelector('#explore-states .js-plotly-plot').data.find((trace) => trace.name === '{name}')"


def points(shown: dict[str, Any], name: str) -> int:
    return next(one["length"] for one in shown["states"] if one["name"] == name)


def open_explore(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_function("window.swapscopeLatency && window.swapscopeLatency.last")


def after_picture(page: Any, act: Any) -> dict[str, Any]:
    """Do something, wait for the picture that follows, and say what is shown."""
    before = page.evaluate("swapscopeLatency.all.length")
    act()
    page.wait_for_function(f"swapscopeLatency.all.length > {before}")
    return page.evaluate(SHOWN)


def drag(page: Any, locator: Any, dx: float, dy: float) -> None:
    box = locator.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in range(1, 6):
        page.mouse.move(x + dx * part / 5, y + dy * part / 5)
    page.mouse.up()
