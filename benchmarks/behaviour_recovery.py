"""Whether uncertainty is honest and models can be told apart, on simulated data (``benchmarks.planted``).

    python -m benchmarks.behaviour_recovery [--json FILE]

Three questions. *Coverage*: how much of the observed grid the 95 % band of the swap function covers, over 50 data sets
of 2,000 trials, ten of each of five shapes, flat and non-monotonic among them. *Model recovery*: five generators, 20
data sets each, every model fitted to each and scored on 2,000 new trials; a model is tied with the first where the 95 %
interval of their paired difference holds 0. *Calibration*: ranks of planted mixture weights and concentrations among
posterior draws, over data sets whose parameters were drawn at random, must be uniform (Talts et al. 2018); the planted
range is wide against the posterior, so that the weak priors of the fit do not matter.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import torch
from scipy import stats
from torch import Generator

from benchmarks.planted import SHAPES, band, planted_displays, planted_model
from benchmarks.wanted import Wanted, arguments, conclude, table
from models.behaviour.bns import BNS
from models.behaviour.emissions import Emission, TabulatedEmission, VonMises, von_mises
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import BehaviourModel, MixtureModel
from models.behaviour.paired import interval
from models.behaviour.swap_shapes import Constant, Shape, SwapCurve
from models.trials import Trials

SIZE, TRIALS = 3, 2000
COVERAGE_SEEDS, RECOVERY_SETS = 10, 20
CALIBRATION_SETS, CALIBRATION_TRIALS, DRAWS, BINS = 200, 1000, 99, 10


def drawn_trials(truth: MixtureModel, count: int, seed: int) -> Trials:
    """Trials of the truth on new displays."""
    displays = planted_displays(seed, count, SIZE)
    return Trials.build(displays, truth.sample(displays, Generator().manual_seed(seed + 1)))


def coverage_rows() -> list[dict[str, Any]]:
    """A row a shape: mean coverage of its data sets, the lowest, and the rms error of the estimate (log-odds)."""
    rows = []
    for number, shape in enumerate(SHAPES):
        truth, found = planted_model(shape), []
        for seed in range(COVERAGE_SEEDS):
            model = fit(FitConfig(), drawn_trials(truth, TRIALS, 100_000 * (number + 1) + 10 * seed)).model
            assert isinstance(model, BNS)
            found.append(band(model, truth))
        each = [one["coverage"] for one in found]
        rms = sum(one["rms_error"] for one in found) / len(found)
        mean = sum(each) / len(each)
        rows.append({"shape": shape, "coverage": mean, "lowest": min(each), "rms_error": rms, "each": each})
    return rows


def _generators() -> dict[str, tuple[MixtureModel, FitConfig]]:
    """By name: what makes the data, and the model that is the right one for them."""

    def mixture(noise: Emission, swap: Shape | None) -> FixedMixture:
        return FixedMixture({SIZE: SizeParameters(noise, -1.5, swap)})

    # gamma-distributed precision with shape 2: heavier tails than any von Mises law
    precision = torch.from_numpy(stats.gamma(2, scale=8).ppf((torch.arange(100) + 0.5).numpy() / 100))
    mean = torch.stack([von_mises.harmonics(float(kappa), 200) for kappa in precision]).mean(0)
    variable = TabulatedEmission(tuple(mean.tolist()))
    return {
        "two-component": (mixture(VonMises(10.0), None), FitConfig("two_component")),
        "three-component": (mixture(VonMises(10.0), Constant(-2.0)), FitConfig("three_component")),
        "BNS, probe": (planted_model(), FitConfig()),
        "BNS, report": (planted_model("published", SIZE, "report"), FitConfig(dimensions="report")),
        "variable precision": (mixture(variable, Constant(-2.0)), FitConfig("variable_precision_swaps")),
    }


def recovery_rows() -> list[dict[str, Any]]:
    """A row a generator: how often the right model came first, was tied with the first, or was beaten."""
    generators, rows = _generators(), []
    for number, (name, (truth, _)) in enumerate(generators.items()):
        told: Counter[str] = Counter()
        winners: Counter[str] = Counter()
        for repeat in range(RECOVERY_SETS):
            seed = 1_000_000 * (number + 1) + 100 * repeat
            data, new = drawn_trials(truth, TRIALS, seed), drawn_trials(truth, TRIALS, seed + 50)
            scores = {other: fit(config, data).model.log_prob(new) for other, (_, config) in generators.items()}
            first = max(scores, key=lambda other: float(scores[other].mean()))
            winners[first] += 1
            beaten = first != name and not interval(scores[first] - scores[name]).holds_zero
            told["first" if first == name else "beaten" if beaten else "tied"] += 1
        counts = {key: told[key] for key in ("first", "tied", "beaten")}
        others = ", ".join(f"{other} {count}" for other, count in winners.most_common() if other != name)
        rows.append({"generator": name, **counts, "others first": others})
    return rows


def _planted(generator: Generator) -> tuple[FixedMixture, float]:
    """A truth whose concentration, guesses and swaps were drawn at random; the log concentration."""
    kappa, guess, level, slope = torch.rand(4, generator=generator, dtype=torch.float64).tolist()
    log_kappa = math.log(5) * (1 + kappa)
    distance = torch.linspace(0, math.pi, 361, dtype=torch.float64)
    curve = SwapCurve(distance, -2.5 + 1.2 * level + (1.5 * slope) * distance.cos())
    return FixedMixture({SIZE: SizeParameters(VonMises(math.exp(log_kappa)), -2.5 + 1.5 * guess, curve)}), log_kappa


def _summary(model: BehaviourModel, trials: Trials) -> list[float]:
    """Mean weights over the trials' displays (uniform, target, swap) and the circular sd of the noise."""
    weights = model.weights(trials.displays).mean(0)
    emissions = next(iter(model.parts(trials)))[1].emissions
    return [float(weights[0]), float(weights[1]), float(weights[2:].sum()), -emissions[SIZE].sd]


QUANTITIES = ("uniform weight", "target weight", "swap weight", "concentration")


def calibration_rows() -> list[dict[str, Any]]:
    """A row a quantity: counts of the planted value's rank among posterior draws, and the chi-square test."""
    generator = Generator().manual_seed(7)
    ranks = torch.zeros(CALIBRATION_SETS, len(QUANTITIES), dtype=torch.int64)
    for number in range(CALIBRATION_SETS):
        truth, _ = _planted(generator)
        trials = drawn_trials(truth, CALIBRATION_TRIALS, 50_000_000 + 10 * number)
        model = fit(FitConfig(), trials).model
        few = trials.select(torch.arange(300))
        planted = torch.tensor(_summary(truth, few))
        draws = torch.tensor([_summary(model.draw(generator), few) for _ in range(DRAWS)])
        ranks[number] = (draws < planted).sum(0)
    rows = []
    for column, name in enumerate(QUANTITIES):
        counts = torch.bincount(ranks[:, column] * BINS // (DRAWS + 1), minlength=BINS)
        p = float(stats.chisquare(counts.numpy()).pvalue)
        rows.append({"quantity": name, "p": p, "ranks": " ".join(str(count) for count in counts.tolist())})
    return rows


def main() -> int:
    """Run everything, print the tables; 1 where a wanted number is missed."""
    chosen = arguments("Calibration and recovery of behavioural models").parse_args()
    torch.set_num_threads(1)
    coverage = coverage_rows()
    table(coverage, {"shape": "shape", "coverage": "band covers", "lowest": "lowest", "rms_error": "rms f"})
    recovery = recovery_rows()
    print()
    table(recovery, {name: name for name in ("generator", "first", "tied", "beaten", "others first")})
    calibration = calibration_rows()
    print()
    table(calibration, {name: name for name in ("quantity", "p", "ranks")})
    mean = sum(row["coverage"] for row in coverage) / len(coverage)
    told = [row["first"] / max(row["first"] + row["beaten"], 1) for row in recovery]
    found = [
        Wanted("mean coverage of the 95 % band, 50 data sets", mean, low=0.92, high=0.98),
        Wanted("right model first where it is told from the first, worst generator", min(told), low=0.9),
        *[Wanted(f"ranks uniform, {row['quantity']}: p", row["p"], low=0.01) for row in calibration],
    ]
    summary = f"Bands cover {100 * mean:.1f} %."
    return conclude(found, [*coverage, *recovery, *calibration], chosen.json, summary)


if __name__ == "__main__":
    raise SystemExit(main())
