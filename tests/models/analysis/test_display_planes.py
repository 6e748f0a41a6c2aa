"""Planes of one display: known geometry is found again, and the axes of a view lie in it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from models.analysis.display_planes import RING, TRIALS, held, neighbour, planes_of_display, varied
from models.analysis.geometry import item_axes
from models.displays import Displays
from models.network.config import QUICK
from models.network.network import Network


def display(probes: list[float]) -> Displays:
    count = len(probes)
    return Displays(torch.zeros(1, count).double(), torch.tensor([probes]).double(), torch.tensor([count]))


def planted(degrees: float, noise: float = 0.3) -> tuple[Tensor, Tensor]:
    """Activity of 20 neurons in which two reports are held in planes that are ``degrees`` apart in both directions."""
    generator = torch.Generator().manual_seed(4)
    basis = torch.linalg.qr(torch.randn(20, 4, generator=generator).double()).Q
    turn = math.radians(degrees)
    first, outside = basis[:, :2], basis[:, 2:]
    second = math.cos(turn) * first + math.sin(turn) * outside
    angles = torch.rand(400, 2, generator=generator).double() * 2 * math.pi - math.pi
    waves = torch.stack([angles.cos(), angles.sin()], -1)
    states = waves[:, 0] @ first.T * 3 + waves[:, 1] @ second.T * 3 + 5
    return states + noise * torch.randn(400, 20, generator=generator).double(), angles


@pytest.mark.parametrize("degrees", [0.0, 45.0, 90.0])
def test_item_axes_show_the_cued_report_as_the_wheel_does(degrees: float) -> None:
    states, angles = planted(degrees)
    view = item_axes(states, angles)
    assert torch.allclose(view.components @ view.components.T, torch.eye(3), atol=1e-4)
    assert view.labels[0] == "Cued item’s plane, x"
    place = view.apply(states)
    if degrees == 90:
        shown = torch.atan2(place[:, 1], place[:, 0]).double()
        assert float((shown - angles[:, 0]).cos().mean()) > 0.98
        height = torch.corrcoef(torch.stack([place[:, 2].double(), angles[:, 1].cos()]))[0, 1]
        away = torch.corrcoef(torch.stack([place[:, 2].double(), angles[:, 1].sin()]))[0, 1]
        assert float(height.square() + away.square()) > 0.9, "the third axis is about the other item"
    assert float(view.explained.sum()) <= 1 + 1e-6


def test_item_axes_of_a_display_with_one_item() -> None:
    states, angles = planted(90.0)
    view = item_axes(states, angles[:, :1])
    assert torch.isfinite(view.components).all()


def test_the_neighbour_is_the_nearest_probe_round_the_circle() -> None:
    assert neighbour(display([3.1, 0.0, -3.1])) == 2
    assert neighbour(display([0.5])) == 0


def test_displays_vary_reports_and_keep_probes() -> None:
    shown = varied(display([0.4, 2.0, -1.0]), 64, torch.Generator().manual_seed(1))
    assert torch.equal(shown.probe, torch.tensor([[0.4, 2.0, -1.0]]).double().expand(64, 3))
    steps = shown.report[:, 0].sort().values.diff()
    assert torch.allclose(steps, torch.full_like(steps, 2 * math.pi / 64))
    assert float(shown.report[:, 1].cos().mean().abs()) < 0.35


def test_planes_of_a_network_have_their_forms_and_repeat() -> None:
    network, shown, order = Network(QUICK, seed=1), display([0.4, 2.0]), torch.tensor([0, 1])

    def find() -> tuple[Tensor, Tensor, Tensor]:
        found = planes_of_display(network, shown, order, torch.Generator().manual_seed(1), delay=4)
        assert found.items == (0, 1)
        assert found.trials <= TRIALS
        return found.rings, found.corners, found.angle

    with torch.inference_mode():
        rings, corners, angle = find()
        assert all(torch.equal(one, again) for one, again in zip((rings, corners, angle), find(), strict=True))
        states, reports = held(network, shown, order, torch.Generator().manual_seed(1))
    steps = len(angle)
    assert rings.shape == (2, steps, RING, QUICK.neurons)
    assert corners.shape == (2, steps, 4, QUICK.neurons)
    assert bool(((angle >= 0) & (angle <= 90)).all())
    middle = (rings.mean(2) - corners.mean(2)).abs().max()
    assert float(middle) < 1e-3, "a ring lies around the middle of its square"
    assert states.shape == (len(reports), QUICK.neurons)
