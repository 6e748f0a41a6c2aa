"""The published measure of plane alignment does what it was published to do, and has the flaw that is said of it."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from benchmarks.kept import code_of, imported, kept
from benchmarks.measured import Measured
from benchmarks.published_networks import UNSEEN
from benchmarks.published_planes import alignment, report_pairs
from models.analysis import planes, role_axis
from models.analysis.subject import NothingToAnalyse, Result
from models.circular import distance

NEURONS = 16


def planted(first: Tensor, second: Tensor, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """States, responses, all right, groups: each group's report lies on a ring in its own plane ``(2, n)``."""
    generator = torch.Generator().manual_seed(seed)
    angle = 2 * math.pi * torch.rand(2000, generator=generator, dtype=torch.float64) - math.pi
    group = torch.arange(2).repeat_interleave(1000)
    ring = torch.stack([angle.cos(), angle.sin()], 1)
    states = torch.where((group == 0)[:, None], ring @ first, ring @ second)
    noise = 0.02 * torch.randn(2000, NEURONS, generator=generator, dtype=torch.float64)
    return (states + noise)[:, None], angle, torch.ones(2000, dtype=torch.bool), group


def axes(*numbers: int) -> Tensor:
    return torch.eye(NEURONS, dtype=torch.float64)[list(numbers)]


def test_the_same_plane_is_aligned():
    assert float(alignment(*planted(axes(0, 1), axes(0, 1)))) > 0.98


@pytest.mark.parametrize("degrees", [30.0, 60.0, 90.0])
def test_planes_that_share_a_line_are_as_far_apart_as_planted(degrees):
    angle = math.radians(degrees)
    tilted = torch.stack([axes(0)[0], math.cos(angle) * axes(1)[0] + math.sin(angle) * axes(2)[0]])
    assert float(alignment(*planted(axes(0, 1), tilted))) == pytest.approx(abs(math.cos(angle)), abs=0.05)


def test_a_large_copy_of_the_response_hides_orthogonal_planes():
    first, second = axes(0, 1), axes(2, 3)
    states, response, right, group = planted(first, second)
    plain = float(alignment(states, response, right, group))
    common = 10 * torch.stack([response.cos(), response.sin()], 1) @ axes(4, 5)
    hidden = float(alignment(states + common[:, None], response, right, group))
    assert plain < 0.9
    assert hidden > 0.98


def test_pairs_of_reports_are_the_published_456():
    pairs = report_pairs()
    assert pairs.shape == (456, 2)
    assert float(distance(pairs[:, 0], pairs[:, 1]).min()) >= math.pi / 4.1


@pytest.fixture
def measured(tmp_path, monkeypatch) -> Measured:
    """Two made-up networks; the second cannot be analysed."""

    def measure(subject: Any, report: Any) -> Result:
        if subject.seed == UNSEEN + 2:
            raise NothingToAnalyse("nothing")
        axes = {"time": [-0.2, -0.1, 0.0, 0.1, 0.2]}
        return Result(axes, {"curve": [1.0, 2.0, 3.0, 4.0, None], "one": 5.0}, {"one": 2.0})

    monkeypatch.setattr("benchmarks.measured.trained", lambda condition, seeds, folder: [None for _ in seeds])
    monkeypatch.setattr("benchmarks.measured.kept", lambda file, weights, module, make: make())
    return Measured(tmp_path, 2, {"made_up": SimpleNamespace(measure=measure)})


def test_numbers_of_networks_by_name_entry_and_time(measured):
    assert measured.numbers("smooth_1", "made_up.one") == [5.0, None]
    assert measured.numbers("smooth_1", "made_up.one", null=True) == [2.0, None]
    assert measured.numbers("smooth_1", "made_up.curve[0]") == [1.0, None]
    assert measured.numbers("smooth_1", "made_up.curve[-1]") == [None, None]
    assert measured.numbers("smooth_1", "made_up.curve[@0]") == [2.0, None]
    assert measured.differences("smooth_1", "made_up.one", "made_up.one", null=True) == [3.0, None]


def test_a_measurement_is_kept_as_long_as_code_and_weights_are_the_same(tmp_path):
    weights, file = tmp_path / "1.safetensors", tmp_path / "1.planes.json"
    weights.write_bytes(b"weights")
    made = []

    def make() -> float:
        made.append(1)
        return 0.25

    assert [kept(file, weights, planes, make) for _ in range(3)] == [0.25] * 3
    assert len(made) == 1
    kept(file, weights, role_axis, make)
    weights.write_bytes(b"other weights")
    kept(file, weights, role_axis, make)
    assert len(made) == 3


def test_the_code_of_a_measurement_is_all_that_it_imports_of_the_analyses():
    source = Path(planes.__file__).read_bytes()
    assert {"models.analysis.activity", "models.analysis.probe_sets"} <= set(imported(source))
    assert "models.analysis.planes" in set(imported(b"from models.analysis import planes"))
    assert code_of(planes) != code_of(role_axis)
