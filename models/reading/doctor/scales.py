"""Units: columns that were doubled or not, factors that are too many, periods that the values contradict."""

from __future__ import annotations

import math

import numpy as np

from models.reading.doctor.case import Case, Finding, degrees
from models.reading.guess import complete
from models.reading.mapping import Mapping, describe_period
from models.reading.units import EXTRA, STEEP, TAU, probe_units, turn

NAMES = {"response": "the response", "target": "the target", "nontargets": "the non-targets", "probe": "the probes"}
PLURAL = ("nontargets", "probe")
FACTORS = {EXTRA: "π/180", EXTRA / 2: "π/180", STEEP: "180/π", STEEP / 2: "180/π", 2 * TAU: "2", 720.0: "2"}


def other_units(case: Case) -> list[Finding]:
    """Roles that are read in other units than their values speak for, each with the mend."""
    mapping = case.mapping
    spoken, reasons = complete(case.table, mapping.but(periods={}))
    found = []
    for role, named in NAMES.items():
        read, said = mapping.period(role), spoken.periods.get(role)
        if not _has(mapping, role) or said is None or math.isclose(read, said, rel_tol=1e-4):
            continue
        if role in ("response", "target", "nontargets") and not _contradicted(case, role, read, said):
            continue
        twice = said > 1.5 * read
        detail = f"{_start(named)} {_verb(role)} read as {describe_period(read)}, but the values say: "
        detail += f"{reasons.get(_reason(role)) or describe_period(said)}."
        breaks = (
            "They go around the circle more than once: far apart values fall together."
            if twice
            else "They fill only part of the circle: distances to everything else are wrong."
        )
        periods = {**mapping.periods, role: said}
        mend = (f"Read {named} as {describe_period(said)}", mapping.but(periods=periods))
        title = f"{_start(named)} {_verb(role)} read in the wrong unit, it seems"
        found.append(Finding("warning", "other_units", title, detail, breaks, mend))
    return found


def _has(mapping: Mapping, role: str) -> bool:
    if role == "probe":
        return bool(mapping.target_probe or mapping.nontarget_probes)
    return bool(getattr(mapping, role))


def _reason(role: str) -> str:
    return {"response": "units", "probe": "probe"}.get(role, f"{role}_units")


def _contradicted(case: Case, role: str, read: float, said: float) -> bool:
    """Whether a period cannot be right; half and whole circle both fit values that stay on one half."""
    names = case.mapping.nontargets if role == "nontargets" else (getattr(case.mapping, role),)
    values = np.concatenate([case.table.numbers(name) for name in names])
    values = values[np.isfinite(values) & ~np.isin(values, case.mapping.missing)]
    if not len(values):
        return False
    if np.ptp(values) > 1.02 * read:
        return True
    if math.isclose(said, read / 2, rel_tol=1e-4):  # a half circle inside a whole one: only when it is proven
        guessed, _ = complete(case.table, case.mapping.but(periods={}))
        other = "target" if role == "response" else "response"
        return role == "nontargets" or not math.isclose(guessed.period(role), guessed.period(other), rel_tol=1e-4)
    return said < 0.4 * read


def written_differently(case: Case) -> list[Finding]:
    """Columns of one feature that are written in different units, and were brought together."""
    mapping = case.mapping
    roles = [role for role in ("response", "target", "nontargets") if _has(mapping, role)]
    periods = [mapping.period(role) for role in roles]
    if not roles or max(periods) < 1.001 * min(periods):
        return []
    lists = {
        period: [role for role in roles if mapping.period(role) == period] for period in sorted(set(periods))[::-1]
    }
    doubled = math.isclose(max(periods), 2 * min(periods), rel_tol=1e-4)
    first, *rest = ([NAMES[role].removeprefix("the ") for role in group] for group in lists.values())
    names = " and ".join(first), " and ".join(name for group in rest for name in group)
    title = f"{names[0].capitalize()} are doubled, {names[1]} are not" if doubled else "Columns are in different units"
    told = "; ".join(f"{NAMES[role]}: {describe_period(mapping.period(role))}" for role in roles)
    alike = mapping.but(periods={**mapping.periods, **dict.fromkeys(roles, mapping.period("response"))})
    return [
        Finding(
            "info",
            "written_differently",
            title,
            f"{_start(told)}. They were brought to one circle.",
            "Read alike, items would lie at other angles than they had, and swaps to them would not be seen.",
            (f"Read all as {describe_period(mapping.period('response'))}", alike),
        )
    ]


def extra_factor(case: Case) -> list[Finding]:
    """Angles that were multiplied by π/180 or 180/π once too often, in columns with a role or without."""
    found = []
    for role, named in NAMES.items():
        factor = FACTORS.get(_known(case.mapping.period(role)))
        if factor and _has(case.mapping, role):
            found.append(
                Finding(
                    "info",
                    "extra_factor",
                    f"{_start(named)} {'carry' if role in PLURAL else 'carries'} a factor {factor} too many",
                    f"Their values make sense only without it ({describe_period(case.mapping.period(role))}). "
                    "It was undone.",
                    "Read as they stand, values that are far apart would fall together, or all on one spot.",
                )
            )
    loose = [name for name in map(str, case.table.frame) if name not in case.mapping.columns() and _tiny(case, name)]
    if loose:
        listed = ", ".join(f"“{name}”" for name in loose[:6]) + (" and others" if len(loose) > 6 else "")
        found.append(
            Finding(
                "info",
                "extra_factor_unused",
                "Columns without a role hold angles with a factor π/180 too many",
                f"{listed}: evenly spaced values that make a circle only without this factor. They may be the places "
                "of the items; which belongs to which item, values alone cannot say. Choose them as probes below.",
            )
        )
    return found


def half_circle_of_places(case: Case) -> list[Finding]:
    """Evenly spaced probes that end where half a circle ends: places on half a circle, or halved angles."""
    if not _has(case.mapping, "probe"):
        return []
    period = case.mapping.period("probe")
    known = case.trials.probe.numpy()
    places = np.unique(np.round(turn(known[np.isfinite(known)], TAU) % TAU, 5))
    if not 4 <= len(places) <= 64:
        return []
    gaps = np.diff(np.append(places, places[0] + TAU))
    step = float(np.median(gaps))
    even = np.abs(np.sort(gaps)[:-1] - step).max() < 0.02 * step
    if not even or abs(gaps.max() - (math.pi + step)) > 0.02 * step:
        return []
    halved = {**case.mapping.periods, "probe": period / 2}
    return [
        Finding(
            "warning",
            "half_circle_of_places",
            "Probes fill exactly half a circle",
            f"{len(places)} evenly spaced values, {degrees(step, 1)} apart, end where half a circle ends. Either the "
            "items lay on half a circle, or the angles were halved.",
            "If they were halved, the first and the last place are neighbours, and swaps between them look far.",
            (f"Read the probes as {describe_period(period / 2)}", case.mapping.but(periods=halved)),
        )
    ]


def _known(period: float) -> float:
    return next((factor for factor in FACTORS if math.isclose(factor, period, rel_tol=1e-4)), period)


def _tiny(case: Case, name: str) -> bool:
    if case.table.frame[name].dtype.kind != "f":
        return False
    values = case.table.numbers(name)
    known = values[np.isfinite(values)]
    if len(known) < 20 or np.abs(known).max() > EXTRA:
        return False
    units = probe_units(known)
    return units is not None and units.period == EXTRA and "apart" in units.reason


def doubled(case: Case) -> list[Finding]:
    """Orientations, whose half turn makes a full circle."""
    if case.mapping.feature_degrees == 360:
        return []
    period = case.mapping.period("response")
    half = next(
        (own for own in (180.0, math.pi, EXTRA / 2, STEEP / 2) if math.isclose(own, period, rel_tol=1e-4)), None
    )
    return [
        Finding(
            "info",
            "doubled",
            "Orientations are doubled",
            "The reported feature comes back after 180°. Here all its angles are doubled to a full circle of 360°: "
            "halve an angle, a distance or a circular sd to have it in degrees of the feature itself.",
            "",
            _as_whole(case.mapping, half) if half is not None else None,
        )
    ]


def _as_whole(mapping: Mapping, half: float) -> tuple[str, Mapping]:
    scaled = {role: 2 * mapping.period(role) for role in ("response", "target", "nontargets")}
    whole = mapping.but(periods={**mapping.periods, **scaled})
    return f"Read as {describe_period(2 * half)}", whole


def _verb(role: str) -> str:
    return "are" if role in PLURAL else "is"


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]
