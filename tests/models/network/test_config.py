from itertools import pairwise

import pytest

from models.network.config import BUDGETS, DEMO, QUICK, InvalidConfig, TrainConfig
from models.network.task import epochs


@pytest.mark.parametrize("name", BUDGETS)
def test_presets_survive_json(name):
    assert TrainConfig.from_json(BUDGETS[name].to_json()) == BUDGETS[name]


def test_settings_that_a_stored_training_did_not_know_are_as_it_was_without_them():
    plain = DEMO.changed(time_modulation="additive", swap_power=1.0)
    earlier = plain.to_json()
    del earlier["time_modulation"], earlier["swap_power"]
    assert TrainConfig.stored(earlier) == plain
    assert TrainConfig.stored(DEMO.to_json()) == DEMO


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"neurones": 4}, "neurones"),
        ({"alpha": 0}, "alpha"),
        ({"steps": 1.5}, "whole"),
        ({"steps": True}, "number"),
        ({"delay_steps": [5, 2]}, "delay"),
        ({"delay_steps": 5}, "delay"),
        ({"schedule": "cosine"}, "schedule"),
        ({"objective": 3}, "objective"),
        ({"without_swaps": 0.7, "ramp": 0.7}, "shares"),
        ({"neurons": 100, "hidden": 150}, "hidden"),
        ({"log_snr_low": 9.0}, "log_snr"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, word):
    with pytest.raises(InvalidConfig, match=word):
        DEMO.changed(**change)


def test_epochs_follow_each_other_without_gaps():
    parts = epochs(QUICK, delay=7)
    assert [part.name for part in parts] == ["stimulus", "delay", "cue", "gap", "recall"]
    assert parts[0].start == 0
    assert all(before.stop == after.start for before, after in pairwise(parts))
    assert [part.steps for part in parts] == [QUICK.stimulus_steps, 7, QUICK.cue_steps, 1, QUICK.recall_steps]
