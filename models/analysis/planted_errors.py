"""Synthetic activity with errors of a known type, to see whether the analysis finds the type that was planted.

Before the cue, neurons hold a random code of (report, identity) of each item, added up; after it, other random codes
of the item that was selected and of the one that was not. Both pass through a saturating function, which the encoding
model does not know; the first slowly turns into another code. Noise is correlated in time. Errors change what is
coded, never how.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.error_types import TYPES, classify, trial_types, weigh
from models.analysis.generative import fit
from models.analysis.pairs import Pair, harmonics
from models.analysis.swap_evidence import Sample, Timing
from models.display_laws import UniformDisplays

NEURONS = 30
DELAY, CUE, RECALL = 6, 4, 10  # steps
PERSISTENCE = 0.8  # correlation of the noise of two consecutive steps
PLANTED = ("none", "misbinding", "misinterpretation", "early_misselection", "late_misselection")
_TWO = UniformDisplays((2,), report_separation="published", probe_separation="published")


@dataclass(frozen=True)
class Planted:
    """A synthetic recording.

    Attributes:
        training: correct trials.
        swap: M trials with an error; ``kind`` ``(M,)`` says which, as a place in ``TYPES``.
        same: correct trials of the same displays.
        timing: when the cue and recall begin.
    """

    training: Sample
    swap: Sample
    same: Sample
    kind: Tensor
    timing: Timing


class Recorder:
    """A random population of neurons; the same for the same seed.

    Args:
        seed: of the code and of all trials.
        noise: sd of the noise of a neuron, as a multiple of the sd of its signal over trials.
        identity: by what items are told apart: ``"probe"`` or ``"slot"``.
    """

    def __init__(self, seed: int, noise: float = 0.5, identity: str = "probe") -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._noise, self._identity = noise, identity
        width = 5 * (5 if identity == "probe" else 2)
        self._memory, self._memory_late, self._target, self._distractor = (
            self._normal(width, NEURONS) / math.sqrt(width) for _ in range(4)
        )

    def trials(self, count: int) -> Pair:
        """Two items at least 44 degrees apart in either feature; the first of them cued."""
        displays = _TWO.draw(count, self._generator)
        if self._identity == "probe":
            return Pair(displays.report, harmonics(displays.probe, 2))
        slot = 2.0 * torch.randint(2, (count,), generator=self._generator).double() - 1
        return Pair(displays.report, torch.stack([slot, -slot], 1)[..., None])

    def record(self, pair: Pair, kind: Tensor) -> Tensor:
        """``(M, T, n)`` activity of trials with these errors (places in ``TYPES``)."""
        name = list(TYPES)
        wrong_binding = kind == name.index("misbinding")
        misread = kind == name.index("misinterpretation")
        early = kind == name.index("early_misselection")
        late = kind == name.index("late_misselection")
        held = _where(wrong_binding, pair.exchanged(), pair)
        before, after = self._held(held), self._selected(_where(misread, pair.flipped(), held), early)
        changed = self._selected(pair, late)
        steps = []
        for step in range(DELAY + CUE + RECALL):
            turn = min(max((step - DELAY + 1) / CUE, 0.0), 1.0)
            switch = 1 / (1 + math.exp(-(step - DELAY - CUE - RECALL / 2)))
            selected = torch.where(late[:, None], torch.lerp(after, changed, switch), after)
            drift = torch.lerp(before[0], before[1], step / (DELAY + CUE + RECALL))
            steps.append(torch.tanh(torch.lerp(drift, selected, turn)))
        clean = torch.stack(steps, 1)
        return clean + self._noise * clean.std(0, keepdim=True).clamp(min=1e-3) * self._shocks(*clean.shape)

    def _held(self, pair: Pair) -> tuple[Tensor, Tensor]:
        codes = _code(pair, 0) + _code(pair, 1)
        return codes @ self._memory, codes @ self._memory_late

    def _selected(self, pair: Pair, exchanged: Tensor) -> Tensor:
        pair = _where(exchanged, pair.exchanged(), pair)
        return _code(pair, 0) @ self._target + _code(pair, 1) @ self._distractor

    def _shocks(self, trials: int, steps: int, neurons: int) -> Tensor:
        """Noise of unit variance, an autoregression along the steps."""
        fresh = self._normal(trials, steps, neurons)
        for step in range(1, steps):
            fresh[:, step] *= math.sqrt(1 - PERSISTENCE**2)
            fresh[:, step] += PERSISTENCE * fresh[:, step - 1]
        return fresh

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self._generator, dtype=torch.float64)


def plant(
    kinds: Sequence[str], seed: int, trials: int = 1500, swaps: int = 150, noise: float = 0.5, identity: str = "probe"
) -> Planted:
    """A recording of ``trials`` correct trials, and of ``swaps`` trials with errors, equally many of these kinds."""
    recorder = Recorder(seed, noise, identity)
    kind = torch.tensor([list(TYPES).index(name) for name in kinds])[torch.arange(swaps) % len(kinds)]
    training, wrong = recorder.trials(trials), recorder.trials(swaps)
    none = torch.zeros(max(trials, swaps), dtype=torch.int64)
    seconds = (torch.arange(1, DELAY + CUE + RECALL + 1, dtype=torch.float64) - DELAY) * 0.05
    return Planted(
        training=Sample(recorder.record(training, none[:trials]), training),
        swap=Sample(recorder.record(wrong, kind), wrong),
        same=Sample(recorder.record(wrong, none[:swaps]), wrong),
        kind=kind,
        timing=Timing(DELAY, DELAY + CUE, seconds),
    )


def recover(planted: Planted) -> Tensor:
    """``(M,)`` the type that the analysis finds for each trial with an error, as a place in ``TYPES``."""
    model = fit(planted.training.memory, planted.training.pair)
    evidence = weigh(model, planted.swap.memory, planted.swap.pair)
    return classify(trial_types(evidence.likelihood, planted.timing.moments(evidence)))


def _code(pair: Pair, item: int) -> Tensor:
    """``(M, W)`` all products of 1 and harmonics of the report with 1 and the identity."""
    one = torch.ones_like(pair.report[:, :1])
    report = torch.cat([one, harmonics(pair.report[:, item], 2)], 1)
    identity = torch.cat([one, pair.identity[:, item]], 1)
    return (report[:, :, None] * identity[:, None]).flatten(1)


def _where(condition: Tensor, yes: Pair, no: Pair) -> Pair:
    return Pair(
        torch.where(condition[:, None], yes.report, no.report),
        torch.where(condition[:, None, None], yes.identity, no.identity),
    )
