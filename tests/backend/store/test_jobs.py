"""What may happen to a job, and that each of it happens once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from backend.store import claims, jobs
from backend.store.tables import Dataset, Fit


def add(store, kind="fit", **more):
    with store.session() as session:
        return jobs.create(session, kind, {"seed": 1}, **more).id


def claim(store, lease=6.0, queues=("cpu", "gpu", "quick")):
    with store.session() as session:
        return claims.claim(session, list(queues), "me", lease)


def state(store, job_id):
    with store.session() as session:
        return jobs.get(session, job_id).state


def do(store, function, *arguments):
    with store.session() as session:
        return function(session, *arguments)


def test_the_oldest_job_of_the_queues_is_claimed_once(store):
    first, quick, second = add(store), add(store, "read"), add(store)
    assert claim(store, queues=["cpu"]).job_id == first
    assert claim(store, queues=["cpu"]).job_id == second
    assert claim(store, queues=["cpu", "gpu"]) is None
    assert claim(store, queues=["quick"]).job_id == quick


def test_many_claimers_at_once_get_each_job_once(store):
    ids = {add(store) for _ in range(20)}
    start, got = threading.Barrier(8), []

    def take():
        start.wait()
        while (taken := claim(store)) is not None:
            got.append(taken.job_id)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(take) for _ in range(8)]:
            future.result()
    # on PostgreSQL a claimer whose candidates are all locked by others may leave early; the next one finds the rest
    while (taken := claim(store)) is not None:
        got.append(taken.job_id)
    assert len(got) == 20
    assert set(got) == ids


def test_an_attempt_whose_lease_ran_out_is_fenced_off(store):
    job_id = add(store)
    old = claim(store, lease=-1.0)
    assert do(store, claims.reap, 3) == [job_id]
    new = claim(store)
    assert (new.job_id, new.attempt) == (job_id, 2)
    assert do(store, claims.renew, old, 6.0) is None
    assert do(store, claims.report, old, {"progress": 0.9}) is False
    assert do(store, claims.finish, old) is None
    assert do(store, claims.release, old) is None
    assert do(store, claims.renew, new, 6.0) == claims.Wishes(cancel=False, pause=False)
    assert do(store, claims.finish, new) == [job_id]


def test_a_living_lease_is_not_reaped(store):
    job_id = add(store)
    claim(store)
    assert do(store, claims.reap, 3) == []
    assert state(store, job_id) == "running"


def test_lost_leases_end_in_failure_after_so_many_attempts(store):
    job_id = add(store)
    for expected in ("queued", "queued", "failed"):
        claim(store, lease=-1.0)
        do(store, claims.reap, 3)
        assert state(store, job_id) == expected
    with store.session() as session:
        assert "3 times" in jobs.get(session, job_id).error["title"]


def test_a_wish_is_kept_when_the_worker_dies(store):
    cancelled, paused = add(store), add(store)
    claim(store, lease=-1.0)
    claim(store, lease=-1.0)
    do(store, jobs.cancel, cancelled)
    do(store, jobs.pause, paused)
    do(store, claims.reap, 3)
    assert state(store, cancelled) == "cancelled"
    assert state(store, paused) == "paused"


def test_reapers_at_once_requeue_once(store):
    job_id = add(store)
    claim(store, lease=-1.0)
    with ThreadPoolExecutor(6) as pool:
        changed = [id for ids in pool.map(lambda _: do(store, claims.reap, 3), range(12)) for id in ids]
    assert changed == [job_id]
    with store.session() as session:
        assert jobs.get(session, job_id).crashes == 1


def test_a_chain_waits_and_goes_on(store):
    first = add(store)
    second = add(store, needs=[first])
    third = add(store, needs=[first, second])
    assert [state(store, id) for id in (first, second, third)] == ["queued", "waiting", "waiting"]
    assert set(do(store, claims.finish, claim(store))) == {first, second}
    assert set(do(store, claims.finish, claim(store))) == {second, third}
    assert state(store, third) == "queued"
    assert state(store, add(store, needs=[first])) == "queued"


def test_failure_spreads_and_a_retry_mends_the_chain(store):
    first = add(store, title="Fit A")
    second = add(store, needs=[first])
    third = add(store, needs=[second])
    changed = do(store, claims.fail, claim(store), {"title": "Too few trials", "detail": ""})
    assert set(changed) == {first, second, third}
    with store.session() as session:
        assert jobs.get(session, second).error["detail"] == "“Fit A”: Too few trials"
        assert jobs.get(session, third).state == "failed"
    late = add(store, needs=[third])
    assert state(store, late) == "failed"
    again = do(store, jobs.retry, third)
    assert {job.id: job.state for job in again} == {
        first: "queued",
        second: "waiting",
        third: "waiting",
        late: "waiting",
    }
    assert all(job.error is None for job in again)
    with pytest.raises(jobs.NotNow):
        do(store, jobs.retry, first)


def test_cancel_spreads(store):
    first = add(store)
    second = add(store, needs=[first])
    do(store, jobs.cancel, first)
    assert [state(store, id) for id in (first, second)] == ["cancelled", "cancelled"]
    do(store, jobs.cancel, first)
    assert claim(store) is None


def test_a_pause_that_is_taken_back_in_time_does_not_stick(store):
    job_id = add(store)
    held = claim(store)
    do(store, jobs.pause, job_id)
    assert do(store, claims.renew, held, 6.0).pause
    do(store, jobs.resume, job_id)
    do(store, claims.paused, held)
    assert state(store, job_id) == "queued"
    do(store, jobs.pause, job_id)
    assert claim(store) is None
    do(store, jobs.resume, job_id)
    assert claim(store).attempt == 2
    with pytest.raises(jobs.NotNow):
        do(store, jobs.resume, job_id)


def test_a_waiting_job_may_be_paused_and_resumed(store):
    first = add(store)
    second = add(store, needs=[first])
    do(store, jobs.pause, second)
    do(store, claims.finish, claim(store))
    assert state(store, second) == "paused"
    do(store, jobs.resume, second)
    assert state(store, second) == "queued"


def test_points_of_a_resumed_job_replace_those_it_repeats(store):
    job_id = add(store)
    held = claim(store)
    do(store, claims.report, held, {"progress": 0.5}, [{"step": step, "loss": 1.0} for step in (0, 10, 20, 30)])
    do(store, claims.report, held, {"progress": 0.5}, [{"step": step, "loss": 2.0} for step in (20, 30, 40)], {"a": 1})
    with store.session() as session:
        points = jobs.points(session, job_id)
        assert [(point["step"], point["loss"]) for point in points] == [(0, 1), (10, 1), (20, 2), (30, 2), (40, 2)]
        assert jobs.points(session, job_id, after=3) == points[4:]
        assert jobs.get(session, job_id).picture == {"a": 1}


def test_what_a_job_makes_follows_its_state(store):
    with store.session() as session:
        fit = Fit(dataset_id="d", model="bns", seed=2**40)
        data = Dataset(name="x.csv", state="reading")
        session.add_all([fit, data])
        session.flush()
        jobs.create(session, "fit", {}, makes=("fit", fit.id))
        jobs.create(session, "read", {}, makes=("dataset", data.id))

    def states():
        with store.session() as session:
            return session.get(Fit, fit.id).state, session.get(Dataset, data.id).state

    fitting, reading = claim(store), claim(store)
    assert states() == ("running", "reading")
    do(store, claims.finish, fitting)
    do(store, claims.fail, reading, {"title": "No responses", "detail": ""})
    assert states() == ("done", "refused")


def test_json_of_a_job_has_its_place_in_the_queue(store):
    add(store)
    last = add(store, title="Second")
    with store.session() as session:
        told = jobs.to_json(session, jobs.get(session, last))
    assert (told["position"], told["state"], told["title"], told["started"]) == (2, "queued", "Second", None)
    assert told["created"].endswith("Z")


def test_unfinished_jobs_are_listed_before_old_ones(store):
    done = [add(store) for _ in range(3)]
    for _ in done:
        do(store, claims.finish, claim(store))
    waiting = add(store)
    with store.session() as session:
        assert next(job.id for job in jobs.recent(session, limit=2)) == waiting


def test_a_needed_job_must_exist(store):
    with pytest.raises(jobs.JobMissing):
        add(store, needs=["0" * 32])


def test_the_database_s_clock_is_the_time(store):
    job_id = add(store)
    claim(store, lease=6.0)
    with store.session() as session:
        assert jobs.get(session, job_id).lease_until == pytest.approx(time.time() + 6.0, abs=1.0)


def test_the_claim_skips_rows_that_others_are_claiming_on_postgresql():
    statement = claims.claim_statement(["cpu"], "me", 6.0)
    compiled = str(statement.compile(dialect=postgresql.dialect()))
    assert "FOR UPDATE SKIP LOCKED" in compiled
    assert "RETURNING jobs.id, jobs.attempt, jobs.kind" in compiled
    assert "clock_timestamp()" in compiled
    compiled = str(statement.compile(dialect=sqlite.dialect()))
    assert "FOR UPDATE" not in compiled
    assert "julianday('now')" in compiled
