"""How much of whether a trial ends as a swap is determined by when: runs that share their past and not their future.

A trial is run several times with the very same noise up to a moment and fresh noise from then on. If runs with a common
past swap together, the past decided; if they swap as independently as runs of the same display do, nothing had been
decided yet. Other than what can be read from activity, this is about causes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.analysis.commitment import Ideal
from models.analysis.subject import Subject
from models.displays import Displays
from models.network.network import Network
from models.network.task import Epoch, Stimuli, epochs, stimuli

PASTS, FUTURES = 2, 4  # of each display: different beginnings, and different continuations of each
DRAWS = 200
MOMENTS = 9  # of recall at which runs part, evenly, from its onset to its end


def moments(epochs: list[Epoch]) -> list[int]:
    """Steps after which runs part: those of the stimulus, of the delay, of preparation, ..., all."""
    by_name = {epoch.name: epoch for epoch in epochs}
    recall = by_name["recall"]
    within = torch.linspace(0, recall.steps, MOMENTS).round().long() + recall.start
    return [by_name["stimulus"].stop, by_name["delay"].stop, *within.tolist()]


@torch.inference_mode()
def fork(subject: Subject, displays: Displays, order: Tensor, number: int) -> Tensor:
    """Whether runs end at another item than the cued one, ``(K, B, PASTS, FUTURES)`` float64, 1 or 0.

    For each of the K ``moments``, runs of one past have the same start and the same noise up to it.

    Args:
        subject: whose network runs, with the longest delay of its training.
        displays: B displays.
        order: ``(B, N)`` slots of the items.
        number: of the randomness.
    """
    network, generator = subject.network, subject.generator(number)
    plan = epochs(network.config, network.config.delay_steps[1])
    shown = stimuli(displays, network.config, order=order).change(lambda value: value.to(network.device))
    many = shown.change(lambda value: value.repeat_interleave(PASTS, 0))
    every = many.change(lambda value: value.repeat_interleave(FUTURES, 0))
    prepared = network.prepare(many, plan[1].steps, generator)
    shocks = network.recall_noise(len(many), generator)
    repeated = displays.select(torch.arange(len(displays)).repeat_interleave(PASTS * FUTURES))
    found = []
    for moment in moments(plan):
        state = prepared[min(moment, len(prepared)) - 1].repeat_interleave(FUTURES, 0)
        if moment < len(prepared):
            state = _prepared(network, every, state, plan, moment, generator)
        fresh, shared = network.recall_noise(len(every), generator), max(moment - len(prepared), 0)
        fresh[:shared] = shocks[:shared].repeat_interleave(FUTURES, -2)
        place = network.recall(state, fresh)[-1, :, :2].cpu().double()
        reported = nearest_item(torch.atan2(place[:, 1], place[:, 0]), repeated)
        found.append((reported > 0).double().reshape(len(displays), PASTS, FUTURES))
    return torch.stack(found)


def _prepared(
    network: Network, shown: Stimuli, state: Tensor, plan: list[Epoch], moment: int, generator: torch.Generator
) -> Tensor:
    """States ``(rows, n)`` at the end of preparation, from states at the end of an earlier epoch."""
    sd = network.preparation_sd()
    for epoch in plan[:-1]:
        if epoch.start >= moment and epoch.steps:
            inputs = network.encoding.cue(shown) if epoch.name == "cue" else None
            drive = network.cell.drive(inputs, network.preparation_time[None])
            shocks = network.draw((epoch.steps, len(shown), network.config.neurons), generator).mul_(sd)
            state = network.cell.run(state, drive, shocks, None, network.config.alpha, network.frame)[-1]
    return state


def determined(swapped: Tensor) -> Tensor:
    """``(K,)`` share of the variance of swapping on a display that runs with a common past have in common.

    0 if a past says nothing that the display does not say, 1 if it leaves nothing open; unbiased in numerator and
    denominator, so that it may come out a little below 0. NaN if displays never both swap and do not.

    Args:
        swapped: ``(K, B, P, F)`` 1 or 0: P pasts, F futures of each.
    """
    pasts, futures = swapped.shape[2:]
    total = swapped.sum(3)
    together = (total * (total - 1)).mean(2) / (futures * (futures - 1))
    mean = total / futures
    apart = (mean.sum(2) ** 2 - mean.square().sum(2)) / (pasts * (pasts - 1))
    return (together - apart).sum(1) / (mean.mean(2) - apart).sum(1)


def resampled(swapped: Tensor, seed: int = 0) -> Tensor:
    """``(DRAWS, K)`` values of ``determined`` for displays drawn with repetition: a bootstrap."""
    generator = torch.Generator().manual_seed(seed)
    count = swapped.shape[1]
    drawn = torch.randint(count, (DRAWS, count), generator=generator)
    return torch.stack([determined(swapped[:, rows]) for rows in drawn])


def ideally_determined(ideal: Ideal, steps: list[int]) -> Tensor:
    """``(K,)`` the same of the exact sampler after these steps of recall: the variance of its belief in a swap.

    Before recall (a negative number of steps) it is 0: the sampler has not begun.

    Source: law of total variance; its belief is the probability of a swap given its state.
    """
    swap = (ideal.reported > 0).double()
    belief = 1 - ideal.belief[..., 0].double()
    belief[-1] = swap
    total = swap.var(1).sum()
    return torch.stack([belief[step].var(1).sum() / total if step >= 0 else 0 * total for step in steps])
