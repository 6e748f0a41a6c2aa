"""Trials: invariants, identity, and taking apart and putting together."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.display_laws import UniformDisplays
from models.displays import Displays
from models.trials import Trials, concatenate


def made(count: int = 60, sizes: tuple[int, ...] = (1, 2, 4), seed: int = 1, subjects: int = 3) -> Trials:
    generator = torch.Generator().manual_seed(seed)
    displays = UniformDisplays(sizes).draw(count, generator)
    response = (torch.rand(count, generator=generator, dtype=torch.float64) * 2 - 1) * math.pi
    return Trials.build(displays, response, [f"S{m % subjects}" for m in range(count)], ["a"] * count)


def test_build_wraps_responses_and_numbers_rows() -> None:
    displays = Displays(torch.zeros(2, 1).double(), torch.zeros(2, 1).double(), torch.tensor([1, 1]))
    trials = Trials.build(displays, torch.tensor([4.0, math.pi], dtype=torch.float64))
    assert trials.response.tolist() == pytest.approx([4 - 2 * math.pi, -math.pi])
    assert trials.row.tolist() == [1, 2]
    assert (trials.subject_names, trials.condition_names) == (("1",), ("",))


def test_error_is_relative_to_every_item() -> None:
    displays = Displays(torch.tensor([[3.0, -1.0]]).double(), torch.zeros(1, 2).double(), torch.tensor([2]))
    trials = Trials.build(displays, torch.tensor([-3.0], dtype=torch.float64))
    assert trials.error[0].tolist() == pytest.approx([2 * math.pi - 6, -2.0])


def test_a_response_must_be_a_number() -> None:
    trials = made(5)
    with pytest.raises(ValueError, match="finite"):
        Trials.build(trials.displays, torch.full((5,), math.nan, dtype=torch.float64))


@pytest.mark.parametrize("name", ["response", "subject", "condition", "row"])
def test_columns_must_be_as_long_as_the_table(name: str) -> None:
    trials = made(5)
    with pytest.raises(ValueError, match=name):
        dataclasses.replace(trials, **{name: getattr(trials, name)[:4]})


def test_trials_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(3).response = torch.zeros(3)  # type: ignore[misc]


def test_hash_tells_tables_apart() -> None:
    trials = made()
    assert trials.hash == made().hash
    assert trials.hash != made(seed=2).hash
    assert trials.hash != trials.select(torch.arange(59)).hash
    nudged = trials.response.clone()
    nudged[7] += 1e-12
    assert trials.hash != dataclasses.replace(trials, response=nudged).hash
    assert trials.hash != dataclasses.replace(trials, subject_names=("A", "B", "C")).hash
    assert trials.hash != dataclasses.replace(trials, subject=trials.subject.flip(0)).hash


def test_hash_ignores_how_the_tensors_lie_in_memory() -> None:
    trials = made()
    report = trials.report.T.contiguous().T
    assert dataclasses.replace(trials, displays=dataclasses.replace(trials.displays, report=report)).hash == trials.hash


def test_select_keeps_everything_together() -> None:
    trials = made()
    picked = trials.select(torch.tensor([5, 3]))
    assert picked.row.tolist() == [6, 4]
    assert picked.response.tolist() == trials.response[[5, 3]].tolist()
    assert picked.subject_names == trials.subject_names
    assert set(trials.of_set_size(4).set_size.tolist()) == {4}
    assert trials.set_sizes == [1, 2, 4]


@given(fraction=st.floats(0, 1), count=st.integers(3, 80))
@settings(max_examples=25, deadline=None)
def test_split_is_a_partition_in_the_mix_of_set_sizes(fraction: float, count: int) -> None:
    trials = made(count)
    first, second = trials.split(fraction, torch.Generator().manual_seed(0))
    assert sorted(first.row.tolist() + second.row.tolist()) == list(range(1, count + 1))
    for size in trials.set_sizes:
        assert len(first.of_set_size(size)) == round(fraction * len(trials.of_set_size(size)))


def test_concatenate_undoes_a_split_up_to_order() -> None:
    trials = made()
    whole = concatenate(trials.split(0.3, torch.Generator().manual_seed(0)))
    whole = whole.select(whole.row.argsort())
    assert torch.equal(whole.response, trials.response)
    assert [whole.subject_names[c] for c in whole.subject] == [trials.subject_names[c] for c in trials.subject]


def test_concatenate_merges_names_and_widens() -> None:
    narrow, wide = made(6, (1, 2), subjects=2), made(6, (1, 4), subjects=3)
    both = concatenate([narrow, wide])
    assert both.displays.items == wide.displays.items
    assert sorted(both.subject_names) == ["S0", "S1", "S2"]
    assert torch.equal(both.set_size, torch.cat([narrow.set_size, wide.set_size]))


def test_nothing_cannot_be_concatenated() -> None:
    with pytest.raises(ValueError, match="nothing"):
        concatenate([])
