"""The numbers of a report on a mechanism as one long table, for a spreadsheet or a data frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COLUMNS = ("group", "analysis", "kind", "name", "entry", "statistic", "network", "seed", "value")
Row = tuple[object, ...]


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """Text of the table, analysis by analysis; a missing number is an empty cell.

    One row is one number: ``kind`` is ``measures``, ``nulls`` or ``axes``; ``entry`` is its place in the measure,
    counted from 0, dimensions divided by spaces, empty for a single number; ``statistic`` is ``network`` (of one
    network, which ``network`` and ``seed`` name) or ``mean``, ``low`` or ``high`` over networks (95 % interval).
    """
    yield _text([COLUMNS])
    for group in result["groups"]:
        seeds = dict(zip(group["networks"], group["seeds"], strict=True))
        for analysis, found in group["analyses"].items():
            yield _text((group["name"], analysis, *row) for row in _rows(found, seeds))


def _rows(found: Mapping[str, Any], seeds: Mapping[str, int]) -> Iterator[Row]:
    for name, axis in found.get("axes", {}).items():
        yield from (("axes", name, entry, "", "", "", value) for entry, value in _entries(axis))
    for kind in ("measures", "nulls"):
        for name, spread in found.get(kind, {}).items():
            for id, values in zip(found["networks"], spread["each"], strict=True):
                yield from ((kind, name, entry, "network", id, seeds[id], value) for entry, value in _entries(values))
            for statistic in ("mean", "low", "high"):
                numbers = _entries(spread[statistic])
                yield from ((kind, name, entry, statistic, "", "", value) for entry, value in numbers)


def _entries(values: object, place: Sequence[int] = ()) -> Iterator[tuple[str, object]]:
    """Every number of nested lists with its place."""
    if isinstance(values, list):
        for number, value in enumerate(values):
            yield from _entries(value, (*place, number))
    else:
        yield " ".join(map(str, place)), values


def _text(rows: Iterator[Row] | Sequence[Row]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
