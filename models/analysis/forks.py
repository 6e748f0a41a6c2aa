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
from models.network.task import stimuli

PASTS, FUTURES = 2, 4  # of each display: different beginnings, and different continuations of each
DRAWS = 200
MOMENTS = 9  # at which runs part, evenly over recall


def moments(recall_steps: int) -> list[int]:
    """Recall steps after which runs part: none of them, ..., all of them."""
    return torch.linspace(0, recall_steps, MOMENTS).round().long().tolist()


@torch.inference_mode()
def fork(subject: Subject, displays: Displays, order: Tensor, number: int) -> Tensor:
    """Whether runs end as something else than the cued item, ``(K, B, PASTS, FUTURES)`` float64, 1 or 0.

    Args:
        subject: whose network runs.
        displays: B displays.
        order: ``(B, N)`` slots of the items.
        number: of the randomness.

    Returns:
        For each of the K ``moments``, runs of one past have the same preparation and the same noise up to it.
    """
    network, generator = subject.network, subject.generator(number)
    shown = stimuli(displays, network.config, order=order).change(lambda value: value.to(network.device))
    many = shown.change(lambda value: value.repeat_interleave(PASTS, 0))
    rows = len(many)
    prepared = network.prepare(many, network.config.delay_steps[1], generator, rows=rows)[-1]
    past = network.recall_noise(rows, generator).repeat_interleave(FUTURES, -2)
    start = prepared.repeat_interleave(FUTURES, 0)
    repeated = displays.select(torch.arange(len(displays)).repeat_interleave(PASTS * FUTURES))
    found = []
    for moment in moments(network.config.recall_steps):
        shocks = network.recall_noise(rows * FUTURES, generator)
        shocks[:moment] = past[:moment]
        place = network.recall(start, shocks)[-1, :, :2].cpu().double()
        reported = nearest_item(torch.atan2(place[:, 1], place[:, 0]), repeated)
        found.append((reported > 0).double().reshape(len(displays), PASTS, FUTURES))
    return torch.stack(found)


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


def interval(swapped: Tensor, seed: int = 0) -> Tensor:
    """``(2, K)`` bounds of a 95 % interval of ``determined``: displays drawn with repetition."""
    generator = torch.Generator().manual_seed(seed)
    count = swapped.shape[1]
    drawn = [determined(swapped[:, torch.randint(count, (count,), generator=generator)]) for _ in range(DRAWS)]
    return torch.nanquantile(torch.stack(drawn), torch.tensor([0.025, 0.975], dtype=torch.float64), dim=0)


def ideally_determined(ideal: Ideal, steps: list[int]) -> Tensor:
    """``(K,)`` the same of the exact sampler after these recall steps: the variance of its belief in a swap.

    Source: law of total variance; its belief is the probability of a swap given its state.
    """
    swap = (ideal.reported > 0).double()
    belief = 1 - ideal.belief[..., 0].double()
    belief[-1] = swap
    return torch.stack([belief[step].var(1).sum() / swap.var(1).sum() for step in steps])
