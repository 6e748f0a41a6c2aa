"""The records that the fake API starts with: a finished example, a dataset with a question, jobs in every state."""

from __future__ import annotations

import copy
import math
from typing import Any

import study_fits
import study_numbers as numbers

CREATED = "2026-11-23T20:14:00Z"

MAPPING: dict[str, Any] = {
    "table": None,
    "header": True,
    "subject": "subject",
    "condition": [],
    "set_size": "set_size",
    "response": "response",
    "response_is": "angle",
    "target": "target_colour",
    "target_probe": "target_location",
    "nontargets": [f"nontarget_colour_{i}" for i in range(1, 6)],
    "nontarget_probes": [f"nontarget_location_{i}" for i in range(1, 6)],
    "nontargets_are": "angles",
    "include_target": False,
    "cued": None,
    "nontarget_probes_are": "angles",
    "periods": {"response": 360, "target": 360, "nontargets": 360, "probe": 2 * math.pi},
    "missing": [],
}
REASONS = {
    "subject": "named “subject”, 12 whole numbers, each in one block of rows",
    "set_size": "named “set_size”, holds 1, 2, 4 and 6, and agrees with the number of non-targets in every row",
    "response": "named “response”; the only angle that varies on every row without repeating",
    "target": "named “target_colour”; responses cluster around it (sd 41°)",
    "target_probe": "named “target_location”, eight values 45° apart",
    "nontargets": "five numbered columns beside the target’s; as many are filled as the set size says",
    "nontarget_probes": "five numbered columns; never equal to the target’s location",
    "periods": "angles run from −180 to 180, so a full circle is 360°",
}


def _columns() -> list[dict[str, Any]]:
    names = ["subject", "set_size", "response", "target_colour", "target_location"]
    names += MAPPING["nontargets"] + MAPPING["nontarget_probes"]
    return [
        {
            "name": name,
            "kind": "number",
            "low": -179,
            "high": 180,
            "missing": 0,
            "distinct": 300,
            "sample": [-12, 31, 77, 4, 9],
        }
        for name in names
    ]


def _orientation_choice() -> dict[str, Any]:
    changed = copy.deepcopy(MAPPING)
    changed["periods"] = {"response": 180, "target": 180, "nontargets": 180, "probe": 360}
    return changed


def _dataset(number: str, name: str, **changes: Any) -> dict[str, Any]:
    dataset: dict[str, Any] = {
        "id": number,
        "name": name,
        "state": "ready",
        "example": False,
        "created": CREATED,
        "hash": "3f2a9c11",
        "job_id": f"read-{number}",
        "file": {"name": f"{name}.csv", "bytes": 421_337, "sha256": "3f2a9c11", "format": "csv"},
        "tables": [{"name": "table", "rows": 5592, "columns": _columns()}],
        "mapping": copy.deepcopy(MAPPING),
        "reasons": REASONS,
        "questions": [],
        "findings": [
            {
                "severity": "info",
                "title": "Swaps are in these data",
                "detail": "Responses gather around non-targets more than chance allows (permutation test, p < 0.001).",
                "mend": None,
            }
        ],
        "rejected": {"count": 0, "rows": []},
        "summary": {
            "trials": 5592,
            "subjects": 12,
            "set_sizes": [1, 2, 4, 6],
            "trials_by_set_size": {"1": 1398, "2": 1398, "4": 1398, "6": 1398},
            "conditions": [],
            "has_probe": True,
            "probe_values": 8,
            "minimum_separation": {"report": 0.26, "probe": 0.785},
            "feature_degrees": 360,
        },
        "pictures": numbers.pictures(),
        "truth": None,
    }
    return dataset | changes


def datasets() -> dict[str, dict[str, Any]]:
    """The example; a file with a question, rejected rows and findings; one that is being read."""
    rejected = [
        {
            "row": 17 + 31 * i,
            "column": "response",
            "value": "n/a" if i % 3 else "999",
            "expected": "an angle from −180 to 180",
        }
        for i in range(14)
    ]
    findings = [
        {
            "severity": "error",
            "kind": "other_convention",
            "breaks": "Swaps look like guesses.",
            "title": "Non-targets look relative to the target",
            "detail": "Their mean distance to the response does not depend on the target."
            " Read as angles, no swap could be found.",
            "mend": {
                "label": "Read them as target differences",
                "mapping": MAPPING | {"nontargets_are": "minus_target"},
            },
        },
        {
            "severity": "warning",
            "kind": "bias",
            "breaks": "",
            "title": "Errors are not centred",
            "detail": "The mean error is 6.2° clockwise (95 % from 4.9° to 7.5°)."
            " A rotated colour wheel would do this.",
            "mend": None,
        },
        {
            "severity": "info",
            "kind": "spread",
            "breaks": "",
            "title": "Spread grows with set size",
            "detail": "From 17° at 1 item to 48° at 6.",
            "mend": None,
        },
    ]
    question = {
        "id": "period",
        "title": "Is a full circle 360° or 180°?",
        "detail": "All angles lie between 0 and 179. Orientations come back after 180°,"
        " colours and directions after 360°.",
        "choices": [
            {"label": "Orientation: 180° is the full circle", "mapping": _orientation_choice()},
            {"label": "Direction or colour: 360° is the full circle", "mapping": MAPPING},
        ],
    }
    asked = _dataset(
        "d2",
        "bars_orientation",
        state="question",
        questions=[question],
        findings=findings,
        rejected={"count": 14, "rows": rejected},
    )
    reading = _dataset("d3", "large_recording", state="reading", mapping=None, summary=None, pictures=None, tables=[])
    reading |= {"findings": [], "reasons": {}}
    return {"d1": _dataset("d1", "Example: colours at eight places", example=True), "d2": asked, "d3": reading}


def fits() -> dict[str, dict[str, Any]]:
    """Finished fits of the example, of one and of both distances, with subjects and without; and one that runs."""
    common: dict[str, Any] = {
        "dataset_id": "d1",
        "seed": 1,
        "created": CREATED,
        "options": {},
        "dataset_hash": "3f2a9c11",
    }
    finished = common | {"state": "done"}
    return {
        "f1": finished
        | {
            "id": "f1",
            "name": "BNS · probe distance",
            "model": "bns",
            "job_id": "j1",
            "result": study_fits.fit_result("bns", with_truth=True),
        },
        "f2": finished
        | {
            "id": "f2",
            "name": "Three-component mixture",
            "model": "three_component",
            "job_id": "j2",
            "result": study_fits.fit_result("three_component"),
        },
        "f3": common
        | {
            "id": "f3",
            "name": "BNS · probe distance",
            "model": "bns",
            "state": "running",
            "job_id": "j3",
            "result": None,
        },
        "f5": finished | _bns("f5", "BNS · both distances", {"dimensions": "both"}),
        "f6": finished | _bns("f6", "BNS · probe distance · hierarchical", {"subjects": "hierarchical"}),
        "f7": finished
        | {
            "id": "f7",
            "name": "Two-component mixture",
            "model": "two_component",
            "job_id": "j2",
            "result": study_fits.fit_result("two_component"),
        },
    }


def _bns(number: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    result = study_fits.fit_result("bns", options)
    return {"id": number, "name": name, "model": "bns", "options": options, "job_id": "j1", "result": result}


def _job(number: str, kind: str, title: str, state: str, **changes: Any) -> dict[str, Any]:
    job: dict[str, Any] = {
        "id": number,
        "kind": kind,
        "title": title,
        "state": state,
        "progress": 1.0 if state == "done" else 0.0,
        "message": "",
        "seconds_left": None,
        "position": None,
        "attempt": 1,
        "created": CREATED,
        "started": CREATED,
        "finished": CREATED if state in ("done", "failed", "cancelled") else None,
        "result": None,
        "error": None,
        "request": {},
        "needs": [],
    }
    return job | changes


def jobs() -> dict[str, dict[str, Any]]:
    """Jobs in every state."""
    failure = {
        "title": "The fit cannot start",
        "detail": "Condition 2 of this dataset has 3 trials; at least 20 are needed to estimate a concentration.",
    }
    rows = [
        _job(
            "j4",
            "train",
            "Train: diffusion network",
            "running",
            progress=0.43,
            seconds_left=131,
            message="step 2,150 of 5,000",
            result={"kind": "network", "id": "n2"},
        ),
        _job(
            "j3",
            "fit",
            "Fit: BNS · probe distance",
            "running",
            progress=0.31,
            seconds_left=9,
            message="step 68, bound −1.02",
            result={"kind": "fit", "id": "f3"},
        ),
        _job(
            "j5",
            "fit",
            "Fit: three-component mixture",
            "queued",
            position=1,
            started=None,
            result={"kind": "fit", "id": "f4"},
        ),
        _job("j6", "analyse", "Fidelity of diffusion network", "waiting", started=None, needs=["j4"]),
        _job("j7", "train", "Train: mean-matching network", "paused", progress=0.62, message="paused at step 3,100"),
        _job("j1", "fit", "Fit: BNS · probe distance", "done", result={"kind": "fit", "id": "f1"}),
        _job("j2", "fit", "Fit: three-component mixture", "done", result={"kind": "fit", "id": "f2"}),
        _job("j8", "fit", "Fit: BNS · probe distance", "failed", error=failure),
        _job("j9", "train", "Train: diffusion network", "cancelled", progress=0.12),
    ]
    return {row["id"]: row for row in rows}


def studies() -> list[dict[str, Any]]:
    """The finished example and one under way."""

    def step(title: str, kind: str, job: str | None, result: tuple[str, str] | None) -> dict[str, Any]:
        return {
            "title": title,
            "kind": kind,
            "job_id": job,
            "result": {"kind": result[0], "id": result[1]} if result else None,
        }

    return [
        {
            "id": "s1",
            "name": "Example: colours at eight places",
            "example": True,
            "state": "done",
            "created": CREATED,
            "steps": [
                step("Dataset", "dataset", None, ("dataset", "d1")),
                step("Fit", "fit", "j1", ("fit", "f1")),
                step("Surrogate", "surrogate", None, ("surrogate", "u1")),
                step("Network", "train", None, ("network", "n1")),
                step("Analysis", "analyse", None, ("analysis", "a1")),
            ],
        },
        {
            "id": "s2",
            "name": "Colours, second session",
            "example": False,
            "state": "running",
            "created": CREATED,
            "steps": [
                step("Dataset", "dataset", None, ("dataset", "d1")),
                step("Fit", "fit", "j2", ("fit", "f2")),
                step("Surrogate", "surrogate", None, ("surrogate", "u1")),
                step("Network", "train", "j4", None),
                step("Analysis", "analyse", "j6", None),
            ],
        },
    ]
