"""The published comparison on the home page: what it offers is what the API knows, and it says its time before."""

from __future__ import annotations

from callbacks import text_of, within_callback
from fastapi import FastAPI

from backend.schemas.published import CONDITIONS, USUAL, PublishedStudyRequest
from frontend.pages import home
from frontend.parts import published_study


def test_it_offers_the_conditions_that_there_are() -> None:
    assert list(published_study.CONDITIONS) == list(CONDITIONS)
    assert published_study.USUAL == USUAL
    asked = published_study.request(list(USUAL), None)
    assert PublishedStudyRequest.model_validate(asked) == PublishedStudyRequest()


async def test_the_home_page_has_its_button(fake: FastAPI) -> None:
    assert "published-open" in text_of(await home.render({}, {}))
    assert (await within_callback(published_study.open_dialog, 1))[0] is True


async def test_the_time_is_said_before(fake: FastAPI) -> None:
    (words, disabled), _ = await within_callback(published_study.say_cost, True, ["no_swap", "smooth_1"], 5)
    assert words == "10 networks: about 15 min on cpu"
    assert not disabled
    (words, disabled), _ = await within_callback(published_study.say_cost, True, [], 5)
    assert disabled
    (words, disabled), _ = await within_callback(published_study.say_cost, True, list(CONDITIONS), 5)
    assert "more than 32" in words
    assert disabled


async def test_it_is_started_with_what_was_chosen(fake: FastAPI) -> None:
    await within_callback(published_study.start, 1, ["task_optimal", "smooth_1"], 3)
    assert fake.state.fake.asked[-1] == (
        "POST", "studies/published", {"conditions": ["smooth_1", "task_optimal"], "count": 3},
    )  # fmt: skip
