"""Trials: the one table of the project. Behavioural data travels in no other form inside ``models``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.circular import wrap
from models.displays import Displays


@dataclass(frozen=True)
class Trials:
    """M trials of a delayed-estimation task; item 0 is the cued one.

    Attributes:
        displays: what was shown, ``(M, N)``.
        response: ``(M,)`` float64, radians on ``[-pi, pi)`` of the report circle.
        subject: ``(M,)`` int64 codes into ``subject_names``.
        condition: ``(M,)`` int64 codes into ``condition_names``.
        row: ``(M,)`` int64, the row of the uploaded table each trial came from (first data row is 1), or 0.
    """

    displays: Displays
    response: Tensor
    subject: Tensor
    subject_names: tuple[str, ...]
    condition: Tensor
    condition_names: tuple[str, ...]
    row: Tensor

    def __post_init__(self) -> None:
        count = len(self.displays)
        for name in ("response", "subject", "condition", "row"):
            if getattr(self, name).shape != (count,):
                raise ValueError(f"{name} must have one value for each of the {count} trials")
        if not bool(self.response.isfinite().all()):
            raise ValueError("every trial needs a finite response")

    @staticmethod
    def build(
        displays: Displays,
        response: Tensor,
        subject: Sequence[str] | None = None,
        condition: Sequence[str] | None = None,
        row: Tensor | None = None,
    ) -> Trials:
        """Make trials from labels; without them there is one subject ``"1"`` and one condition ``""``."""
        count = len(displays)
        subject_code, subject_names = _codes(subject if subject is not None else ["1"] * count)
        condition_code, condition_names = _codes(condition if condition is not None else [""] * count)
        row = torch.arange(1, count + 1) if row is None else row
        return Trials(displays, wrap(response), subject_code, subject_names, condition_code, condition_names, row)

    def __len__(self) -> int:
        return len(self.displays)

    @property
    def report(self) -> Tensor:
        """``(M, N)`` report features, radians; NaN past the set size."""
        return self.displays.report

    @property
    def probe(self) -> Tensor:
        """``(M, N)`` probe features, radians; NaN where unknown."""
        return self.displays.probe

    @property
    def set_size(self) -> Tensor:
        """``(M,)`` items shown on each trial."""
        return self.displays.set_size

    @cached_property
    def error(self) -> Tensor:
        """``(M, N)`` response minus each item, wrapped, radians; column 0 is the usual error; NaN past the set size."""
        return wrap(self.response[:, None] - self.report)

    @property
    def set_sizes(self) -> list[int]:
        """The distinct set sizes, ascending."""
        return sorted(int(size) for size in self.set_size.unique())

    def select(self, index: Tensor) -> Trials:
        """Rows by integer index or boolean mask; names keep their codes."""
        return Trials(
            self.displays.select(index),
            self.response[index],
            self.subject[index],
            self.subject_names,
            self.condition[index],
            self.condition_names,
            self.row[index],
        )

    def of_set_size(self, size: int) -> Trials:
        """The trials of one set size."""
        return self.select(self.set_size == size)

    @property
    def subjects(self) -> list[str]:
        """Names of the subjects that have trials here, in the order of their codes."""
        return [self.subject_names[code] for code in self.subject.unique().tolist()]

    def of_subject(self, name: str) -> Trials:
        """The trials of one subject."""
        return self.select(self.subject == self.subject_names.index(name))

    def split(self, fraction: float, generator: torch.Generator) -> tuple[Trials, Trials]:
        """Two random disjoint parts, ``fraction`` of the trials of every set size in the first."""
        first = torch.zeros(len(self), dtype=torch.bool)
        for size in self.set_sizes:
            where = (self.set_size == size).nonzero()[:, 0]
            shuffled = where[torch.randperm(len(where), generator=generator)]
            first[shuffled[: round(fraction * len(where))]] = True
        return self.select(first), self.select(~first)

    @cached_property
    def hash(self) -> str:
        """sha256 over every value: two tables with the same hash give the same fit."""
        digest = hashlib.sha256()
        for tensor in (self.report, self.probe, self.set_size, self.response, self.subject, self.condition):
            digest.update(str(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        digest.update("\0".join((*self.subject_names, "", *self.condition_names)).encode())
        return digest.hexdigest()


def concatenate(parts: Sequence[Trials]) -> Trials:
    """Stack tables of any widths; equal subject and condition names are the same subject and condition.

    Raises:
        ValueError: if there is nothing to stack.
    """
    if not parts:
        raise ValueError("nothing to concatenate")
    width = max(part.displays.items for part in parts)
    displays = Displays(
        torch.cat([_widen(part.report, width) for part in parts]),
        torch.cat([_widen(part.probe, width) for part in parts]),
        torch.cat([part.set_size for part in parts]),
    )
    return Trials.build(
        displays,
        torch.cat([part.response for part in parts]),
        [part.subject_names[code] for part in parts for code in part.subject.tolist()],
        [part.condition_names[code] for part in parts for code in part.condition.tolist()],
        torch.cat([part.row for part in parts]),
    )


def _widen(table: Tensor, width: int) -> Tensor:
    padding = table.new_full((table.shape[0], width - table.shape[1]), float("nan"))
    return torch.cat([table, padding], dim=1)


def _codes(labels: Sequence[str]) -> tuple[Tensor, tuple[str, ...]]:
    names = tuple(dict.fromkeys(str(label) for label in labels))
    lookup = {name: code for code, name in enumerate(names)}
    return torch.tensor([lookup[str(label)] for label in labels], dtype=torch.int64), names
