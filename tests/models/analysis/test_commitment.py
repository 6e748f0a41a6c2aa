"""The exact sampler decides when the noise schedule makes it."""

from __future__ import annotations

import math

import pytest
import torch

from models.analysis.commitment import ideal, plane_belief
from models.analysis.decision import Decision, decision, departure, looks_wrong, rise_time
from models.display_laws import UniformDisplays
from models.network.config import TrainConfig
from models.network.swap_laws import SwapLaw
from models.network.targets import unit

TWO = UniformDisplays((2,), report_separation="published", probe_separation="published")
PUBLISHED = {1: 0.10, 5: 0.11, 10: 0.13, 15: 0.20, 20: 0.38, 25: 0.68, 30: 0.89, 35: 0.99, 40: 1.00}
"""Mean belief in the distractor before this step of recall on trials that end as swaps: 10 % swaps, linear schedule."""


def test_belief_on_swaps_of_the_published_schedule():
    displays = TWO.draw(700, torch.Generator().manual_seed(1))
    law = SwapLaw(kind="flat", correct=0.9)
    found = ideal(displays, law, TrainConfig(schedule="linear"), torch.Generator().manual_seed(2), runs=8)
    assert float((found.reported > 0).double().mean()) == pytest.approx(0.091, abs=0.008)
    belief = found.on_swaps()
    for step, expected in PUBLISHED.items():
        assert float(belief[step - 1]) == pytest.approx(expected, abs=0.03)
    assert float(belief[-1]) == 1


def test_rise_starts_at_nothing_and_ends_at_certainty():
    displays = TWO.draw(300, torch.Generator().manual_seed(3))
    config = TrainConfig(recall_steps=20)
    rise = ideal(displays, SwapLaw(offset=0.0), config, torch.Generator().manual_seed(4), runs=8).rise()
    assert rise is not None
    assert len(rise) == 21
    assert abs(float(rise[0])) < 0.05
    assert float(rise[-1]) == 1
    assert bool((rise.diff() > -0.03).all())


def test_nothing_rises_without_swaps():
    displays = TWO.draw(50, torch.Generator().manual_seed(3))
    found = ideal(displays, SwapLaw(kind="none"), TrainConfig(recall_steps=8), torch.Generator().manual_seed(4), 4)
    assert found.rise() is None


def test_belief_given_a_place_in_the_plane():
    """A clean state at an item's place leaves no doubt; at the far end of the chain there is only the law."""
    displays = TWO.draw(40, torch.Generator().manual_seed(5))
    law, config = SwapLaw(kind="flat", correct=0.7), TrainConfig(recall_steps=12)
    plane = (config.radius * unit(displays.report[:, 1])).float()[:, None].expand(-1, 12, -1)
    belief = plane_belief(plane, displays, law, config)
    assert belief.shape == (40, 12, 2)
    assert bool((belief[:, -1, 1] > 0.999).all())
    nowhere = plane_belief(torch.zeros(40, 12, 2), displays, law, config)
    assert torch.allclose(nowhere[:, 0], torch.tensor([0.7, 0.3]), atol=1e-3)


SECONDS = torch.linspace(0.1, 2.0, 20, dtype=torch.float64)


def test_rise_time_is_linear_between_steps():
    curve = torch.clamp((SECONDS - 0.55) / 0.5, 0, 1)
    assert rise_time(curve, SECONDS) == pytest.approx(0.8)
    assert rise_time(curve, SECONDS, 0.3) == pytest.approx(0.7)
    assert rise_time(0.1 * curve, SECONDS) is None
    assert rise_time(torch.ones_like(curve), SECONDS) == pytest.approx(0.1)
    assert rise_time(torch.full_like(curve, math.nan), SECONDS) is None


def test_a_curve_that_comes_back_has_not_passed():
    curve = torch.zeros(20, dtype=torch.float64)
    curve[3:6] = 1
    curve[15:] = 1
    assert float(SECONDS[14]) < rise_time(curve, SECONDS) < float(SECONDS[15])


def test_the_interval_of_a_decision_holds_the_planted_time():
    generator = torch.Generator().manual_seed(6)
    clean = torch.clamp((SECONDS - 0.9) / 0.4, 0, 1)[:, None].expand(-1, 80)
    apart = torch.ones(20, 80, dtype=torch.float64)
    swap, same = (
        one + 0.3 * torch.randn(20, 80, generator=generator, dtype=torch.float64) for one in (clean, 0 * clean)
    )
    found = decision((swap, apart), (same, apart), SECONDS)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 1.1 <= found.high
    assert found.high - found.low < 0.3
    assert decision((same, apart), (same, apart), SECONDS) == Decision(None, None, None)


def test_departure_needs_every_later_step():
    generator = torch.Generator().manual_seed(7)
    same, swap = torch.randn(2, 20, 200, generator=generator, dtype=torch.float64)
    share = looks_wrong(swap, same)
    assert departure(share, 200, SECONDS) is None
    later = looks_wrong(swap + 3 * (SECONDS > 0.95)[:, None], same)
    assert departure(later, 200, SECONDS) == pytest.approx(1.0)
    assert float(looks_wrong(same, same).mean()) == 0.5
