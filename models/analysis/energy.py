"""Energy distance between responses and their law, on the circle."""

from __future__ import annotations

from torch import Tensor

from models.analysis.components import interpolated
from models.displays import Displays
from models.network.targets import ResponseLaw, grid

ANGLES = 360


def chord(a: Tensor, b: Tensor) -> Tensor:
    """Straight distance of two points of the unit circle.

    The arc itself would not do: its Fourier series has odd terms only, so two distributions that differ in an even one
    (a law and the same law with half of it turned by 180 degrees) would be at distance 0.
    """
    return 2 * ((a - b) / 2).sin().abs()


def energy_to_law(law: ResponseLaw, displays: Displays, responses: Tensor) -> Tensor:
    """``(B,)`` energy distance of each display's responses ``(B, S)`` from the law's density; 0 only for equality.

    ``2 E|X - Y| - E|X - X'| - E|Y - Y'|`` (Szekely & Rizzo 2013) with X over the S responses and Y over the law, which
    is summed over a grid instead of sampled.
    """
    angles = grid(ANGLES)
    probability = law.density(displays, angles).double()
    probability = probability / probability.sum(1, keepdim=True)
    potential = probability @ chord(angles[:, None], angles[None, :])
    across = interpolated(potential, responses).mean(1)
    within = chord(responses[:, :, None], responses[:, None, :]).mean((1, 2))
    return 2 * across - within - (probability * potential).sum(1)
