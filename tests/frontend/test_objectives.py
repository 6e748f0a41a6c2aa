"""Networks of several objectives on one network's page: what is averaged, over which networks, and what is left out."""

from __future__ import annotations

import copy
from typing import Any

import fake_simulation
import numpy as np
import pytest
from fastapi import FastAPI

from frontend import theme
from frontend.figures import objectives as figures
from frontend.figures.objectives import Checked, Objective
from frontend.pages import network
from frontend.parts import objectives_report as report


def checked(name: str, accuracy: float = 0.6, swaps: float = 0.1, distance: tuple[float, ...] = (1.0, 2.0)) -> Checked:
    """A network that swaps equally often at all distances."""
    same = [swaps] * len(distance)
    curve = {
        "distance": list(distance), "target": same, "network": same, "low": [swaps - 0.01] * len(distance),
        "high": [swaps + 0.02] * len(distance), "largest_error": swaps,
    }  # fmt: skip
    return Checked(name, {"c2st": {"network": accuracy, "floor": 0.5, "sd": 0.01}, "swap_curve": curve})


THIS = Objective("diffusion", "Diffusion", [checked("mine", 0.52, 0.3)])


def named(figure: Any, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name and trace.x[0] is not None)


class TestMean:
    def test_bins_that_differ_are_read_off_the_lines_between_points(self):
        """Two straight lines, y = x and y = 3x, sampled at different places: their mean is y = 2x where both are."""
        first, second = np.array([0.0, 1.0, 3.0]), np.array([0.5, 2.5])
        at, values = figures.over_networks([(first, first), (second, 3 * second)])
        assert at.tolist() == [0.5, 1.0, 2.5]
        assert values.mean(0) == pytest.approx(2 * at)
        assert values.shape == (2, 3)

    def test_networks_without_a_distance_in_common_have_no_mean(self):
        at, _ = figures.over_networks([(np.array([0.1, 0.2]), np.zeros(2)), (np.array([1.0]), np.zeros(1))])
        assert len(at) == 0
        group = Objective("diffusion", "Diffusion", [checked("a", distance=(0.1, 0.2)), checked("b", distance=(1.0,))])
        figure = figures.swap_curve(THIS, [group])
        assert named(figure, "Diffusion, networks").meta["parts"] == ["a", "b"]
        assert any(trace.name == "Diffusion, no distance in common" for trace in figure.data if trace.showlegend)

    def test_at_a_single_distance_there_is_a_mark_with_its_range(self):
        some = [checked(name, swaps=swaps, distance=(1.0,)) for name, swaps in (("a", 0.1), ("b", 0.3))]
        mean = named(figures.swap_curve(THIS, [Objective("diffusion", "Diffusion", some)]), "Diffusion, mean of 2")
        assert (mean.mode, mean.error_y.visible) == ("markers", True)
        assert (mean.y[0], mean.error_y.array[0]) == (pytest.approx(0.2), pytest.approx(0.1))


class TestSwapCurve:
    def test_an_objective_is_one_line_with_the_range_of_its_networks(self):
        group = Objective("task_optimal", "Task-optimal", [checked(f"t{n}", swaps=n / 10) for n in (1, 2, 6)])
        figure = figures.swap_curve(THIS, [group])
        (band,) = [trace for trace in figure.data if trace.fill == "toself"]
        assert (min(band.y), max(band.y)) == (0.1, 0.6)
        mean = next(trace for trace in figure.data if trace.name == "Task-optimal, mean of 3" and trace.fill is None)
        assert mean.y == pytest.approx([0.3, 0.3])
        assert mean.line.color == theme.OBJECTIVES["task_optimal"][0]
        legend = [trace.name for trace in figure.data if trace.showlegend]
        assert sorted(legend) == ["Task-optimal, mean of 3", "behavioural model", "this network, 95 % interval"]

    def test_the_network_itself_is_on_top_in_degrees_with_its_interval(self):
        figure = figures.swap_curve(THIS, [Objective("diffusion", "Diffusion", [checked("a"), checked("b")])])
        last = [trace for trace in figure.data if trace.x[0] is not None][-1]
        assert last.name == "this network, 95 % interval"
        assert last.x == pytest.approx(np.degrees([1.0, 2.0]), abs=1e-3)
        assert last.y == (0.3, 0.3)
        assert last.error_y.array == pytest.approx([0.02, 0.02])
        assert last.error_y.arrayminus == pytest.approx([0.01, 0.01])

    def test_a_single_network_of_an_objective_has_a_line_and_no_range(self):
        figure = figures.swap_curve(THIS, [Objective("mean_matching", "Mean-matching", [checked("one")])])
        assert named(figure, "Mean-matching").y == (0.1, 0.1)
        assert not [trace for trace in figure.data if trace.fill == "toself" or "networks" in trace.name]

    def test_a_network_that_saw_single_items_only_counts_in_no_mean(self):
        group = Objective("task_optimal", "Task-optimal", [checked("a"), checked("b"), checked("c", distance=())])
        assert named(figures.swap_curve(THIS, [group]), "Task-optimal, mean of 2").y[0] == pytest.approx(0.1)
        nothing = Objective("diffusion", "Diffusion", [checked("mine", distance=())])
        assert "two items" in figures.swap_curve(nothing).layout.annotations[0].text

    def test_a_curve_at_zero_is_above_the_lower_edge(self):
        figure = figures.swap_curve(THIS, [Objective("task_optimal", "Task-optimal", [checked("a", swaps=0.0)])])
        assert figure.layout.yaxis.range[0] < 0 < 0.3 < figure.layout.yaxis.range[1]


class TestToldApart:
    def test_rows_are_this_network_and_then_one_an_objective(self):
        group = Objective("moment_matching", "Moment-matching", [checked("a", 0.6), checked("b", 0.9)])
        figure = figures.told_apart(THIS, [group, Objective("task_optimal", "Task-optimal", [checked("c", 0.95)])])
        assert figure.layout.yaxis.ticktext == (
            "<b>This network</b><br>Diffusion", "Moment-matching<br>2 networks", "Task-optimal<br>1 network",
        )  # fmt: skip
        mean = named(figure, "Moment-matching, mean of 2")
        assert (mean.x[0], mean.y[0], mean.text[0]) == (pytest.approx(0.75), 1, "0.750")
        assert mean.error_x.array[0] == mean.error_x.arrayminus[0] == pytest.approx(0.15)
        assert named(figure, "Moment-matching, networks").text == ("a", "b")
        assert named(figure, "Task-optimal").error_x.array[0] == 0

    def test_every_network_is_inside(self):
        low, high = (
            Objective("task_optimal", "", [checked("a", 0.41)]),
            Objective("mean_matching", "", [checked("b", 1)]),
        )
        left, right = figures.told_apart(THIS, [low, high]).layout.xaxis.range
        assert left < 0.41 < 1 < right


@pytest.fixture
def many(fake: FastAPI) -> FastAPI:
    """Networks of the first one's fit: five of diffusion, six task-optimal, one mean-matching."""
    app = fake_simulation.mount(fake)
    for objective, seeds in (("diffusion", range(2, 6)), ("task_optimal", range(1, 7))):
        for seed in seeds:
            add(app, f"{objective}-{seed}", objective, seed)
    return app


def add(app: FastAPI, id: str, objective: str, seed: int, **changes: Any) -> dict[str, Any]:
    other = copy.deepcopy(app.state.networks["n1"])
    other |= {"id": id, "name": f"{objective}, seed {seed}", "objective": objective, "seed": seed} | changes
    other["result"]["objective"] = objective
    app.state.networks[id] = other
    return other


async def compared(app: FastAPI, id: str = "n1") -> report.Beside:
    rows = app.state.networks
    return await report.same_source(rows[id], [row | {"result": None} for row in rows.values()])


class TestSameSource:
    async def test_no_network_is_dropped_and_groups_are_in_the_order_of_the_palette(self, many):
        beside = await compared(many)
        found = {key: [one["seed"] for one in some] for key, some in report.grouped(beside.known).items()}
        assert found == {"diffusion": [1, 2, 3, 4, 5], "task_optimal": [1, 2, 3, 4, 5, 6], "mean_matching": [1]}

    async def test_members_of_its_own_ensemble_count_in_its_objective(self, many):
        for seed in (2, 3):
            many.state.networks[f"diffusion-{seed}"]["ensemble"] = {"id": "e", "members": ["n1", "diffusion-2"]}
        many.state.networks["n1"]["ensemble"] = {"id": "e", "members": ["n1", "diffusion-2", "diffusion-3"]}
        assert len(report.grouped((await compared(many)).known)["diffusion"]) == 5

    async def test_numbers_of_another_measure_are_not_averaged(self, many):
        """Earlier ones told swaps from guesses at the law's own width, and do not say which they are."""
        for id in ("n1", "diffusion-2"):
            many.state.networks[id]["result"]["fidelity"]["definition"] = 2
        beside = await compared(many)
        assert [one["id"] for one in beside.known] == ["n1", "diffusion-2"]
        assert "compared by another version of the measure" in beside.missing

    async def test_what_is_not_shown_is_counted(self, many):
        many.state.networks["diffusion-5"]["result"]["fidelity"] = None
        add(many, "small", "diffusion", 7, request={"displays": {"kind": "grid", "set_sizes": [2]}})
        add(many, "strange", "diffusion", 8, fit_id="f2")
        beside = await compared(many)
        assert beside.missing == (
            "Not shown: 1 still in training, 1 not yet compared with the model, 1 trained on other displays."
        )
        assert {"small", "strange", "diffusion-5"}.isdisjoint(one["id"] for one in beside.known)

    async def test_a_great_many_networks_are_cut_and_it_is_said(self, many, monkeypatch):
        monkeypatch.setattr(report, "MOST", 4)
        beside = await compared(many)
        assert len(beside.known) == 5
        assert "7 older than these" in beside.missing


class TestPage:
    async def test_table_has_a_row_an_objective_and_below_it_every_network(self, many):
        for number in range(1, 7):
            told = many.state.networks[f"task_optimal-{number}"]["result"]["fidelity"]
            told["energy"]["ratio"] = 2.0 + number / 10
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "6 networks" in page
        assert "2.35" in page
        assert "2.10–2.60" in page
        assert "These 12 networks one by one" in page
        assert "/network/task_optimal-6" in page
        assert "/network/n1'" not in page

    async def test_alone_it_has_its_test_and_nothing_beside_it(self, many):
        for id in [id for id in many.state.networks if id != "n1"]:
            del many.state.networks[id]
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "Two-sample test" in page
        assert "network-singles" not in page

    async def test_a_network_without_a_swap_curve_has_no_swap_error_of_zero(self, many):
        empty = {"distance": [], "target": [], "network": [], "low": [], "high": [], "largest_error": 0.0}
        for number in range(1, 7):
            told = many.state.networks[f"task_optimal-{number}"]["result"]["fidelity"]["swap_curve"]
            told["largest_error"] = 0.172
        many.state.networks["task_optimal-3"]["result"]["fidelity"]["swap_curve"] = empty
        page = str(await network.render({"network_id": "n1"}, {}))
        assert "all 17.2" in page
        assert "'0.0 %'" not in page

    async def test_other_settings_are_said(self, many):
        assert "not in their seed alone" not in str(await network.render({"network_id": "n1"}, {}))
        many.state.networks["task_optimal-2"]["config"] = {"neurons": 24}
        assert "not in their seed alone" in str(await network.render({"network_id": "n1"}, {}))
