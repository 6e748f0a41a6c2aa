"""The subjects: are there enough trials of each?"""

from __future__ import annotations

import numpy as np

from models.reading.doctor.case import Case, Finding

FEW = 20


def few_trials(case: Case) -> list[Finding]:
    """Subjects with fewer than 20 trials."""
    names = case.trials.subject_names
    counts = np.bincount(case.trials.subject.numpy(), minlength=len(names)).tolist()
    few = [name for name, count in zip(names, counts, strict=True) if 0 < count < FEW]
    if not few or len(case.trials) < 100:
        return []
    shown = ", ".join(few[:5]) + (" and others" if len(few) > 5 else "")
    breaks = "Fits of single subjects have no grip on them; pooled and hierarchical fits can use them."
    return [Finding("warning", "few_trials", "Some subjects have very few trials", f"Fewer than 20: {shown}.", breaks)]
