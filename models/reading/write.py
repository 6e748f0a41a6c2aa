"""Trials to files in the schema that Swapscope reads back without a question."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from models.trials import Trials


def to_frame(trials: Trials) -> pd.DataFrame:
    """One row a trial: subject, trial, set_size, condition, report_1, probe_1, response, report_2.., probe_2..

    Angles in radians on ``[-pi, pi)``; item 1 is the cued one; NaN where there is no item or no value is known.
    """
    report, probe = trials.report.numpy(), trials.probe.numpy()
    subject = trials.subject.numpy()
    running = np.zeros(len(trials), dtype=np.int64)
    for code in np.unique(subject):
        running[subject == code] = np.arange(1, int((subject == code).sum()) + 1)
    columns: dict[str, object] = {
        "subject": [trials.subject_names[code] for code in subject.tolist()],
        "trial": running,
        "set_size": trials.set_size.numpy(),
        "condition": [trials.condition_names[code] for code in trials.condition.tolist()],
        "report_1": report[:, 0],
        "probe_1": probe[:, 0],
        "response": trials.response.numpy(),
    }
    for name, values in (("report", report), ("probe", probe)):
        columns.update({f"{name}_{item + 1}": values[:, item] for item in range(1, values.shape[1])})
    return pd.DataFrame(columns)


def to_csv(trials: Trials) -> bytes:
    """UTF-8 CSV with every digit, so that reading it gives the same hash."""
    return to_frame(trials).to_csv(index=False).encode()


def to_parquet(trials: Trials) -> bytes:
    """Parquet with the columns of ``to_frame``."""
    buffer = io.BytesIO()
    to_frame(trials).to_parquet(buffer, index=False)
    return buffer.getvalue()
