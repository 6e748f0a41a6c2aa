"""Analyses trained networks. A new analysis is one function here and one line where it is registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.analysis.fidelity import network_fidelity
from models.progress import Progress, Report
from worker.context import JobContext, Refused
from worker.kinds.inputs import RESULT, as_input, encoded, laws_of, network_of, result_id, training_request

_APART = 7_919  # between the seeds of training and of analysis, so that no display of the training comes again


def fidelity(context: JobContext, network_id: str, seed: int, report: Report) -> dict[str, Any]:
    """How far a network's responses are from the law that it was trained on, on new displays."""
    displays, law = laws_of(context.store, training_request(context.store, network_id))
    options = {name: int(value) for name, value in context.request.get("options", {}).items()}
    unknown = sorted(set(options) - {"displays", "runs"})
    if unknown:
        raise Refused("There is no such option", f"Fidelity knows displays and runs, not {', '.join(unknown)}.")
    return network_fidelity(network_of(context.store, network_id), displays, law, seed, report, **options)


ANALYSES: dict[str, Callable[[JobContext, str, int, Report], dict[str, Any]]] = {"fidelity": fidelity}


def run(context: JobContext) -> None:
    """Analyse each network, then store the results by network."""
    request, store, made = context.request, context.store, result_id(context)
    ids = list(dict.fromkeys(request["network_ids"]))
    analyse = ANALYSES[request["analysis"]]
    inputs = [as_input(store, "network", network_id) for network_id in ids]
    results: dict[str, dict[str, Any]] = {}
    for place, network_id in enumerate(ids):

        def part(progress: Progress, place: int = place) -> None:
            context.report(Progress((place + progress.fraction) / len(ids), progress.message))

        own = int(training_request(store, network_id)["seed"])
        results[network_id] = analyse(context, network_id, (own + 1) * _APART + int(request["seed"]), part)
    store.artifacts.write(
        "analysis", made, {RESULT: encoded({"analysis": request["analysis"], "networks": results})},
        inputs=inputs, config=dict(request), seed=int(request["seed"]),
    )  # fmt: skip
