"""Replicates are found, and groups get names that tell them apart."""

from __future__ import annotations

from typing import Any

from worker.kinds.groups import group_names

SMOOTH = {"kind": "smooth", "offset": 0.0}
FITS = {"f1": "BNS of colours", "f2": "BNS of places"}


def request(objective: str = "diffusion", **changes: Any) -> dict[str, Any]:
    config = {"objective": objective, "neurons": 48, "threads": 1} | changes.pop("config", {})
    plain = {"fit_id": None, "law": SMOOTH, "displays": None, "responses": "model", "budget": "demo", "seed": 1}
    return {**plain, "objective": objective, "config": config, "name": None, **changes}


def test_what_differs_in_nothing_but_the_seed_belongs_together() -> None:
    same = [request(), request(seed=2, seeds=[2]), request(name="mine", budget=None), request(config={"threads": 4})]
    assert set(group_names(same, {})) == {"Diffusion"}


def test_objectives_name_their_groups() -> None:
    both = [
        request(),
        request("task_optimal", config={"displays_per_batch": 16}),
        request("moment_matching"),
        request(),
    ]
    assert group_names(both, {}) == ["Diffusion", "Task-optimal", "Moment matching", "Diffusion"]


def test_groups_of_one_objective_say_what_they_differ_in() -> None:
    flat = request(law={"kind": "flat", "offset": 0.0})
    assert group_names([request(), flat], {}) == ["Diffusion (smooth swaps, offset 0)", "Diffusion (flat swaps, 30 %)"]
    lower = request(law={"kind": "smooth", "offset": -1.0})
    assert group_names([request(), lower], {}) == [
        "Diffusion (smooth swaps, offset 0)",
        "Diffusion (smooth swaps, offset −1)",
    ]
    large = request(config={"neurons": 96})
    assert group_names([request(), large], {}) == ["Diffusion (neurons 48)", "Diffusion (neurons 96)"]
    fits = [request(fit_id=fit, law=None) for fit in ("f1", "f2", "f1")]
    assert group_names(fits, FITS) == [f"Diffusion ({FITS[fit]})" for fit in ("f1", "f2", "f1")]


def test_settings_of_other_laws_do_not_matter() -> None:
    none = [request(law={"kind": "none", "offset": offset, "correct": 0.7, "uniform": 0.0}) for offset in (0.0, -1.0)]
    assert len(set(group_names(none, {}))) == 1
    guessing = request(law={"kind": "none", "offset": 0.0, "correct": 0.7, "uniform": 0.1})
    assert len(set(group_names([*none, guessing], {}))) == 2


def test_fits_of_one_name_are_numbered() -> None:
    fits = [request(fit_id=fit, law=None) for fit in ("f1", "f2")]
    assert group_names(fits, {"f1": "BNS", "f2": "BNS"}) == ["Diffusion", "Diffusion 2"]


def test_many_differences_are_not_all_told_but_names_stay_apart() -> None:
    changes = [{"neurons": 20 + n, "hidden": 30, "alpha": 0.1 * n, "steps": n, "pool": n} for n in (1, 2)]
    names = group_names([request(config=one) for one in changes], {})
    assert len(set(names)) == 2
    assert all(name.count(",") <= 2 for name in names)
