"""Figures of a mechanism: groups side by side, each with its colour, its networks, its interval and its null."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest
import study_mechanism
from study_mechanism_analyses import REPORT, WHAT

from frontend import theme
from frontend.figures import mechanism_cue_sweep as cue_sweep
from frontend.figures import mechanism_decoding as decoding
from frontend.figures import mechanism_fixed_points as fixed_points
from frontend.figures import mechanism_interventions as interventions
from frontend.figures import mechanism_planes as planes
from frontend.figures import mechanism_refit as refit
from frontend.figures import mechanism_role_axis as role_axis
from frontend.figures import mechanism_swap_hypotheses as swap_hypotheses
from frontend.figures.mechanism_groups import groups_of
from frontend.figures.panels import arrange, legend_rows
from frontend.parts.mechanism_examples import detail_of, examples_of

SPANS = {"cue": (0.0, 0.2)}
RESULT = study_mechanism.result()


def named(figure: go.Figure, name: str) -> list[go.Scatter]:
    """The traces of a name."""
    return [trace for trace in figure.data if trace.name == name and not trace.showlegend]


def legend(figure: go.Figure) -> list[str]:
    """What the legend says."""
    return [trace.name for trace in figure.data if trace.showlegend]


class TestGroups:
    def test_objectives_have_their_colours_and_further_groups_of_one_its_shades(self):
        doubled = RESULT | {"groups": [RESULT["groups"][0], RESULT["groups"][0] | {"name": "Diffusion (flat)"}]}
        first, second = groups_of(doubled, "planes")
        assert (first.colour, second.colour) == theme.OBJECTIVES["diffusion"][:2]

    def test_a_group_that_could_not_be_asked_is_left_out(self):
        assert [group.name for group in groups_of(RESULT, "cue_sweep")] == ["Diffusion", "Moment-matching"]

    def test_seeds_are_those_of_the_networks_that_could_be_asked(self):
        told = RESULT["groups"][0]
        some = told["analyses"]["planes"] | {"networks": told["networks"][3:]}
        result = {"groups": [told | {"analyses": {"planes": some}}]}
        assert groups_of(result, "planes")[0].network(0) == "Diffusion, seed 4"

    def test_colours_of_objectives_are_none_of_those_that_mean_something_else(self):
        shades = {shade for shades in theme.OBJECTIVES.values() for shade in shades}
        assert len(shades) == sum(len(told) for told in theme.OBJECTIVES.values())
        assert not shades & {theme.CUED, theme.NON_TARGET, theme.UNIFORM, theme.MODEL, theme.TRUTH}


class TestPlanes:
    figure = planes.angle_over_time(groups_of(RESULT, "planes"), SPANS)

    def test_a_panel_for_all_displays_and_one_a_distance(self):
        titles = [note.text for note in self.figure.layout.annotations]
        assert titles[0] == "<b>all displays</b>"
        assert titles[1:] == [f"<b>probes {angle}° apart</b>" for angle in (45, 90, 135, 180)]

    def test_mean_interval_networks_and_null_of_every_group(self):
        told = RESULT["groups"][0]["analyses"]["planes"]["measures"]["angle_all"]
        mean = named(self.figure, "Diffusion")[1]  # the band has the name as well
        assert list(mean.y) == told["mean"]
        assert [list(pair) for pair in mean.customdata] == [list(pair) for pair in zip(told["low"], told["high"])]  # noqa: B905
        assert mean.line.color == theme.OBJECTIVES["diffusion"][0]
        networks = named(self.figure, "Diffusion, networks")[0]
        assert networks.meta["parts"] == [f"Diffusion, seed {seed}" for seed in study_mechanism.SEEDS]
        assert list(networks.y[: len(told["mean"])]) == told["each"][0]
        assert networks.y[len(told["mean"])] is None
        null = named(self.figure, "Diffusion · null")[0]
        assert (null.line.color, null.line.dash) == (theme.NULL, "dash")
        assert set(null.y) == {78.0}

    def test_the_picture_carries_its_legend_and_the_time_of_the_cue(self):
        assert legend(self.figure) == ["null", "Diffusion", "Task-optimal", "Moment-matching"]
        assert {(shape.x0, shape.x1) for shape in self.figure.layout.shapes} == {(0.0, 0.2)}

    def test_before_and_after_joins_the_angles_of_each_network(self):
        figure = planes.before_and_after(groups_of(RESULT, "planes"))
        line = named(figure, "Task-optimal, seed 2")[0]
        measures = RESULT["groups"][1]["analyses"]["planes"]["measures"]
        assert list(line.y) == [measures["before"]["each"][1], measures["after"]["each"][1]]

    def test_rings_lie_in_their_planes(self):
        example = detail_of(RESULT, "diffusion-1", "planes")["examples"][1]
        figure = planes.rings(example, REPORT, "before")
        meshes = {mesh.name: np.array([mesh.x, mesh.y, mesh.z]).T for mesh in figure.data if mesh.type == "mesh3d"}
        assert np.ptp(meshes["plane of item 1"][:, 2]) == pytest.approx(0, abs=1e-9)
        assert np.ptp(meshes["plane of item 2"][:, 1]) == pytest.approx(0, abs=1e-9)
        ring = next(trace for trace in figure.data if trace.name == "item 1")
        assert ring.x[0] == ring.x[-1]
        assert ring.text[0] == "−180°"


def test_decoding_keeps_the_colours_of_items_and_draws_maps_by_group():
    groups = groups_of(RESULT, "decoding")
    figure = decoding.reports(groups, SPANS)
    told = {trace.name: trace for trace in figure.data if trace.line.width == 2.6 and not trace.showlegend}
    assert told["Diffusion · cued item"].line.color == theme.CUED
    assert told["Diffusion · other item, swap trials"].line.color == theme.NON_TARGET
    assert told["Diffusion · other item, swap trials"].line.dash == "dot"
    maps = decoding.across_time(groups, SPANS).data
    assert [one.type for one in maps] == ["heatmap"] * 3
    assert maps[0].z[2][2] == 1.0
    assert len(decoding.which_item(groups, SPANS).layout.annotations) == 3


def test_swap_hypotheses_share_out_the_swaps_and_tell_the_schedules_own_time():
    groups = groups_of(RESULT, "swap_hypotheses")
    bars = {bar.name: bar for bar in swap_hypotheses.shares(groups).data if bar.type == "bar"}
    assert bars["late misselection"].x[0] == pytest.approx(0.95)
    assert bars["none of these, correct trials"].x[0] == pytest.approx(0.97)
    decided = swap_hypotheses.decided(groups)
    assert {trace.y[0] for trace in decided.data if trace.name == "Diffusion · null"} == {0.89}
    assert len(next(trace for trace in decided.data if trace.name == "Diffusion · networks").y) == 5
    figure = swap_hypotheses.projections(groups, SPANS)
    misbinding = named(figure, "Diffusion · misbinding, swap trials")[-1]
    assert misbinding.y[-1] is None, "after the cue nothing can be stored wrong any more"


def test_fixed_points_by_epoch_and_where_they_lie():
    groups = groups_of(RESULT, "fixed_points")
    figure = fixed_points.by_epoch(groups)
    counts, *_ = named(figure, "Diffusion")
    assert list(counts.y) == [46.0, 17.0, 6.0]
    error = named(figure, "Task-optimal")[4]
    assert error.y[0] == pytest.approx(math.degrees(0.7), abs=0.01)
    where = fixed_points.where(detail_of(RESULT, "diffusion-1", "fixed_points"))
    stable = [trace for trace in where.data if trace.name == "stable point"]
    assert len(stable) == 3
    assert list(stable[0].marker.color) == [theme.cyclic(0.5)], "the answer of the first state that comes to it"
    unstable = next(trace for trace in where.data if trace.name == "unstable point")
    assert list(unstable.marker.color) == [theme.UNIFORM], "no state comes to it"
    assert len(fixed_points.waiting(groups).data) > 0
    assert legend(fixed_points.answers(groups)) == ["cued item", "another item"]


def test_cue_sweep_marks_the_items_and_both_hypotheses():
    groups = groups_of(RESULT, "cue_sweep")
    shares = cue_sweep.shares(groups)
    assert sorted({shape.x0 for shape in shares.layout.shapes}) == [-45.0, 45.0]
    modes = cue_sweep.mode(groups)
    assert modes.layout.yaxis.ticktext == ("first item", "second item")
    assert modes.layout.yaxis.tickvals[1] == pytest.approx(math.degrees(2.0))
    gain = cue_sweep.gain(groups)
    assert named(gain, "Diffusion · if it moved along")[0].y[0] == -0.35
    assert cue_sweep.switch(groups).layout.annotations[0].text == "switches"
    pictures = cue_sweep.responses(examples_of(RESULT, "cue_sweep"))
    assert len(pictures.data) == 2


def test_role_axis_tells_swap_trials_apart_and_what_a_copy_of_the_response_gives():
    groups = groups_of(RESULT, "role_axis")
    clouds = role_axis.trials(examples_of(RESULT, "role_axis"))
    swaps = named(clouds, "target, swap trials")[0]
    assert (list(swaps.x), swaps.marker.symbol) == ([-1.9], "x")
    aligned = role_axis.alignment(groups)
    echo = named(aligned, "Diffusion · a copy of the response")[0]
    assert list(echo.x) == [0, 45, 90, 135, 180]
    assert set(named(aligned, "Diffusion · random directions")[0].y) == {0.0}, "one number is a level line"
    assert len(role_axis.separation(groups).layout.annotations) == 2
    assert role_axis.swap_place(groups, SPANS).layout.annotations[1].text == "other role"


def test_interventions_stand_beside_those_at_random():
    groups = groups_of(RESULT, "interventions")
    figure = interventions.effects(groups)
    assert list(figure.layout.yaxis.ticktext) == WHAT
    assert named(figure, "Diffusion")[0].x[3] == pytest.approx(0.87)
    assert named(figure, "Diffusion")[2].x[0] == pytest.approx(math.degrees(0.3 + 0.07 / 4), abs=0.01)
    assert set(named(figure, "Diffusion · as large, at random")[0].x) == {0.075}
    curves = interventions.swap_curves(groups)
    assert [note.text for note in curves.layout.annotations] == [f"<b>{name}</b>" for name in WHAT[1:]]
    reversal = interventions.reversal(groups)
    assert reversal.layout.annotations[0].text == "committed, 0.60 s"
    assert interventions.role_push(groups).layout.xaxis.ticktext[0] == "−1 (other item)"
    assert len(named(interventions.neurons(groups), "Diffusion · null")) == 2


def test_refit_lies_beside_the_law_and_the_laws_own_refit():
    figure = refit.swap_functions(groups_of(RESULT, "refit"))
    law = named(figure, "Diffusion · behavioural model")[-1]
    assert list(law.y) == [0.28, 0.14, 0.07, 0.04]
    assert law.line.color == theme.MODEL
    assert named(figure, "Diffusion · law refitted")


def test_figures_of_nothing_are_drawn():
    for figure in (
        planes.angle_over_time([], SPANS), planes.before_and_after([]), decoding.reports([], SPANS),
        decoding.which_item([], SPANS), decoding.across_time([], SPANS), swap_hypotheses.shares([]),
        swap_hypotheses.projections([], SPANS), swap_hypotheses.wrong([], SPANS), swap_hypotheses.weights([], SPANS),
        fixed_points.by_epoch([]), cue_sweep.shares([]), cue_sweep.mode([]), cue_sweep.responses([]),
        role_axis.trials([]), interventions.effects([]), interventions.swap_curves([]), refit.swap_functions([]),
    ):  # fmt: skip
        assert isinstance(figure, go.Figure)


def test_one_network_has_neither_thin_lines_nor_an_interval():
    told = RESULT["groups"][0]["analyses"]["planes"]
    one = {
        name: {"mean": value["each"][0], "low": _missing(value["low"]), "high": _missing(value["high"]),
               "each": value["each"][:1]}
        for name, value in told["measures"].items()
    }  # fmt: skip
    group = RESULT["groups"][0] | {"networks": ["diffusion-1"], "seeds": [1]}
    alone = {"groups": [group | {"analyses": {"planes": told | {"measures": one, "networks": ["diffusion-1"]}}}]}
    figure = planes.angle_over_time(groups_of(alone, "planes"), SPANS)
    assert not named(figure, "Diffusion, networks")
    assert len(named(figure, "Diffusion")) == 5, "a mean in each panel, and no band"
    assert planes.before_and_after(groups_of(alone, "planes")).data


def _missing(values: object) -> object:
    return [_missing(value) for value in values] if isinstance(values, list) else None


def test_groups_may_differ_in_their_distances_times_and_interventions():
    told = RESULT["groups"][1]
    far = _picked(told["analyses"]["planes"], "probe_distance", [1, 3], ("angle",))
    some = _picked(told["analyses"]["interventions"], "what", [0, 3], ("swaps", "guesses", "sd", "swap_curve"))
    other = told | {
        "name": "Task-optimal (two distances, " + "x" * 20,
        "analyses": {"planes": far, "interventions": some},
    }
    mixed = {"groups": [RESULT["groups"][0], other]}
    figure = planes.angle_over_time(groups_of(mixed, "planes"), SPANS)
    assert len(figure.layout.annotations) == 5
    assert len(named(figure, f"{other['name']}, networks")) == 3, "all displays, 90° and 180°"
    rows = named(interventions.effects(groups_of(mixed, "interventions")), other["name"])[0]
    assert list(rows.text) == [WHAT[0], WHAT[3]]
    assert [round(at) for at in rows.y] == [0, 3]
    names = [note.text for note in planes.before_and_after(groups_of(mixed, "planes")).layout.annotations]
    assert names == ["<b>Diffusion</b>", f"<b>{other['name'][:29]}…</b>"]


def _picked(told: dict, axis: str, places: list[int], measures: tuple[str, ...]) -> dict:
    """An analysis with some entries of an axis, which is the first of these measures."""

    def some(values: list) -> list:
        return [values[place] for place in places]

    shortened = {
        name: {part: some(told["measures"][name][part]) for part in ("mean", "low", "high")}
        | {"each": [some(one) for one in told["measures"][name]["each"]]}
        for name in measures
    }
    nulls = {
        name: value | {"mean": some(value["mean"])}
        for name, value in told["nulls"].items()
        if name in measures and name != "angle"
    }
    return told | {
        "axes": told["axes"] | {axis: some(told["axes"][axis])},
        "measures": told["measures"] | shortened,
        "nulls": told["nulls"] | nulls,
    }


def test_a_legend_takes_as_many_rows_as_it_needs():
    assert legend_rows([100, 100, 100], 320) == 1
    assert legend_rows([100, 100, 100], 250) == 2
    assert legend_rows([100, 100, 100], 90) == 3
    figure = planes.angle_over_time(groups_of(RESULT, "planes"), SPANS)
    wide = figure.layout.margin.t
    assert arrange(figure, 390).layout.margin.t > wide
