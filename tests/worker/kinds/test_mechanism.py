"""The report on a mechanism as a job: what it stores, that it goes on where it was stopped, and what it refuses."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.progress import Interrupted, Progress, Report
from tests.worker.kinds.conftest import Bench, law_request
from tests.worker.kinds.test_kinds import complete
from worker.context import Refused
from worker.kinds import mechanism

MEASURED: list[tuple[int, str]] = []


def planted(name: str) -> Any:
    """An analysis that notes what it is asked for, and finds the network's number of neurons and its seed."""

    def measure(subject: Subject, report: Report) -> Result:
        MEASURED.append((subject.seed, name))
        report(Progress(0.5, name))
        if name == "cue_sweep":
            raise NothingToAnalyse("There is no cue.")
        return Result(
            {}, {"before": float(subject.seed), "after": 1.0, "change": float("nan")}, {}, {"seed": subject.seed}
        )

    return measure


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Planted analyses, in this process."""
    MEASURED.clear()
    monkeypatch.setattr(mechanism, "ANALYSES", {name: planted(name) for name in ("planes", "cue_sweep", "refit")})
    monkeypatch.setattr(mechanism, "PROCESSES", 1)
    return MEASURED


def networks(bench: Bench, *seeds: int) -> list[str]:
    """Tiny networks that differ in their seed."""
    ids = []
    for seed in seeds:
        request = law_request() | {"seed": seed}
        ids.append(bench.row("network", name=f"Net {seed}", objective="diffusion", request=request, seed=seed))
        bench.do("train", request, ids[-1], job=f"train{seed}")
    return ids


def wanted(ids: list[str], **options: Any) -> dict[str, Any]:
    return {"network_ids": ids, "analysis": "mechanism", "options": options, "seed": 1, "name": None}


def result(bench: Bench, id: str) -> Any:
    return bench.store.artifacts.read_json("analysis", id, "result.json")


def test_the_report_is_stored_with_its_inputs(bench: Bench, quick: list[tuple[int, str]]) -> None:
    ids = networks(bench, 5, 6)
    made = bench.row("analysis", analysis="mechanism")
    bench.do("analyse", wanted([*ids, ids[0]]), made)
    manifest = complete(bench, "analysis", made, [("network", id) for id in ids])
    assert manifest.seed == 1
    assert manifest.config["analysis"] == "mechanism"
    found = result(bench, made)
    assert found["analysis"] == "mechanism"
    (group,) = found["groups"]
    assert (group["name"], group["networks"], group["seeds"]) == ("Diffusion", ids, [5, 6])
    assert group["analyses"]["cue_sweep"] == {"nothing": "There is no cue."}
    assert group["analyses"]["planes"]["measures"]["change"]["mean"] is None
    assert found["networks"][ids[0]]["name"] == "Net 5"
    assert found["verdict"]["headline"]
    loaded = np.load(io.BytesIO(bench.store.artifacts.read("analysis", made, "results.npz")), allow_pickle=False)
    assert loaded["Diffusion/planes/measures/before"].shape == (2,)
    assert len(quick) == 6, "a network that is named twice is analysed once"
    assert len({seed for seed, _ in quick}) == 2, "networks of different training seeds see different displays"


def test_progress_names_network_and_analysis(bench: Bench, quick: list[tuple[int, str]]) -> None:
    ids, made = networks(bench, 5), bench.row("analysis", analysis="mechanism")
    bench.sent.clear()
    bench.do("analyse", wanted(ids), made)
    told = [message["progress"] for message in bench.sent if "progress" in message]
    messages = [one["message"] for one in told]
    assert "Net 5: memory planes" in messages
    assert "Net 5: behavioural model of the responses" in messages
    fractions = [one["progress"] for one in told]
    assert fractions == sorted(fractions)
    assert any(one["seconds_left"] is not None for one in told)


def test_it_goes_on_where_it_was_stopped(bench: Bench, quick: list[tuple[int, str]]) -> None:
    ids = networks(bench, 5, 6)
    made = bench.row("analysis", analysis="mechanism")
    with pytest.raises(Interrupted):
        bench.do("analyse", wanted(ids), made, interrupted=lambda: len(quick) == 4)
    assert not bench.store.artifacts.exists("analysis", made)
    bench.do("analyse", wanted(ids), made)
    done = [piece for piece in quick if quick.count(piece) > 1]
    assert len(set(quick)) == 6
    assert len(set(done)) == 1, "only the piece that was at work is done again"
    whole = bench.row("analysis", analysis="mechanism")
    bench.do("analyse", wanted(ids), whole, job="unbroken")
    assert result(bench, whole) == result(bench, made)


def test_a_piece_that_was_half_written_is_done_again(bench: Bench, quick: list[tuple[int, str]]) -> None:
    (id,) = networks(bench, 5)
    made = bench.row("analysis", analysis="mechanism")
    folder = bench.store.settings.checkpoint("job1")
    folder.mkdir(parents=True)
    (folder / f"{id}.planes.json").write_text('{"axes"')
    bench.do("analyse", wanted([id]), made)
    assert [name for _, name in quick] == ["planes", "cue_sweep", "refit"]


def test_only_the_wanted_analyses(bench: Bench, quick: list[tuple[int, str]]) -> None:
    (id,) = networks(bench, 5)
    made = bench.row("analysis", analysis="mechanism")
    bench.do("analyse", wanted([id], analyses=["refit"]), made)
    assert list(result(bench, made)["groups"][0]["analyses"]) == ["refit"]
    with pytest.raises(Refused, match="no such analysis"):
        bench.do("analyse", wanted([id], analyses=["nonsense"]), made)
    with pytest.raises(Refused, match="not there"):
        bench.do("analyse", wanted(["0" * 32]), made)


def test_real_analyses_on_two_processes(bench: Bench) -> None:
    """Networks of different set sizes, hardly trained: whatever is found, it is stored, and says so in words."""
    ids = networks(bench, 5)
    request = {**law_request(), "displays": {"kind": "uniform", "set_sizes": [1, 3], "probe_places": 8}, "seed": 7}
    ids.append(bench.row("network", name="Net 7", objective="diffusion", request=request, seed=7))
    bench.do("train", request, ids[1], job="train7")
    made = bench.row("analysis", analysis="mechanism")
    bench.do("analyse", wanted(ids, analyses=["planes", "fixed_points"]), made)
    found = result(bench, made)
    assert len(found["groups"]) == 2
    for group in found["groups"]:
        assert set(group["analyses"]) == {"planes", "fixed_points"}
        for analysis in group["analyses"].values():
            assert analysis.get("nothing") or analysis["measures"]
    json.dumps(found, allow_nan=False)
