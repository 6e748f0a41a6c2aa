"""Neurons silenced one at a time, ranked by what that does to swaps, and the most telling ones together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.analysis.disturbed import Answers, Trials, interval
from models.network.intervention import Intervention
from models.progress import Progress, Report, silent

BUDGET = 36_000  # trials in all, so that larger networks take no longer
LEAST, MOST = 256, 768  # trials a neuron
NEURONS = 128  # that are silenced, at most; of more, those with the lowest numbers
FLIPS = 200
COUNTS = (1, 2, 4, 8)
CHANCE_SETS = 3


@dataclass(frozen=True)
class Neurons:
    """What silencing each of K neurons changes, in M trials.

    Attributes:
        swaps: ``(K, M)`` change of every trial: 1 if it becomes a swap, -1 if it is none any more, else 0.
        guesses: ``(K,)`` change of the share of guesses.
        sd: K changes of the circular sd of correct responses, radians; None where there is none.
    """

    swaps: Tensor
    guesses: Tensor
    sd: Sequence[float | None]

    @property
    def effect(self) -> Tensor:
        """``(K,)`` change of the share of swaps."""
        return self.swaps.mean(1)

    def order(self) -> Tensor:
        """Neurons from the one whose silence adds most swaps to the one whose takes most away."""
        return self.effect.argsort(dim=0, descending=True, stable=True)

    def chance(self, generator: torch.Generator) -> Tensor:
        """``(K,)`` effects, sorted as the others, if silence did nothing to swaps: signs of the trials drawn anew.

        The expected extremes of K such effects, which sorting alone makes look like effects.
        """
        changed = self.swaps != 0
        found = []
        for _ in range(FLIPS):
            signs = torch.randint(0, 2, self.swaps.shape, generator=generator, dtype=torch.int8) * 2 - 1
            found.append((changed * signs).double().mean(1).sort(descending=True).values)
        return torch.stack(found).mean(0)

    def reliability(self) -> float | None:
        """Correlation over neurons of the effects in even and in odd trials; None if there are none in one half."""
        halves = torch.stack([self.swaps[:, 0::2].mean(1), self.swaps[:, 1::2].mean(1)])
        if bool((halves.std(1) == 0).any()) or halves.shape[1] < 3:
            return None
        return float(torch.corrcoef(halves)[0, 1])


def singly(trials: Trials, report: Report = silent) -> Neurons:
    """Silence every neuron alone; ``trials`` are cut to what the budget allows."""
    neurons = min(trials.subject.network.config.neurons, NEURONS)
    wanted = min(max(BUDGET // neurons, LEAST), MOST)
    some = trials.part(0, wanted // trials.runs)
    base = some.answers()
    swaps, guesses, sds = [], [], []
    for neuron in range(neurons):
        report(Progress(neuron / neurons, "silencing neurons"))
        found = some.answers(Intervention(silenced=(neuron,)))
        swaps.append(found.swapped - base.swapped)
        guesses.append(found.guesses - base.guesses)
        sds.append(None if found.sd is None or base.sd is None else found.sd - base.sd)
    return Neurons(torch.stack(swaps), torch.tensor(guesses, dtype=torch.float64), sds)


def together(trials: Trials, neurons: Neurons, counts: Sequence[int]) -> tuple[list[Answers], list[list[Answers]]]:
    """The neurons that change swaps most silenced together, and as many that are drawn at random.

    Args:
        trials: new to the neurons' ranks, or what was chance there is found again here.
        neurons: as ``singly`` found them; those with the largest absolute effect come first.
        counts: how many.

    Returns:
        Answers for every count, and answers of ``CHANCE_SETS`` random sets for every count.
    """
    ranked = neurons.effect.abs().argsort(dim=0, descending=True, stable=True)
    generator = torch.Generator().manual_seed(trials.subject.seed % 2**63)
    chosen, chance = [], []
    for count in counts:
        chosen.append(trials.answers(_silenced(ranked[:count])))
        sets = [torch.randperm(len(ranked), generator=generator)[:count] for _ in range(CHANCE_SETS)]
        chance.append([trials.answers(_silenced(one)) for one in sets])
    return chosen, chance


def _silenced(neurons: Tensor) -> Intervention:
    return Intervention(silenced=tuple(neurons.tolist()))


def table(neurons: Neurons, most: int = 24) -> list[dict[str, Any]]:
    """The neurons with the largest effects either way, for people: change of swaps with its interval, of the rest."""
    order = neurons.order().tolist()
    if len(order) > most:
        order = order[: most // 2] + order[-most // 2 :]
    return [
        {
            "neuron": neuron,
            "swaps": float(neurons.effect[neuron]),
            "interval": list(interval(neurons.swaps[neuron])),
            "guesses": float(neurons.guesses[neuron]),
            "sd": neurons.sd[neuron],
        }
        for neuron in order
    ]
