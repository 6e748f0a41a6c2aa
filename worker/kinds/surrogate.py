"""Draws surrogate responses from a fitted model, for the dataset's displays or for new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from models.behaviour.model import BehaviourModel
from models.behaviour.surrogate import surrogate
from models.progress import Progress
from models.trials import Trials
from worker.context import JobContext, Refused
from worker.kinds.inputs import (
    RESULT,
    as_input,
    dataset_of_fit,
    display_law,
    encoded,
    model_of,
    note,
    result_id,
    trials_of,
)
from worker.kinds.table_files import to_parquet


def draw(model: BehaviourModel, recorded: Trials, request: Mapping[str, Any]) -> Trials:
    """Surrogate trials as the request (see ``SurrogateRequest``) wants them.

    The dataset's displays keep their subjects and conditions; when another number of trials is wanted than was
    recorded, they are drawn with replacement.

    Raises:
        Refused: when the model cannot answer such displays.
    """
    seed, wanted, where = int(request["seed"]), request.get("trials"), request.get("displays", "dataset")
    generator = torch.Generator().manual_seed(seed)
    if where == "dataset":
        template = recorded
        if wanted is not None and wanted != len(recorded):
            template = recorded.select(torch.randint(len(recorded), (wanted,), generator=generator))
        displays = template.displays
    else:
        displays = display_law(where["law"], recorded.displays).draw(wanted or len(recorded), generator)
        template = Trials.build(displays, torch.zeros(len(displays), dtype=torch.float64))
    try:
        shown = template if where == "dataset" else displays
        response = surrogate(model, shown, seed, request.get("draw", "posterior"))
    except ValueError as error:
        raise Refused("The model cannot answer these displays", f"{error}.") from error
    return Trials(
        displays, response, template.subject, template.subject_names, template.condition, template.condition_names,
        template.row,
    )  # fmt: skip


def run(context: JobContext) -> None:
    """Draw and store."""
    request, store, made = context.request, context.store, result_id(context)
    fit_id = request["fit_id"]
    dataset_id = dataset_of_fit(store, fit_id)
    inputs = [as_input(store, "fit", fit_id), as_input(store, "dataset", dataset_id)]
    recorded = trials_of(store, dataset_id)
    context.report(Progress(0.1, "Drawing responses"))
    drawn = draw(model_of(store, fit_id), recorded, request)
    context.report(Progress(0.8, "Writing the table"))
    counts = {str(size): int((drawn.set_size == size).sum()) for size in drawn.set_sizes}
    summary = {"trials": len(drawn), "set_sizes": drawn.set_sizes, "trials_by_set_size": counts, "hash": drawn.hash}
    note(store, "surrogate", made, dataset_hash=recorded.hash)
    store.artifacts.write(
        "surrogate",
        made,
        {"data.parquet": to_parquet(drawn), RESULT: encoded(summary)},
        inputs=inputs,
        config=dict(request),
        seed=int(request["seed"]),
    )
