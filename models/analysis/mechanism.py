"""The report on a mechanism: all analyses of every network, what networks of one training have in common, the verdict.

A new analysis is one file beside this one and one line in ``ANALYSES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.analysis import cue_sweep, decoding, fixed_points, interventions, planes, refit, role_axis, swap_hypotheses
from models.analysis.across import as_numbers, over_seeds
from models.analysis.contrasts import contrasts, nulls
from models.analysis.subject import Result, Subject
from models.analysis.verdict import verdict
from models.progress import Report

Measure = Callable[[Subject, Report], Result]
ANALYSES: dict[str, Measure] = {
    "planes": planes.measure,
    "decoding": decoding.measure,
    "swap_hypotheses": swap_hypotheses.measure,
    "fixed_points": fixed_points.measure,
    "cue_sweep": cue_sweep.measure,
    "role_axis": role_axis.measure,
    "interventions": interventions.measure,
    "refit": refit.measure,
}
TITLES = {
    "planes": "memory planes",
    "decoding": "decoding",
    "swap_hypotheses": "misbinding, misselection or misinterpretation",
    "fixed_points": "slow and fixed points",
    "cue_sweep": "cues between the items",
    "role_axis": "role axis",
    "interventions": "interventions",
    "refit": "behavioural model of the responses",
}
DIGITS = 4
"""Significant digits of stored numbers: a ten-thousandth, far below what seeds differ by, at half of the bytes."""


@dataclass(frozen=True)
class Member:
    """A network of the report, with what was found in it.

    Attributes:
        id: of the network.
        name: for people.
        seed: of its training.
        group: name of the group of networks that were trained alike but for the seed.
        objective: what it was trained for.
        found: by analysis its result, or the sentence that says why there is none.
    """

    id: str
    name: str
    seed: int
    group: str
    objective: str
    found: Mapping[str, Result | str]


def report_on(members: Sequence[Member]) -> dict[str, Any]:
    """The whole report as plain data.

    Returns:
        ``{"groups", "contrasts", "nulls", "verdict", "networks"}``. A group is ``{"name", "objective", "networks",
        "seeds", "analyses": {name: across.over_seeds(...) or {"nothing": sentence}}}``; of an analysis that could be
        done in some of a group's networks only, ``networks`` lists these and ``nothing`` says why not in the others.
        ``networks`` is ``{id: {"name", "seed", "group", "analyses": {name: {"detail"} or {"nothing": sentence}}}}``;
        the measures of one network are among ``each`` of its group, in the order of the group's networks.

    Raises:
        ValueError: if there is no network, or networks of a group differ in the shape of a measure.
    """
    if not members:
        raise ValueError("there must be at least one network")
    groups = [_group([one for one in members if one.group == name]) for name in _in_order(members)]
    compared, against = contrasts(groups), nulls(groups)
    return {
        "groups": groups,
        "contrasts": compared,
        "nulls": against,
        "verdict": verdict(groups, compared, against),
        "networks": {one.id: _network(one) for one in members},
    }


def _in_order(members: Iterable[Member]) -> list[str]:
    return list(dict.fromkeys(one.group for one in members))


def _group(members: Sequence[Member]) -> dict[str, Any]:
    names = [name for name in TITLES if any(name in one.found for one in members)]
    return {
        "name": members[0].group,
        "objective": members[0].objective,
        "networks": [one.id for one in members],
        "seeds": [one.seed for one in members],
        "analyses": {name: _combined(name, members) for name in names},
    }


def _combined(name: str, members: Sequence[Member]) -> dict[str, Any]:
    """One analysis over a group's networks."""
    found = [(one.id, one.found[name]) for one in members if name in one.found]
    results = [(id, one) for id, one in found if isinstance(one, Result)]
    sentence = next((one for _, one in found if isinstance(one, str)), None)
    if not results:
        return {"nothing": sentence}
    try:
        both = over_seeds([one for _, one in results])
    except ValueError as error:
        raise ValueError(f"{TITLES[name]} in networks of the group {members[0].group}: {error}") from None
    return both | {"networks": [id for id, _ in results]} | ({"nothing": sentence} if sentence else {})


def _network(member: Member) -> dict[str, Any]:
    analyses = {
        name: {"nothing": found} if isinstance(found, str) else {"detail": found.detail}
        for name, found in member.found.items()
    }
    return {"name": member.name, "seed": member.seed, "group": member.group, "analyses": analyses}


def arrays(groups: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """All numbers of a report's groups as arrays, named ``group/analysis/measures or nulls or axes/name``.

    Measures and nulls are ``(networks, ...)`` float32 with NaN for what is missing; ``group/networks`` are the ids and
    ``group/seeds`` the seeds. A measure that is missing in all is left out.
    """
    found: dict[str, NDArray[Any]] = {}
    for group in groups:
        found[f"{group['name']}/networks"] = np.array(group["networks"])
        found[f"{group['name']}/seeds"] = np.array(group["seeds"])
        for analysis, both in group["analyses"].items():
            for kind in ("measures", "nulls"):
                for name, values in both.get(kind, {}).items():
                    found[f"{group['name']}/{analysis}/{kind}/{name}"] = as_numbers(values["each"]).astype(np.float32)
            for name, axis in both.get("axes", {}).items():
                found[f"{group['name']}/{analysis}/axes/{name}"] = _axis(axis)
    return found


def _axis(values: Sequence[Any]) -> NDArray[Any]:
    """Numbers or names: never objects, which only pickle could store."""
    try:
        return as_numbers(values)
    except (TypeError, ValueError):
        return np.array([str(value) for value in values])


def rounded(plain: Any) -> Any:  # noqa: ANN401 - plain data of any shape
    """The same plain data with numbers of ``DIGITS`` significant digits."""
    if isinstance(plain, float):
        return float(f"{plain:.{DIGITS}g}")
    if isinstance(plain, Mapping):
        return {name: rounded(value) for name, value in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [rounded(value) for value in plain]
    return plain
