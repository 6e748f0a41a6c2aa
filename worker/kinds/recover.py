"""Finds out whether parameters, or models, are recovered on a dataset's displays."""

from __future__ import annotations

from models.behaviour.comparison import CannotCompare
from models.behaviour.model_recovery import recover_models
from models.behaviour.parameter_recovery import recover_parameters
from worker.context import JobContext, Refused
from worker.kinds.candidates import candidates_of
from worker.kinds.inputs import RESULT, as_input, encoded, note, result_id, trials_of

RECOVERIES = {"parameters": recover_parameters, "models": recover_models}


def run(context: JobContext) -> None:
    """Simulate, fit, compare, then store the result."""
    request, store, made = context.request, context.store, result_id(context)
    dataset_id, seed = request["dataset_id"], int(request["seed"])
    inputs, trials = [as_input(store, "dataset", dataset_id)], trials_of(store, dataset_id)
    candidates = candidates_of(request["models"])
    recover = RECOVERIES[request["kind"]]
    try:
        found = recover(candidates, trials, int(request["datasets"]), request.get("trials"), seed, context.report)
    except CannotCompare as error:
        raise Refused("Nothing can be recovered here", f"{error}.") from error
    note(store, "recovery", made, dataset_hash=trials.hash)
    store.artifacts.write("recovery", made, {RESULT: encoded(found)}, inputs=inputs, config=dict(request), seed=seed)
