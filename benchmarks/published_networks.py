"""Networks of the published conditions, trained once and kept for the other published benchmarks.

    python -m benchmarks.published_networks [--networks FOLDER] [--condition NAME] [--seeds N] [--json FILE]

Nine conditions on displays of two items (``models/network/published.py``), five seeds each, one network after the
other: first one of every condition, then the second of every condition. A network that is in the folder already is not
trained again, so that a run that was stopped goes on where it was. Each is two files, ``CONDITION/SEED.safetensors``
with the weights and ``CONDITION/SEED.json`` with settings, law, training and versions. About a minute and a half of one
CPU core each.
"""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import torch

from backend.store.versions import versions
from benchmarks.wanted import Wanted, arguments, conclude
from models.network import storage
from models.network.config import TrainConfig
from models.network.network import Network
from models.network.published import BY_NAME, CONDITIONS, SMALL, TWO_ITEMS, Condition
from models.network.training import train

SEEDS = 5
UNSEEN = 1000
"""Analyses of the network of seed k use seed 1000 + k, which no training has used."""


class OtherSettings(ValueError):
    """A folder holds a network that was trained with other settings; the message is for a person."""


def default_folder() -> Path:
    """Where networks are kept between runs: the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swapscope" / "published"


def place(parser: ArgumentParser) -> ArgumentParser:
    """Adds the options that all published benchmarks share."""
    parser.add_argument("--networks", type=Path, default=default_folder(), help="folder of trained networks")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"networks of each condition, {SEEDS} by default")
    return parser


def trained(condition: Condition, seed: int, folder: Path, base: TrainConfig = SMALL) -> Network:
    """The network of a condition and a seed: from the folder, or trained now with the settings ``base`` and put there.

    Raises:
        OtherSettings: if the one in the folder was trained with other settings.
    """
    kept = kept_network(condition, seed, folder, base)
    if kept is not None:
        return kept
    config, cpu, wall = condition.config(base), time.process_time(), time.monotonic()
    outcome = train(config, condition.source, seed)
    about = {
        **outcome.summary(),
        "condition": condition.name,
        "law": condition.law.to_json(),
        "displays": TWO_ITEMS.describe(),
        "versions": versions(),
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": time.monotonic() - wall,
    }
    files = storage.dump(outcome.network, about)
    (folder / condition.name).mkdir(parents=True, exist_ok=True)
    for name in (storage.WEIGHTS, storage.DESCRIPTION):  # the card last: a network without one is not there
        path = path_of(condition, seed, folder, name)
        draft = path.with_name(path.name + ".part")
        draft.write_bytes(files[name])
        draft.replace(path)
    return outcome.network


def kept_network(condition: Condition, seed: int, folder: Path, base: TrainConfig = SMALL) -> Network | None:
    """The network in the folder; None if it is not there yet.

    Raises:
        OtherSettings: if it was trained with other settings.
    """
    card = path_of(condition, seed, folder, storage.DESCRIPTION)
    if not card.exists():
        return None
    network = storage.from_card(path_of(condition, seed, folder, storage.WEIGHTS).read_bytes(), card.read_bytes())
    if network.config != condition.config(base):
        raise OtherSettings(
            f"{card} was trained with other settings than those of this version. Name another folder with --networks, "
            "or delete this one."
        )
    return network


def card_of(condition: Condition, seed: int, folder: Path) -> dict[str, Any]:
    """What is known about the training of a network in the folder."""
    return dict(json.loads(path_of(condition, seed, folder, storage.DESCRIPTION).read_bytes())["training"])


def path_of(condition: Condition, seed: int, folder: Path, name: str) -> Path:
    """Where a network's weights (``storage.WEIGHTS``) or card (``storage.DESCRIPTION``) are kept."""
    return folder / condition.name / f"{seed}{Path(name).suffix}"


def main() -> int:
    """Train what is missing; 1 where a network has not learned its task."""
    parser = place(arguments(__doc__ or ""))
    parser.add_argument("--condition", choices=list(BY_NAME), action="append", help="some conditions; all by default")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chosen = [BY_NAME[name] for name in options.condition] if options.condition else CONDITIONS
    rows, found = [], []
    for seed in range(1, options.seeds + 1):
        for condition in chosen:
            trained(condition, seed, options.networks)
            about = card_of(condition, seed, options.networks)
            rows.append({name: value for name, value in about.items() if name != "curve"})
            label = f"{condition.name}, seed {seed}"
            found.append(Wanted(f"{label}: problems of the training", float(bool(about["problem"])), high=0.0))
            print(f"{label}: {about['cpu_seconds']:.0f} CPU s. {about['problem']}", flush=True)
    minutes = sum(row["cpu_seconds"] for row in rows) / 60
    return conclude(found, rows, options.json, f"{len(rows)} networks, {minutes:.0f} CPU minutes of training.")


if __name__ == "__main__":
    raise SystemExit(main())
