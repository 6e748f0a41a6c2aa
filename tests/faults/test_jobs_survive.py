"""Nothing is lost and nothing runs twice, whatever is killed."""

from __future__ import annotations

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from backend.queue import Queue, Reaper
from backend.store import jobs
from tests.faults.conftest import eventually


def steps_once_in_order(yard, job_id, steps):
    """Every step was worked on in order; only the step that an attempt died in was begun again."""
    trace = yard.trace(job_id)
    assert {line["step"] for line in trace} == set(range(steps))
    for before, after in pairwise(trace):
        again = 0 if after["attempt"] == before["attempt"] else 1
        assert after["step"] in ((before["step"] + 1,) if not again else (before["step"], before["step"] + 1))
    return trace


def test_a_job_runs_and_its_points_arrive_in_order(yard):
    with yard.listening() as heard:
        job_id = yard.add("count", {"steps": 20, "seconds": 0.01})
        job = yard.until(job_id)
    assert (job.state, job.progress, job.attempt) == ("done", 1.0, 1)
    with yard.store.session() as session:
        assert [point["step"] for point in jobs.points(session, job_id)] == list(range(20))
    points = [event["data"]["point"]["square"] for event in heard if event["event"] == "point"]
    assert points == [step**2 for step in range(20)]
    states = [event["data"]["state"] for event in heard if event["event"] == "job"]
    assert states[0] == "queued"
    assert states[-1] == "done"
    fractions = [event["data"]["progress"] for event in heard if event["event"] == "job"]
    assert fractions == sorted(fractions)
    assert not yard.settings.checkpoint(job_id).exists()
    assert "counted to 20" in yard.settings.job_log(job_id).read_text()


@pytest.mark.parametrize("request_", [{}, {"computing": True}], ids=["asleep", "computing"])
def test_cancel_takes_effect_in_two_seconds_even_inside_one_long_operation(yard, request_):
    """The promise is 2 s. The supervisor itself needs 1.6 s at most; on a machine that is busy otherwise it may get no
    turn in time, so that one of three tries has to keep the promise."""
    took = []
    while not took or (min(took) >= 2.0 and len(took) < 3):
        job_id = yard.add("sleep", request_)
        yard.until_message(job_id, "deep")
        pid, asked = yard.runner(job_id), time.monotonic()
        assert pid
        yard.ask(jobs.cancel, job_id)
        yard.until(job_id, "cancelled")
        took.append(time.monotonic() - asked)
        assert not yard.runner(job_id)
    print(f"cancelled after {took} s")
    assert min(took) < 2.0


def test_cancel_kills_what_the_job_started(yard):
    job_id = yard.add("stubborn")
    yard.until_message(job_id, "stubborn")
    grandchild = int((yard.settings.data_dir / "grandchild").read_text())
    yard.ask(jobs.cancel, job_id)
    yard.until(job_id, "cancelled")
    status = Path(f"/proc/{grandchild}/status")
    assert not status.exists() or "zombie" in status.read_text()


def test_a_queued_job_is_cancelled_without_running(yard):
    first = yard.add("count", {"steps": 15})
    second = yard.add("count", {"steps": 3})
    yard.ask(jobs.cancel, second)
    assert yard.job(second).state == "cancelled"
    assert yard.until(first).state == "done"
    assert yard.trace(second) == []


def test_pause_and_resume_go_on_from_the_checkpoint(yard):
    job_id = yard.add("count", {"steps": 30})
    yard.until_message(job_id)
    yard.ask(jobs.pause, job_id)
    paused = yard.until(job_id, "paused")
    assert 0 < paused.progress < 1
    assert not yard.runner(job_id)
    yard.ask(jobs.resume, job_id)
    assert yard.until(job_id).state == "done"
    trace = steps_once_in_order(yard, job_id, 30)
    assert {line["attempt"] for line in trace} == {1, 2}
    assert yard.job(job_id).crashes == 0


def test_a_killed_runner_goes_on_from_its_checkpoint(yard):
    job_id = yard.add("count", {"steps": 30})
    yard.until_message(job_id)
    os.kill(yard.runner(job_id), signal.SIGKILL)
    job = yard.until(job_id)
    assert (job.state, job.attempt, job.crashes) == ("done", 2, 1)
    steps_once_in_order(yard, job_id, 30)
    with yard.store.session() as session:
        assert [point["step"] for point in jobs.points(session, job_id)] == list(range(30))


def test_a_job_that_always_dies_fails_after_three_attempts(yard):
    job = yard.until(yard.add("dies", {"times": 99}))
    assert (job.state, job.attempt) == ("failed", 3)
    assert "3 times" in job.error["title"]
    assert "memory" in job.error["detail"]
    assert yard.until(yard.add("dies", {"times": 2})).state == "done"


def test_a_job_of_which_a_process_was_killed_is_started_again(yard):
    job = yard.until(yard.add("dies", {"times": 1, "how": "a process of it"}))
    assert (job.state, job.attempt, job.crashes) == ("done", 2, 1)


def test_errors_are_told_in_words_and_traced_in_the_log_only(yard):
    broken, refused = yard.add("broken"), yard.add("refused")
    job = yard.until(broken)
    assert job.error["title"] == "The program made an error"
    assert "Traceback" not in str(job.error)
    log = yard.settings.job_log(broken).read_text()
    assert "Traceback" in log
    assert "a print of a library" in log
    assert yard.until(refused).error == {
        "title": "The file has no responses",
        "detail": "A column of angles is needed.",
        "errors": [{"row": 3, "column": "x"}],
    }
    unknown = yard.until(yard.add("nonsense"))
    assert "nonsense" in unknown.error["detail"]


def test_needs_are_awaited_and_failures_spread(yard):
    first = yard.add("count", {"steps": 10, "seconds": 0.02}, title="first")
    second = yard.add("count", {"steps": 2, "seconds": 0.02}, needs=[first])
    assert yard.job(second).state == "waiting"
    assert yard.until(second).state == "done"
    assert min(line["at"] for line in yard.trace(second)) > max(line["at"] for line in yard.trace(first))

    bad = yard.add("refused", title="reading")
    after = yard.add("count", {"steps": 1}, needs=[bad])
    last = yard.add("count", {"steps": 1}, needs=[after])
    assert yard.until(last).state == "failed"
    assert yard.job(after).error["detail"] == "“reading”: The file has no responses"


def test_rings_that_come_twice_run_the_job_once(yard):
    job_id = yard.add("count", {"steps": 10})
    for _ in range(5):
        yard.queue.ring("cpu")
    assert yard.until(job_id).state == "done"
    time.sleep(0.5)
    assert len({line["pid"] for line in yard.trace(job_id)}) == 1


def test_many_reapers_and_two_workers_run_each_job_once(yard):
    yard.start_worker("second", "cpu")
    reapers = [Reaper(yard.store, Queue(yard.settings)) for _ in range(4)]
    ids = [yard.add("count", {"steps": 4, "seconds": 0.02}) for _ in range(6)]
    with ThreadPoolExecutor(4) as pool:
        while any(yard.job(job_id).state != "done" for job_id in ids):
            list(pool.map(lambda reaper: reaper.sweep(), reapers))
            time.sleep(0.05)
    for job_id in ids:
        assert [line["step"] for line in yard.trace(job_id)] == list(range(4))
    yard.processes["second"].ask_to_stop()
    yard.processes["second"].wait(5)


def test_a_killed_worker_s_job_goes_on_at_another(yard):
    job_id = yard.add("count", {"steps": 40})
    yard.until_message(job_id)
    runner, died = yard.runner(job_id), time.monotonic()
    yard.kill("jobs")
    eventually(lambda: yard.runner(job_id) == 0, within=5)
    assert runner
    yard.start_worker("jobs", "cpu,gpu")
    yard.until_attempt(job_id, 2)
    print(f"running again after {time.monotonic() - died:.1f} s with a lease of 2 s")
    assert yard.until(job_id).state == "done"
    steps_once_in_order(yard, job_id, 40)


def test_a_frozen_worker_s_runner_ends_before_another_begins(yard):
    job_id = yard.add("count", {"steps": 40, "seconds": 0.1})
    yard.until_message(job_id)
    frozen = yard.processes["jobs"].popen
    frozen.send_signal(signal.SIGSTOP)
    yard.start_worker("other", "cpu")
    yard.until_attempt(job_id, 2)
    frozen.send_signal(signal.SIGCONT)
    assert yard.until(job_id).state == "done"
    trace = steps_once_in_order(yard, job_id, 40)
    last_of_first = max(line["at"] for line in trace if line["attempt"] == 1)
    assert last_of_first < min(line["at"] for line in trace if line["attempt"] == 2)
    yard.processes["other"].ask_to_stop()
    yard.processes["other"].wait(5)


def test_a_broker_that_loses_its_data_loses_no_job(yard):
    running = yard.add("count", {"steps": 40})
    queued = yard.add("count", {"steps": 3})
    yard.until_message(running)
    yard.kill("broker")
    shutil.rmtree(yard.settings.data_dir / "broker" / "appendonlydir")
    yard.start_broker()
    assert yard.queue.length("cpu") == 0
    assert yard.until(running).state == "done"
    assert yard.until(queued, within=20).state == "done"
    assert {line["attempt"] for line in yard.trace(running)} == {1}


def test_a_worker_that_is_stopped_hands_its_job_on(yard):
    job_id = yard.add("count", {"steps": 40})
    yard.until_message(job_id)
    asked = time.monotonic()
    yard.processes["jobs"].ask_to_stop()
    yard.processes["jobs"].wait(10)
    print(f"stopped after {time.monotonic() - asked:.1f} s")
    assert yard.job(job_id).state == "queued"
    yard.start_worker("jobs", "cpu,gpu")
    job = yard.until(job_id)
    assert (job.state, job.attempt, job.crashes) == ("done", 2, 0)
    steps_once_in_order(yard, job_id, 40)
