"""Plans the published comparison: an ensemble of every condition, then the mechanism of all networks."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.planning import plan_analysis, plan_network
from backend.rows import AnyRow, parent
from backend.schemas.analyses import MechanismRequest
from backend.schemas.published import CONDITIONS, PublishedStudyRequest
from backend.store.tables import Job, Network, Study, new_id
from backend.store.versions import versions

NAME = "Published comparison: two items"
MECHANISM = "Mechanism"


def plan_published(session: Session, wanted: PublishedStudyRequest) -> tuple[Study, list[Job]]:
    """The study and its jobs; it rests on no dataset."""
    started, ids, made = list[Job](), list[str](), list[tuple[str, str, AnyRow]]()
    for name, training in zip(wanted.conditions, wanted.trainings(), strict=True):
        first, job = plan_network(session, training)
        started.append(job)
        ids += session.scalars(select(Network.id).where(Network.job_id == job.id))
        made.append((CONDITIONS[name].title, "train", first))
    title = wanted.name or NAME
    analysis, job = plan_analysis(
        session,
        MechanismRequest(network_ids=ids, options=wanted.options, seed=wanted.seed, name=f"{MECHANISM}: {title}"[:200]),
    )
    started.append(job)
    made.append((MECHANISM, "analyse", analysis))
    steps = [{"title": words, "kind": kind, "job_id": row.job_id, "result": parent(row)} for words, kind, row in made]
    study = Study(
        id=new_id(), name=title, dataset_id="", steps=steps, request=wanted.model_dump(mode="json"), seed=wanted.seed,
        versions=dict(versions()),
    )  # fmt: skip
    session.add(study)
    session.flush()
    return study, started
