"""Until when a choice can be turned round: pushes along the role axis and flipped cues at several times of recall.

Whatever does turn it round before a moment, and no longer after, finds that moment by intervention, not correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.disturbed import Answers, Trials
from models.analysis.role_direction import role_direction
from models.network.intervention import CueFlip, Intervention, Push
from models.network.task import Epoch, epochs

RUNS = 8  # of each display with either item cued, for the role axis
TIMES = 12
LEAST = 0.2  # share of choices that must be turned round at best before a time of commitment means anything


@dataclass(frozen=True)
class Roles:
    """Role axes of the displays of some trials.

    Attributes:
        direction: ``(B, T, n)``, from item 1 as target to item 0 as target, after every step.
        foreign: ``(B, T, n)`` the axis of another display, as long as the display's own.
        chance: ``(B, T, n)`` random directions outside the behaviour plane, as long.
        epochs: of a trial, recall last.
    """

    direction: Tensor
    foreign: Tensor
    chance: Tensor
    epochs: list[Epoch]

    @staticmethod
    def of(trials: Trials) -> Roles:
        """Found from runs of their own, with either item cued."""
        network, subject = trials.subject.network, trials.subject
        found = role_direction(network, trials.displays, subject.generator(2), runs=RUNS, order=trials.order)
        outside = network.frame[2:].cpu()
        drawn = torch.randn(found.shape, generator=torch.Generator().manual_seed(subject.seed % 2**63))
        return Roles(
            direction=found,
            foreign=_as_long(found.roll(1, 0), found),
            chance=_as_long(drawn @ outside.T @ outside, found),
            epochs=epochs(network.config, network.config.delay_steps[1]),
        )

    def push(self, share: float, step: int = 0, along: str = "direction", displays: int | None = None) -> Intervention:
        """A push right before a recall step by a share of the way between the two roles: -1 makes item 1 the target.

        Args:
            share: of the length of the axis at that time, positive towards item 0 as target.
            step: of recall.
            along: ``direction``, ``foreign`` or ``chance``; the push is as far along each.
            displays: for how many of the displays, from the first on; None is all.
        """
        last = self.epochs[-1].start + step - 1
        axis: Tensor = getattr(self, along)[:displays, last]
        return Intervention(push=push_after(self.epochs, last, axis, share * axis.norm(dim=-1)))


def push_after(whole: list[Epoch], last: int, direction: Tensor, size: float | Tensor) -> Push:
    """A push after step ``last`` of a trial, counted from its first step."""
    epoch = next(one for one in whole if one.start <= last < one.stop)
    return Push(direction, size, epoch.name, last - epoch.start)


def _as_long(values: Tensor, model: Tensor) -> Tensor:
    return torch.nn.functional.normalize(values, dim=-1) * model.norm(dim=-1, keepdim=True)


@dataclass(frozen=True)
class Reversal:
    """Shares of choices of item 0 that become choices of item 1, by when it was tried.

    Attributes:
        steps: recall steps.
        seconds: beginnings of these steps, from cue onset.
        end: of recall, when the response is read, from cue onset.
        by_role, by_foreign, by_chance: of a push to the other role, and of pushes as far along another display's role
            axis and in a random direction.
        by_cue: of the other item's cue shown again for as long as the cue was.
    """

    steps: list[int]
    seconds: list[float]
    end: float
    by_role: list[float | None]
    by_foreign: list[float | None]
    by_chance: list[float | None]
    by_cue: list[float | None]


def reversal(trials: Trials, roles: Roles) -> Reversal:
    """Try it at ``TIMES`` evenly spaced steps of recall; ``roles`` may be of more displays than ``trials``."""
    config, base, count = trials.subject.network.config, trials.answers(), len(trials.displays)
    steps = torch.linspace(0, config.recall_steps - 1, min(TIMES, config.recall_steps)).round().int().tolist()
    since_cue = config.cue_steps + config.gap_steps

    def flip(step: int) -> Intervention:
        return Intervention(flip=CueFlip(1, step, min(config.cue_steps, config.recall_steps - step)))

    def each(change: Callable[[int], Intervention]) -> list[float | None]:
        return [turned(base, trials.answers(change(step))) for step in steps]

    return Reversal(
        steps=steps,
        seconds=[(since_cue + step) * config.step_seconds for step in steps],
        end=(since_cue + config.recall_steps) * config.step_seconds,
        by_role=each(lambda step: roles.push(-1, step, displays=count)),
        by_foreign=each(lambda step: roles.push(-1, step, "foreign", count)),
        by_chance=each(lambda step: roles.push(-1, step, "chance", count)),
        by_cue=each(flip),
    )


def turned(before: Answers, after: Answers) -> float | None:
    """Share of the trials that reported item 0 which report item 1 now; None if there were none."""
    chosen = before.reported == 0
    return float((after.reported[chosen] == 1).double().mean()) if bool(chosen.any()) else None


def committed(seconds: list[float], shares: list[float | None], end: float) -> float | None:
    """When half of the largest effect is lost for the last time, seconds, linear between the times tried.

    ``end``, when the response is read, if more than half of it is left at the last time tried: then the response
    follows the roles wherever they are and nothing was decided before. None if the effect never reaches ``LEAST``.
    """
    values = [0.0 if share is None else share for share in shares]
    half = max(values) / 2
    if max(values) < LEAST:
        return None
    last = max(place for place, value in enumerate(values) if value >= half)
    if last == len(values) - 1:
        return end
    part = (values[last] - half) / (values[last] - values[last + 1])
    return seconds[last] + part * (seconds[last + 1] - seconds[last])
