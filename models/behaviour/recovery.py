"""Recovery: could these models be told apart, and their parameters found, on these displays with so many trials?

What both recoveries share: the user's own displays, responses simulated to them, and fits that are counted.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.comparison import Candidate, CannotCompare, strata
from models.behaviour.fitting import BehaviourFit, fit
from models.behaviour.model import BehaviourModel
from models.progress import Progress, Report
from models.trials import Trials

REFUSALS = (ValueError, ArithmeticError, torch.linalg.LinAlgError)
"""What a fit raises when a model cannot be fitted to data; everything else is a mistake in the program."""


@dataclass
class CountedFits:
    """Fits that report how many of ``total`` are done; they cost about the same, so the time left follows."""

    report: Report
    total: int
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def _listen(self, words: str) -> Report:
        def pass_on(progress: Progress) -> None:
            fraction = min((self.done + progress.fraction) / max(self.total, 1), 1.0)
            spent = time.monotonic() - self.started
            left = spent * (1 - fraction) / fraction if fraction > 0.02 else None
            self.report(Progress(fraction, words, seconds_left=left))

        return pass_on

    def fit(self, candidate: Candidate, trials: Trials, seed: int, words: str) -> BehaviourFit:
        """One fit that counts; raises what ``fit`` raises."""
        listen = self._listen(f"{candidate.label}: {words}")
        listen(Progress(0.0))
        try:
            return fit(candidate.config, trials, seed, listen)
        finally:
            self.done += 1


def interleaved(trials: Trials, generator: Generator) -> Tensor:
    """``(M,)`` a random order of the trials, every beginning of which holds the strata in their proportions."""
    order = torch.randperm(len(trials), generator=generator)
    group = strata(trials)[order]
    by_group = group.argsort(stable=True)
    counts = torch.bincount(group)
    first = torch.cumsum(counts, 0) - counts
    place = torch.arange(len(order)) - first[group[by_group]]
    offset = torch.rand(len(counts), generator=generator, dtype=torch.float64)
    key = (place + offset[group[by_group]]) / counts[group[by_group]]
    return order[by_group][key.argsort(stable=True)]


def displays_like(trials: Trials, count: int | None, generator: Generator) -> Trials:
    """``count`` of the trials, repeated where that is more than there are; all, as they are, for None."""
    if count is None or count == len(trials):
        return trials
    order = interleaved(trials, generator)
    return trials.select(order.repeat(math.ceil(count / len(order)))[:count])


def simulated(model: BehaviourModel, shown: Trials, generator: Generator) -> Trials:
    """The same displays and subjects with responses drawn from the model."""
    return dataclasses.replace(shown, response=model.respond(shown, generator))


def check(candidates: Sequence[Candidate], trials: Trials) -> None:
    """Raise ``CannotCompare`` where there is nothing to recover."""
    if not candidates or len({one.name for one in candidates}) < len(candidates):
        raise CannotCompare("a recovery needs models, each with a name of its own")
    if not len(trials):
        raise CannotCompare("there are no trials whose displays could be used")


def about(candidate: Candidate, error: Exception | None = None) -> dict[str, Any]:
    """A candidate as the results name it, with why it could not take part."""
    options = candidate.config.to_json()
    told = {"name": candidate.name, "label": candidate.label, "model": options.pop("model"), "options": options}
    return told | {"problem": None if error is None else f"{error}".rstrip(".") + "."}


def recovered(
    kind: str, models: list[dict[str, Any]], datasets: int, trials: Trials, count: int | None, **found: object
) -> dict[str, Any]:
    """The JSON-ready result of either recovery; what the other one finds is empty."""
    shared = {"kind": kind, "models": models, "datasets": datasets, "trials": count or len(trials)}
    nothing: dict[str, Any] = {"parameters": [], "curves": [], "confusion": None}
    return shared | {"dataset_hash": trials.hash, "displays": _displays(trials, count)} | nothing | found


def _displays(trials: Trials, count: int | None) -> str:
    """Which displays the simulated data sets have."""
    if count is None or count == len(trials):
        return f"The dataset's own {len(trials):,} displays."
    return f"{count:,} displays drawn from the dataset's {len(trials):,}, its subjects and set sizes in proportion."
