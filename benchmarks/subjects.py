"""Simulated subjects who differ: in their swap functions, their precision and how often they guess."""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from benchmarks.planted import SHAPES, expected_score, planted_displays
from models.behaviour.emissions import VonMises
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import BehaviourModel
from models.behaviour.subjects import SubjectModels
from models.behaviour.swap_shapes import SwapCurve
from models.trials import Trials, concatenate

SIZE, HELD_OUT = 3, 1000


class PlantedSubjects:
    """Subjects drawn from a population with the published swap function.

    A subject's log-odds are the population's plus a level (sd 0.5) and two slow waves (sd 0.4 and 0.2); log kappa
    varies with sd 0.35, the log-odds of a guess with sd 0.5.
    """

    def __init__(self, subjects: int, seed: int) -> None:
        self.count, self.seed = subjects, seed

    @cached_property
    def truths(self) -> dict[str, FixedMixture]:
        """The model of every subject."""
        generator = torch.Generator().manual_seed(self.seed)
        distance = torch.linspace(0, math.pi, 721, dtype=torch.float64)
        found = {}
        for k in range(self.count):
            level, slow, slower, precision, guess = torch.randn(5, generator=generator, dtype=torch.float64).tolist()
            wave = 0.5 * level + 0.4 * slow * distance.cos() + 0.2 * slower * (2 * distance).cos()
            curve = SwapCurve(distance, SHAPES["published"](distance) + wave)
            noise = VonMises(10 * math.exp(0.35 * precision))
            found[f"S{k + 1:02d}"] = FixedMixture({SIZE: SizeParameters(noise, -2 + 0.5 * guess, curve)})
        return found

    def trials(self, each: int) -> Trials:
        """``each`` trials of every subject."""
        parts = []
        for k, (name, truth) in enumerate(self.truths.items()):
            displays = planted_displays(1000 * self.seed + k, each, SIZE)
            generator = torch.Generator().manual_seed(1000 * self.seed + 500 + k)
            parts.append(Trials.build(displays, truth.sample(displays, generator), [name] * each))
        return concatenate(parts)

    def losses(self, model: BehaviourModel) -> Tensor:
        """``(S,)`` held-out loss of every subject against its own truth, nats a trial."""
        found = []
        for k, (name, truth) in enumerate(self.truths.items()):
            displays = planted_displays(77_000 + k, HELD_OUT, SIZE)
            own = model.models[name] if isinstance(model, SubjectModels) else model
            found.append(expected_score(truth, truth, displays) - expected_score(own, truth, displays))
        return torch.tensor(found, dtype=torch.float64)
