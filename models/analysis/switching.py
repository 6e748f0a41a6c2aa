"""Two items or one in between? A test that tells a choice between two modes from one mode that moves along.

Responses are seen from the first of two items: it lies at 0 and the second at ``apart`` radians. There are D displays
and C positions of a cue, S responses each. *Bistable*: every response belongs to one of the two items, and only how
often it is the second depends on the cue. *Interpolating*: all responses to a cue lie around one place, wherever that
is, more or less widely. Under both, a share of the responses that depends on the cue goes anywhere: a network that
does not know what a cue between items means is neither. Either hypothesis has one number for each display and cue, and
both are judged on responses that they were not fitted to, so that neither wins by having more numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import FULL_CIRCLE, wrap

FOLDS = 4
ITERATIONS = 25
LEAST, MOST = 2.0, 500.0  # of a von Mises concentration; what is wider than 50 degrees points nowhere
GRID = 720  # angles from which simulated responses are drawn
FEWEST_GUESSES = 1e-3  # an impossible response would decide the comparison alone


@dataclass(frozen=True)
class Bistable:
    """Responses to either of two items.

    Attributes:
        second: ``(D, C)`` share of the second item among the responses to either.
        concentration: of the responses round either, a scalar.
        guesses: ``(C,)`` share of responses anywhere.
        apart: place of the second item, radians; the first is at 0.
    """

    second: Tensor
    concentration: Tensor
    guesses: Tensor
    apart: float

    def log_density(self, angle: Tensor) -> Tensor:
        """``(D, C, S)`` log density of responses, nats per radian."""
        guesses, second = self.guesses[:, None], self.second[..., None]
        parts = [
            guesses.log() - math.log(FULL_CIRCLE),
            (1 - guesses).log() + (1 - second).log() + von_mises(angle.cos(), self.concentration),
            (1 - guesses).log() + second.log() + von_mises((angle - self.apart).cos(), self.concentration),
        ]
        return torch.stack(torch.broadcast_tensors(*parts)).logsumexp(0)

    def sample(self, like: Tensor, generator: torch.Generator) -> Tensor:
        """Responses ``(D, C, S)``, as many as ``like`` has."""
        second = _uniform(like, generator) < self.second[..., None]
        return _noisy(torch.where(second, self.apart, 0.0), self.concentration, self.guesses, like, generator)


@dataclass(frozen=True)
class OneMode:
    """Responses around one place.

    Attributes:
        mode: ``(D, C)`` where they lie, radians.
        concentration: ``(C,)`` how closely.
        guesses: ``(C,)`` share of responses anywhere.
    """

    mode: Tensor
    concentration: Tensor
    guesses: Tensor

    def log_density(self, angle: Tensor) -> Tensor:
        """``(D, C, S)`` log density of responses, nats per radian."""
        guesses = self.guesses[:, None]
        there = (1 - guesses).log() + von_mises((angle - self.mode[..., None]).cos(), self.concentration[:, None])
        return torch.logaddexp(there, guesses.log() - math.log(FULL_CIRCLE))

    def sample(self, like: Tensor, generator: torch.Generator) -> Tensor:
        """Responses ``(D, C, S)``, as many as ``like`` has."""
        return _noisy(self.mode[..., None], self.concentration, self.guesses, like, generator)


def bistable_gain(angle: Tensor, apart: float, counted: Tensor) -> Tensor:
    """``(D, C)``: how much better two modes predict a held-out response than one does, in nats per response.

    Args:
        angle: ``(D, C, S)`` responses, radians from the first item.
        apart: where the second item is, radians.
        counted: ``(D, C, S)`` bool, the responses that count (not those to a third item); 0 where none does.
    """
    weight = counted.to(angle)
    fold = torch.arange(angle.shape[-1]) % FOLDS
    gain = torch.zeros(angle.shape[:2], dtype=angle.dtype)
    for number in range(FOLDS):
        seen, held = fold != number, fold == number
        two = fit_bistable(angle[..., seen], apart, weight[..., seen])
        one = fit_one_mode(angle[..., seen], weight[..., seen])
        rest = angle[..., held]
        gain += ((two.log_density(rest) - one.log_density(rest)) * weight[..., held]).sum(-1)
    return gain / weight.sum(-1).clamp(min=1)


def fit_bistable(angle: Tensor, apart: float, weight: Tensor) -> Bistable:
    """Expectation-maximisation from equal shares; a cell's share is pulled to a half as by one more response."""
    cosine = (angle[..., None] - angle.new_tensor([0.0, apart])).cos()
    second, guesses = angle.new_full(angle.shape[:2], 0.5), angle.new_full(angle.shape[1:2], 0.1)
    concentration = angle.new_tensor(10.0)
    for _ in range(ITERATIONS):
        share = torch.stack([1 - second, second], -1)[..., None, :]
        joint = (1 - guesses)[:, None, None] * share * von_mises(cosine, concentration).exp()
        belongs = joint / (joint.sum(-1) + guesses[:, None] / FULL_CIRCLE)[..., None] * weight[..., None]
        counts = belongs.sum(-2)
        second = (counts[..., 1] + 0.5) / (counts.sum(-1) + 1)
        concentration = concentration_of((belongs * cosine).sum() / belongs.sum().clamp(min=1e-9))
        guesses = _guesses(belongs.sum(-1), weight)
    return Bistable(second, concentration, guesses, apart)


def fit_one_mode(angle: Tensor, weight: Tensor) -> OneMode:
    """Expectation-maximisation from the mean direction of every cell."""
    cosine, sine = angle.cos(), angle.sin()
    belongs, guesses = weight, angle.new_full(angle.shape[1:2], 0.1)
    for _ in range(ITERATIONS):
        mode = torch.atan2((belongs * sine).sum(-1), (belongs * cosine).sum(-1))
        along = cosine * mode.cos()[..., None] + sine * mode.sin()[..., None]
        count = belongs.sum((0, 2)).clamp(min=1e-9)
        # Every mode is the mean of its own responses, which therefore lie too close to it.
        spread = (1 - (belongs * along).sum((0, 2)) / count) * count / (count - len(mode)).clamp(min=1)
        concentration = concentration_of(1 - spread)
        there = (1 - guesses)[:, None] * von_mises(along, concentration[:, None]).exp()
        belongs = there / (there + guesses[:, None] / FULL_CIRCLE) * weight
        guesses = _guesses(belongs, weight)
    return OneMode(mode, concentration, guesses)


def hypotheses(
    angle: Tensor, counted: Tensor, cue: Tensor, separation: float, apart: float
) -> tuple[Bistable, OneMode]:
    """What responses would be like under either hypothesis, with the width and the guesses of these.

    Returns:
        Two modes with the shares that these responses have, and one mode that moves evenly from item to item.

    Args:
        angle, counted: responses as in ``bistable_gain``.
        cue: ``(C,)`` radians from the midpoint of the probes, the first at ``-separation / 2``.
        separation: of the probes, radians.
        apart: of the reports, radians.
    """
    weight = counted.to(angle)
    two, one = fit_bistable(angle, apart, weight), fit_one_mode(angle, weight)
    # The width of a mode is what the hypothesis finds that is true; the wrong one takes two modes for a broad one.
    width = torch.maximum(two.concentration, one.concentration.median())
    guesses = torch.minimum(two.guesses, one.guesses)
    bistable = Bistable(two.second, width, guesses, apart)
    return bistable, evenly_moving(cue, separation, apart, bistable)


def evenly_moving(cue: Tensor, separation: float, apart: float, like: Bistable) -> OneMode:
    """One mode that moves evenly from item to item with the cue, along the shorter way and back along the longer.

    Args as in ``hypotheses``; width, guesses and number of displays are those of ``like``.
    """
    between = (cue + separation / 2) / separation
    beyond = torch.remainder(cue - separation / 2, FULL_CIRCLE) / (FULL_CIRCLE - separation)
    place = torch.where(cue.abs() <= separation / 2, between, 1 - beyond)
    mode = (place * apart).expand_as(like.second)
    return OneMode(mode, like.concentration.expand(len(cue)), like.guesses)


def von_mises(cosine: Tensor, concentration: Tensor) -> Tensor:
    """Log density (per radian) of the von Mises law where the error has this cosine."""
    scale = torch.special.i0e(concentration).log() + math.log(FULL_CIRCLE)
    return concentration * (cosine - 1) - scale


def concentration_of(length: Tensor) -> Tensor:
    """Concentration of a von Mises law whose mean resultant has this length (Best & Fisher 1981, approximation)."""
    r = length.clamp(1e-6, 1 - 1e-6)
    small = 2 * r + r**3 + 5 * r**5 / 6
    middle = -0.4 + 1.39 * r + 0.43 / (1 - r)
    large = 1 / (r**3 - 4 * r**2 + 3 * r)
    return torch.where(r < 0.53, small, torch.where(r < 0.85, middle, large)).clamp(LEAST, MOST)


def _guesses(belonging: Tensor, weight: Tensor) -> Tensor:
    """``(C,)`` share of the responses that do not belong to a mode; never quite 0 or 1."""
    share = belonging.sum((0, 2)) / weight.sum((0, 2)).clamp(min=1e-9)
    return (1 - share).clamp(FEWEST_GUESSES, 1 - FEWEST_GUESSES)


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand(like.shape, generator=generator, dtype=like.dtype)


def _noisy(centre: Tensor, concentration: Tensor, guesses: Tensor, like: Tensor, generator: torch.Generator) -> Tensor:
    """Centres with von Mises noise, some replaced by guesses; ``concentration`` is a scalar or ``(C,)``."""
    steps = (torch.arange(GRID, dtype=like.dtype) + 0.5) * (FULL_CIRCLE / GRID) - math.pi
    density = von_mises(steps.cos(), concentration.expand(like.shape[1])[:, None]).exp()
    cumulative = density.cumsum(-1) / density.sum(-1, keepdim=True)
    draws = _uniform(like, generator).transpose(0, 1)
    index = torch.searchsorted(cumulative, draws.flatten(1)).clamp(max=GRID - 1)
    error = steps[index].reshape(draws.shape).transpose(0, 1)
    anywhere = (_uniform(like, generator) - 0.5) * FULL_CIRCLE
    return wrap(torch.where(_uniform(like, generator) < guesses[:, None], anywhere, centre + error))
