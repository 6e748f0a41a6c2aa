"""The eight analyses on the page: what each asks, what to see, its numbers, its figures, and what it cannot show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from frontend.figures import mechanism_cue_sweep as cue_sweep
from frontend.figures import mechanism_decoding as decoding
from frontend.figures import mechanism_fixed_points as fixed_points
from frontend.figures import mechanism_interventions as interventions
from frontend.figures import mechanism_planes as planes
from frontend.figures import mechanism_refit as refit
from frontend.figures import mechanism_role_axis as role_axis
from frontend.figures import mechanism_swap_hypotheses as swap_hypotheses
from frontend.figures.mechanism_groups import Group, groups_of
from frontend.parts.figure_card import figure_card
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria
from frontend.parts.mechanism_examples import examples_of, points_card, rings_card
from frontend.parts.mechanism_numbers import numbers_table
from frontend.parts.mechanism_words import QUESTIONS

Result = Mapping[str, Any]
Spans = Mapping[str, Sequence[float]]
Cards = Callable[[list[Group], Spans, Result], list[Child]]


def sections(result: Result, spans: Spans) -> list[Child]:
    """A section for every analysis that the result has, numbered as they are drawn; `spans` are epochs in seconds."""
    asked = [name for name in QUESTIONS if any(name in group["analyses"] for group in result["groups"])]
    return [section(number, name, result, spans) for number, name in enumerate(asked, start=1)]


def contents(result: Result) -> html.Nav:
    """Links to the sections."""
    asked = [name for name in QUESTIONS if any(name in group["analyses"] for group in result["groups"])]
    links = [
        html.A(
            [html.Span(str(number), className="mechanism-ordinal"), QUESTIONS[name].title], href=f"#mechanism-{name}"
        )
        for number, name in enumerate(asked, start=1)
    ]
    return html.Nav(links, className="mechanism-contents", **aria(label="On this page"))


def section(number: int, name: str, result: Result, spans: Spans) -> html.Section:
    """One analysis; where no network could be asked, the reason."""
    words, groups = QUESTIONS[name], groups_of(result, name)
    body: list[Child] = [numbers_card(name, groups), *CARDS[name](groups, spans, result)] if groups else []
    return html.Section(
        [
            html.Div(
                [
                    html.H2([html.Span(str(number), className="mechanism-ordinal"), words.title]),
                    html.P(words.asks, className="mechanism-asks"),
                    html.P(words.see, className="mechanism-see"),
                ],
                className="mechanism-head",
            ),
            *missing(name, result),
            *body,
            caveat(name),
        ],
        id=f"mechanism-{name}",
        className="stack mechanism-section",
        **aria(label=words.title),
    )


def numbers_card(name: str, groups: Sequence[Group]) -> html.Div | None:
    """The numbers of an analysis on a card."""
    table = numbers_table(name, groups)
    return html.Div(table, className="card mechanism-numbers-card") if table is not None else None


def missing(name: str, result: Result) -> list[Child]:
    """A sentence for every group in which an analysis could not be done, in all or in some networks."""
    told = [(group["name"], (group["analyses"].get(name) or {}).get("nothing")) for group in result["groups"]]
    return [
        html.P([html.Strong(f"{group}: "), sentence], className="mechanism-missing small soft")
        for group, sentence in told
        if sentence
    ]


def caveat(name: str) -> html.Details:
    """What must not be concluded, folded."""
    words = QUESTIONS[name]
    source = html.Span(f" After {words.source}.", className="faint") if words.source else None
    summary = html.Summary([icon("info", 15), "What this cannot show", icon("chevron", 13)])
    return html.Details([summary, html.P([words.caveat, source])], className="mechanism-caveat small soft")


def _halves(*cards: Child) -> html.Div:
    return html.Div(cards, className="halves")


def _planes(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        figure_card("mechanism-planes", "Angle between the planes over time", planes.angle_over_time(groups, spans)),
        _halves(
            figure_card("mechanism-turn", "Before and after the cue", planes.before_and_after(groups)),
            rings_card(result),
        ),
    ]


def _decoding(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        figure_card("mechanism-reports", "What is read of both items", decoding.reports(groups, spans)),
        figure_card("mechanism-which", "Which item, and which probe", decoding.which_item(groups, spans)),
        figure_card(
            "mechanism-across", "One decoder, another time", decoding.across_time(groups, spans),
            note="Square blocks are codes that stay as they are; a bright diagonal alone is a code that moves on.",
        ),
    ]  # fmt: skip


def _swap_hypotheses(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        _halves(
            figure_card(
                "mechanism-kinds", "What swaps are", swap_hypotheses.shares(groups),
                note="Below each bar, paler: correct trials put to the same test, which should be none of these.",
            ),
            figure_card(
                "mechanism-decided", "When it is decided", swap_hypotheses.decided(groups),
                note="A dot a network; dashed: what the noise schedule alone imposes.",
            ),
        ),
        figure_card(
            "mechanism-projections", "Where swap trials go", swap_hypotheses.projections(groups, spans),
            note="From the activity of a correct trial, 0, to that of the error, 1.",
        ),
        figure_card("mechanism-wrong", "From when on they are decided", swap_hypotheses.wrong(groups, spans)),
        figure_card("mechanism-weights", "Kinds of error over time", swap_hypotheses.weights(groups, spans)),
    ]  # fmt: skip


def _fixed_points(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        figure_card("mechanism-points", "Points of each epoch", fixed_points.by_epoch(groups)),
        points_card(result),
        _halves(
            figure_card(
                "mechanism-waiting", "If the delay went on", fixed_points.waiting(groups),
                note="A memory that rests keeps its error; one that only passes through loses it.",
            ),
            figure_card(
                "mechanism-answers", "What recall is drawn to", fixed_points.answers(groups),
                note="Resting points of the response with the memory held: where another item is one, noise decides.",
            ),
        ),
    ]  # fmt: skip


def _cue_sweep(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        figure_card(
            "mechanism-responses", "Responses under every cue", cue_sweep.responses(examples_of(result, "cue_sweep")),
            note="The first network of each group. Level bands are items between which the response switches.",
        ),
        figure_card("mechanism-shares", "Which item is reported", cue_sweep.shares(groups)),
        figure_card("mechanism-mode", "Most frequent response", cue_sweep.mode(groups)),
        _halves(
            figure_card("mechanism-switch", "Switches or moves along", cue_sweep.switch(groups)),
            figure_card("mechanism-gain", "Two modes or one", cue_sweep.gain(groups)),
        ),
    ]  # fmt: skip


def _role_axis(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        _halves(
            figure_card("mechanism-swap-place", "Swap trials on the role axis", role_axis.swap_place(groups, spans)),
            figure_card("mechanism-roles", "Target and distractor apart", role_axis.separation(groups)),
        ),
        figure_card(
            "mechanism-role-trials", "Trials of one display", role_axis.trials(examples_of(result, "role_axis")),
            note="One item with one report, as target and as distractor, in the first network of each group: "
            "swap trials (crosses) lie where the item has the other role.",
        ),
        figure_card("mechanism-alignment", "One axis for all displays?", role_axis.alignment(groups)),
    ]  # fmt: skip


def _interventions(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [
        figure_card(
            "mechanism-effects", "What each intervention does", interventions.effects(groups),
            note="Grey strokes: an intervention as large but at random, or the undisturbed network on new noise.",
        ),
        _halves(
            figure_card("mechanism-push", "Pushed along the role axis", interventions.role_push(groups)),
            figure_card("mechanism-reversal", "How long a choice can be turned", interventions.reversal(groups)),
        ),
        figure_card("mechanism-disturbed", "Swaps by distance", interventions.swap_curves(groups)),
        figure_card("mechanism-neurons", "Neurons silenced", interventions.neurons(groups)),
    ]  # fmt: skip


def _refit(groups: list[Group], spans: Spans, result: Result) -> list[Child]:
    return [figure_card("mechanism-refit", "Swap function of the responses", refit.swap_functions(groups))]


CARDS: dict[str, Cards] = {
    "planes": _planes,
    "decoding": _decoding,
    "swap_hypotheses": _swap_hypotheses,
    "fixed_points": _fixed_points,
    "cue_sweep": _cue_sweep,
    "role_axis": _role_axis,
    "interventions": _interventions,
    "refit": _refit,
}
