"""The behavioural model fitted to a network's responses: does it find the swap function that the network was taught?

A BNS model (Radmard et al. 2025) is fitted to one response to each of some thousand new displays, exactly as it would
be to a participant's. What is compared is a probability, never log-odds: of the two, how often the non-target is
reported and not the cued item. The null is the same computation on responses of the law itself, to the same displays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.separations import probe_distances
from models.analysis.subject import Result, Subject
from models.behaviour.config import DIMENSIONS, FitConfig
from models.behaviour.fitting import fit
from models.behaviour.model import BehaviourModel
from models.circular import FULL_CIRCLE, circular_sd, wrap
from models.displays import Displays
from models.network.recording import record
from models.network.targets import ResponseLaw
from models.progress import Progress, Report, silent
from models.trials import Trials

TRIALS = 3000
DRAWS = 200
REPORTS = 12  # report distances over which a swap function is averaged, should it depend on them
REPEATS = 5  # refits of the law's own responses
BAND = (0.025, 0.975)
BINS = 7  # distances of the flat axis of displays without probes


@dataclass(frozen=True)
class Refit:
    """What a refit says, as numbers over the distances asked for.

    Attributes:
        swaps, low, high: ``(D,)`` probability of reporting the non-target of the two; posterior mean and 95 % band.
        sd: circular sd of the errors around the item that was reported, radians.
        guesses: share of responses to no item.
    """

    swaps: Tensor
    low: Tensor
    high: Tensor
    sd: float
    guesses: float


def measure(subject: Subject, report: Report = silent) -> Result:
    """BNS fitted to a network's responses, beside its target and beside a fit of the target's own responses.

    The displays have ``subject.pair_size()`` items. With more than two, a swap probability is that of one non-target
    against the cued item, all others and guesses left out.

    Returns:
        A result with

        - axes: ``distance`` (D,) unsigned probe distance in radians, the places of the displays or a grid.
        - measures: ``swap_function``, ``low``, ``high`` (D,) of the refit, ``target`` (D,) of the law, probabilities;
          ``largest_gap`` and ``mean_gap`` of the refit from the target (absolute, signed); ``sd`` of the errors around
          the reported item (radians); ``guesses``, share of responses to no item.
        - nulls: the same names but ``target``: the mean over refits of the law's own responses;
          ``largest_gap_worst``, the largest of their largest gaps.
        - detail: ``trials``, ``set_size``, ``refits`` of the law.

    Raises:
        NothingToAnalyse: if displays have one item only.
    """
    size = subject.pair_size()
    shown = subject.draw(TRIALS, size)
    distances = probe_distances(subject, size)
    if not len(distances):
        distances = torch.linspace(math.pi / BINS, math.pi, BINS, dtype=torch.float64)
    target = swap_probability(subject.law, distances, size)
    config = FitConfig(dimensions=_dimensions(subject.law, shown), even=getattr(subject.law, "even", True))
    report(Progress(0.0, "Fitting the network's responses"))
    ours = refit(answers(subject, shown), config, distances, subject.generator(1))
    nulls = []
    for repeat in range(REPEATS):
        report(Progress((1 + repeat) / (1 + REPEATS), "Fitting the law's own responses"))
        responses = subject.law.sample(shown, subject.generator(10 + repeat))
        nulls.append(refit(Trials.build(shown, responses), config, distances, subject.generator(20 + repeat)))
    return Result(
        axes={"distance": as_plain(distances.numpy())},
        measures={**_numbers([ours], target), "target": as_plain(target.numpy())},
        nulls={**_numbers(nulls, target), "largest_gap_worst": max(_gap(one, target) for one in nulls)},
        detail={"trials": TRIALS, "set_size": size, "refits": REPEATS},
    )


def answers(subject: Subject, shown: Displays) -> Trials:
    """One response of the network to each display."""
    recording = record(subject.network, shown, 1, subject.generator(), states=False)
    return Trials.build(shown, recording.response[:, 0].cpu().double())


def refit(trials: Trials, config: FitConfig, distances: Tensor, generator: torch.Generator) -> Refit:
    """Fit trials of one set size and read the swap function off at distances ``(D,)``."""
    model = fit(config, trials).model
    size = int(trials.set_size[0])
    drawn = torch.stack([swap_probability(model.draw(generator), distances, size) for _ in range(DRAWS)])
    low, high = torch.quantile(drawn, torch.tensor(BAND, dtype=torch.float64), dim=0)
    share = model.responsibilities(trials)
    return Refit(drawn.mean(0), low, high, _spread(trials, share), float(share[:, 0].mean()))


def swap_probability(law: ResponseLaw | BehaviourModel, distances: Tensor, size: int) -> Tensor:
    """``(D,)`` how often a non-target at a probe distance is reported, of the two: ``w_i / (w_cued + w_i)``.

    Other items of larger displays are spread evenly; the non-target's report is put all round the circle, and its probe
    in turns to either side of the target's.
    """
    offsets = (torch.arange(REPORTS, dtype=torch.float64) + 0.5) * (FULL_CIRCLE / REPORTS)
    sides = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(REPORTS // 2)
    rows = len(distances) * REPORTS
    around = torch.arange(size, dtype=torch.float64) * (FULL_CIRCLE / size)
    probe, reports = around.repeat(rows, 1), around.repeat(rows, 1)
    probe[:, 1] = (distances[:, None] * sides).flatten()
    reports[:, 1] = offsets.repeat(len(distances))
    weights = law.weights(Displays(wrap(reports), wrap(probe), torch.full((rows,), size))).double()
    of_two = weights[:, 2] / (weights[:, 1] + weights[:, 2]).clamp(min=1e-12)
    return of_two.reshape(len(distances), REPORTS).mean(1)


def _dimensions(law: ResponseLaw, shown: Displays) -> str:
    """What the refitted swap function depends on: what the law's does, probe distance if the law does not say."""
    axes = tuple(getattr(law, "axes", ("probe",)))
    if not shown.has_probe:
        axes = tuple(axis for axis in axes if axis != "probe")
    return next((name for name, known in DIMENSIONS.items() if known == axes), "probe")


def _spread(trials: Trials, share: Tensor) -> float:
    """Circular sd (radians) of the errors from every item, weighed by how likely the item was the one reported."""
    return float(circular_sd(trials.error.flatten(), share[:, 1:].flatten(), dim=0))


def _gap(one: Refit, target: Tensor) -> float:
    return float((one.swaps - target).abs().max())


def _numbers(refits: Sequence[Refit], target: Tensor) -> dict[str, object]:
    """Means over refits, by name."""
    curves = {"swap_function": "swaps", "low": "low", "high": "high"}
    mean = {name: torch.stack([getattr(one, field) for one in refits]).mean(0) for name, field in curves.items()}
    return {
        **{name: as_plain(value.numpy()) for name, value in mean.items()},
        "largest_gap": sum(_gap(one, target) for one in refits) / len(refits),
        "mean_gap": float((mean["swap_function"] - target).mean()),
        "sd": sum(one.sd for one in refits) / len(refits),
        "guesses": sum(one.guesses for one in refits) / len(refits),
    }
