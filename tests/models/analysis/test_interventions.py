"""Interventions on a network made by hand, of which it is known what makes it swap, with what and until when."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

from models.analysis import interventions
from models.analysis.disturbed import Answers, Trials, interval
from models.analysis.reversal import Roles, committed, reversal, turned
from models.analysis.silencing import Neurons, singly, table, together
from models.analysis.subject import NothingToAnalyse, Subject
from models.circular import distance, wrap
from models.display_laws import UniformDisplays
from models.network.config import TrainConfig
from models.network.intervention import CueFlip, Intervention
from models.network.network import Network
from models.network.swap_laws import SwapLaw

ROLE = 6  # the neuron that says which of two items is the target
MEMORY = (2, 3, 4, 5)
BIAS = 1.2


class Chooser(nn.Module):
    """Neurons 0 and 1 are the behaviour plane, 2 to 5 hold the reports of two slots, 6 the target's slot by its sign.

    Before recall the plane holds nothing but its noise. In recall it is drawn to the item that it is nearer to, with a
    head start for the target: noise in the plane makes it swap, nothing else does, and only while it is still close
    to the middle can the role neuron turn the choice round.
    """

    rest = 0.0

    def drive(self, inputs: Tensor | None, time: Tensor) -> tuple[Tensor | None, bool]:
        return inputs, bool((time[..., 0] != 0).all())

    def run(
        self, state: Tensor, drive: Any, noise: Tensor, forced: Tensor | None, alpha: float, frame: Tensor
    ) -> Tensor:
        inputs, recalls = drive
        states = []
        for shock in noise:
            activity = state @ frame
            wanted = activity.clone()
            if inputs is not None:
                shown, cue = inputs[:, :4], inputs[:, 4] - inputs[:, 5]
                wanted[:, MEMORY] = torch.where(shown.abs().sum(1, keepdim=True) > 0, shown, wanted[:, MEMORY])
                wanted[:, ROLE] = torch.where(cue != 0, 1.5 * cue, wanted[:, ROLE])
            wanted[:, :2] = self._drawn(activity) if recalls else 0
            state = (1 - alpha) * state + alpha * (wanted @ frame.T) + shock
            states.append(state)
        return torch.stack(states)

    def _drawn(self, activity: Tensor) -> Tensor:
        items = nn.functional.normalize(activity[:, MEMORY].unflatten(1, (2, 2)), dim=-1)
        ahead = ((items[:, 0] - items[:, 1]) * activity[:, :2]).sum(-1) + BIAS * activity[:, ROLE]
        return 2.5 * torch.where(ahead[:, None] > 0, items[:, 0], items[:, 1])


def chooser(seed: int = 3) -> Subject:
    config = TrainConfig(
        neurons=7, hidden=20, encoding="index", slots=2, stimulus_steps=8, delay_steps=(3, 3), cue_steps=8,
        recall_steps=24, alpha=0.2, preparation_noise=0.01, memory_noise=0.01,
    )  # fmt: skip
    network = Network(config, seed=0)
    network.cell = Chooser()
    network.frame.copy_(torch.eye(7))
    network.encoding.embedding.data = torch.eye(2)
    network.preparation_time.data.zero_()
    return Subject(network, UniformDisplays(set_sizes=(2,)), SwapLaw(kind="smooth"), seed)


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trials() -> Trials:
    return Trials.of(chooser(), 60, 8)


@pytest.fixture(scope="module")
def base(trials: Trials) -> Answers:
    return trials.answers()


def swaps(answers: Answers) -> float:
    return float(answers.swapped.mean())


def test_trials_are_the_same_every_time(trials: Trials, base: Answers) -> None:
    assert 0.05 < swaps(base) < 0.35
    assert torch.equal(trials.answers().error, base.error)
    assert torch.equal(trials.answers(Intervention()).error, base.error)
    assert not torch.equal(trials.answers(noise=2).error, base.error)
    few = trials.part(0, 5).answers()
    assert len(few.reported) == 40


def test_reports_are_kept_apart(trials: Trials) -> None:
    assert float(distance(trials.displays.report[:, 0], trials.displays.report[:, 1]).min()) >= math.pi / 2
    assert trials.owned == pytest.approx(torch.full((60, 2), 0.25), abs=0.01)
    crowd = Subject(chooser().network, UniformDisplays(set_sizes=(6,)), SwapLaw(kind="smooth"), 1)
    shown = Trials.of(crowd, 20, 1).displays
    apart = distance(shown.probe[:, 1:], shown.probe[:, :1])
    assert bool((apart.diff(dim=1) >= 0).all()), "item 1 has the nearest probe"
    assert len(shown) == 20, "where there is no room, the best there is"


def test_single_items_cannot_be_confused() -> None:
    alone = Subject(chooser().network, UniformDisplays(set_sizes=(1,)), SwapLaw(kind="smooth"), 1)
    with pytest.raises(NothingToAnalyse, match="one item at a time"):
        interventions.measure(alone)


def test_noise_in_the_plane_makes_it_swap_and_nothing_else(trials: Trials, base: Answers) -> None:
    assert swaps(trials.answers(Intervention(plane_noise=0.0))) == 0
    assert abs(swaps(trials.answers(Intervention(memory_noise=0.0))) - swaps(base)) < 0.01
    quiet = dict.fromkeys(("stimulus", "delay", "cue", "gap", "recall"), 0.0)
    assert swaps(trials.answers(Intervention(noise=quiet))) == 0
    assert swaps(trials.answers(Intervention(noise=quiet | {"gap": 1.0}))) < swaps(base)


def test_the_role_neuron_is_found_and_the_memory_is_not(trials: Trials, base: Answers) -> None:
    neurons = singly(trials)
    assert int(neurons.order()[0]) == ROLE
    found = float(neurons.effect[ROLE])
    assert found == pytest.approx(0.5 - swaps(base), abs=0.06), "without roles the choice is tossed for"
    assert float(neurons.guesses[ROLE]) < 0.05
    assert float(neurons.guesses[list(MEMORY)].min()) > 0.1, "without half of an item its angle is lost"
    chance = neurons.chance(torch.Generator().manual_seed(1))
    assert bool((chance.diff() <= 0).all())
    assert float(chance[0]) < found / 3
    rows = table(neurons)
    assert rows[0]["neuron"] == ROLE
    assert rows[0]["interval"][0] < found < rows[0]["interval"][1]
    reliability = neurons.reliability()
    assert reliability is not None
    assert reliability > 0.8


def test_neurons_together_against_others_at_random(trials: Trials) -> None:
    neurons = singly(trials.part(0, 30))
    chosen, chance = together(trials.part(30, 60), neurons, [1, 2])
    assert len(chosen) == len(chance) == 2
    first = int(neurons.effect.abs().argmax())
    alone = trials.part(30, 60).answers(Intervention(silenced=(first,)))
    assert torch.equal(chosen[0].reported, alone.reported)


def test_effects_of_nothing_are_what_chance_says() -> None:
    """Sorted effects of 40 neurons that do nothing: the null has the same spread, not a flat line."""
    generator = torch.Generator().manual_seed(5)
    signs = torch.randint(0, 2, (40, 600), generator=generator) * 2 - 1
    changed = torch.rand(40, 600, generator=generator) < 0.05
    neurons = Neurons((signs * changed).double(), torch.zeros(40), [None] * 40)
    found, chance = neurons.effect.sort(descending=True).values, neurons.chance(generator)
    assert float((found - chance).abs().max()) < 0.012
    assert float(chance[0]) > 0.015
    reliability = neurons.reliability()
    assert reliability is not None
    assert abs(reliability) < 0.4
    assert Neurons(torch.zeros(4, 10), torch.zeros(4), [None] * 4).reliability() is None


def test_what_the_few_numbers_say() -> None:
    def answers(correct: int, swapped: int) -> Answers:
        return Answers(torch.tensor([0] * correct + [1] * swapped + [-1] * (100 - correct - swapped)), torch.zeros(100))

    assert interventions._exchanged(answers(80, 20), answers(20, 80)) == pytest.approx(1)
    assert interventions._exchanged(answers(80, 20), answers(80, 20)) == 0
    assert interventions._exchanged(answers(80, 10), answers(0, 45)) == pytest.approx(0.5)
    assert interventions._exchanged(answers(50, 45), answers(0, 45)) is None
    assert interventions._removed(answers(80, 20), answers(95, 5)) == pytest.approx(0.75)
    assert interventions._removed(answers(100, 0), answers(100, 0)) is None


def test_roles_exchanged_at_the_onset_of_recall_exchange_the_answers(trials: Trials, base: Answers) -> None:
    roles = Roles.of(trials)
    onset = roles.direction[:, roles.epochs[-1].start - 1]
    assert bool((onset[:, :ROLE].norm(dim=-1) < 0.1 * onset[:, ROLE].abs()).all()), "the axis is the role neuron's"
    other = swaps(trials.answers(roles.push(-1)))
    assert other == pytest.approx(1 - swaps(base), abs=0.06)
    assert swaps(trials.answers(roles.push(1))) < swaps(base) / 2
    assert abs(swaps(trials.answers(roles.push(-1, along="chance"))) - swaps(base)) < 0.25
    half = trials.answers(roles.push(-0.5))
    assert swaps(half) == pytest.approx(0.5, abs=0.1), "half way nobody is the target"
    lengths = [roles.direction, roles.foreign, roles.chance]
    assert all(torch.allclose(one.norm(dim=-1), lengths[0].norm(dim=-1), rtol=1e-4) for one in lengths)


def test_a_choice_can_be_turned_round_until_it_cannot(trials: Trials) -> None:
    found = reversal(trials, Roles.of(trials))
    assert found.steps[0] == 0
    assert found.steps[-1] == 23
    assert found.seconds[0] == pytest.approx(9 * 0.05)
    first, last = found.by_role[0], found.by_role[-1]
    assert first is not None
    assert first > 0.8
    assert last == 0
    assert found.by_cue[0] is not None
    assert found.by_cue[0] > 0.35, "a cue in time"
    assert found.by_cue[-1] == 0, "and one that comes too late"
    when = committed(found.seconds, found.by_role, found.end)
    assert when is not None
    assert found.seconds[0] < when < found.seconds[-1] < found.end == pytest.approx(33 * 0.05)


def test_the_last_moment() -> None:
    times = [0.0, 1.0, 2.0, 3.0]
    assert committed(times, [0.8, 0.8, 0.2, 0.0], 3.5) == pytest.approx(1 + 0.4 / 0.6)
    assert committed(times, [0.8, 0.1, 0.6, 0.0], 3.5) == pytest.approx(2 + 0.2 / 0.6), "it could still be done at 2"
    assert committed(times, [0.1, 0.1, 0.0, 0.0], 3.5) is None, "it never could"
    assert committed(times, [0.9, 0.9, 0.9, 0.9], 3.5) == 3.5, "it can until the response is read"
    assert committed(times, [None, 0.9, 0.1, None], 3.5) == pytest.approx(1 + 0.45 / 0.8)


def test_choices_that_are_turned() -> None:
    before = Answers(torch.tensor([0, 0, 1, -1, 0]), torch.zeros(5))
    after = Answers(torch.tensor([1, 0, 0, 1, -1]), torch.zeros(5))
    assert turned(before, after) == pytest.approx(1 / 3)
    assert turned(Answers(torch.tensor([1, -1]), torch.zeros(2)), before) is None


def test_guesses_are_no_swaps(trials: Trials) -> None:
    """Uniform responses land near the other item in one of four cases; that is taken off again."""
    generator = torch.Generator().manual_seed(6)
    response = wrap(torch.rand(60, 8, generator=generator, dtype=torch.float64) * 2 * math.pi)
    gaps = distance(response[..., None], trials.displays.report[:, None, :])
    nearest = torch.where(gaps.amin(-1) <= math.pi / 4, gaps.argmin(-1), -1).flatten()
    guessed = Answers(nearest, torch.zeros(480))
    assert swaps(guessed) == pytest.approx(0.25, abs=0.05)
    assert float(trials.beyond_guesses(guessed).mean()) == pytest.approx(0, abs=0.05)
    sure = Answers(torch.tensor([1, 1, 0, 0]), torch.zeros(4))
    assert float(trials.beyond_guesses(sure).mean()) == 0.5


def test_the_swap_curve_counts_items_by_distance() -> None:
    subject = Subject(chooser().network, UniformDisplays(set_sizes=(3,)), SwapLaw(kind="smooth"), 2)
    some = Trials.of(subject, 30, 4)
    generator = torch.Generator().manual_seed(8)
    answers = Answers(torch.randint(-1, 3, (120,), generator=generator), torch.zeros(120))
    found = some.swap_curve(answers, [1.0, 2.0])
    apart = distance(some.displays.probe[:, 1:], some.displays.probe[:, :1]).numpy()
    for place, (low, high) in enumerate([(0, 1.0), (1.0, 2.0), (2.0, 4.0)]):
        picked = [
            float((answers.reported[4 * row : 4 * row + 4] == item + 1).double().mean())
            for row in range(30) for item in range(2) if low < apart[row, item] <= high
        ]  # fmt: skip
        assert found[place] == pytest.approx(np.mean(picked))
    assert some.swap_curve(answers, [1e-6, 2.0])[0] is None


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    values = torch.tensor([1.0] * 30 + [0.0] * 370)
    low, high = interval(values)
    assert high - 0.075 == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(0.075 * 0.925 / 400), rel=1e-4)
    assert 0.075 - low == pytest.approx(high - 0.075)
    assert interval(torch.zeros(400))[1] > 0, "never seen is not never"


def test_a_network_without_a_response_reports_nothing(trials: Trials) -> None:
    nobody = trials.answers(Intervention(silenced=tuple(range(7))))
    assert nobody.guesses == 1
    assert swaps(nobody) == 0
    assert nobody.sd is None


def test_everything_in_plain_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interventions, "DISPLAYS", 24)
    monkeypatch.setattr(interventions, "FEWER", 12)
    monkeypatch.setattr(interventions, "RUNS", 3)
    subject = chooser()
    seen: list[float] = []
    found = interventions.measure(subject, lambda p: seen.append(p.fraction))
    assert seen == sorted(seen)
    plain = found.to_json()
    json.dumps(plain, allow_nan=False)
    axes, measures, nulls = plain["axes"], plain["measures"], plain["nulls"]
    what = axes["what"]
    assert what[0] == "undisturbed"
    assert len(set(what)) == len(what)
    for name in ("swaps", "guesses", "sd", "beyond_guesses", "change"):
        assert len(measures[name]) == len(nulls[name]) == len(what)
    assert np.array(measures["swap_curve"]).shape == (len(what), len(axes["distance"]))
    assert len(measures["role_push"]) == len(nulls["role_push"]) == len(axes["push"])
    for name in ("reversed_by_role", "reversed_by_foreign", "reversed_by_cue"):
        assert len(measures[name]) == len(axes["seconds"])
    assert len(measures["ranked"]) == len(nulls["ranked"]) == 7
    assert measures["ranked"] == sorted(measures["ranked"], reverse=True)
    assert len(measures["silenced_swaps"]) == len(nulls["silenced_swaps"]) == len(axes["silenced"])
    assert measures["swaps"][what.index("no noise in the plane")] == 0
    assert measures["change"][0] == 0
    assert measures["role_exchange"] > 0.7 > nulls["role_exchange"]
    for low, high in plain["detail"]["intervals"]["swaps"]:
        assert low <= high
    assert interventions.measure(subject).to_json() == plain, "the same every time"


def test_a_cue_of_the_other_item_in_recall(trials: Trials, base: Answers) -> None:
    found = trials.answers(Intervention(flip=CueFlip(1, 0, 8)))
    assert swaps(found) > swaps(base) + 0.25
    assert swaps(trials.answers(Intervention(flip=CueFlip(0, 0, 8)))) <= swaps(base) + 0.01
