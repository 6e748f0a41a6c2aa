"""Behavioural models on published experiments that have probe values: who predicts held-out trials best.

    python -m benchmarks.behaviour_real [--json FILE] [--only NAME]

The folder ``../shared/data`` must be beside the checkout. Five folds, the same for all models; differences to BNS
over probe distance in nats a trial with standard errors over subjects. A known effect must be found: items near the
probe are swapped most in Bays, Catalao & Husain (2009) and Oberauer & Lin (2017); and one must not: in the
orientation data of van den Berg et al. (2012) large errors have no relation to the non-targets.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.wanted import Wanted, arguments, conclude, table
from models.behaviour.bns import BNS
from models.behaviour.comparison import Candidate, compare
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.paired import interval, subject_means
from models.reading.read_file import read_file
from models.trials import Trials

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NAMES = (
    "bays_2009",
    "oberauer_lin_2017_e1",
    "oberauer_lin_2017_e2",
    "oberauer_lin_2017_e4_color_cue",
    "oberauer_lin_2017_e4_location_cue",
    "loaiza_souza_2018",
    "arnicane_2021_e1",
    "vandenberg_2012_orientation",
)
NEAR_MORE, CONTROL = ("bays_2009", "oberauer_lin_2017_e1"), "vandenberg_2012_orientation"
CONFIGS = {
    "probe": FitConfig(),
    "report": FitConfig(dimensions="report"),
    "both": FitConfig(dimensions="both"),
    "three": FitConfig("three_component"),
    "two": FitConfig("two_component"),
    "interference": FitConfig("interference"),
    "precision": FitConfig("variable_precision_swaps"),
}
TITLES = {
    "report": "BNS report",
    "both": "BNS both",
    "three": "three-comp.",
    "two": "two-comp.",
    "interference": "interference",
    "precision": "var. precision",
}


def loaded(name: str) -> Trials:
    """A published file as trials."""
    file = DATA / f"{name}.csv"
    trials = read_file(file.read_bytes(), file.name, None).trials
    if trials is None:
        raise RuntimeError(f"{file.name} no longer reads without a question")
    return trials


def compared(name: str, trials: Trials) -> dict[str, Any]:
    """One data set: the held-out score of BNS over probe distance, and the others' differences from it."""
    started = time.process_time()
    candidates = [Candidate(key, key, config) for key, config in CONFIGS.items()]
    found = compare(candidates, trials, folds=5, seed=1)
    pointwise = dict(zip(found.names, found.pointwise.T, strict=True))
    row: dict[str, Any] = {"data": name, "trials": len(trials), "held out": float(pointwise["probe"].mean())}
    for key in TITLES:
        if key in pointwise:
            gap = interval(subject_means(pointwise[key] - pointwise["probe"], found.trials.subject))
            row[key], row[f"{key} difference"] = f"{gap.mean:+.4f} ({gap.se:.4f})", gap.to_json()
    row["first"] = max(pointwise, key=lambda key: float(pointwise[key].mean()))
    row["CPU s"] = round(time.process_time() - started)
    return row


def near_contrast(trials: Trials) -> float:
    """How surely the nearest probe distance has more swaps than the others, in posterior standard deviations.

    The log-odds at the nearest observed distance minus their mean over all others, of a swap function that all set
    sizes share; distances must be discrete.
    """
    model = fit(FitConfig(swap_function_shared=True), trials).model
    assert isinstance(model, BNS)
    block = next(one for one in model.blocks if one.parts)
    part, rows = block.parts[0], block.part_rows[0]
    at = (part.axis_grid[None] - part.function.inducing[0][:, None]).abs().argmin(1)
    contrast = torch.full((len(at),), -1 / (len(at) - 1), dtype=torch.float64)
    contrast[0] = 1.0
    known, rest = contrast @ part.jacobian[at] @ block.root[rows], contrast @ part.residual_root[at]
    sd = math.sqrt(float(known.square().sum() + rest.square().sum()))
    return float(contrast @ part.mean[at]) / sd


def swap_share(trials: Trials) -> float:
    """Share of swaps among trials with several items, by the three-component model."""
    several = trials.select(trials.set_size > 1)
    model = fit(FitConfig("three_component"), several).model
    return float(model.weights(several.displays)[:, 2:].sum(1).mean())


def main() -> int:
    """Run everything, print the table; 1 where a wanted number is missed, 2 without the data."""
    parser = arguments("Behavioural models on published data")
    parser.add_argument("--only", choices=NAMES, help="one data set")
    chosen = parser.parse_args()
    if not DATA.is_dir():
        print("The published data are not here: nothing was run.")
        return 2
    torch.set_num_threads(1)
    names = [chosen.only] if chosen.only else list(NAMES)
    data = {name: loaded(name) for name in names}
    rows = [compared(name, trials) for name, trials in data.items()]
    head = {"data": "data", "trials": "trials", "held out": "BNS probe"}
    table(rows, head | TITLES | {"first": "first", "CPU s": "CPU s"})
    found = [
        Wanted(f"{name}: swaps near minus farther, in sd", near_contrast(data[name]), low=2)
        for name in NEAR_MORE
        if name in data
    ]
    by_name = {row["data"]: row for row in rows}
    for name in NEAR_MORE:
        if name in by_name:
            gap = by_name[name]["three difference"]
            found.append(Wanted(f"{name}: BNS over three-component, nats", -gap["mean"], low=0, required=False))
    if CONTROL in data:
        found.append(Wanted(f"{CONTROL}: share of swaps", swap_share(data[CONTROL]), high=0.01))
        gap = by_name[CONTROL]["two difference"]
        found.append(Wanted(f"{CONTROL}: gain of swaps over two-component", -gap["low"], high=0.001))
    summary = f"{len(rows)} data sets, {sum(row['trials'] for row in rows):,} trials."
    return conclude(found, rows, chosen.json, summary)


if __name__ == "__main__":
    raise SystemExit(main())
