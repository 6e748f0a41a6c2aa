"""The form of a training in a real browser, on a fake API: what is typed is what is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def choose(page: Any, field: str, words: str) -> None:
    page.locator(field).click()
    page.get_by_role("option", name=words).click()


def test_a_law_its_strength_and_settings_of_the_training_are_asked_for(page: Any, site: Any) -> None:
    page.goto(f"{site.url}/network")
    expect(page.locator(".network-law")).to_be_hidden()
    choose(page, "#network-source", "Flat: all other items alike")
    expect(page.get_by_label("Offset of swaps")).to_be_hidden()
    page.get_by_label("Swaps, %").fill("5")
    page.get_by_role("switch", name="Items kept apart").check(force=True)
    page.get_by_text("More settings").click()
    expect(page.get_by_label("Delay, longest")).to_have_attribute("placeholder", "10")
    page.get_by_label("α", exact=True).fill("3")
    page.keyboard.press("Tab")
    expect(page.locator("#network-cost")).to_have_text("The request cannot be used as it is. α: at most 1.")
    page.get_by_label("α", exact=True).fill("0.25")
    page.keyboard.press("Tab")
    expect(page.locator("#network-cost")).to_contain_text("about 5 min")
    page.get_by_label("Delay, longest").fill("20")
    page.get_by_label("Delay, shortest").fill("5")
    page.get_by_role("textbox", name="A stage ends").click()
    page.get_by_role("option", name="When it is learned").click()
    page.get_by_role("button", name="Train").click()
    page.wait_for_url(lambda address: not address.endswith("/network"))
    body = next(body for method, path, body in reversed(site.asked) if (method, path) == ("POST", "networks"))
    assert body["law"] == {"kind": "flat", "correct": 0.95}
    assert body["displays"]["report_separation"] == "published"
    assert body["config"] == {"alpha": 0.25, "delay_steps": [5, 20], "curriculum": "measured"}
