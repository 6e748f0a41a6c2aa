"""How fast networks train here: steps a second of the presets.

python -m benchmarks.training_speed [--json FILE]

Seconds are the process's own CPU time beside the wall's, so that a busy machine does not spoil the figure.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path
from typing import Any

import torch

from models.display_laws import UniformDisplays
from models.network.config import BUDGETS, TrainConfig
from models.network.device import best_device
from models.network.swap_laws import SwapLaw
from models.network.targets import Source
from models.network.training import train
from models.progress import Progress

WANTED_CPU_MINUTES = {"quick": 0.5, "demo": 6.0}


def speed(name: str, config: TrainConfig, steps: int) -> dict[str, Any]:
    """Steps a second of a preset, after the first few."""
    short = config.changed(steps=steps, evaluations=1, pool=1024, held_out=16, picture_seconds=3600)
    moments: list[tuple[float, float]] = []

    def note(progress: Progress) -> None:
        moments.append((time.process_time(), time.monotonic()))

    train(short, smooth_swaps(), seed=1, report=note)
    first, last = moments[steps // 5], moments[-2]
    count = len(moments) - 2 - steps // 5
    return {
        "preset": name,
        "steps_per_cpu_second": count / (last[0] - first[0]),
        "steps_per_second": count / (last[1] - first[1]),
        "network_steps": config.network_steps,
        "rows": config.displays_per_batch * config.samples_per_display,
        "preset_cpu_minutes": config.steps * (last[0] - first[0]) / count / 60,
    }


def smooth_swaps() -> Source:
    """Two items at least the published separation apart, and the published smooth swap function with offset 0."""
    displays = UniformDisplays(set_sizes=(2,), report_separation="published", probe_separation="published")
    return Source(displays, SwapLaw(kind="smooth", offset=0.0))


def main() -> int:
    """Run it; 1 where a preset would cost more CPU time than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    options = parser.parse_args()
    device = best_device().type
    rows = [speed(name, BUDGETS[name], steps) for name, steps in (("quick", 150), ("demo", 100))]
    print("preset   steps/CPU s   steps/s   updates   rows   whole preset, CPU min   wanted")
    for row in rows:
        print(
            f"{row['preset']:<8} {row['steps_per_cpu_second']:>11.1f} {row['steps_per_second']:>9.1f} "
            f"{row['network_steps']:>9} {row['rows']:>6} {row['preset_cpu_minutes']:>23.1f} "
            f"{WANTED_CPU_MINUTES[row['preset']]:>8.1f}"
        )
    missed = [row["preset"] for row in rows if row["preset_cpu_minutes"] > WANTED_CPU_MINUTES[row["preset"]]]
    if options.json:
        about = {"machine": platform.machine(), "device": device, "torch": torch.__version__}
        options.json.write_text(json.dumps({**about, "speed": rows, "missed": missed}, indent=2))
    ending = f"too slow: {', '.join(missed)}" if missed else "all presets within their time"
    print(f"{platform.machine()}, {device}, torch {torch.__version__}: {ending}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
