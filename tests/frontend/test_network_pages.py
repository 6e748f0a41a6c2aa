"""The Network pages and their figures, without a browser."""

from __future__ import annotations

import copy
import math

import fake_simulation
import pytest
from callbacks import text_of
from dash import no_update
from fastapi import FastAPI

from backend.schemas.networks import TrainRequest
from frontend.api import Problem
from frontend.figures import fidelity, training
from frontend.pages import network
from frontend.parts import (
    ensemble_report,
    network_form,
    network_kin,
    network_law,
    network_report,
    network_settings,
    network_training,
)


@pytest.fixture
def full(fake: FastAPI) -> FastAPI:
    return fake_simulation.mount(fake)


class TestFigures:
    def test_loss_is_on_a_log_scale_with_its_floor(self):
        figure = training.loss(fake_simulation.curve())
        assert figure.layout.yaxis.type == "log"
        assert [trace.name for trace in figure.data] == ["loss", "floor"]

    def test_stages_are_read_off_the_swap_weight(self):
        assert training.stages(fake_simulation.curve()) == [
            ("without swaps", 0.0),
            ("swaps grow", 1550.0),
            ("with swaps", 2500.0),
        ]

    def test_loss_of_nothing_is_drawn(self):
        assert len(training.loss([]).data) == 2

    def test_by_set_size_shows_sd_in_degrees(self):
        rows = fake_simulation.fidelity()["by_set_size"]
        figure = fidelity.by_set_size(rows)
        shown = next(trace for trace in figure.data if trace.name == "sd of the error, target")
        assert shown.y[0] == pytest.approx(math.degrees(rows[0]["sd_target"]))

    def test_extra_spread_is_in_degrees_where_it_was_measured(self):
        rows = fake_simulation.fidelity()["by_set_size"]
        before = fidelity.by_set_size(rows)
        assert not any("extra spread" in trace.name for trace in before.data)
        measured = [row | {"spread_cued": 0.1, "spread_others": 0.4} for row in rows]
        measured[0]["spread_others"] = None
        figure = fidelity.by_set_size(measured)
        cued, others = (trace for trace in figure.data if "extra spread" in trace.name)
        assert cued.y[0] == pytest.approx(math.degrees(0.1))
        assert others.y[0] is None
        assert others.y[1] == pytest.approx(math.degrees(0.4))
        assert figure.layout.meta["panels"]["count"] == before.layout.meta["panels"]["count"] + 1

    def test_errors_have_a_panel_for_each_set_size(self):
        rows = fake_simulation.fidelity()["errors"]
        assert len(fidelity.errors(rows).data) == 2 * len(rows)
        assert len(fidelity.errors([]).data) == 0


class TestForm:
    def test_request_names_a_fit_or_a_law(self):
        asked = network_form.request("fit:f1", "diffusion", "budget", "demo", seed=3)
        assert asked == {
            "fit_id": "f1", "law": None, "objective": "diffusion", "config": {}, "seed": 3, "count": 1,
            "budget": "demo",
        }  # fmt: skip
        asked = network_form.request("law:sharp", "mean_matching", "small", "quick", seed=None)
        assert asked["law"] == {"kind": "sharp"}
        assert asked["config"]["neurons"] == 24

    def test_recorded_responses_belong_to_a_fit(self):
        asked = network_form.request("fit:f123", "diffusion", "budget", "demo", recorded=True)
        assert TrainRequest.model_validate(asked).stored()["config"]["target"] == "sampled"
        assert "responses" not in network_form.request("law:flat", "diffusion", "budget", "demo", recorded=True)

    @pytest.mark.parametrize("cell", network_form.CELLS)
    @pytest.mark.parametrize("encoding", network_form.ENCODINGS)
    @pytest.mark.parametrize("objective", network_form.OBJECTIVES)
    @pytest.mark.parametrize("size", ["budget", *network_form.SIZES])
    def test_whatever_is_chosen_can_be_asked_for(self, cell, encoding, objective, size):
        asked = network_form.request("law:smooth", objective, size, "demo", cell, encoding, 5, False, 2)
        wanted = TrainRequest.model_validate(asked)
        assert wanted.all_seeds == [2, 3, 4, 5, 6]
        config = wanted.stored()["config"]
        assert (config["cell"], config["encoding"], config["objective"]) == (cell, encoding, objective)
        if cell == "dendritic":
            assert config["neurons"] <= 32

    @pytest.mark.parametrize(("seconds", "words"), [(7, "about 5 s"), (290, "about 5 min"), (7200, "about 2.0 h")])
    def test_durations_are_said_in_words(self, seconds, words):
        assert network_form.duration(seconds) == words

    async def test_cost_is_said_before_it_starts_and_what_is_left_empty(self, full):
        names = ["delay_longest", "alpha", "target", "patience", "steps"]
        ids = [{"type": "network-setting", "name": name} for name in names]
        usual = ("fit:f1", "diffusion", "budget", "demo", "rate", "conjunctive", 1, False)
        time, empty = await network_form.say_cost(*usual, ["", None, None, 0.25, ""], ids)
        assert "about 5 min" in time
        assert empty == ["10", "0.2", "Exact expectation", "0.25", ""]
        time, empty = await network_form.say_cost(*usual, ["", 3, None, None, None], ids)
        assert time == "The request cannot be used as it is. α: at most 1."
        assert empty == [no_update] * 5
        _, empty = await network_form.say_cost(*usual[:-1], True, [None] * 5, ids)
        assert empty[names.index("target")] == "Sampled responses"

    def test_a_bns_fit_is_what_networks_learn_from_unless_another_is_chosen(self):
        fits = [{"id": id, "name": id, "state": "done", "model": id} for id in ("three_component", "bns")]
        assert "value='fit:bns'" in str(network_form.network_form(fits))
        assert "value='fit:three_component'" in str(network_form.network_form(fits, "three_component"))
        assert "value='fit:three_component'" in str(network_form.network_form(fits[:1]))


class TestSettings:
    def test_only_what_was_set_by_hand_is_asked_for(self):
        names = ["steps", "delay_shortest", "delay_longest", "target", "memory_noise"]
        assert network_settings.config_of(names, ["", None, "", None, 0]) == {"memory_noise": 0}
        assert network_settings.config_of(names, [700, 2, 9, "sampled", ""]) == {
            "steps": 700, "delay_steps": [2, 9], "target": "sampled",
        }  # fmt: skip
        assert network_settings.config_of(names, ["", "", 9, "", ""]) == {"delay_steps": [9, 9]}

    def test_half_typed_numbers_are_numbers_or_a_problem(self):
        assert network_settings.config_of(["alpha", "steps"], ["0.50", "700."]) == {"alpha": 0.5, "steps": 700}
        assert network_law.law_of("flat", {"swaps": "5.0", "spread": "2.9"})["law"] == {"kind": "flat", "correct": 0.95}
        with pytest.raises(Problem, match="no number"):
            network_settings.config_of(["alpha"], ["-"])
        assert network_form.request("fit:f", "diffusion", "budget", "demo", seed=0)["seed"] == 0

    def test_every_setting_of_the_form_is_one_of_the_api(self):
        ends = {"delay_shortest": 3, "delay_longest": 4}
        whole = TrainRequest.model_validate({"law": {"kind": "none"}, "budget": "demo"}).stored()["config"]
        names = list(network_settings.SETTINGS)
        values = [ends.get(name, whole.get(name)) for name in names]
        assert None not in values
        config = network_settings.config_of(names, values)
        asked = network_form.request("law:none", "diffusion", "budget", "demo", settings=config)
        assert TrainRequest.model_validate(asked).stored()["config"] == whole | {"delay_steps": [3, 4]}

    @pytest.mark.parametrize("setting", [one for one in network_settings.SETTINGS.values() if one.choices])
    def test_every_choice_can_be_asked_for(self, setting):
        for value in setting.choices:
            asked = network_form.request("law:none", "diffusion", "budget", "demo", settings={setting.name: value})
            assert TrainRequest.model_validate(asked).stored()["config"][setting.name] == value

    def test_a_problem_is_said_with_the_labels_of_the_form(self):
        said = network_settings.in_words("config.recall_steps: input should be at least 2.")
        assert said == "Recall, T: input should be at least 2."

    def test_a_network_page_says_all_of_them_in_words(self, full):
        row = full.state.networks["n1"]
        row["result"]["config"] |= {"curriculum": "measured", "delay_steps": [2, 10], "patience": 0.25}
        said = text_of(network_training.finished(row))
        assert "when it is learned" in said
        assert "2 to 10 steps" in said


class TestLaw:
    def test_the_usual_law_is_asked_for_as_the_api_has_it(self):
        told = {"swaps": 30, "offset": 0, "width": 1.5, "spread": 2.9, "guesses": 0, "set_sizes": ["2"], "apart": False}
        for kind in network_law.LAWS:
            asked = network_form.request(f"law:{kind}", "diffusion", "budget", "demo", law=told)
            assert "displays" not in asked
            wanted = TrainRequest.model_validate(asked)
            assert wanted.law == TrainRequest.model_validate({"law": {"kind": kind}}).law
            assert network_form.request(f"law:{kind}", "diffusion", "budget", "demo", law={})["law"]["kind"] == kind

    def test_strength_spread_guesses_and_displays_can_be_set(self):
        told = {"swaps": 5, "offset": -1, "spread": 10, "guesses": 4, "set_sizes": ["4", "1"], "apart": True}
        found = network_law.law_of("flat", told)
        assert found["law"] == {"kind": "flat", "correct": 0.95, "noise": math.radians(10), "uniform": 0.04}
        assert found["displays"]["set_sizes"] == [1, 4]
        assert found["displays"]["probe_separation"] == "published"
        assert network_law.law_of("smooth", told)["law"]["offset"] == -1
        TrainRequest.model_validate(network_form.request("law:flat", "diffusion", "budget", "demo", law=told))

    async def test_only_the_settings_of_the_chosen_law_are_shown(self):
        names = ["swaps", "offset", "width", "spread", "guesses"]
        ids = [{"type": "network-law-field", "name": name} for name in names]

        async def shown(source):
            whole, fields = await network_law.show_fields(source, ids)
            return "display" not in whole, [name for name, one in zip(names, fields, strict=True) if not one]

        assert await shown("law:flat") == (True, ["swaps", "spread", "guesses"])
        assert await shown("law:smooth") == (True, ["offset", "width", "spread", "guesses"])
        assert await shown("law:none") == (True, ["spread", "guesses"])
        assert (await shown("fit:f1"))[0] is False

    def test_a_list_says_how_strong_a_law_is(self):
        flat = {"law": {"kind": "flat", "correct": 0.95}, "request": {"displays": {"set_sizes": [1, 2]}}}
        assert network_kin.source_words(flat, {}) == "Flat: 5 % swaps; 1, 2 items"
        smooth = {"law": {"kind": "smooth", "offset": -1.0}}
        assert network_kin.source_words(smooth, {}) == "Smooth: swaps fall with distance, offset −1; 2 items"


class TestPages:
    async def test_list_offers_the_form_and_every_network(self, full):
        page = str(await network.render({}, {}))
        assert "network-train" in page
        for row in full.state.networks.values():
            assert row["name"] in page

    async def test_a_finished_network_leads_with_its_fidelity(self, full):
        page = str(await network.render({"network_id": "n1"}, {}))
        assert page.index("two-sample test") < page.index("network-loss")
        assert "Mean-matching" in page
        assert "weights.safetensors" in page
        assert "/explore/n1" in page

    async def test_a_training_network_shows_its_job_loss_and_responses(self, full):
        page = str(await network.render({"network_id": "n2"}, {}))
        assert "network-forming" in page
        assert "network-loss" in page
        assert "'action': 'pause'" in page

    async def test_without_fidelity_the_page_offers_to_compute_it(self, full):
        full.state.networks["n1"]["result"]["fidelity"] = None
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "network-analyse" in page
        assert "analysis-*" in page  # watched: the page is drawn anew when the comparison is there

    async def test_while_fidelity_is_worked_out_its_job_is_in_the_place_of_the_button(self, full):
        full.state.networks["n1"]["result"]["fidelity"] = None
        fake = full.state.fake
        fake.jobs["compares"] = fake.jobs["j3"] | {"id": "compares", "kind": "analyse", "state": "running"}
        fake.analyses["f"] = {"analysis": "fidelity", "job_id": "compares", "network_ids": ["n0", "n1"]}
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "network-analyse" not in page
        assert "'action': 'cancel'" in page
        assert '"compares": "running"' in page  # watched
        fake.jobs["compares"]["state"] = "done"
        assert "network-analyse" in str(await network.render({"network_id": "n1"}, {}))


class TestEnsemble:
    @pytest.fixture
    def trio(self, full):
        """The finished network as one of three, of which the last was not compared with the model."""
        first = full.state.networks["n1"]
        ids = ["n1", "e2", "e3"]
        for id, seed, accuracy in (("e2", 11, 0.58), ("e3", 12, None)):
            other = copy.deepcopy(first) | {"id": id, "name": f"{first['name']}, seed {seed}", "seed": seed}
            if accuracy is None:
                other["result"]["fidelity"] = None
                other["result"]["training"]["problem"] = "it has not learnt the cue."
            else:
                other["result"]["fidelity"]["c2st"]["network"] = accuracy
            full.state.networks[id] = other
        first["result"]["fidelity"]["c2st"]["network"] = 0.52
        for id in ids:
            full.state.networks[id]["ensemble"] = {"id": "trio", "members": ids}
        return full

    async def test_its_spread_is_shown(self, trio):
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "Ensemble of 3 networks" in page
        assert "0.550" in page
        assert "0.520 to 0.580" in page
        assert "2 of 3 networks" in page
        assert "/network/e2" in page

    async def test_numbers_of_two_definitions_are_not_averaged(self, trio):
        trio.state.networks["e2"]["result"]["fidelity"]["definition"] = 2
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "0.580 to 0.580" in page
        assert "1 of 3 networks that have been compared with the model. Those compared by an earlier version" in page

    async def test_a_network_that_did_not_learn_says_why_and_all_are_compared_at_once(self, trio):
        page = str(await network.render({"network_id": "e3"}, {}))
        assert "it has not learnt the cue." in page
        assert "['n1', 'e2', 'e3']" in page

    async def test_in_the_list_it_is_one_card(self, trio):
        page = str(await network.render({}, {}))
        assert page.count("'/explore/n1'") == 1
        assert "'/explore/e2'" not in page
        assert "3 seeds" in page
        assert "C2ST 0.550 (0.520 to 0.580)" in page
        assert "'/network/e3'" in page

    async def test_so_are_networks_that_differ_in_their_seed_alone(self, trio):
        for id in ("n1", "e2", "e3"):
            trio.state.networks[id]["ensemble"] = None  # as of an example that was imported
        assert "3 seeds" in str(await network.render({}, {}))
        assert "Ensemble of 3 networks" in str(await network.render({"network_id": "e2"}, {}))
        trio.state.networks["e2"]["seed"] = first_seed = trio.state.networks["n1"]["seed"]
        trio.state.networks["e2"]["name"] = trio.state.networks["n1"]["name"]
        again = str(await network.render({}, {}))
        assert "seeds" not in again, f"seed {first_seed} twice is two trainings"
        assert "Ensemble of" not in str(await network.render({"network_id": "e2"}, {}))
        trio.state.networks["e2"] |= {"seed": 11, "name": trio.state.networks["n1"]["name"]}
        trio.state.networks["e3"]["config"] = {"neurons": 7}
        page = str(await network.render({}, {}))
        assert "2 seeds" in page
        assert "'/explore/e3'" in page
        assert "Ensemble of 2 networks" in str(await network.render({"network_id": "e2"}, {}))
        assert "Ensemble of" not in str(await network.render({"network_id": "e3"}, {}))

    async def test_a_seed_trained_again_does_not_take_imported_ones_apart(self, trio):
        for id in ("n1", "e2", "e3"):
            trio.state.networks[id] |= {"ensemble": None, "job_id": None}
        again = copy.deepcopy(trio.state.networks["e2"]) | {"id": "again", "job_id": "here"}
        trio.state.networks["again"] = again
        assert "3 seeds" in str(await network.render({}, {}))
        assert "Ensemble of 3 networks" in str(await network.render({"network_id": "e2"}, {}))
        assert "Ensemble of" not in str(await network.render({"network_id": "again"}, {}))

    async def test_its_members_count_where_the_list_is_too_long_to_have_them(self, trio):
        row = await ensemble_report.members_of(trio.state.networks["e2"], [])
        assert [one["id"] for one in row] == ["n1", "e2", "e3"]

    async def test_a_task_optimal_network_has_no_stages_of_swaps(self, full):
        assert "swaps as fitted" in str(await network.render({"network_id": "n1"}, {}))
        full.state.networks["n1"]["objective"] = "task_optimal"
        assert "swaps as fitted" not in str(await network.render({"network_id": "n1"}, {}))
        full.state.networks["n1"] |= {"state": "running", "result": None}
        assert "no swaps asked for" in str(await network.render({"network_id": "n1"}, {}))

    async def test_a_network_alone_is_no_ensemble(self, full):
        assert "Ensemble of" not in str(await network.render({"network_id": "n1"}, {}))

    def test_every_loss_is_drawn_and_this_one_is_on_top(self):
        curves = [(f"seed {seed}", fake_simulation.curve()) for seed in (1, 2, 3)]
        figure = training.losses(curves, this="seed 2")
        assert [trace.name for trace in figure.data] == ["seed 1", "seed 3", "seed 2"]
        assert len(training.losses([]).data) == 0


def test_verdict_is_no_stronger_than_the_number():
    faithful = {"c2st": {"network": 0.51, "floor": 0.50, "sd": 0.008}}
    poor = {"c2st": {"network": 0.80, "floor": 0.50, "sd": 0.008}}
    assert "cannot" in network_report.verdict(faithful)
    assert "ease" in network_report.verdict(poor)
