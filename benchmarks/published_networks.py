"""Networks of the published conditions, trained once and kept for the other published benchmarks.

    python -m benchmarks.published_networks [--networks FOLDER] [--condition NAME] [--seeds N] [--json FILE]

Nine conditions on displays of two items (``models/network/published.py``), one after the other; the five seeds of each
are trained together. A network that is in the folder already is not trained again, so that a run that was stopped goes
on with the condition it was at. Each is two files, ``CONDITION/SEED.safetensors`` with the weights and
``CONDITION/SEED.json`` with settings, law, training and versions. Some twelve minutes of one core for five networks.
"""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from backend.store.versions import versions
from benchmarks.wanted import Wanted, arguments, conclude
from models.network import storage
from models.network.config import TrainConfig
from models.network.network import Network
from models.network.published import BY_NAME, CONDITIONS, SMALL, TWO_ITEMS, Condition
from models.network.trained import TrainedNetwork
from models.network.training import train_ensemble

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


def trained(condition: Condition, seeds: Sequence[int], folder: Path, base: TrainConfig = SMALL) -> list[Network]:
    """The networks of a condition, one a seed: from the folder, or trained now, together, and put there.

    Args:
        condition: of the published ones.
        seeds: of the networks.
        folder: where they are kept.
        base: settings, before those of the condition.

    Raises:
        OtherSettings: if one in the folder was trained with other settings.
    """
    found = {seed: kept_network(condition, seed, folder, base) for seed in seeds}
    missing = [seed for seed, network in found.items() if network is None]
    if missing:
        cpu, wall = time.process_time(), time.monotonic()
        together = train_ensemble(condition.config(base), condition.source, missing)
        cost = {
            "trained_together": len(missing),
            "cpu_seconds": (time.process_time() - cpu) / len(missing),
            "wall_seconds": (time.monotonic() - wall) / len(missing),
        }
        for outcome in together:
            _keep(outcome, condition, folder, cost)
            found[outcome.seed] = outcome.network
    return [network for network in found.values() if network is not None]


def _keep(outcome: TrainedNetwork, condition: Condition, folder: Path, cost: dict[str, float]) -> None:
    about = {
        **outcome.summary(),
        "condition": condition.name,
        "law": condition.law.to_json(),
        "displays": TWO_ITEMS.describe(),
        "versions": versions(),
        **cost,
    }
    files = storage.dump(outcome.network, about)
    (folder / condition.name).mkdir(parents=True, exist_ok=True)
    for name in (storage.WEIGHTS, storage.DESCRIPTION):  # the card last: a network without one is not there
        path = path_of(condition, outcome.seed, folder, name)
        draft = path.with_name(path.name + ".part")
        draft.write_bytes(files[name])
        draft.replace(path)


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
    for condition in chosen:
        seeds = range(1, options.seeds + 1)
        trained(condition, seeds, options.networks)
        for seed in seeds:
            about = card_of(condition, seed, options.networks)
            rows.append({name: value for name, value in about.items() if name != "curve"})
            label = f"{condition.name}, seed {seed}"
            found.append(Wanted(f"{label}: problems of the training", float(bool(about["problem"])), high=0.0))
            print(f"{label}: {about['cpu_seconds']:.0f} CPU s. {about['problem']}", flush=True)
    minutes = sum(row["cpu_seconds"] for row in rows) / 60
    return conclude(found, rows, options.json, f"{len(rows)} networks, {minutes:.0f} CPU minutes of training.")


if __name__ == "__main__":
    raise SystemExit(main())
