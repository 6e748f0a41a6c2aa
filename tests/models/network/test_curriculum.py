import pytest
import torch

from models.network import curriculum, skill
from models.network.config import QUICK
from models.network.network import Network
from models.network.skill import Verdict
from models.network.swap_laws import SwapLaw
from models.network.targets import Source, draw
from models.network.training import train

CONFIG = QUICK.changed(steps=1000, without_swaps=0.3, ramp=0.2, warm_up=0.1)


def walk(config, ready):
    """Stages of a training whose network is ready at the given steps."""
    begun = {curriculum.first_stage(config): 0}
    for step in range(1, config.steps + 1):
        if curriculum.SWAP not in begun and curriculum.is_look(config, step):
            stage = curriculum.next_stage(config, begun, step, step in ready)
            if stage:
                begun[stage] = step
    return begun


def test_by_the_clock():
    begun = walk(CONFIG, ready=())
    weights = [curriculum.swap_weight(CONFIG, begun, step) for step in (300, 400, 500, 999)]
    assert weights == pytest.approx([0, 0.5, 1, 1])
    assert curriculum.stages(CONFIG, begun) == [
        {"name": "without swaps", "from_step": 0},
        {"name": "swaps grow", "from_step": 300},
        {"name": "all swaps", "from_step": 500},
    ]
    none = CONFIG.changed(without_swaps=0.0, ramp=0.0)
    assert [stage["name"] for stage in curriculum.stages(none, walk(none, ()))] == ["all swaps"]


@pytest.mark.parametrize(
    ("ready", "select", "swap"), [({40, 90}, 40, 90), ({40}, 40, 300), ((), 150, 300), ({200}, 150, 200)]
)
def test_by_what_the_network_can_do_and_no_later_than_the_clock(ready, select, swap):
    begun = walk(CONFIG.changed(curriculum="measured"), ready)
    assert begun == {"remember": 0, "select": select, "swap": swap}


def test_the_learning_rate_is_one_cycle():
    rates = [curriculum.learning_rate(CONFIG, step) for step in range(1000)]
    assert max(rates) == pytest.approx(CONFIG.learning_rate)
    assert rates.index(max(rates)) == 100
    assert rates[-1] < 0.01 * CONFIG.learning_rate


def test_delays_are_those_of_the_range_and_alike_for_all_seeds():
    config = CONFIG.changed(delay_steps=[2, 5])
    assert {curriculum.delay(config, step) for step in range(100)} == {2, 3, 4, 5}


@pytest.fixture(scope="module")
def batch(two_items):
    source = Source(two_items, SwapLaw(kind="flat", correct=0.8))
    return draw(source, QUICK, 4000, seed=1, number=0).take(torch.arange(4000), 2, 1.0)


class Answers:
    """In the place of a network: answers with an item, or at random."""

    def __init__(self, monkeypatch, answer):
        monkeypatch.setattr(skill, "responses", lambda network, batch, runs, generator: answer(batch, runs))


def pick(item):
    return lambda batch, runs: batch.shown.report[:, item, None].expand(-1, runs)


def coin(batch, runs):
    which = torch.randint(2, (len(batch), runs), generator=torch.Generator().manual_seed(1))
    return batch.shown.report.gather(1, which)


def anywhere(batch, runs):
    return (torch.rand(len(batch), runs, generator=torch.Generator().manual_seed(2)) * 2 - 1) * torch.pi


def by_law(batch, runs):
    return batch.sample_angles(runs, torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("answer", "remembered", "selected"),
    [(pick(0), 1.0, 1.67), (pick(1), 1.0, -1.67), (coin, 1.0, 0.0), (anywhere, 0.0, 0.0), (by_law, 1.0, 1.0)],
)
def test_skills_are_what_they_say(answer, remembered, selected, batch, monkeypatch):
    """With 20 % swaps the law picks the cued item 0.3 above chance; always picking it is 0.5 above: 1.67 times."""
    Answers(monkeypatch, answer)
    assert float(skill.remembered(None, batch, None)) == pytest.approx(remembered, abs=0.06)
    assert float(skill.selected(None, batch, None)) == pytest.approx(selected, abs=0.08)


def test_the_energy_distance_is_zero_for_the_law_itself_and_only_for_it(batch, monkeypatch):
    found = {}
    for name, answer in (("law", by_law), ("cued", pick(0)), ("coin", coin)):
        Answers(monkeypatch, answer)
        found[name] = float(skill.energy(None, batch, None))
    assert found["law"] == pytest.approx(0, abs=0.004)
    assert found["cued"] > 0.02
    assert found["coin"] > 0.02


def test_what_was_not_learned_is_said():
    assert Verdict(1.0, 0.95).problem(8000) == ""
    assert "has not learnt the cue" in Verdict(1.0, 0.02).problem(8000)
    assert "8,000 steps" in Verdict(1.0, 0.02).problem(8000)
    assert "not learnt to remember" in Verdict(0.1, 0.0).problem(8000)


def test_a_training_that_cannot_learn_says_so(two_items):
    source = Source(two_items, SwapLaw(kind="none"))
    trained = train(QUICK.changed(steps=20, learning_rate=1e-7), source, seed=1, device="cpu")
    assert "not learnt" in trained.problem
    assert trained.summary()["problem"] == trained.problem


def test_a_training_that_gains_nothing_more_ends_early_and_keeps_its_best(two_items):
    source = Source(two_items, SwapLaw(kind="none"))
    config = QUICK.changed(
        steps=200,
        evaluations=100,
        patience=0.1,
        without_swaps=0.0,
        ramp=0.0,
        learning_rate=0.5,
        held_out=32,
    )
    trained = train(config, source, seed=1, device="cpu")
    assert trained.steps < 200
    assert trained.best_step <= trained.steps - 20
    assert trained.curve[-1]["step"] == trained.steps


def test_stages_follow_what_is_measured(two_items, monkeypatch):
    """The network is told that it remembers at once and selects from step 60 on."""
    looks = []

    def selects(network, batch, generators):
        looks.append(float(batch.shown.present.sum(-1).mean()))
        return torch.tensor([1.0 if len(looks) >= 6 else 0.0])

    monkeypatch.setattr(skill, "remembered", lambda network, batch, generators: torch.tensor([1.0]))
    monkeypatch.setattr(skill, "selected", selects)
    config = QUICK.changed(
        steps=400, curriculum="measured", without_swaps=0.4, ramp=0.1, displays_per_batch=4, held_out=8
    )
    trained = train(config, Source(two_items, SwapLaw()), seed=1, device="cpu")
    assert trained.stages == [
        {"name": "one item at a time", "from_step": 0},
        {"name": "without swaps", "from_step": 4},
        {"name": "swaps grow", "from_step": 24},
        {"name": "all swaps", "from_step": 64},
    ]


def test_a_network_alone_with_the_cued_item_sees_no_other(two_items):
    source = Source(two_items, SwapLaw())
    pool = draw(source, QUICK, 8, seed=1, number=0)
    lonely = pool.take(torch.arange(8), 2, 0.0, alone=True)
    assert lonely.shown.present.tolist() == [[1.0, 0.0]] * 8
    network = Network(QUICK, seed=1)
    changed = pool.shown.report.clone()
    changed[:, 1] += 1
    one, other = (network.encoding.stimulus(pool_of(lonely, report)) for report in (lonely.shown.report, changed))
    assert torch.equal(one, other)


def pool_of(batch, report):
    return type(batch.shown)(report, batch.shown.probe, batch.shown.present, batch.shown.cue, batch.shown.slot)


def test_a_network_that_is_never_to_swap_has_no_stages_of_swaps(two_items):
    config = CONFIG.changed(objective="task_optimal", curriculum="measured")
    assert curriculum.stages(config, walk(config, ready={40})) == [
        {"name": "one item at a time", "from_step": 0},
        {"name": "all items", "from_step": 40},
    ]
    assert curriculum.stage_words(config, {"remember": 0}, 12) == "one item at a time"
    assert curriculum.stage_words(config, {"remember": 0, "select": 40, "swap": 50}, 900) == "all items"
    short = QUICK.changed(objective="task_optimal", steps=20, displays_per_batch=4, held_out=8)
    curve = train(short, Source(two_items, SwapLaw()), seed=1, device="cpu").curve
    assert curve
    assert not any("swap_weight" in point for point in curve)
