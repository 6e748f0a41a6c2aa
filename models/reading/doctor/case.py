"""What a check looks at, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.reading.mapping import Mapping
from models.reading.several import GivenFile
from models.reading.swaps import signature
from models.reading.table import RejectedRow, Table
from models.trials import Trials


def degrees(angle: float, digits: int = 0) -> str:
    """An angle of the full circle (radians) as people write it: “−1.6°”."""
    shown = f"{math.degrees(angle):.{digits}f}"
    return (shown[1:] if float(shown) == 0 and shown[0] == "-" else shown.replace("-", "−")) + "°"


def signed(value: float) -> str:
    """A number to one digit, with a true minus."""
    return f"{value:.1f}".replace("-", "−")


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Attributes:
        severity: ``"error"``, ``"warning"`` or ``"info"``.
        kind: a name for it that does not change with its words.
        title: what it is, in a few words.
        detail: what was seen, with numbers.
        breaks: what it would break if nothing is done; ``""`` where it breaks nothing.
        mend: a label and the mapping that would mend it, or read the file the other way.
    """

    severity: str
    kind: str
    title: str
    detail: str
    breaks: str = ""
    mend: tuple[str, Mapping] | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as the API shows it."""
        mend = {"label": self.mend[0], "mapping": self.mend[1].to_json()} if self.mend else None
        plain = {name: getattr(self, name) for name in ("severity", "kind", "title", "detail", "breaks")}
        return plain | {"mend": mend}


@dataclass(frozen=True)
class Case:
    """Trials with the table, the mapping and the files they came from."""

    trials: Trials
    mapping: Mapping
    table: Table
    rejected: tuple[RejectedRow, ...] = ()
    files: tuple[GivenFile, ...] = ()

    @cached_property
    def error(self) -> np.ndarray:
        """``(M,)`` response minus target, radians."""
        return self.trials.error[:, 0].numpy()

    @cached_property
    def offset(self) -> np.ndarray:
        """``(M, N - 1)`` non-target minus target, radians, NaN where there is no item."""
        return self.trials.displays.report_distance[:, 1:].numpy()

    @cached_property
    def set_size(self) -> np.ndarray:
        """``(M,)`` items of each display."""
        return self.trials.set_size.numpy()

    @cached_property
    def relative(self) -> bool:
        """Whether every target has the same value, so that all values are relative to it."""
        return bool(np.ptp(self.trials.report[:, 0].numpy()) == 0)

    @cached_property
    def swap_score(self) -> float | None:
        """z of the permutation test for swaps; None without non-targets or with too few large errors."""
        several = self.set_size > 1
        if not several.any():
            return None
        return signature(self.error[several], self.offset[several], self.set_size[several])

    @cached_property
    def item_values(self) -> np.ndarray:
        """``(M, K)`` numbers of the non-target columns as in the file, NaN for empty cells and placeholders."""
        names = [name for name in self.mapping.nontargets if name in self.table.frame]
        raw = np.column_stack([self.table.numbers(name) for name in names] or [np.zeros((len(self.table.frame), 0))])
        return np.where(np.isin(raw, self.mapping.missing), np.nan, raw)
