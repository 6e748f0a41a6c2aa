"""Wanted numbers: what was to be reached, what was, and one line that sums it up. Every benchmark ends with this."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class Wanted:
    """A number to reach: ``low <= reached <= high``; an aim is shown with its verdict but does not decide the exit."""

    name: str
    reached: float
    low: float | None = None
    high: float | None = None
    required: bool = True

    @property
    def met(self) -> bool:
        """Whether it was reached; what is not a number was not."""
        above = self.low is None or self.reached >= self.low
        return above and (self.high is None or self.reached <= self.high) and self.reached == self.reached

    def line(self) -> str:
        """One line of the closing table."""
        limits = " and ".join(
            f"{sign} {limit:g}" for sign, limit in ((">=", self.low), ("<=", self.high)) if limit is not None
        )
        kind = "" if self.required else " (aim)"
        return f"{self.name:66} {limits:22} {self.reached:>10.4f}  {'reached' if self.met else 'MISSED'}{kind}"


def arguments(description: str) -> argparse.ArgumentParser:
    """The command line that all benchmarks share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    return parser


def conclude(found: Sequence[Wanted], rows: Sequence[dict[str, Any]], file: Path | None, summary: str) -> int:
    """Print the table of wanted numbers and the summary, write the JSON; the exit code, 1 where one was missed."""
    print(f"\n{'wanted':66} {'limit':22} {'reached':>10}")
    for one in found:
        print(one.line())
    missed = [one.name for one in found if one.required and not one.met]
    print(f"{summary} {'All wanted numbers were reached.' if not missed else f'Missed: {len(missed)}.'}")
    if file is not None:
        machine = {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "torch": torch.__version__,
        }
        verdicts = [{**asdict(one), "met": one.met} for one in found]
        file.write_text(json.dumps({"rows": list(rows), "wanted": verdicts, **machine}, indent=1))
    return 1 if missed else 0


def table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows under column titles, ``{key: title}``; numbers to four significant places, absent ones blank."""
    widths = {key: max([len(title), *(len(_cell(row.get(key))) for row in rows)]) for key, title in columns.items()}
    print("  ".join(f"{title:>{widths[key]}}" for key, title in columns.items()))
    for row in rows:
        print("  ".join(f"{_cell(row.get(key)):>{widths[key]}}" for key in columns))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
