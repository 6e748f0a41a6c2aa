"""One file a kind of job. A new kind is one file and one line here; its module is imported when it is needed."""

from __future__ import annotations

KINDS = {
    "read": "worker.kinds.read:run",
    "fit": "worker.kinds.fit:run",
    "compare": "worker.kinds.compare:run",
    "recover": "worker.kinds.recover:run",
    "surrogate": "worker.kinds.surrogate:run",
    "train": "worker.kinds.train:run",
    "analyse": "worker.kinds.analyse:run",
}
