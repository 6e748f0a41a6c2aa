"""Networks trained from scratch, judged on displays they have never seen by the one definition of fidelity.

    python -m benchmarks.network_fidelity [--case NAME] [--objective NAME] [--set SETTING=VALUE ...]
                                          [--seed N] [--budget SHARE] [--json FILE]

Two written-down swap laws and the BNS fits of two published experiments, each with a network of every objective at the
same size, displays and budget. First the classifier is shown a planted difference of 5 percentage points of swaps: if
it could not see that, a low accuracy would mean nothing. The published data must be in ``../shared/data`` beside the
checkout. ``--case`` and ``--objective`` run parts, ``--set cell=gru`` trains with another setting of ``TrainConfig``
than the wanted numbers are for, and ``--budget 0.1`` takes a tenth of the training steps, for a first look.
Trainings use one thread, so that their CPU seconds are what they take on an idle machine.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser, Namespace
from typing import Any

import torch

from benchmarks.fidelity_cases import CASES, Case, Laws
from benchmarks.planted_swaps import planted_difference
from benchmarks.wanted import Wanted, arguments, conclude, table
from models.analysis.fidelity import network_fidelity
from models.network.objectives import OBJECTIVES
from models.network.targets import Source
from models.network.training import best_device, train

UNSEEN = 1001
# Four times the usual: with 2,000 displays the exact sampler's swap curve was 0.021 off by chance alone, and with the
# wide responses to eight items the classifier could not see the planted difference.
DISPLAYS, RUNS = 8000, 8
COLUMNS = {
    "case": "case",
    "objective": "objective",
    "settings": "settings",
    "seed": "seed",
    "C2ST": "C2ST",
    "model": "model against model",
    "error": "largest error of the swap curve",
    "energy": "energy ratio",
    "swaps": "swaps near / far (asked)",
    "steps": "steps",
    "CPU s": "CPU s",
    "wall s": "wall s",
}


def trained(case: Case, laws: Laws, objective: str, asked: Namespace) -> dict[str, Any]:
    """Train one network and judge it; a row of the table."""
    config = case.config.suited_to(objective).changed(**asked.set)
    config = config.changed(steps=max(1, round(asked.budget * config.steps)))
    started = time.process_time(), time.monotonic()
    result = train(config, Source(*laws), asked.seed)
    cpu, wall = time.process_time() - started[0], time.monotonic() - started[1]
    found = network_fidelity(result.network, *laws, UNSEEN, displays=DISPLAYS, runs=RUNS)
    curve = found["swap_curve"]
    return {
        "case": case.name,
        "objective": objective,
        "settings": ", ".join(f"{name} {value}" for name, value in asked.set.items()),
        "seed": asked.seed,
        "C2ST": found["c2st"]["network"],
        "model": found["c2st"]["floor"],
        "error": curve["largest_error"],
        "energy": found["energy"]["ratio"],
        "swaps": f"{_ends(curve['network'])} ({_ends(curve['target'])})",
        "CPU s": round(cpu),
        "wall s": round(wall),
        "steps": result.steps,
        "config": config.to_json(),
        "training": result.summary(),
        "fidelity": found,
    }


def _ends(curve: list[float]) -> str:
    return f"{curve[0]:.3f} / {curve[-1]:.3f}"


def wanted(case: Case, row: dict[str, Any], device: torch.device) -> list[Wanted]:
    """What a diffusion network is to reach."""
    name = f"{case.name}: "
    minutes = row["CPU s" if device.type == "cpu" else "wall s"] / 60
    return [
        Wanted(name + "C2ST accuracy, network against target", row["C2ST"], high=case.accuracy),
        Wanted(name + "largest error of the swap curve", row["error"], high=case.swap_error),
        Wanted(name + "minutes of training", minutes, high=case.minutes if device.type == "cpu" else case.gpu_minutes),
    ]


def seen(case: Case, laws: Laws) -> tuple[dict[str, Any], Wanted]:
    """Whether the classifier sees 5 percentage points of swaps more than the law has."""
    found = planted_difference(*laws, DISPLAYS, RUNS, UNSEEN)
    row = {"case": case.name, **found}
    name = f"{case.name}: planted 5 points of swaps, accuracy over chance in se"
    return row, Wanted(name, (found["seen"] - found["model"]) / found["se"], low=3.0)


def options() -> Namespace:
    """The command line."""
    parser: ArgumentParser = arguments(__doc__ or "")
    parser.add_argument("--case", choices=[case.name for case in CASES], help="one case; all by default")
    parser.add_argument("--objective", choices=list(OBJECTIVES), help="one objective; all by default")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="SETTING=VALUE", help="other settings of the training"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the trainings, 1 by default")
    parser.add_argument("--budget", type=float, default=1.0, help="share of the training steps, 1 by default")
    asked = parser.parse_args()
    if asked.seed == UNSEEN:
        parser.error(f"seed {UNSEEN} is that of the displays on which networks are judged")
    try:
        asked.set = dict(_setting(words) for words in asked.set)
        if "objective" in asked.set:
            raise ValueError("the objective is chosen by --objective")
        for case in CASES:
            case.config.changed(**asked.set)
    except ValueError as error:
        parser.error(str(error))
    return asked


def _setting(words: str) -> tuple[str, Any]:
    """A setting's name and value; what is no number or list is a word."""
    name, separator, value = words.partition("=")
    if not separator:
        raise ValueError(f"a setting is written name=value, not {words}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def main() -> int:
    """Run it; 1 where a wanted number is missed."""
    asked, device = options(), best_device()
    torch.set_num_threads(1)
    planted, rows, found = [], [], []
    for case in CASES:
        if asked.case not in (None, case.name):
            continue
        laws = case.laws()
        row, verdict = seen(case, laws)
        planted.append(row)
        found.append(verdict)
        for objective in [asked.objective] if asked.objective else list(OBJECTIVES):
            rows.append(trained(case, laws, objective, asked))
            said = ", ".join(str(rows[-1][name]) for name in ("case", "objective", "settings") if rows[-1][name])
            print(f"{said}: C2ST {rows[-1]['C2ST']:.3f}, {rows[-1]['CPU s']} CPU s", flush=True)
            if objective == "diffusion" and not asked.set:
                found += wanted(case, rows[-1], device)
    table(
        planted, {"case": "case", "best": "best possible", "seen": "planted 5 points", "model": "model against model"}
    )
    table(rows, COLUMNS)
    about = f"{device.type}, {asked.budget:g} of the steps, {DISPLAYS} unseen displays with {RUNS} responses each."
    return conclude(found, [*planted, *rows], asked.json, about)


if __name__ == "__main__":
    raise SystemExit(main())
