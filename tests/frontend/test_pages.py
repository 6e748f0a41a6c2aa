"""Pages and callbacks against the fake API: every address gives its page, every button asks for the right thing."""

from __future__ import annotations

import inspect

import httpx
import pytest
from callbacks import text_of, within_callback
from fastapi import FastAPI

from frontend import api, router, shell, wiring
from frontend.app import attach
from frontend.pages import dataset, home, jobs
from frontend.parts import dataset_head, job_card
from frontend.parts.figure_card import CONFIG


def test_every_callback_is_async(fake: FastAPI) -> None:
    app = attach(fake)
    served = [entry["callback"] for entry in app.callback_map.values() if "callback" in entry]
    assert len(served) > 10
    assert all(inspect.iscoroutinefunction(function) for function in served)


def test_a_plain_function_is_refused_as_a_callback() -> None:
    with pytest.raises(TypeError, match="must be async"):
        wiring.callback()(lambda: None)


def test_addresses_find_their_page() -> None:
    page, names = router.find("/dataset/d1") or pytest.fail("no page")
    assert (page.title, names) == ("Dataset", {"dataset_id": "d1"})
    assert router.find("/nowhere") is None
    assert router.query_of("?fit=f1&x=2") == {"fit": "f1", "x": "2"}
    orders = [page.order for page in router.pages() if page.nav]
    assert orders == sorted(orders)


@pytest.mark.parametrize(
    ("path", "search", "says"),
    [
        ("/", "", "Example: colours at eight places"),
        ("/dataset", "", "Drop a behavioural file here"),
        ("/dataset/d1", "", "How the columns were understood"),
        ("/dataset/d2", "", "Is a full circle 360° or 180°?"),
        ("/dataset/d3", "", "The file is being read"),
        ("/behaviour", "", "Three-component mixture"),
        ("/behaviour", "?fit=f1", "Train a network on this fit"),
        ("/behaviour", "?fit=f2", "the same chance"),
        ("/behaviour", "?fit=f3", "Cancel"),
        ("/jobs", "", "at least 20 are needed"),
        ("/nowhere", "", "There is nothing at this address"),
        ("/dataset/gone", "", "There is nothing at this address"),
    ],
)
async def test_every_address_shows_its_page(fake: FastAPI, path: str, search: str, says: str) -> None:
    page, _ = await shell.show(path, search)
    assert says in text_of(page)


async def test_no_answer_becomes_a_page_that_says_so() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    before = api.current()
    api.use(api.Api("http://nobody", transport=httpx.MockTransport(refuse)))
    try:
        page, _ = await shell.show("/jobs", "")
    finally:
        api.use(before)
    assert "The server does not answer" in text_of(page)


def test_problems_become_sentences() -> None:
    request = httpx.Request("GET", "http://x")
    told = api.problem_of(
        httpx.Response(422, json={"title": "No response column", "detail": "Choose it."}, request=request)
    )
    assert (told.title, told.detail, told.status) == ("No response column", "Choose it.", 422)
    assert api.problem_of(httpx.Response(413, text="<html>", request=request)).title == "The file is too large"
    listed = api.problem_of(httpx.Response(422, json={"detail": [{"msg": "too small"}]}, request=request))
    assert listed.detail == "too small"


async def test_a_problem_in_a_callback_becomes_a_notice() -> None:
    async def failing() -> None:
        raise api.Problem("The fit cannot start", "Three trials are too few.")

    before = len(wiring.DECLARED)
    wiring.callback()(failing)
    guarded = wiring.DECLARED.pop()
    assert len(wiring.DECLARED) == before
    answer, updated = await within_callback(guarded.function)
    assert answer is None
    assert updated["notices"]["sendNotifications"][0]["title"] == "The fit cannot start"


def test_no_figure_offers_to_send_data_away() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["displaylogo"] is False


async def test_an_answer_to_a_question_changes_the_mapping(fake: FastAPI) -> None:
    record = fake.state.fake.datasets["d2"]
    remedies = {"choices": {"period": [choice["mapping"] for choice in record["questions"][0]["choices"]]}, "mends": []}
    pressed = {"type": "choice", "question": "period", "index": 0}
    await within_callback(dataset.mend, [1, None], [], [{"id": "d2"}], [remedies], triggered=pressed)
    _, place, body = fake.state.fake.asked[-1]
    assert place == "d2"
    assert body["mapping"]["periods"]["response"] == 180


async def test_job_buttons_ask_the_api(fake: FastAPI) -> None:
    pressed = {"type": "job-action", "job": "j4", "action": "cancel"}
    stamp, _ = await within_callback(job_card.act, [None, 1], triggered=pressed)
    assert fake.state.fake.asked[-1][1] == "jobs/j4/cancel"
    assert stamp[0].startswith("j4-cancel")


async def test_a_log_opens_and_closes(fake: FastAPI) -> None:
    pressed = {"type": "job-log", "job": "j4"}
    names = [{"type": "job-log-text", "job": "j4"}]
    (texts, hidden), _ = await within_callback(job_card.log, [1], names, [True], triggered=pressed)
    assert "step 1" in texts[0]
    assert hidden == [False]


@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        ("running", "train", ["pause", "cancel"]),
        ("running", "fit", ["cancel"]),
        ("paused", "train", ["resume", "cancel"]),
        ("queued", "fit", ["cancel"]),
        ("failed", "fit", ["retry"]),
        ("done", "fit", []),
    ],
)
def test_what_can_be_done_with_a_job(state: str, kind: str, expected: list[str]) -> None:
    assert job_card.allowed({"state": state, "kind": kind}) == expected


def test_time_left_in_words() -> None:
    words = [job_card.time_left(seconds) for seconds in (None, 4, 42, 600, 9000)]
    assert words == ["", "a few seconds left", "about 40 s left", "about 10 min left", "about 2.5 h left"]


def test_the_example_opens_at_its_network(fake: FastAPI) -> None:
    assert home.example_address(fake.state.fake.studies) == "/explore/n1"
    assert home.example_address([]) is None


def test_home_leads_to_the_finished_mechanism_of_the_example() -> None:
    """Neither to somebody's own, nor to one that is still being worked on, nor to another analysis."""
    report = {"analysis": "mechanism", "state": "done", "example": True}
    others = [
        report | {"id": "a1", "example": False},
        report | {"id": "a2", "state": "running"},
        report | {"id": "a3", "analysis": "fidelity"},
    ]
    assert home.mechanism_address(others) is None
    assert home.mechanism_address([*others, report | {"id": "a4"}]) == "/mechanism/a4"


async def test_jobs_are_listed_running_first(fake: FastAPI) -> None:
    drawn = text_of(await jobs.render({}, {}))
    assert 0 < drawn.index('"job": "j4"') < drawn.index("Ended")


async def test_a_whole_study_is_started_from_a_dataset(fake: FastAPI) -> None:
    pressed = {"type": "study-budget", "budget": "quick"}
    _, updated = await within_callback(dataset_head.run_study, [1, None, None], [{"id": "d1"}], triggered=pressed)
    assert fake.state.fake.asked[-1][2] == {"dataset_id": "d1", "budget": "quick"}
    assert updated["goto"]["data"]["to"] == "/"


async def test_the_example_is_run_where_there_is_none(fake: FastAPI) -> None:
    await within_callback(home.run_example, 1)
    assert fake.state.fake.asked[-1][2] == {"budget": "demo"}
