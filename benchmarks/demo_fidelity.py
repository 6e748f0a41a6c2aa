"""What the demo's budget buys: networks trained from scratch, judged by the one definition of fidelity.

python -m benchmarks.demo_fidelity [--json FILE] [--steps N]

Three trainings of the demo preset, one after the other, about 15 minutes of one CPU core: diffusion and mean matching
on smooth swaps of two items, and diffusion on the BNS fit of the example data, set sizes 1, 2, 4 and 6 in one network.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.training_speed import smooth_swaps
from models.analysis.fidelity import network_fidelity
from models.behaviour.fitting import FitConfig, fit
from models.display_laws import ResampledDisplays
from models.example import example_trials
from models.network.config import DEMO, TrainConfig
from models.network.targets import Source
from models.network.training import train

WANTED_LEAD = 0.05  # of diffusion's accuracy over mean matching's: "clearly better"
SEED, UNSEEN = 1, 1001


def example() -> Source:
    """The BNS fit of the example data on displays like its own."""
    trials = example_trials()
    return Source(ResampledDisplays(trials.displays), fit(FitConfig(), trials).model)


def trained(case: str, source: Source, config: TrainConfig) -> dict[str, Any]:
    """Train, then judge on displays that were never used in training."""
    started = time.process_time(), time.monotonic()
    network = train(config, source, SEED).network
    seconds = time.process_time() - started[0], time.monotonic() - started[1]
    found = network_fidelity(network, source.displays, source.law, UNSEEN)  # type: ignore[arg-type]
    return {"case": case, "objective": config.objective, "cpu_seconds": seconds[0], "seconds": seconds[1], **found}


def falls(row: dict[str, Any]) -> bool:
    """Whether the network's swaps fall with probe distance: fewer at the farthest than at the nearest, beyond doubt."""
    curve = row["swap_curve"]
    return bool(curve["high"][-1] < curve["low"][0])


def missed(rows: list[dict[str, Any]]) -> list[str]:
    """What the wanted numbers were missed by."""
    diffusion, mean_matching, data = rows
    lead = mean_matching["c2st"]["network"] - diffusion["c2st"]["network"]
    found = [f"{row['case']}: swaps do not fall with probe distance" for row in (diffusion, data) if not falls(row)]
    if lead < WANTED_LEAD:
        found.append(f"diffusion leads mean matching by {lead:.3f}, wanted {WANTED_LEAD}")
    return found


def main() -> int:
    """Run it; 1 where a wanted number is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--steps", type=int, default=DEMO.steps, help="training steps, the demo's by default")
    options = parser.parse_args()
    torch.set_num_threads(1)
    config = DEMO.changed(steps=options.steps)
    print("case                  objective       CPU s   C2ST  floor  swap error  energy  swaps near / far (asked)")
    rows = []
    for case, source, objective in (
        ("2 items, smooth", smooth_swaps(), "diffusion"),
        ("2 items, smooth", smooth_swaps(), "mean_matching"),
        ("example, BNS", example(), "diffusion"),
    ):
        row = trained(case, source, config.changed(objective=objective))
        rows.append(row)
        c2st, curve = row["c2st"], row["swap_curve"]
        print(
            f"{case:<21} {objective:<14} {row['cpu_seconds']:>6.0f} {c2st['network']:>6.3f} {c2st['floor']:>6.3f} "
            f"{curve['largest_error']:>11.3f} {row['energy']['ratio']:>7.2f}  {curve['network'][0]:.3f} / "
            f"{curve['network'][-1]:.3f} ({curve['target'][0]:.3f} / {curve['target'][-1]:.3f})",
            flush=True,
        )
    problems = missed(rows)
    if options.json:
        about = {"machine": platform.machine(), "torch": torch.__version__, "config": config.to_json()}
        options.json.write_text(json.dumps({**about, "rows": rows, "missed": problems}, indent=1))
    print("missed: " + "; ".join(problems) if problems else "all wanted numbers reached")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
