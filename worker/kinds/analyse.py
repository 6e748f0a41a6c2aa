"""Analyses trained networks. A new analysis is one function here and one line where it is registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backend.store.tables import Network
from models.analysis.fidelity import network_fidelity
from models.progress import Progress
from worker.context import JobContext, Refused
from worker.kinds.inputs import RESULT, as_input, encoded, laws_of, network_of, result_id, training_request
from worker.kinds.mechanism import mechanism

_APART = 7_919  # between the seeds of training and of analysis, so that no display of the training comes again
SeedOf = Callable[[str], int]


def fidelity(context: JobContext, ids: Sequence[str], seed_of: SeedOf) -> dict[str, bytes]:
    """How far each network's responses are from the law that it was trained on, on new displays."""
    options = {name: int(value) for name, value in context.request.get("options", {}).items()}
    unknown = sorted(set(options) - {"displays", "runs"})
    if unknown:
        raise Refused("There is no such option", f"Fidelity knows displays and runs, not {', '.join(unknown)}.")
    results: dict[str, dict[str, Any]] = {}
    for place, id in enumerate(ids):

        def part(progress: Progress, place: int = place) -> None:
            context.report(Progress((place + progress.fraction) / len(ids), progress.message))

        displays, law = laws_of(context.store, training_request(context.store, id))
        results[id] = network_fidelity(network_of(context.store, id), displays, law, seed_of(id), part, **options)
    return {RESULT: encoded({"analysis": "fidelity", "networks": results})}


ANALYSES: dict[str, Callable[[JobContext, Sequence[str], SeedOf], dict[str, bytes]]] = {
    "fidelity": fidelity,
    "mechanism": mechanism,
}


def run(context: JobContext) -> None:
    """Analyse the networks and store what was found."""
    request, store, made = context.request, context.store, result_id(context)
    ids = list(dict.fromkeys(request["network_ids"]))
    inputs = [as_input(store, "network", network_id) for network_id in ids]

    def seed_of(network_id: str) -> int:
        """Networks of one training seed see the same displays, whatever their objective."""
        return (_training_seed(context, network_id) + 1) * _APART + int(request["seed"])

    files = ANALYSES[request["analysis"]](context, ids, seed_of)
    store.artifacts.write(
        "analysis", made, files, inputs=inputs, config=dict(request), seed=int(request["seed"])
    )  # fmt: skip


def _training_seed(context: JobContext, network_id: str) -> int:
    with context.store.session() as session:
        row = session.get(Network, network_id)
    if row is None:
        raise Refused("The network is not there (any more)", "It was deleted.")
    return int(row.seed if row.seed is not None else row.request["seed"])
