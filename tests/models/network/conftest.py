"""Displays and sources small enough for tests of seconds."""

from __future__ import annotations

import math

import pytest
import torch

from models.circular import wrap
from models.displays import Displays
from models.network.config import QUICK
from models.network.swap_laws import SwapLaw
from models.network.targets import Source

SEPARATION = math.pi / 4.1
BRIEF = QUICK.changed(
    steps=40, pool=64, pool_uses=2, held_out=16, displays_per_batch=16, delay_steps=[1, 4], evaluations=4
)
"""A training of a second."""


class TwoItems:
    """Two items, each feature at least pi / 4.1 apart: ``a2 = a1 + border + U (2 pi - 2 border)``."""

    def sample(self, count: int, generator: torch.Generator) -> Displays:
        def feature() -> torch.Tensor:
            first, share = torch.rand(2, count, generator=generator, dtype=torch.float64)
            second = 2 * math.pi * first + SEPARATION + share * (2 * math.pi - 2 * SEPARATION)
            return wrap(torch.stack([2 * math.pi * first, second], dim=1))

        return Displays(feature(), feature(), torch.full((count,), 2))


class EightLocations:
    """Set sizes 1, 2, 4 and 6 at eight probe locations, reports uniform."""

    def sample(self, count: int, generator: torch.Generator) -> Displays:
        set_size = torch.tensor([1, 2, 4, 6])[torch.arange(count) % 4]
        absent = torch.arange(6) >= set_size[:, None]
        report = (torch.rand(count, 6, generator=generator, dtype=torch.float64) * 2 - 1) * math.pi
        slot = torch.rand(count, 8, generator=generator).argsort(1)[:, :6]
        probe = wrap(slot.double() * (2 * math.pi / 8))
        return Displays(report.masked_fill(absent, math.nan), probe.masked_fill(absent, math.nan), set_size)


@pytest.fixture(autouse=True)
def _one_thread():
    """Small products are fastest on one thread, and a test machine is shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(7)


@pytest.fixture(scope="session")
def two_items() -> TwoItems:
    return TwoItems()


@pytest.fixture(scope="session")
def smooth_source() -> Source:
    return Source(TwoItems(), SwapLaw(kind="smooth", offset=0.0))


@pytest.fixture(scope="session")
def mixed_source() -> Source:
    law = SwapLaw(kind="smooth", offset=-1.0, emission="von_mises", concentration=15.0, crowding=0.6, uniform=0.03)
    return Source(EightLocations(), law)
