"""Plans work: the row of what will be made and the job that makes it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from backend.model_names import fit_name
from backend.problems import Problem
from backend.rows import AnyRow, busy, find, parent
from backend.schemas.analyses import FidelityRequest, MechanismRequest
from backend.schemas.comparisons import ComparisonRequest, RecoveryRequest
from backend.schemas.fits import FitRequest, SurrogateRequest
from backend.schemas.networks import StudyRequest, TrainRequest
from backend.store import jobs
from backend.store.tables import (
    CANCELLED,
    DONE,
    FAILED,
    Analysis,
    Comparison,
    Dataset,
    Fit,
    Job,
    Network,
    Recovery,
    Study,
    Surrogate,
    new_id,
)
from backend.store.versions import versions

OBJECTIVE_NAMES = {
    "diffusion": "Diffusion network",
    "mean_matching": "Mean-matching network",
    "moment_matching": "Moment-matching network",
    "task_optimal": "Task-optimal network",
}
EXAMPLE_NAME = "Example: colours at eight places"


def _usable(session: Session, row: AnyRow) -> list[str]:
    """Ids of the job that must be done before ``row`` can be used.

    Raises:
        Problem: 409 when it never will be, or waits for a person's answer.
    """
    kind = parent(row)["kind"]
    if row.state == "question":
        raise Problem(409, "This dataset still has a question", "Answer it on the dataset's page, then start again.")
    if row.state in (FAILED, CANCELLED, "refused"):
        detail = f"“{row.name}” was not completed ({row.state}). Run it again, or choose another one."
        raise Problem(409, f"This {kind} cannot be used", detail)
    if isinstance(row, Dataset) and any(job.id != row.job_id for job in busy(session, [row])):
        raise Problem(409, "The dataset is just being read again", "Try again in a few seconds, when that has ended.")
    return [row.job_id] if row.job_id and row.state not in (DONE, "ready") else []


def _start(
    session: Session, row: AnyRow, kind: str, request: dict[str, Any], title: str, sources: Iterable[AnyRow]
) -> Job:
    """Store ``row`` and its job, which needs the unfinished jobs of ``sources``."""
    sources = list(sources)
    row.id = row.id or new_id()
    row.request, row.seed, row.versions = request, request.get("seed"), dict(versions())
    row.parents = [parent(source) for source in sources]
    row.dataset_hash = next((source.dataset_hash for source in sources if source.dataset_hash), None)
    session.add(row)
    session.flush()
    needs = [job_id for source in sources for job_id in _usable(session, source)]
    job = jobs.create(session, kind, request, title=title[:300], needs=needs, makes=(parent(row)["kind"], row.id))
    row.job_id = job.id
    session.flush()
    session.refresh(row)
    return job


def plan_read(session: Session, dataset: Dataset, request: dict[str, Any]) -> Job:
    """The first reading of a dataset."""
    dataset.id = dataset.id or new_id()
    return _start(session, dataset, "read", {"dataset_id": dataset.id, **request}, f"Read: {dataset.name}", [])


def plan_fit(session: Session, wanted: FitRequest) -> tuple[Fit, Job]:
    """A fit and its job; raises ``Problem`` when the dataset cannot be used."""
    dataset = find(session, Dataset, wanted.dataset_id)
    model = fit_name(wanted.model, wanted.options)
    row = Fit(name=wanted.name or model, dataset_id=dataset.id, model=wanted.model)
    request = wanted.model_dump(mode="json")
    return row, _start(session, row, "fit", request, f"Fit: {model}, {dataset.name}", [dataset])


def plan_comparison(session: Session, wanted: ComparisonRequest) -> tuple[Comparison, Job]:
    """A comparison of models on a dataset and its job."""
    dataset = find(session, Dataset, wanted.dataset_id)
    row = Comparison(name=wanted.name or f"{_models(len(wanted.models))} on {dataset.name}", dataset_id=dataset.id)
    title = f"Compare {_models(len(wanted.models))}: {dataset.name}"
    return row, _start(session, row, "compare", wanted.model_dump(mode="json"), title, [dataset])


def plan_recovery(session: Session, wanted: RecoveryRequest) -> tuple[Recovery, Job]:
    """A recovery on a dataset's displays and its job."""
    dataset = find(session, Dataset, wanted.dataset_id)
    what = {"parameters": "Parameter recovery", "models": "Model recovery"}[wanted.kind]
    name = wanted.name or f"{what} on {dataset.name}"
    row = Recovery(name=name, dataset_id=dataset.id, kind=wanted.kind)
    title = f"{what}, {_models(len(wanted.models))}: {dataset.name}"
    return row, _start(session, row, "recover", wanted.model_dump(mode="json"), title, [dataset])


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count} models"


def plan_surrogate(session: Session, wanted: SurrogateRequest) -> tuple[Surrogate, Job]:
    """Surrogate data and their job."""
    fit = find(session, Fit, wanted.fit_id)
    row = Surrogate(name=wanted.name or f"Surrogate of {fit.name}", fit_id=fit.id)
    request = wanted.model_dump(mode="json")
    return row, _start(session, row, "surrogate", request, f"Draw surrogate data: {fit.name}", [fit])


def plan_network(session: Session, wanted: TrainRequest) -> tuple[Network, Job]:
    """A network and the job that trains it; of an ensemble the first one, with the others stored beside it.

    An ensemble is the networks of one job; each has its own of the request's seeds.
    """
    name = wanted.name or OBJECTIVE_NAMES[wanted.objective]
    sources = [find(session, Fit, wanted.fit_id)] if wanted.fit_id else []
    request, seeds = wanted.stored(), wanted.all_seeds
    rows = [
        Network(
            id=new_id(),
            name=f"{name}, seed {seed}" if len(seeds) > 1 else name,
            fit_id=wanted.fit_id,
            objective=wanted.objective,
        )
        for seed in seeds
    ]
    title = f"Train: {name}" if len(rows) == 1 else f"Train {len(rows)} networks: {name}"
    first = rows[0]
    job = _start(session, first, "train", request, title, sources)
    for row, seed in zip(rows[1:], seeds[1:], strict=True):
        row.request, row.seed, row.versions, row.parents = request, seed, first.versions, first.parents
        row.dataset_hash, row.job_id, row.state = first.dataset_hash, job.id, first.state
        session.add(row)
    session.flush()
    return first, job


def plan_analysis(session: Session, wanted: FidelityRequest | MechanismRequest) -> tuple[Analysis, Job]:
    """An analysis and its job."""
    networks = [find(session, Network, id) for id in dict.fromkeys(wanted.network_ids)]
    label = {"fidelity": "Fidelity", "mechanism": "Mechanism"}[wanted.analysis]
    whose = networks[0].name if len(networks) == 1 else f"{len(networks)} networks"
    name = wanted.name or f"{label} of {whose}"
    row = Analysis(name=name, analysis=wanted.analysis)
    return row, _start(session, row, "analyse", wanted.model_dump(mode="json"), name, networks)


def plan_study(session: Session, wanted: StudyRequest) -> tuple[Study, list[Job]]:
    """The whole chain; every step waits for the one that it is made from."""
    started: list[Job] = []
    if wanted.dataset_id is None:
        dataset = Dataset(name=wanted.name or EXAMPLE_NAME, example=True)
        started.append(plan_read(session, dataset, {"mapping": None, "source": "example", "seed": wanted.seed}))
    else:
        dataset = find(session, Dataset, wanted.dataset_id)
    seed = wanted.seed
    fit, fit_job = plan_fit(session, FitRequest(dataset_id=dataset.id, model="bns", seed=seed))
    other, other_job = plan_fit(session, FitRequest(dataset_id=dataset.id, model="three_component", seed=seed))
    surrogate, draw_job = plan_surrogate(session, SurrogateRequest(fit_id=fit.id, seed=seed))
    network, train_job = plan_network(session, TrainRequest(fit_id=fit.id, budget=wanted.budget, seed=seed))
    analysis, last_job = plan_analysis(session, FidelityRequest(network_ids=[network.id], seed=seed))
    started += [fit_job, other_job, draw_job, train_job, last_job]
    made: list[tuple[str, AnyRow]] = [
        ("Dataset", dataset), ("BNS fit", fit), ("Three-component fit", other), ("Surrogate data", surrogate),
        ("Network", network), ("Fidelity", analysis),
    ]  # fmt: skip
    kinds = {"dataset": "read", "fit": "fit", "surrogate": "surrogate", "network": "train", "analysis": "analyse"}
    steps = [
        {"title": title, "kind": kinds[parent(row)["kind"]], "job_id": row.job_id, "result": parent(row)}
        for title, row in made
    ]
    study = Study(
        id=new_id(), name=wanted.name or dataset.name, dataset_id=dataset.id, steps=steps, parents=[parent(dataset)],
        request=wanted.model_dump(mode="json"), seed=seed, versions=dict(versions()),
    )  # fmt: skip
    session.add(study)
    session.flush()
    return study, started
