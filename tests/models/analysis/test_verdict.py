"""Planted findings come back in the right words, with the right certainty, and no further than they go."""

from __future__ import annotations

from typing import Any

import pytest

from models.analysis.mechanism import Member, report_on
from models.analysis.statements import NO, UNCLEAR, YES, Estimate, estimate, written
from tests.models.analysis.planted_mechanism import member, members


def verdict(*groups: list[Member]) -> tuple[str, dict[str, dict[str, Any]]]:
    """Headline, and statements by topic."""
    found = report_on([one for group in groups for one in group])["verdict"]
    return found["headline"], {one["topic"]: one for one in found["statements"]}


def supported(statements: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {topic: one["supported"] for topic, one in statements.items()}


def test_swaps_that_are_selected_wrong() -> None:
    headline, found = verdict(members())
    assert headline.startswith("Diffusion, 5 networks: swaps are selected wrong")
    assert "decided after the cue, at 0.90 s" in headline
    assert "when the noise schedule alone would have it" in headline
    assert "what is stored stays intact before the cue" in headline
    assert "near-orthogonal before the cue and aligned after it" in headline
    told = supported(found)
    assert (told["misbinding"], told["misselection"], told["misinterpretation"]) == (NO, YES, NO)
    assert "5 of 5 networks" in found["misselection"]["sentence"]
    assert found["misselection"]["evidence"]
    assert found["misselection"]["limits"]
    assert {told[topic] for topic in ("swaps", "decision", "planes", "noise", "neurons", "contents")} == {YES}
    assert told["role axis"] == NO


@pytest.mark.parametrize(
    ("origin", "word"),
    [("misbinding", "stored"), ("misselection", "selected"), ("misinterpretation", "read")],
)
def test_every_origin_is_told(origin: str, word: str) -> None:
    headline, found = verdict(members(origin=origin))
    assert f"swaps are {word} wrong" in headline
    assert [
        topic for topic in ("misbinding", "misselection", "misinterpretation") if supported(found)[topic] == YES
    ] == [origin]
    assert ("stays intact" in headline) == (origin != "misbinding")


def test_a_mixture_of_origins_is_not_forced_into_one() -> None:
    headline, found = verdict(members(origin=None))
    assert "how swaps come about cannot be told" in headline
    assert {supported(found)[topic] for topic in ("misbinding", "misselection", "misinterpretation")} == {UNCLEAR}


@pytest.mark.parametrize(
    ("decided", "words"),
    [(0.9, "when the noise schedule alone"), (1.2, "later than the noise"), (0.5, "0.38 s earlier than the noise")],
)
def test_the_decision_beside_the_schedule(decided: float, words: str) -> None:
    _, found = verdict(members(decided=decided))
    assert words in found["decision"]["sentence"]
    assert found["decision"]["supported"] == YES


def test_a_decision_before_the_cue() -> None:
    _, found = verdict(members(decided=-0.2, origin="misbinding"))
    assert found["decision"]["supported"] == NO
    assert found["decision"]["sentence"].startswith("Swaps are not decided after the cue")


def test_networks_that_do_not_swap_have_nothing_to_be_explained() -> None:
    headline, found = verdict(members(swaps=0.001, group="Task-optimal", objective="task_optimal"))
    assert headline == "Task-optimal, 5 networks: there are no swaps, so that there is nothing to explain."
    assert found["swaps"]["supported"] == NO
    assert not {"misbinding", "misselection", "misinterpretation", "decision", "noise", "neurons"} & set(found)
    assert "planes" in found


def test_guesses_near_an_item_are_no_swaps() -> None:
    noisy = members(swaps=0.012)
    for one in noisy:
        result = one.found["swap_hypotheses"]
        assert not isinstance(result, str)
        result.measures["guess_rate"] = 0.03
    assert supported(verdict(noisy)[1])["swaps"] == NO


def test_one_network_shows_nothing_about_an_objective() -> None:
    headline, found = verdict([member(1)])
    assert headline.startswith("In this network: ")
    assert headline.endswith("One network shows nothing about its objective.")
    assert found["replicates"]["supported"] == UNCLEAR
    assert "[" not in found["planes"]["sentence"], "one network has no interval"
    assert "stays intact in the network" in found["misbinding"]["sentence"]
    assert "replicates" in verdict(members(3))[1]
    assert "replicates" not in verdict(members(5))[1]


def test_planes_that_do_not_turn() -> None:
    assert supported(verdict(members(planes=(20.0, 5.0)))[1])["planes"] == NO
    assert supported(verdict(members(planes=(80.0, 60.0)))[1])["planes"] == NO
    assert supported(verdict(members(planes=(60.0, 5.0)))[1])["planes"] == UNCLEAR


def test_swaps_without_noise_and_neurons_that_do_not_matter() -> None:
    told = supported(verdict(members(gone=0.2, neuron=-0.01))[1])
    assert (told["noise"], told["neurons"]) == (NO, NO)


def test_the_neuron_that_matters_most_may_add_swaps() -> None:
    ours = members()
    for one in ours:
        result = one.found["interventions"]
        assert not isinstance(result, str)
        result.measures["ranked"][0] = 0.2 + one.seed / 100
    found = verdict(ours)[1]["neurons"]
    assert found["supported"] == YES
    assert "by 23.0 %" in found["sentence"]


def test_planes_that_the_input_has_already_are_said_to_be_given() -> None:
    ours = members()
    assert "given to it" not in verdict(ours)[1]["planes"]["limits"]
    for one in ours:
        result = one.found["planes"]
        assert not isinstance(result, str)
        result.nulls["input"] = 77.0
    assert "77° [77, 77] apart already" in verdict(ours)[1]["planes"]["limits"]


def test_what_sets_networks_apart() -> None:
    ours = members()
    plain = members(group="Task-optimal", objective="task_optimal", swaps=0.001, planes=(80.0, 70.0))
    headline, found = verdict(plain, ours)
    assert headline.startswith("Diffusion, 5 networks: swaps are selected wrong")
    assert headline.endswith("Diffusion networks swap; Task-optimal networks do not.")
    assert found["swaps"]["sentence"].startswith("Diffusion: there are swaps")
    assert (found["only swaps"]["supported"], found["only planes"]["supported"]) == (YES, YES)
    assert any("p < 0.001 after correction" in line for line in found["only planes"]["evidence"])
    assert any("(Task-optimal)" in line for line in found["only planes"]["evidence"])


def test_what_does_not_set_networks_apart() -> None:
    found = verdict(members(), members(group="Task-optimal", objective="task_optimal", swaps=0.001))[1]
    assert found["only planes"]["supported"] == NO
    assert found["only planes"]["sentence"].endswith("; Task-optimal networks do as well.")


def test_several_other_groups_in_one_sentence() -> None:
    others = [
        members(group="A", objective="task_optimal", swaps=0.001),
        members(group="B", objective="mean_matching", swaps=0.002),
        members(group="C", objective="moment_matching", swaps=0.1),
    ]
    _, found = verdict(members(), *others)
    assert found["only swaps"]["sentence"] == "Diffusion networks swap; A and B networks do not; C networks do as well."
    assert found["only swaps"]["supported"] == NO
    assert sum("Difference in swaps from" in line for line in found["only swaps"]["evidence"]) == 3
    (all_of_them,) = [line for line in found["only swaps"]["evidence"] if line.startswith("Swaps: ")]
    assert all(f"({name})" in all_of_them for name in ("Diffusion", "A", "B", "C"))


def test_what_is_open_in_others_stays_open() -> None:
    found = verdict(members(), members(2, "Task-optimal", "task_optimal", planes=(80.0, 31.0)))[1]
    assert found["only planes"]["supported"] == UNCLEAR
    assert found["only planes"]["sentence"].endswith("whether Task-optimal networks do is open.")


def test_too_little_measured() -> None:
    bare = Member("n", "n", 1, "Diffusion", "diffusion", {"planes": "One item at a time."})
    found = report_on([bare])["verdict"]
    assert found["headline"] == "In this network: too little was measured for a verdict."
    assert [one["topic"] for one in found["statements"]] == ["replicates"]


def test_an_estimate_is_judged_by_its_interval() -> None:
    sure, open_ = estimate([0.8, 0.82, 0.81]), estimate([0.4, 0.7, 0.5])
    assert sure is not None
    assert open_ is not None
    assert (sure.above(0.5), sure.below(0.5), open_.above(0.5)) == (YES, NO, UNCLEAR)
    assert Estimate((0.6,), 0.6, None, None).above(0.5) == YES
    assert estimate([None, None]) is None


def test_numbers_as_people_write_them() -> None:
    assert written(-0.001, "share") == "−0.1 %"
    assert written(-0.0004, "share") == "0.0 %"
    assert written(1.5708, "radians") == "90°"
    assert str(Estimate((0.9, 0.92), 0.91, 0.85, 0.97, "seconds")) == "0.91 s [0.85, 0.97]"
