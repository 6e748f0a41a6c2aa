"""How long the report on a mechanism takes: the job as a worker does it, for five networks of the demo's size.

python -m benchmarks.mechanism_speed [--networks 5] [--json FILE]

The networks are those of the example study; where it has fewer, its first one stands in for the others under another
seed, which costs the same. Seconds of the processes' own CPU time stand beside the wall's, so that a busy machine does
not spoil the figure: two cores need half of them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from backend import bundle
from backend.settings import Settings
from backend.store.store import Store, open_store
from backend.store.tables import Analysis, Network, new_id
from models.analysis.mechanism import ANALYSES
from worker.context import JobContext
from worker.kinds import analyse
from worker.kinds.mechanism import PROCESSES, measured, subject_of

WANTED_MINUTES = 5.0
NETWORKS = 5


def example_networks(store: Store, count: int) -> list[str]:
    """Ids of trained networks in a store that holds the example study, with copies of the first up to ``count``."""
    with store.session() as session:
        rows = session.query(Network).order_by(Network.created_at).limit(count).all()
        first, ids = rows[0], [row.id for row in rows]
        for number in range(len(ids), count):
            ids.append(new_id())
            values = {"objective": first.objective, "request": first.request, "fit_id": first.fit_id}
            session.add(Network(id=ids[-1], name=f"Copy {number}", seed=1000 + number, state="done", **values))
    for id in ids[len(rows) :]:
        store.artifacts.write("network", id, store.artifacts.read_all("network", first.id))
    return ids


def the_job(store: Store, ids: list[str]) -> dict[str, Any]:
    """Run the whole job; its time and what it stores."""
    request = {"network_ids": ids, "analysis": "mechanism", "options": {}, "seed": 1}
    made, folder = new_id(), store.settings.checkpoint("speed")
    folder.mkdir(parents=True)
    with store.session() as session:
        session.add(Analysis(id=made, analysis="mechanism"))
    context = JobContext("speed", request, 1, made, [], store, folder, logging.getLogger("speed"), lambda message: None)
    before, began = cpu_seconds(), time.monotonic()
    analyse.run(context)
    wall = time.monotonic() - began
    files = {name: entry["bytes"] for name, entry in store.artifacts.manifest("analysis", made).files.items()}
    return {"networks": len(ids), "wall_seconds": wall, "cpu_seconds": cpu_seconds() - before, "bytes": files}


def each_analysis(store: Store, network_id: str) -> dict[str, float]:
    """CPU seconds of every analysis of one network, in this process."""
    subject, seconds = subject_of(store, network_id, 1), {}
    for name in ANALYSES:
        began = time.process_time()
        measured(subject, name, lambda fraction: None)
        seconds[name] = time.process_time() - began
    return seconds


def cpu_seconds() -> float:
    """CPU time of this process and of those that it has started and seen end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    """Run it; 1 where the report takes longer than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the supervisor has it; of the processes that the job starts
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(data_dir=Path(folder)), migrating=True)
        if not bundle.import_into_empty(store, bundle.FOLDER):
            raise SystemExit("the example study is not there")
        ids = example_networks(store, given.networks)
        found = the_job(store, ids) | {"analyses": each_analysis(store, ids[0])}
    found |= {"cores": os.cpu_count(), "load": os.getloadavg()[1], "machine": platform.machine()}
    on_two_cores = found["cpu_seconds"] / PROCESSES
    print(f"{found['networks']} networks: {found['wall_seconds']:.0f} s here (load {found['load']:.1f}), ", end="")
    print(f"{found['cpu_seconds']:.0f} s of CPU: {on_two_cores / 60:.1f} min on two free cores")
    for name, seconds in found["analyses"].items():
        print(f"  {name:16} {seconds:5.1f} s of CPU a network")
    print("  " + ", ".join(f"{name} {size / 1000:.0f} kB" for name, size in found["bytes"].items()))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
    return int(min(found["wall_seconds"], on_two_cores) > 60 * WANTED_MINUTES)


if __name__ == "__main__":
    raise SystemExit(main())
