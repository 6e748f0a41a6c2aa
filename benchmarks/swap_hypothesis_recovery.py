"""Whether the analysis of swap hypotheses finds the type of error that was planted in synthetic activity.

    python -m benchmarks.swap_hypothesis_recovery [--json FILE]

Synthetic populations (``models/analysis/planted_errors.py``) whose code the analysis does not know, whose items are
told apart by a probe or by a slot, at three levels of noise. Two questions. *Recordings*: 30 swap trials with one type
of error; is that the type with the largest share? *Trials*: 150 swap trials with all types mixed; is each classified
right? Trials that show no error in the memory at all are one of the types, so that errors cannot be found for free.
"""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.wanted import Wanted, arguments, conclude, table
from models.analysis.error_types import TYPES
from models.analysis.planted_errors import PLANTED, plant, recover

NOISES = (0.5, 1.0, 2.0)
LOUD = 2.0  # the level at which trials are an aim, not a must
IDENTITIES = ("probe", "slot")
RECORDINGS = 10  # of each type, and of all types mixed
TRIALS, FEW, MANY = 1200, 30, 150
KINDS = {"early_misselection": "misselection", "late_misselection": "misselection"}
"""Early and late misselection are one answer to the question why a network swaps."""
COLUMNS = {
    "identity": "items told apart by",
    "noise": "noise",
    "recordings": "recordings right",
    "trials": "trials right",
}


def kinds_of(places: torch.Tensor) -> list[str]:
    """Names of types, early and late misselection as one."""
    names = list(TYPES)
    return [KINDS.get(names[int(place)], names[int(place)]) for place in places]


def recordings_right(identity: str, noise: float, seed: int) -> dict[str, list[bool]]:
    """For each planted type, whether it was the one found most often, recording by recording."""
    right: dict[str, list[bool]] = {}
    for number, kind in enumerate(PLANTED):
        for repeat in range(RECORDINGS):
            planted = plant([kind], seed + 1000 * number + repeat, TRIALS, FEW, noise, identity)
            found = kinds_of(recover(planted))
            most = max(set(found), key=found.count)
            right.setdefault(KINDS.get(kind, kind), []).append(most == KINDS.get(kind, kind))
    return right


def trials_right(identity: str, noise: float, seed: int) -> dict[str, list[bool]]:
    """For each planted type, whether it was found, trial by trial of recordings with all types."""
    right: dict[str, list[bool]] = {}
    for repeat in range(RECORDINGS):
        planted = plant(PLANTED, seed + repeat, TRIALS, MANY, noise, identity)
        for kind, found in zip(kinds_of(planted.kind), kinds_of(recover(planted)), strict=True):
            right.setdefault(kind, []).append(kind == found)
    return right


def share(values: list[bool]) -> float:
    """How many are true."""
    return sum(values) / len(values)


def main() -> int:
    """Run everything, print the table; 1 where a wanted number is missed."""
    chosen = arguments(__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for place, identity in enumerate(IDENTITIES):
        for number, noise in enumerate(NOISES):
            seed = 100_000 * (1 + place) + 10_000 * number
            recordings, trials = recordings_right(identity, noise, seed), trials_right(identity, noise, seed + 9000)
            row: dict[str, Any] = {"identity": identity, "noise": noise}
            for name, found in (("recordings", recordings), ("trials", trials)):
                row[name] = share([one for values in found.values() for one in values])
                row[f"{name} by type"] = {kind: share(values) for kind, values in found.items()}
            rows.append(row)
            table([row], COLUMNS)
    wanted = [
        Wanted(
            f"{name} right, the worst type, {row['identity']}, noise {row['noise']:g}",
            min(row[f"{name} by type"].values()),
            low=0.9,
            required=name == "recordings" or row["noise"] < LOUD,
        )
        for row in rows
        for name in ("recordings", "trials")
    ]
    worst = min(one.reached for one in wanted if one.required)
    summary = f"Planted types of error are told apart in at least {100 * worst:.0f} % of the required cases."
    return conclude(wanted, rows, chosen.json, summary)


if __name__ == "__main__":
    raise SystemExit(main())
