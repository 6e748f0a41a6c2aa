"""Fits a behavioural model to a dataset."""

from __future__ import annotations

from models.behaviour import storage
from models.behaviour.fitting import CannotFit, FitConfig, fit
from models.behaviour.result import result
from worker.context import JobContext, Refused
from worker.kinds.inputs import READING, RESULT, as_input, encoded, note, result_id, trials_of


def run(context: JobContext) -> None:
    """Fit, then store the model and its result."""
    request, store, fit_id = context.request, context.store, result_id(context)
    dataset_id = request["dataset_id"]
    inputs, trials = [as_input(store, "dataset", dataset_id)], trials_of(store, dataset_id)
    seed = int(request["seed"])
    try:
        config = FitConfig.from_json({"model": request["model"], **request.get("options", {})})
        fitted = fit(config, trials, seed, context.report)
    except CannotFit as error:
        raise Refused("This model cannot be fitted to these data", f"{error}.") from error
    except ValueError as error:
        raise Refused("These settings cannot be used", f"{error}.") from error
    truth = store.artifacts.read_json("dataset", dataset_id, READING).get("truth")
    found = {**result(fitted, trials, truth), "dataset_hash": trials.hash}
    note(store, "fit", fit_id, dataset_hash=trials.hash)
    store.artifacts.write(
        "fit",
        fit_id,
        {**storage.dump(fitted), RESULT: encoded(found)},
        inputs=inputs,
        config=config.to_json(),
        seed=seed,
    )
