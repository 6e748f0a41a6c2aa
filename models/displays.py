"""Displays: what was shown and which item was cued, without anybody's response."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import wrap


@dataclass(frozen=True)
class Displays:
    """M displays of up to N items; item 0 is the cued one.

    Attributes:
        report: ``(M, N)`` float64, radians on ``[-pi, pi)``: what is to be reported; NaN past a display's set size.
        probe: ``(M, N)`` float64, radians: what an item is cued by; NaN where unknown or past the set size.
        set_size: ``(M,)`` int64, items on each display, at least 1.
    """

    report: Tensor
    probe: Tensor
    set_size: Tensor

    def __post_init__(self) -> None:
        if self.report.ndim != 2 or self.probe.shape != self.report.shape:
            raise ValueError(
                f"report {tuple(self.report.shape)} and probe {tuple(self.probe.shape)} must both be (M, N)"
            )
        if self.set_size.shape != self.report.shape[:1]:
            raise ValueError(
                f"set_size {tuple(self.set_size.shape)} must be (M,) for report {tuple(self.report.shape)}"
            )
        if bool((self.set_size < 1).any()):
            raise ValueError("every display must have at least 1 item")
        if not torch.equal(self.report.isfinite(), self.present):
            raise ValueError("a display must have a report value for each of its items and NaN past its set size")

    def __len__(self) -> int:
        return self.report.shape[0]

    @property
    def items(self) -> int:
        """N, the width of the table: the largest set size it can hold."""
        return self.report.shape[1]

    @property
    def present(self) -> Tensor:
        """``(M, N)`` bool: which slots hold an item."""
        return torch.arange(self.report.shape[1]) < self.set_size[:, None]

    @property
    def has_probe(self) -> bool:
        """Whether every item of every display with more than one item has a probe value."""
        wanted = self.present & (self.set_size > 1)[:, None]
        return bool(self.probe[wanted].isfinite().all())

    @property
    def probe_distance(self) -> Tensor:
        """``(M, N)`` signed probe distance of every item from the cued one, radians; column 0 is 0."""
        return wrap(self.probe - self.probe[:, :1])

    @property
    def report_distance(self) -> Tensor:
        """``(M, N)`` signed report distance of every item from the cued one, radians; column 0 is 0."""
        return wrap(self.report - self.report[:, :1])

    def select(self, index: Tensor) -> Displays:
        """Rows by integer index or boolean mask."""
        return Displays(self.report[index], self.probe[index], self.set_size[index])
