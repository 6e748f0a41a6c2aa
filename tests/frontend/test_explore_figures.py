"""The figures and frames of the Explore page, without a browser."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fake_simulation import networks
from fastapi import FastAPI
from study_numbers import live_picture

from frontend.figures import responses, state_space
from frontend.pages import explore
from frontend.parts.display_editor import examples, palette, usual


def texts(component: object) -> str:
    return str(component)


class TestResponses:
    @pytest.mark.parametrize("view", ["circle", "line"])
    def test_live_views_hold_the_same_named_traces(self, view):
        names = [trace.name for trace in responses.live(view).data]
        bars = ["cued item", "other item", "neither", "not selected"]
        lines = ["model", "without interventions", "other network"]
        assert names == [*bars, *lines, "recorded", "brush", "items", "picked"]

    def test_histogram_is_a_density_and_keeps_angles_in_place(self):
        centres, density = responses.histogram([0.01, 0.02, -3.0, 3.1])
        assert density.sum() * 2 * math.pi / responses.BINS == pytest.approx(1)
        assert abs(centres[np.argmax(density)]) < 4
        assert responses.histogram([])[1].sum() == 0

    def test_forming_draws_target_network_and_items_of_each_display(self):
        picture = live_picture()
        figure = responses.forming(picture)
        assert len(figure.data) == 3 * len(picture["displays"])
        first = figure.data[1]
        assert np.allclose(np.radians(first.x), picture["displays"][0]["angles"])
        assert figure.data[2].marker.color[0] != figure.data[5].marker.color[-1]

    def test_forming_without_a_picture_is_an_empty_figure(self):
        assert len(responses.forming(None).data) == 0


def test_state_space_has_one_scene_and_few_traces():
    figure = state_space.live()
    assert {trace.type for trace in figure.data} == {"scatter3d"}
    assert len(figure.data) == 12 + state_space.VALUES
    assert [trace.name for trace in figure.data if trace.visible is not False] == ["frame"]
    assert figure.layout.scene.uirevision == "keep"


def test_example_displays_are_displays():
    for one in [*examples([1, 2, 4, 6]), *examples(None), {"display": usual([2])}]:
        display = one["display"]
        assert len(display["probe"]) == len(display["report"]) <= 8
        assert 0 <= display["cued"] < len(display["probe"])
        assert len(set(display["probe"])) == len(display["probe"])
    opened = {(1, 2): 2, (1, 2, 4, 6): 2, (3, 6): 3, (6,): 6, (): 3}
    for sizes, items in opened.items():
        assert len(usual(list(sizes))["probe"]) == items, "the page opens with a display that the model knows"


def test_palette_is_cyclic():
    colours = palette()
    assert len(set(colours)) > 60

    def channels(colour: str) -> np.ndarray:
        return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])

    steps = [np.abs(channels(a) - channels(b)).max() for a, b in zip(colours, colours[1:] + colours[:1], strict=True)]
    assert max(steps) < 40


async def test_explore_page_carries_what_the_browser_needs(fake: FastAPI):
    from fake_simulation import mount

    mount(fake)
    page = await explore.render({"network_id": "n1"}, {})
    store = next(one for one in page.children if getattr(one, "id", "") == "explore-boot").data
    assert store["network"]["id"] == "n1"
    assert store["delay"] == 15
    assert set(store["figures"]["responses"]) == {"circle", "line"}


async def test_a_network_in_training_leads_to_its_own_page(fake: FastAPI):
    from fake_simulation import mount

    mount(fake)
    page = texts(await explore.render({"network_id": "n2"}, {}))
    assert "still training" in page
    assert "/network/n2" in page
    assert "failed" in texts(await explore.render({"network_id": "n3"}, {}))


async def test_without_a_wish_it_is_a_network_that_learned_to_swap(fake: FastAPI):
    from fake_simulation import mount

    known = mount(fake).state.networks
    first = known["n1"]
    known.clear()
    known.update({"newest": {**first, "id": "newest", "objective": "moment_matching"}, "n1": first})

    async def shown() -> str:
        page = await explore.render({}, {})
        return next(one for one in page.children if getattr(one, "id", "") == "explore-boot").data["network"]["id"]

    assert await shown() == "n1"
    first["objective"] = "task_optimal"
    assert await shown() == "newest"


async def test_without_networks_the_page_says_how_to_get_one(fake: FastAPI):
    from fake_simulation import mount

    mount(fake).state.networks.clear()
    page = texts(await explore.render({}, {}))
    assert "No network to explore yet" in page


def test_delay_of_a_network_is_the_range_it_was_trained_on():
    row = networks()["n2"]
    assert explore.delays(row) == (15, 15)
    assert explore.delays({"config": {"delay_steps": [2, 10]}}) == (2, 10)
    assert explore.delays({}) == (15, 15)


def test_what_the_recorded_responses_come_from_is_known():
    assert explore.dataset_name({"dataset_id": "d1", "dataset_name": "Bays"}) == "Bays"
    assert explore.dataset_name({"dataset_id": None}) is None
