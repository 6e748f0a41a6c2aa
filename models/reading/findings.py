"""A doctor's report on a data set: what looks wrong or matters, what it would break, and how to mend it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.reading.conventions import WORDS, convention
from models.reading.mapping import Mapping
from models.reading.swaps import LARGE_ERROR, separation, signature
from models.reading.units import TAU, concentration, turn
from models.trials import Trials

NEAR = math.radians(20)
NEIGHBOUR = math.radians(60)


@dataclass(frozen=True)
class Finding:
    """One thing found; ``mend`` is a label and the mapping that would mend it."""

    severity: str
    title: str
    detail: str
    mend: tuple[str, Mapping] | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as the API shows it."""
        mend = {"label": self.mend[0], "mapping": self.mend[1].to_json()} if self.mend else None
        return {"severity": self.severity, "title": self.title, "detail": self.detail, "mend": mend}


def examine(trials: Trials, mapping: Mapping) -> list[Finding]:
    """Everything worth saying, errors first."""
    found = [
        *_centred(trials),
        *_spread(trials),
        *_range(trials),
        *_swaps(trials, mapping),
        *_probe(trials),
        *_closeness(trials),
        *_subjects(trials),
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _centred(trials: Trials) -> list[Finding]:
    error = trials.error[:, 0].numpy()
    length = concentration(error)
    mean = float(np.angle(np.exp(1j * error).mean()))
    if length < 0.08:
        detail = (
            f"The errors are spread evenly around the circle (resultant {length:.2f}). Either target or response "
            "is another column, or their units differ; nothing fitted to these would mean anything."
        )
        return [Finding("error", "Responses have nothing to do with the targets", detail)]
    if abs(mean) > math.pi / 2:
        detail = f"The mean error is {math.degrees(mean):.0f}°: target or response seems shifted by half a turn."
        return [Finding("error", "Errors are centred far from the target", detail)]
    standard_error = math.sqrt(max(-2 * math.log(max(length, 1e-9)), 1e-9) / len(error))
    if abs(mean) > math.radians(3) and abs(mean) > 4 * standard_error:
        detail = f"The mean error is {math.degrees(mean):.1f}°. Models that assume no bias will see wider errors."
        return [Finding("warning", "Errors are not centred on the target", detail)]
    detail = f"The mean error is {math.degrees(mean):.1f}° of the full circle (resultant {length:.2f})."
    return [Finding("info", "Errors are centred on the target", detail)]


def _spread(trials: Trials) -> list[Finding]:
    lengths = [concentration(trials.of_set_size(size).error[:, 0].numpy()) for size in trials.set_sizes]
    if len(lengths) < 2:
        return []
    shown = ", ".join(
        f"{math.degrees(math.sqrt(max(0.0, -2 * math.log(max(length, 1e-9))))):.0f}° at {size}"
        for size, length in zip(trials.set_sizes, lengths, strict=True)
    )
    if lengths[-1] < lengths[0]:
        return [Finding("info", "Errors grow with set size", f"Circular sd by set size: {shown}.")]
    return [
        Finding(
            "warning",
            "Errors do not grow with set size",
            f"Circular sd by set size: {shown}. Memory gets worse with more items; is the set size the right column?",
        )
    ]


def _range(trials: Trials) -> list[Finding]:
    target = trials.report[:, 0].numpy()
    if np.ptp(target) == 0:
        detail = (
            "Every target is at the same value, so the file holds errors and non-targets relative to the target. "
            "Mixture and swap models are fine; models of colour categories or cardinal bias need absolute values."
        )
        return [Finding("info", "Values are relative to the target", detail)]
    values = np.sort(trials.report.numpy()[np.isfinite(trials.report.numpy())])
    gaps = np.diff(np.append(values, values[0] + TAU))
    empty = float(gaps.max())  # the widest stretch of the circle without any item
    if empty > math.pi / 2 and len(values) > 50:
        detail = (
            f"Items cover {math.degrees(TAU - empty):.0f}° of the 360° circle. Models that assume items anywhere on "
            "the circle, and the uniform component, are wrong here; is the period right?"
        )
        return [Finding("warning", "Items cover only part of the circle", detail)]
    return []


def _swaps(trials: Trials, mapping: Mapping) -> list[Finding]:
    several = trials.select(trials.set_size > 1)
    if len(several) == 0:
        detail = "No trial has a second item, so nothing can be said about swaps."
        return [Finding("warning", "There are no non-targets", detail)]
    error = several.error[:, 0].numpy()
    offset = several.displays.report_distance[:, 1:].numpy()
    score = signature(error, offset, several.set_size.numpy())
    if score is None:
        detail = "Fewer than 20 trials have an error above 60°: too few to see whether they are swaps."
        return [Finding("info", "Too few large errors to test for swaps", detail)]
    wrong = _other_reading(several, mapping, error)
    if wrong is not None:
        return [wrong]
    shown = f"permutation test on errors above 60°, z = {score:.1f}"
    if score < -4:
        detail = f"Large errors avoid the non-targets ({shown}): non-targets look shifted by half a turn, or mirrored."
        return [Finding("warning", "Non-targets look shifted by half a turn", detail)]
    if score > 2.6:
        detail = f"Large errors land on the non-targets of their own trial ({shown})."
        return [Finding("info", "Swaps are there", detail)]
    detail = f"Large errors do not cluster on the non-targets ({shown}). A swap model will find few or no swaps."
    return [Finding("warning", "No sign of swaps", detail)]


def _other_reading(trials: Trials, mapping: Mapping, error: np.ndarray) -> Finding | None:
    """Whether the non-target columns make far more sense when read another way."""
    if mapping.include_target or not mapping.nontargets or np.ptp(trials.report[:, 0].numpy()) == 0:
        return None
    target, response = trials.report[:, 0].numpy(), trials.response.numpy()
    items = trials.report[:, 1:].numpy()
    written = {
        "angles": items,
        "minus_target": turn(items - target[:, None], TAU),
        "response_minus": turn(response[:, None] - items, TAU),
    }[mapping.nontargets_are]
    best = convention(written, target, error, trials.set_size.numpy())
    if best.reading == mapping.nontargets_are or best.undecided or "nothing in the values" in best.reason:
        return None
    return Finding(
        "warning",
        "The non-target columns seem to hold something else",
        f"They should be {best.reason}.",
        (f"Read them as {WORDS[best.reading]}", mapping.but(nontargets_are=best.reading)),
    )


def _probe(trials: Trials) -> list[Finding]:
    if not bool((trials.set_size > 1).any()):
        return []
    if not trials.displays.has_probe:
        detail = (
            "Items have no cue value on a circle (a place, a colour). Whether swaps depend on the distance of cues "
            "cannot be seen; models over report distance can be fitted."
        )
        return [Finding("info", "No probe values", detail)]
    far_item = np.abs(trials.displays.report_distance[:, 1:].numpy()) > LARGE_ERROR
    distance = np.abs(trials.displays.probe_distance[:, 1:].numpy())
    hit = np.abs(trials.error[:, 1:].numpy()) < NEAR
    border = NEIGHBOUR if (far_item & (distance < NEIGHBOUR)).sum() > 50 else float(np.nanmedian(distance)) + 1e-6
    near, far = hit[far_item & (distance < border)], hit[far_item & (distance >= border)]
    if len(near) < 50 or len(far) < 50:
        return []
    rates = float(near.mean()), float(far.mean())
    pooled = float(np.concatenate([near, far]).mean())
    spread = math.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / len(near) + 1 / len(far)))
    shown = (
        f"responses fall within 20° of a non-target in {100 * rates[0]:.1f} % of cases when its probe is within "
        f"{math.degrees(border):.0f}° of the cue, in {100 * rates[1]:.1f} % when farther"
    )
    if (rates[0] - rates[1]) / spread > 2.6:
        return [Finding("info", "Swaps depend on probe distance", f"Near probes are swapped more often: {shown}.")]
    return [Finding("info", "No sign that swaps depend on probe distance", f"At this glance {shown}.")]


def _closeness(trials: Trials) -> list[Finding]:
    offset = trials.displays.report_distance[:, 1:].numpy()
    closest = separation(offset)
    if np.ptp(trials.set_size.numpy()) == 0 and not np.isfinite(offset).any():
        return []
    if closest < math.radians(8):
        return []
    detail = f"Non-targets keep at least {math.degrees(closest):.0f}° from the target; new displays are drawn likewise."
    return [Finding("info", "Items keep a minimum distance", detail)]


def _subjects(trials: Trials) -> list[Finding]:
    counts = np.bincount(trials.subject.numpy(), minlength=len(trials.subject_names))
    few = [name for name, count in zip(trials.subject_names, counts.tolist(), strict=True) if 0 < count < 20]
    if not few or len(trials) < 100:
        return []
    shown = ", ".join(few[:5]) + (" and others" if len(few) > 5 else "")
    return [Finding("warning", "Some subjects have very few trials", f"Fewer than 20 trials: {shown}.")]
