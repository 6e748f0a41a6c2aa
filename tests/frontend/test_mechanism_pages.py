"""The Mechanism page: what can be chosen, what is asked for, and what a finished, a running and a missing one say."""

from __future__ import annotations

from typing import Any

import fake_mechanism
import pytest
from callbacks import text_of, within_callback
from fastapi import FastAPI

from frontend import shell
from frontend.parts import mechanism_examples, mechanism_form, mechanism_numbers, mechanism_verdict
from frontend.parts.job_card import place
from frontend.parts.mechanism_words import QUESTIONS
from frontend.router import pages


@pytest.fixture
def full(fake: FastAPI) -> FastAPI:
    return fake_mechanism.mount(fake)


def found(component: Any, **wanted: Any) -> list[Any]:
    """The components with these properties."""
    return [
        one for one in component._traverse() if all(getattr(one, name, None) == value for name, value in wanted.items())
    ]


class TestChoosing:
    async def test_networks_are_listed_by_what_they_learned_from_and_all_ensembles_of_it_are_chosen(self, full):
        page, _ = await shell.show("/mechanism", "")
        drawn = text_of(page)
        assert "Learned from: BNS" in drawn
        chosen = [one.value for one in page._traverse() if getattr(one, "multiple", False)]
        assert sorted(len(ids) for ids in chosen) == [0, 0, 5, 5, 5]
        assert drawn.index("Diffusion") < drawn.index("Task-optimal") < drawn.index("Moment-matching")
        assert "/mechanism/m1" in drawn
        assert "/mechanism/a1" not in drawn, "it is no mechanism"

    async def test_a_networks_own_ensemble_is_chosen_when_it_is_asked_for(self, full):
        page, _ = await shell.show("/mechanism", "?network=task_optimal-2")
        chosen = [one.value for one in page._traverse() if getattr(one, "multiple", False)]
        assert [ids for ids in chosen if ids] == [[f"task_optimal-{seed}" for seed in range(1, 6)]]
        assert "this network" in text_of(page)

    async def test_without_a_network_the_page_says_what_to_do(self, full):
        full.state.networks.clear()
        page, _ = await shell.show("/mechanism", "")
        assert "No network to look into yet" in text_of(page)
        full.state.networks["n2"] = {"id": "n2", "state": "running"}
        page, _ = await shell.show("/mechanism", "")
        assert "The networks are still learning" in text_of(page)

    def test_one_network_is_chosen_where_there_is_no_ensemble(self):
        rows = [{"id": str(at), "state": "done", "objective": "diffusion", "law": {"kind": kind}}
                for at, kind in enumerate(("flat", "smooth"))]  # fmt: skip
        assert mechanism_form.usual_choice(rows) == {"0"}
        assert mechanism_form.usual_choice([]) == set()
        assert mechanism_form.source_words(rows[0], {}) == "Flat: 30 % swaps; 2 items"

    def test_networks_of_other_settings_are_no_replicates(self):
        rows = [{"id": str(at), "state": "done", "objective": "diffusion", "fit_id": "f1", "seed": at,
                 "config": {"cell": cell}} for at, cell in enumerate(("rate", "rate", "gru"))]  # fmt: skip
        ((first, second),) = mechanism_form.sources(rows).values()
        assert [one["id"] for one in first] == ["0", "1"]
        assert [one["id"] for one in second] == ["2"]

    @pytest.mark.parametrize(
        ("pressed", "checked", "chosen", "expected"),
        [
            ("mechanism-group", True, [], (["a", "b"], True, False)),
            ("mechanism-group", False, ["a", "b"], ([], False, False)),
            ("mechanism-seeds", True, ["b"], (["b"], False, True)),
            ("mechanism-seeds", False, ["b", "a"], (["a", "b"], True, False)),
        ],
    )
    async def test_a_groups_box_and_its_seeds_agree(self, pressed, checked, chosen, expected):
        chips = [{"props": {"value": id}} for id in ("a", "b")]
        told, _ = await within_callback(
            mechanism_form.choose, checked, chosen, chips, triggered={"type": pressed, "group": "0-0"}
        )
        assert told == expected

    async def test_how_many_are_chosen_is_said_before_it_starts(self):
        assert await mechanism_form.count([[], None]) == ("Choose a network.", True)
        words, closed = await mechanism_form.count([["a"] * 5, ["b"] * 5])
        assert (words, closed) == ("10 networks in 2 groups.", False)
        words, closed = await mechanism_form.count([["a"]])
        assert "an example, not a rule" in words
        words, closed = await mechanism_form.count([["a"] * 20, ["b"] * 20])
        assert closed
        assert "at most 32" in words

    async def test_one_click_asks_for_the_mechanism_and_leads_to_it(self, full):
        stamp, updated = await within_callback(mechanism_form.start, 1, [["diffusion-1"], None, ["task_optimal-1"]])
        _, path, body = full.state.fake.asked[-1]
        assert path == "analyses"
        assert body["analysis"] == "mechanism"
        assert body["network_ids"] == ["diffusion-1", "task_optimal-1"]
        assert updated["goto"]["data"]["to"] == "/mechanism/m2"
        assert stamp.startswith("mechanism-")


class TestOne:
    async def test_the_verdict_comes_first_then_eight_questions_and_what_they_rest_on(self, full):
        page, _ = await shell.show("/mechanism/m1", "")
        drawn = text_of(page)
        order = ["Swaps are selected wrong", *(question.asks for question in QUESTIONS.values()), "Hedges", "Made from"]
        places = [drawn.index(words) for words in order]
        assert places == sorted(places)
        figures = {one.id for one in page._traverse() if str(getattr(one, "id", "")).startswith("mechanism-")}
        assert {"mechanism-planes", "mechanism-reports", "mechanism-kinds", "mechanism-points", "mechanism-shares",
                "mechanism-roles", "mechanism-effects", "mechanism-refit"} <= figures  # fmt: skip
        assert "/api/analyses/m1/results.npz" in drawn
        assert "/api/analyses/m1/results.csv" in drawn
        assert "/explore/diffusion-3" in drawn

    async def test_only_one_figure_is_three_dimensional(self, full):
        page, _ = await shell.show("/mechanism/m1", "")
        scenes = [one.id for one in page._traverse() if getattr(one, "figure", None) and _has_scene(one.figure)]
        assert scenes == ["mechanism-rings"]

    async def test_an_analysis_that_could_not_be_done_says_why(self, full):
        page, _ = await shell.show("/mechanism/m1", "")
        assert "there is nothing between two items" in text_of(page)

    async def test_data_configuration_seeds_and_code_are_stated(self, full):
        page, _ = await shell.show("/mechanism/m1", "")
        drawn = text_of(page)
        for words in ("3f2a9c11", "Swapscope 0.1.0", "seeds 1, 2, 3, 4, 5", "neurons 48"):
            assert words in drawn

    async def test_a_running_one_shows_its_job(self, full):
        page, _ = await shell.show("/mechanism/m2", "")
        drawn = text_of(page)
        assert "decoding of Diffusion, seed 3" in drawn
        assert "about 2 min left" in drawn
        assert '"action": "cancel"' in drawn
        assert found(page, children="Report (HTML)") == []

    async def test_other_analyses_and_missing_ones_lead_on(self, full):
        page, _ = await shell.show("/mechanism/a1", "")
        assert "shown on their own pages" in text_of(page)
        page, _ = await shell.show("/mechanism/gone", "")
        assert "There is nothing at this address" in text_of(page)
        del full.state.fake.jobs["job-m2"]
        page, _ = await shell.show("/mechanism/m2", "")
        assert "Ask again" in text_of(page)

    async def test_another_network_and_another_moment_are_drawn(self, full):
        figure, _ = await within_callback(mechanism_examples.show_rings, "task_optimal-2", "0", "before", {"id": "m1"})
        assert {trace.name for trace in figure.data} >= {"item 1", "item 2"}
        figure, _ = await within_callback(mechanism_examples.show_points, "diffusion-2", {"id": "m1"})
        assert len(figure.data) == 9


def _has_scene(figure: Any) -> bool:
    return any(trace.type in ("scatter3d", "mesh3d", "surface") for trace in figure.data)


class TestWords:
    @pytest.mark.parametrize(
        ("value", "unit", "words"),
        [
            (None, "share", "–"),
            (0.1234, "share", "12.3 %"),
            (-0.0001, "share", "0.0 %"),
            (-47.2, "degrees", "−47°"),
            (6.61, "degrees", "6.6°"),
            (0.4, "radians", "23°"),
            (0.914, "seconds", "0.91 s"),
            (46.43, "count", "46.4"),
            (-0.104, "points", "−10.4 points"),
            (1.256, "", "1.26"),
        ],
    )
    def test_numbers_are_written_with_their_unit(self, value, unit, words):
        assert mechanism_numbers.written(value, unit) == words

    def test_an_interval_of_a_share_is_a_share(self):
        assert mechanism_numbers.interval(-0.01, 0.2, "share") == "(0.0 % to 20.0 %)"
        assert mechanism_numbers.interval(-0.01, 0.2, "share", sign=True) == "(−1.0 % to +20.0 %)"
        assert mechanism_numbers.interval(None, 0.2) == ""

    def test_a_number_over_time_is_that_before_the_cue_or_at_the_end(self):
        axes = {"time": [-0.1, 0.0, 0.1, 0.2]}
        number = mechanism_numbers.Number("x", "x", at="before")
        assert number.of([1.0, 2.0, 3.0, None], axes) == 2.0
        assert mechanism_numbers.Number("x", "x", at="end").of([1.0, 2.0, 3.0, None], axes) is None
        assert mechanism_numbers.Number("x", "x", at="cue").of([1.0, 5.0], {"epochs": ["delay", "cue"]}) == 5.0

    def test_a_long_headline_is_read_in_lines_and_the_group_is_named_once(self):
        verdict = {
            "headline": "Diffusion, 5 networks: " + "; ".join(["a" * 50, "b" * 50, "c" * 50]) + ". More.",
            "group": "Diffusion",
            "statements": [{"topic": "planes", "sentence": "Diffusion: they turn.", "supported": "no"}],
        }
        drawn = text_of(mechanism_verdict.verdict_card(verdict))
        assert "A" + "a" * 49 in drawn
        assert "They turn." in drawn
        assert "planes: not supported" in drawn
        assert "#mechanism-planes" in drawn
        short = text_of(mechanism_verdict.verdict_card({"headline": "Swaps are selected wrong.", "statements": []}))
        assert "Swaps are selected wrong." in short


def test_mechanism_has_its_place_in_the_navigation_and_jobs_lead_to_it():
    shown = [page.nav for page in pages() if page.nav]
    assert shown.index("Explore") < shown.index("Mechanism") < shown.index("Jobs")
    assert place({"kind": "analysis", "id": "m1"}) == "/mechanism/m1"
