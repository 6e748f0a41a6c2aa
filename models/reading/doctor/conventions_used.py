"""What the non-target columns are measured from: the circle's zero, the target, the response, or half a turn off."""

from __future__ import annotations

import numpy as np

from models.reading.conventions import CLEAR_GAP, WORDS, convention
from models.reading.doctor.case import Case, Finding, degrees, signed
from models.reading.swaps import opposite_separation, separation, shifted_by
from models.reading.units import TAU, concentration, turn

OTHER = {"minus_target": "response_minus", "response_minus": "minus_target"}
# z of the swap signature below which large errors avoid the non-targets: clearly, and enough beside a second sign.
HALF_TURN, NO_SWAPS = -4.0, -2.6
SPREAD = 0.45  # resultant length of offsets above which items lie on one side of the target by design


def relative(case: Case) -> list[Finding]:
    """Values relative to the target: there is no absolute feature."""
    if not case.relative or not (case.set_size > 1).any():
        return []
    return [
        Finding(
            "info",
            "relative",
            "Values are relative to the target",
            "Every target is at the same value, so the file holds errors, and non-targets relative to the target. "
            "Mixture and swap models are fine.",
            "Models of colour categories or cardinal bias need absolute values.",
        )
    ]


def reading_of_items(case: Case) -> list[Finding]:
    """How non-target columns are read where they are no angles, or a reading that fits their values far better."""
    mapping = case.mapping
    if mapping.include_target or not mapping.nontargets or not (case.set_size > 1).any():
        return []
    better = _better(case)
    if better is not None:
        return [better]
    if mapping.nontargets_are == "angles":
        return []
    other = OTHER[mapping.nontargets_are]
    return [
        Finding(
            "info",
            "item_convention",
            f"Non-target columns hold {WORDS[mapping.nontargets_are]}",
            f"They are turned into angles of their own. Releases differ in this: read as {WORDS[other]}, items would "
            "lie elsewhere.",
            "With the wrong sign or reference, non-targets are not where they were, and swaps look like guesses.",
            (f"Read them as {WORDS[other]}", mapping.but(nontargets_are=other)),
        )
    ]


def _better(case: Case) -> Finding | None:
    mapping = case.mapping
    errors_only = mapping.target is None
    if case.relative and not errors_only:
        return None
    several = case.set_size > 1
    target, response = case.trials.report[several, 0].numpy(), case.trials.response[several].numpy()
    items = turn(case.trials.report[several, 1:].numpy() - mapping.shift("nontargets"), TAU)
    written = {
        "angles": items,
        "minus_target": turn(items - target[:, None], TAU),
        "response_minus": turn(response[:, None] - items, TAU),
    }[mapping.nontargets_are]
    best = convention(written, None if errors_only else target, case.error[several], case.set_size[several])
    if best.reading == mapping.nontargets_are or best.undecided or not best.decided:
        return None
    return Finding(
        "warning",
        "other_convention",
        "The non-target columns seem to hold something else",
        f"They are read as {WORDS[mapping.nontargets_are]}. They should be {best.reason}.",
        "Non-targets are not where they were, and swaps look like guesses.",
        (f"Read them as {WORDS[best.reading]}", mapping.but(nontargets_are=best.reading)),
    )


def half_turn(case: Case) -> list[Finding]:
    """Non-targets half a turn from where large errors land."""
    shift = case.mapping.shifts.get("nontargets", 0.0)
    if shift:
        undone = {role: part for role, part in case.mapping.shifts.items() if role != "nontargets"}
        detail = f"{360 * shift:g}° of the full circle are added to every non-target."
        mend = ("Leave them as they are in the file", case.mapping.but(shifts=undone))
        return [Finding("info", "half_turn_mended", "Non-targets are shifted", detail, "", mend)]
    seen = _seen_opposite(case)
    if seen is None or _better(case) is not None:
        return []  # a wrong sign, too, makes large errors avoid what is taken for the non-targets
    shifts = {**case.mapping.shifts, "nontargets": 0.5}
    return [
        Finding(
            "warning",
            "half_turn",
            "Non-targets look shifted by half a turn",
            seen,
            "Every swap looks like its opposite; a swap model finds none.",
            ("Add half a turn to the non-targets", case.mapping.but(shifts=shifts)),
        )
    ]


def _seen_opposite(case: Case) -> str | None:
    """What shows that non-targets are half a turn off: large errors opposite to them, a gap opposite to the target."""
    several = case.set_size > 1
    if case.mapping.include_target or not case.mapping.nontargets or not several.any():
        return None
    score, offset = case.swap_score, case.offset[several]
    kept, kept_opposite = separation(offset), opposite_separation(offset)
    gap = kept_opposite > CLEAR_GAP and kept_opposite > 1.5 * kept
    told = [f"items keep {degrees(kept_opposite)} from the point opposite to the target"] if gap else []
    if score is not None and score < NO_SWAPS:
        away = shifted_by(case.error[several], offset, case.set_size[several])
        if abs(turn(np.array([away - np.pi]), TAU)[0]) < np.pi / 4 and (score < HALF_TURN or gap):
            at = f"{np.degrees(away) % 360:.0f}° from them on average"
            told.insert(
                0,
                f"large errors land opposite to their own non-targets (permutation test, z = {signed(score)}, {at})",
            )
            return _sentence(told)
    # The gap alone says it where items touch the target and are spread around the circle but for the gap.
    alone = gap and kept_opposite > 4 * kept and concentration(offset) < SPREAD
    return _sentence(told) if alone and (score is None or score < -NO_SWAPS) else None


def _sentence(parts: list[str]) -> str:
    words = ", and ".join(parts)
    return f"{words[:1].upper()}{words[1:]}."
