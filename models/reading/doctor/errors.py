"""The errors: do responses answer the targets at all, without bias, and worse with more items?"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from models.reading.doctor.case import Case, Finding, degrees
from models.reading.mapping import Mapping, describe_period
from models.reading.units import TURNS, agreement, concentration, turn

UNRELATED = 0.08  # resultant length of the errors below which responses say nothing of the targets
CLEAR = 0.25


def centred(case: Case) -> list[Finding]:
    """Whether errors lie around zero."""
    length = concentration(case.error)
    mean = float(np.angle(np.exp(1j * case.error).mean()))
    if length < UNRELATED:
        return [_unrelated(case, length)]
    if abs(mean) > 0.75 * math.pi:
        shifts = {**case.mapping.shifts, "response": (case.mapping.shifts.get("response", 0.0) + 0.5) % 1.0}
        return [
            Finding(
                "error",
                "response_half_turn",
                "Errors are centred half a turn from the target",
                f"The mean error is {degrees(mean)} of the full circle (resultant {length:.2f}).",
                "Nothing fitted to these would mean anything: correct responses count as the largest errors.",
                ("Add half a turn to the responses", case.mapping.but(shifts=shifts)),
            )
        ]
    standard_error = math.sqrt(max(-2 * math.log(max(length, 1e-9)), 1e-9) / len(case.error))
    shown = f"The mean error is {degrees(mean, 1)} of the full circle (resultant {length:.2f})."
    if abs(mean) > math.radians(3) and abs(mean) > 4 * standard_error:
        breaks = "Models that assume no bias will see wider errors and more guesses."
        return [Finding("warning", "bias", "Errors are not centred on the target", shown, breaks)]
    return [Finding("info", "centred", "Errors are centred on the target", shown)]


def _unrelated(case: Case, length: float) -> Finding:
    detail = f"The errors are spread evenly around the circle (resultant {length:.2f})."
    mend = _other_periods(case)
    if mend is not None:
        detail += " Response and target seem to be in other units than they were read in: so read, they agree."
    elif concentration(case.trials.response.numpy() + case.trials.report[:, 0].numpy()) > CLEAR:
        detail += (
            " Responses agree with the targets' mirror images: one of the two runs the other way round the circle."
        )
        detail += " Change the sign of that column in the file."
    else:
        detail += " Either target or response is another column, or their units differ."
    return Finding(
        "error",
        "unrelated",
        "Responses have nothing to do with the targets",
        detail,
        "Nothing fitted to these would mean anything.",
        mend,
    )


def _other_periods(case: Case) -> tuple[str, Mapping] | None:
    """Periods of response and target under which responses follow targets, if there are any."""
    mapping = case.mapping
    if mapping.target is None or mapping.response_is == "error":
        return None
    columns = [case.table.numbers(name) for name in (mapping.response, mapping.target)]
    possible = [[p for full in TURNS for p in (full, full / 2) if _fits(values, p)] for values in columns]
    scores = {pair: agreement(turn(columns[0], pair[0]), turn(columns[1], pair[1])) for pair in product(*possible)}
    best = max(scores, key=lambda pair: scores[pair], default=None)
    if best is None or scores[best] < CLEAR:
        return None
    periods = {**mapping.periods, "response": best[0], "target": best[1]}
    if mapping.nontargets:
        periods["nontargets"] = best[1]
    label = f"Read the response as {describe_period(best[0])} and the target as {describe_period(best[1])}"
    return label, mapping.but(periods=periods)


def _fits(values: np.ndarray, period: float) -> bool:
    """Whether values lie within one turn of a period and take up a good part of it."""
    known = values[np.isfinite(values)]
    return bool(len(known) and 0.4 * period < np.ptp(known) <= 1.002 * period)


def spread(case: Case) -> list[Finding]:
    """Whether errors grow with set size."""
    sizes = case.trials.set_sizes
    lengths = [concentration(case.error[case.set_size == size]) for size in sizes]
    if len(lengths) < 2:
        return []
    shown = ", ".join(
        f"{degrees(math.sqrt(max(0.0, -2 * math.log(max(length, 1e-9)))))} at {size}"
        for size, length in zip(sizes, lengths, strict=True)
    )
    detail = f"Circular sd by set size, in degrees of the full circle: {shown}."
    if lengths[-1] < lengths[0]:
        return [Finding("info", "spread", "Errors grow with set size", detail)]
    return [
        Finding(
            "warning",
            "spread_flat",
            "Errors do not grow with set size",
            f"{detail} Memory gets worse with more items; is the set size the right column?",
            "Parameters by set size would be compared between the wrong groups of trials.",
        )
    ]
