"""What analyses start from: displays that are the same every time, and questions that make no sense."""

from __future__ import annotations

import json
import math

import pytest
import torch

from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.display_laws import UniformDisplays
from models.network.config import QUICK
from models.network.network import Network
from models.network.swap_laws import SwapLaw


def subject(set_sizes: tuple[int, ...] = (1, 2, 4), weights: tuple[float, ...] | None = None, seed: int = 3) -> Subject:
    displays = UniformDisplays(set_sizes, weights=weights, probe_places=8)
    return Subject(Network(QUICK, seed=1), displays, SwapLaw(), seed)


def test_displays_of_one_set_size_the_same_every_time() -> None:
    one = subject()
    drawn = one.draw(5000, 2)
    assert len(drawn) == 5000
    assert drawn.report.shape == drawn.probe.shape == (5000, 2)
    assert set(drawn.set_size.tolist()) == {2}
    assert drawn.report.isfinite().all()
    assert torch.equal(drawn.report, one.draw(5000, 2).report)
    assert not torch.equal(drawn.report, one.draw(5000, 2, number=1).report)
    assert not torch.equal(drawn.report, subject(seed=4).draw(5000, 2).report)


def test_noise_is_the_same_every_time() -> None:
    first, again, other = (torch.rand(3, generator=subject().generator(number)) for number in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_set_size_that_never_comes() -> None:
    with pytest.raises(NothingToAnalyse, match="never 3 items"):
        subject().draw(10, 3)


def test_items_are_compared_at_the_smallest_set_size_with_several() -> None:
    assert subject((1, 2, 4)).pair_size() == 2
    assert subject((1, 3, 6)).pair_size() == 3
    with pytest.raises(NothingToAnalyse, match="one item at a time"):
        subject((1,)).pair_size()


def test_results_are_strict_json_there_and_back() -> None:
    found = Result({"time": [0.0]}, {"angle": [math.nan, 1.0]}, {"angle": (2.0, math.inf)}, {"point": {1: [-0.5]}})
    plain = found.to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["measures"] == {"angle": [None, 1.0]}
    assert plain["nulls"] == {"angle": [2.0, None]}
    assert Result.from_json(plain).to_json() == plain
