"""A store, and a way to do one job of any kind in this process, as its child process would."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.settings import Settings
from backend.store.store import Store, open_store
from backend.store.tables import MADE, new_id
from worker.context import JobContext
from worker.runner import find_kind

TINY = {
    "objective": "diffusion", "neurons": 8, "hidden": 16, "stimulus_steps": 2, "delay_steps": [2, 2], "cue_steps": 2,
    "recall_steps": 6, "steps": 40, "held_out": 8, "pool": 64, "displays_per_batch": 8, "evaluations": 2,
    "averaging": 0.9,
}  # fmt: skip


class Bench:
    """Rows and jobs by hand."""

    def __init__(self, settings: Settings) -> None:
        self.store: Store = open_store(settings, migrating=True)
        self.sent: list[dict[str, Any]] = []

    def row(self, kind: str, /, **values: Any) -> str:
        id = new_id()
        with self.store.session() as session:
            session.add(MADE[kind](id=id, **values))
        return id

    def get(self, kind: str, id: str) -> Any:
        with self.store.session() as session:
            return session.get(MADE[kind], id)

    def do(
        self, kind: str, request: dict[str, Any], made: str | None, *, job: str = "job1",
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        folder = self.store.settings.checkpoint(job)
        folder.mkdir(parents=True, exist_ok=True)
        context = JobContext(
            job, json.loads(json.dumps(request)), 1, made, [], self.store, folder, logging.getLogger(kind),
            self.sent.append, interrupted,
        )  # fmt: skip
        find_kind(kind, self.store.settings)(context)

    def dataset(self, data: bytes, name: str = "trials.csv", **request: Any) -> str:
        id = self.row("dataset", name=name, file={"name": name, "bytes": len(data), "sha256": "0", "format": None})
        (self.store.settings.uploads_dir / id).write_bytes(data)
        self.do("read", {"dataset_id": id, "mapping": None, "source": "upload", **request}, id)
        return id

    def fit(self, dataset_id: str, model: str = "three_component", **options: Any) -> str:
        id = self.row("fit", dataset_id=dataset_id, model=model)
        request = {"dataset_id": dataset_id, "model": model, "options": options, "seed": 3}
        self.do("fit", request, id)
        return id

    def network(self, request: dict[str, Any], **more: Any) -> str:
        id = self.row("network", objective="diffusion", request=request, fit_id=request.get("fit_id"))
        self.do("train", request, id, **more)
        return id


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Settings(data_dir=tmp_path / "data"))


def law_request(**changes: Any) -> dict[str, Any]:
    return {
        "fit_id": None, "law": {"kind": "smooth"}, "displays": {"kind": "uniform", "set_sizes": [2]},
        "objective": "diffusion", "config": {**TINY, **changes}, "budget": "quick", "seed": 5,
    }  # fmt: skip
