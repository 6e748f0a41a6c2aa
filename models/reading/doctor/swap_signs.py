"""Swaps: do large errors land on the non-targets of their own trial, and on those whose probes are near?"""

from __future__ import annotations

import math

import numpy as np

from models.reading.doctor.case import Case, Finding, degrees, signed
from models.reading.swaps import LARGE_ERROR, SHUFFLES

NEAR = math.radians(20)
NEIGHBOUR = math.radians(60)
CLEAR = 2.6  # two-sided p below 0.01
FEW = 50


def swaps(case: Case) -> list[Finding]:
    """The swap signature by a permutation test; negative scores are a matter of conventions, and told there."""
    if not (case.set_size > 1).any():
        return [
            Finding(
                "warning",
                "no_items",
                "There are no non-targets",
                "No trial has a second item, so nothing can be said about swaps. Models of the errors alone "
                "(two-component, variable precision) can be fitted.",
                "A swap that happened is counted as a guess or a large error.",
            )
        ]
    score = case.swap_score
    if score is None:
        detail = "Fewer than 20 trials have an error above 60° of the full circle."
        return [Finding("info", "few_large_errors", "Too few large errors to test for swaps", detail)]
    shown = (
        f"permutation test on errors above 60°, {SHUFFLES} shuffles of non-targets between trials, z = {signed(score)}"
    )
    if score > CLEAR:
        detail = f"Large errors land on the non-targets of their own trial ({shown})."
        return [Finding("info", "swaps", "Swaps are there", detail)]
    return [
        Finding(
            "warning",
            "no_swaps",
            "No sign of swaps",
            f"Large errors do not cluster on the non-targets of their own trial ({shown}). Either nobody swapped, or "
            "the non-target columns do not hold what was shown: another order, another unit, another reference.",
            "A swap model will find few or no swaps, and says nothing about why.",
        )
    ]


def probes(case: Case) -> list[Finding]:
    """Whether non-targets whose probe is near the cue are reported more often."""
    if not (case.set_size > 1).any():
        return []
    if not case.trials.displays.has_probe:
        detail = (
            "Items have no cue value on a circle (a place, a colour). Whether swaps depend on the distance of cues "
            "cannot be seen; models over report distance can be fitted."
        )
        return [Finding("info", "no_probes", "No probe values", detail)]
    far_item = np.abs(case.offset) > LARGE_ERROR
    distance = np.abs(case.trials.displays.probe_distance[:, 1:].numpy())
    hit = np.abs(case.trials.error[:, 1:].numpy()) < NEAR
    border = NEIGHBOUR if (far_item & (distance < NEIGHBOUR)).sum() > FEW else float(np.nanmedian(distance)) + 1e-6
    near, far = hit[far_item & (distance < border)], hit[far_item & (distance >= border)]
    if len(near) < FEW or len(far) < FEW:
        return []
    rates = float(near.mean()), float(far.mean())
    pooled = float(np.concatenate([near, far]).mean())
    spread = math.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / len(near) + 1 / len(far)))
    shown = (
        f"responses fall within 20° of a non-target in {100 * rates[0]:.1f} % of cases when its probe is within "
        f"{degrees(border)} of the cue, in {100 * rates[1]:.1f} % when farther"
    )
    if (rates[0] - rates[1]) / spread > CLEAR:
        detail = f"Near probes are swapped more often: {shown}."
        return [Finding("info", "probe_gradient", "Swaps depend on probe distance", detail)]
    detail = f"At this glance {shown}."
    return [Finding("info", "no_probe_gradient", "No sign that swaps depend on probe distance", detail)]
