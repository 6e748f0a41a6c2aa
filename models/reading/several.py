"""Several files as one table, for labs that keep one file a subject; those that do not fit are named."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.reading.cells import shown
from models.reading.formats import format_of, open_tables
from models.reading.table import Table, Unreadable, check_size

FILE = "file"
MOST_NAMED = 6


@dataclass(frozen=True)
class GivenFile:
    """A file by its name: the rows it gave, or ``(title, detail)`` of why it was refused."""

    name: str
    rows: int = 0
    problem: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """The file as the API shows it."""
        problem = {"title": self.problem[0], "detail": self.problem[1]} if self.problem else None
        return {"name": self.name, "rows": self.rows, "accepted": self.problem is None, "problem": problem}


@dataclass(frozen=True)
class Opened:
    """The tables of one or several files, their format, and what became of each file."""

    format: str
    tables: list[Table]
    files: list[GivenFile]


def open_files(files: Sequence[tuple[str, bytes]], header: bool | None = None) -> Opened:
    """Open files, each ``(name, content)``; several become one table with a column ``file`` that tells them apart.

    Raises:
        Unreadable: if none of them can be used; of several, with the reason of the first.
    """
    opened: list[tuple[str, str, list[Table]]] = []
    refused: dict[int, tuple[str, str]] = {}
    seen: dict[str, str] = {}
    for place, (name, data) in enumerate(files):
        digest = hashlib.sha256(data).hexdigest()
        if digest in seen:
            refused[place] = ("This file was given twice", f"It is the same as “{seen[digest]}”.")
            continue
        seen[digest] = name
        try:
            opened.append((name, _kind(name, data), open_tables(data, name, header)))
        except Unreadable as problem:
            refused[place] = (problem.title, problem.detail)
    if not opened:
        title, detail = next(iter(refused.values()))
        raise Unreadable(title, detail if len(files) == 1 else f"“{files[0][0]}”, like all other files: {detail}")
    if len(files) == 1:
        name, kind, tables = opened[0]
        return Opened(kind, tables, [GivenFile(name, len(tables[0].frame))])
    return _stacked(files, opened, refused)


def _kind(name: str, data: bytes) -> str:
    return format_of(data, name) if data.strip() else ""


def _stacked(
    files: Sequence[tuple[str, bytes]],
    opened: list[tuple[str, str, list[Table]]],
    refused: dict[int, tuple[str, str]],
) -> Opened:
    """Tables with the most common columns under each other; a file without such a table is refused with a reason."""
    votes: Counter[frozenset[str]] = Counter()
    for _, _, tables in opened:
        votes.update({_stems(table) for table in tables if len(table.frame.columns) > 1})
    if not votes:
        raise Unreadable("These files hold no table", "None has at least two columns with one row a trial.")
    common = max(votes, key=lambda stems: (votes[stems], len(stems)))
    labels = _labels([name for name, _ in files])
    parts: list[tuple[str, Table]] = []
    reports: list[GivenFile] = []
    waiting = iter(opened)
    for place, (name, _) in enumerate(files):
        problem, table = refused.get(place), None
        if problem is None:
            tables = next(waiting)[2]
            table = next((one for one in tables if _stems(one) == common), None)
            problem = _differs(tables, common) if table is None else None
        if table is not None:
            parts.append((labels[place], table))
        reports.append(GivenFile(name, 0 if table is None else len(table.frame), problem))
    return Opened(opened[0][1], [_one_table(parts)], reports)


def _stems(table: Table) -> frozenset[str]:
    """What a table's columns are, whatever the largest number of items in it; without names, how many there are."""
    names = [str(column) for column in table.frame.columns]
    return frozenset(names if table.header is False else (re.sub(r"[\s_]*\d+$", "", name) for name in names))


def _differs(tables: list[Table], common: frozenset[str]) -> tuple[str, str]:
    own = max((_stems(table) for table in tables), key=lambda stems: len(stems & common), default=frozenset())
    lacking, more = sorted(common - own), sorted(own - common)
    said = [f"it lacks {_named(lacking)}"] if lacking else []
    said += [f"it has {_named(more)}, which they have not"] if more else []
    return "Its columns are not those of the other files", f"Compared with most of them, {' and '.join(said)}."


def _named(names: list[str]) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
    return listed + (f" and {len(names) - MOST_NAMED} more columns" if len(names) > MOST_NAMED else "")


def _labels(names: list[str]) -> list[str]:
    """Names without their ending; equal ones are numbered."""
    labels: list[str] = []
    for name in names:
        stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", name) or name
        label, count = stem, 2
        while label in labels:
            label, count = f"{stem} ({count})", count + 1
        labels.append(label)
    return labels


def _one_table(parts: list[tuple[str, Table]]) -> Table:
    first = parts[0][1]
    check_size(sum(len(table.frame) for _, table in parts), len(first.frame.columns) + 1)
    frame = pd.concat([table.frame for _, table in parts], ignore_index=True)
    for column in frame.columns:  # a column of numbers in one file and of words in another holds words
        if frame[column].dtype.kind != "f":
            frame[column] = frame[column].map(shown)
    labels = [label for label, table in parts for _ in range(len(table.frame))]
    name = FILE
    while name in frame:
        name = f"{name} name"
    frame[name] = pd.Series(labels, dtype=object)
    broken = tuple(replace(row, file=label) for label, table in parts for row in table.broken)
    notes = tuple(dict.fromkeys(note for _, table in parts for note in table.notes))
    rows = np.concatenate([table.rows for _, table in parts])
    return Table(first.name, frame, first.header, rows, broken, notes, files=tuple(labels))
