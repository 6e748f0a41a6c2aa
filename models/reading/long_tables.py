"""A table with one row an item put side by side: one row a trial, numbered columns for what differs between items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from models.reading.layout import LARGEST, codes, group_of
from models.reading.mapping import MappingError
from models.reading.table import Table, check_size

YES = ("1", "true", "yes", "y", "target", "cued", "probed", "tested", "t")
CUED = "cued"


def widen(table: Table, trial: Sequence[str], item: str | None) -> Table:
    """One row a trial.

    Columns that are alike on all rows of a trial, or filled on one of them, stay one column; a column that marks one
    row of each trial becomes ``cued``, the number of that item; every other column ``x`` becomes ``x_1``, ``x_2`` and
    so on, in the order of ``item``, or of the file. Row numbers are those of a trial's first row.

    Raises:
        MappingError: if a named column is missing, or a trial has more than 24 rows.
    """
    frame = table.frame
    lacking = [name for name in (*trial, item) if name and name not in frame]
    if lacking:
        raise MappingError([f"The table has no column called “{name}”." for name in lacking])
    group = group_of(frame, trial)
    place = _places(frame, group, item)
    if int(place.max()) >= LARGEST:
        raise MappingError(
            [
                f"With {', '.join(f'“{name}”' for name in trial)} as the trial, one trial has {int(place.max()) + 1} "
                f"rows; a display has at most {LARGEST} items. Add the columns that tell trials apart, for instance "
                "the subject."
            ]
        )
    check_size(int(group.max()) + 1, (int(place.max()) + 1) * len(frame.columns))
    firsts = pd.Series(np.arange(len(frame))).groupby(group).min().to_numpy()
    return replace(
        table,
        frame=_side_by_side(frame, group, place, item),
        rows=table.rows[firsts],
        source_columns=tuple(str(name) for name in frame.columns),
        files=tuple(table.files[row] for row in firsts) if table.files else (),
    )


def _places(frame: pd.DataFrame, group: np.ndarray, item: str | None) -> np.ndarray:
    """``(M,)`` which item of its trial a row is, from 0."""
    order = np.arange(len(frame))
    if item is not None:
        number = pd.to_numeric(frame[item], errors="coerce").to_numpy(dtype=float)
        order = np.lexsort((order, np.where(np.isfinite(number), number, np.inf)))
    place = np.empty(len(frame), dtype=np.int64)
    place[order] = pd.Series(group[order]).groupby(group[order]).cumcount().to_numpy()
    return place


def _side_by_side(frame: pd.DataFrame, group: np.ndarray, place: np.ndarray, item: str | None) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for name in frame:
        values = frame[name]
        if name == item:
            continue
        marked = _marked(values, group, place)
        if marked is not None:
            columns[CUED if CUED not in frame or name == CUED else f"{CUED} ({name})"] = marked
        elif _one_a_trial(values, group):
            columns[str(name)] = _first(values, group)
        else:
            columns.update(_numbered(str(name), values, group, place))
    return pd.DataFrame(columns)


def _present(values: pd.Series) -> np.ndarray:
    return np.asarray(values.notna() if values.dtype.kind == "f" else values != "", dtype=bool)


def _one_a_trial(values: pd.Series, group: np.ndarray) -> bool:
    known = _present(values)
    pairs = pd.DataFrame({"group": group[known], "value": codes(values)[known]}).drop_duplicates()
    return bool(len(pairs) <= 1.01 * pairs["group"].nunique())


def _first(values: pd.Series, group: np.ndarray) -> pd.Series:
    known = _present(values)
    firsts = values[known].groupby(group[known]).first()
    empty = np.nan if values.dtype.kind == "f" else ""
    return firsts.reindex(np.arange(int(group.max()) + 1), fill_value=empty).reset_index(drop=True)


def _numbered(name: str, values: pd.Series, group: np.ndarray, place: np.ndarray) -> dict[str, pd.Series]:
    numeric = values.dtype.kind == "f"
    shape = (int(group.max()) + 1, int(place.max()) + 1)
    cells = np.full(shape, np.nan) if numeric else np.full(shape, "", dtype=object)
    cells[group, place] = values.to_numpy()
    return {f"{name}_{number + 1}": pd.Series(cells[:, number]) for number in range(shape[1])}


def _marked(values: pd.Series, group: np.ndarray, place: np.ndarray) -> pd.Series | None:
    """Number of the marked item (from 1) where a column of two values marks exactly one row of each trial."""
    known = values[_present(values)]
    choices = known.unique().tolist()
    if len(choices) not in (1, 2) or (len(choices) == 2 and len(known) < len(values)):
        return None
    trials = int(group.max()) + 1
    once = []
    for choice in choices:
        chosen = (values == choice).to_numpy()
        if np.array_equal(np.bincount(group[chosen], minlength=trials), np.ones(trials)):
            once.append(choice)
    if not once or np.bincount(group).max() < 2:
        return None
    once.sort(key=lambda choice: (f"{choice:g}" if isinstance(choice, float) else str(choice).lower()) not in YES)
    chosen = (values == once[0]).to_numpy()
    number = np.zeros(trials)
    number[group[chosen]] = place[chosen] + 1.0
    return pd.Series(number)
