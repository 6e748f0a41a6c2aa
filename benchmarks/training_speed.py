"""How fast networks train here, and what the demo's budget buys.

    python -m benchmarks.training_speed              steps a second of the presets (about 20 seconds)
    python -m benchmarks.training_speed --faithful   also trains diffusion and mean matching on smooth swaps of two
                                                     items for the demo's budget (about ten minutes)

Prints a table; ``--json FILE`` also writes the numbers. Seconds are the process's own CPU time beside the wall's.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.circular import circular_sd, distance, wrap
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network.config import BUDGETS, DEMO, TrainConfig
from models.network.recording import record
from models.network.swap_laws import SwapLaw
from models.network.targets import Source
from models.network.training import best_device, train
from models.progress import Progress

BINS = ((0.76, 1.2), (1.2, 1.8), (1.8, 2.5), (2.5, math.pi))
TRIALS = 4000


def speed(name: str, config: TrainConfig, steps: int) -> dict[str, Any]:
    """Steps a second of a preset, after the first few."""
    config = config.changed(steps=steps, evaluations=1, pool=1024, held_out=16, picture_seconds=3600)
    moments: list[tuple[float, float]] = []

    def note(progress: Progress) -> None:
        moments.append((time.process_time(), time.monotonic()))

    train(config, _smooth(), seed=1, report=note)
    first, last = moments[steps // 5], moments[-2]
    count = len(moments) - 2 - steps // 5
    return {
        "preset": name,
        "steps_per_cpu_second": count / (last[0] - first[0]),
        "steps_per_second": count / (last[1] - first[1]),
        "network_steps": config.network_steps,
        "rows": config.displays_per_batch * config.samples_per_display,
        "preset_cpu_minutes": BUDGETS[name].steps * (last[0] - first[0]) / count / 60,
    }


def faithful(objective: str, config: TrainConfig) -> dict[str, Any]:
    """Train on smooth swaps of two items from scratch and compare the network's responses with their law."""
    source = _smooth()
    started = time.process_time(), time.monotonic()
    trained = train(config.changed(objective=objective), source, seed=1)
    cpu, wall = time.process_time() - started[0], time.monotonic() - started[1]
    generator = torch.Generator().manual_seed(5)
    displays = source.displays.sample(TRIALS, generator)
    network = record(trained.network, displays, 1, generator, states=False).response[:, 0].double()
    target = source.law.sample(displays, generator)
    again = source.law.sample(displays, generator)
    return {
        "objective": objective,
        "cpu_seconds": cpu,
        "seconds": wall,
        "swaps": _swaps(displays, network),
        "swaps_asked": _swaps(displays, target),
        "sd": _spread(displays, network),
        "sd_asked": _spread(displays, target),
        "c2st": two_sample_test(displays, network, target),
        "c2st_floor": two_sample_test(displays, again, target),
    }


def two_sample_test(displays: Displays, first: Tensor, second: Tensor) -> float:
    """Cross-validated accuracy of a classifier that tells two sets of responses to the same displays apart."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import KFold, cross_val_score

    def features(response: Tensor) -> Tensor:
        return torch.cat([wrap(response[:, None] - displays.report), displays.probe_distance[:, 1:].abs()], dim=1)

    both = torch.cat([features(first), features(second)]).numpy()
    label = [0] * len(first) + [1] * len(second)
    folds = KFold(5, shuffle=True, random_state=0)
    return float(cross_val_score(HistGradientBoostingClassifier(random_state=0), both, label, cv=folds).mean())


def _smooth() -> Source:
    """Two items at least the published separation apart, and the published smooth swap function with offset 0."""
    displays = UniformDisplays(set_sizes=(2,), report_separation="published", probe_separation="published")
    return Source(displays, SwapLaw(kind="smooth", offset=0.0))


def _nearest(displays: Displays, response: Tensor) -> Tensor:
    return distance(response[:, None], displays.report).argmin(1)


def _swaps(displays: Displays, response: Tensor) -> list[float]:
    apart = displays.probe_distance[:, 1].abs()
    swapped = (_nearest(displays, response) == 1).double()
    return [round(float(swapped[(apart >= low) & (apart < high)].mean()), 3) for low, high in BINS]


def _spread(displays: Displays, response: Tensor) -> float:
    reported = displays.report.gather(1, _nearest(displays, response)[:, None])[:, 0]
    return float(circular_sd(wrap(response - reported)))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faithful", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    device = best_device().type
    speeds = [speed(name, BUDGETS[name], steps) for name, steps in (("quick", 150), ("demo", 100))]
    print(f"{platform.machine()}, torch {torch.__version__}, {device}\n")
    print("preset   steps/CPU s   steps/s   updates   rows   whole preset, CPU min")
    for row in speeds:
        print(
            f"{row['preset']:<8} {row['steps_per_cpu_second']:>11.1f} {row['steps_per_second']:>9.1f} "
            f"{row['network_steps']:>9} {row['rows']:>6} {row['preset_cpu_minutes']:>13.1f}"
        )
    result: dict[str, Any] = {"device": device, "torch": torch.__version__, "speed": speeds, "faithful": []}
    for objective in ("diffusion", "mean_matching") if options.faithful else ():
        row = faithful(objective, DEMO)
        result["faithful"].append(row)
        print(f"\n{objective}: {row['cpu_seconds']:.0f} CPU s, {row['seconds']:.0f} s")
        print(f"  swaps by probe distance {row['swaps']}, asked {row['swaps_asked']}")
        print(f"  sd {row['sd']:.3f}, asked {row['sd_asked']:.3f}")
        print(f"  C2ST {row['c2st']:.3f}, floor {row['c2st_floor']:.3f}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
