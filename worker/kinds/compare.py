"""Compares behavioural models on a dataset by cross-validation."""

from __future__ import annotations

import csv
import io

from models.behaviour.comparison import CannotCompare, Comparison, compare
from worker.context import JobContext, Refused
from worker.kinds.candidates import candidates_of
from worker.kinds.inputs import RESULT, as_input, encoded, note, result_id, trials_of

POINTWISE = "pointwise.csv"


def run(context: JobContext) -> None:
    """Compare, then store the result and the held-out log-likelihood of every trial."""
    request, store, made = context.request, context.store, result_id(context)
    dataset_id, seed = request["dataset_id"], int(request["seed"])
    inputs, trials = [as_input(store, "dataset", dataset_id)], trials_of(store, dataset_id)
    candidates = candidates_of(request["models"])
    try:
        found = compare(candidates, trials, int(request["folds"]), seed, context.report)
    except CannotCompare as error:
        raise Refused("These cannot be compared", f"{error}.") from error
    note(store, "comparison", made, dataset_hash=trials.hash)
    store.artifacts.write(
        "comparison",
        made,
        {RESULT: encoded(found.result), POINTWISE: pointwise_csv(found)},
        inputs=inputs,
        config=dict(request),
        seed=seed,
    )


def pointwise_csv(found: Comparison) -> bytes:
    """One row a trial: where it comes from, its fold (from 1), and the log-likelihood (nats) under each model."""
    trials = found.trials
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["row", "subject", "condition", "set_size", "fold", *found.names])
    columns = (trials.row, trials.subject, trials.condition, trials.set_size, found.fold, found.pointwise)
    for row, subject, condition, size, fold, values in zip(*(column.tolist() for column in columns), strict=True):
        about = [row, trials.subject_names[subject], trials.condition_names[condition], size, fold + 1]
        table.writerow([*about, *(f"{value:.6g}" for value in values)])
    return out.getvalue().encode()
