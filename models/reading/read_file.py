"""The one call that reads a file: bytes in, an outcome with trials or a sentence on what is missing out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models.reading.build import build
from models.reading.findings import Finding, examine
from models.reading.formats import format_of, open_tables
from models.reading.guess import Question, guess
from models.reading.mapping import Mapping, MappingError
from models.reading.summary import summarise
from models.reading.table import RejectedRow, Table, Unreadable
from models.trials import Trials

MOST_REJECTED = 200


@dataclass
class Outcome:
    """All that reading a file has to say.

    Attributes:
        state: ``"ready"``; ``"question"`` when two readings fit, or columns must be chosen by a person; ``"refused"``.
        trials: None unless the mapping could be carried out.
        problem: ``(title, detail)`` of what is missing, when there are no trials.
    """

    state: str
    format: str | None = None
    tables: list[Table] = field(default_factory=list)
    mapping: Mapping | None = None
    reasons: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    trials: Trials | None = None
    problem: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """The part of a data set's JSON that comes from reading its file."""
        pictured = summarise(self.trials) if self.trials is not None else {"summary": None, "pictures": None}
        return {
            "state": self.state,
            "format": self.format,
            "hash": self.trials.hash if self.trials is not None else None,
            "tables": [table.to_json() for table in self.tables],
            "mapping": self.mapping.to_json() if self.mapping is not None else None,
            "reasons": self.reasons,
            "questions": [question.to_json() for question in self.questions],
            "findings": [finding.to_json() for finding in self.findings],
            "rejected": {
                "count": len(self.rejected),
                "rows": [row.to_json() for row in self.rejected[:MOST_REJECTED]],
            },
            "problem": {"title": self.problem[0], "detail": self.problem[1]} if self.problem else None,
            **pictured,
        }


def read_file(data: bytes, name: str, mapping: Mapping | None = None) -> Outcome:
    """Read a file with the roles a person chose, or with guessed ones; never raises for what a file may hold."""
    try:
        kind = format_of(data, name) if data.strip() else None
        tables = open_tables(data, name, mapping.header if mapping is not None else None)
    except Unreadable as refusal:
        return Outcome("refused", problem=(refusal.title, refusal.detail))
    outcome = Outcome("ready", kind, tables)
    if mapping is None:
        guessed = guess(tables)
        outcome.mapping, outcome.reasons, outcome.questions = guessed.mapping, guessed.reasons, guessed.questions
        if guessed.lacks is not None:
            # Columns can be chosen by a person; items that the file does not hold cannot.
            errors_only = guessed.mapping.response_is == "error"
            outcome.state = "refused" if errors_only or not _choosable(tables) else "question"
            outcome.problem = guessed.lacks
            return outcome
    else:
        outcome.mapping = mapping
    return _carry_out(outcome, outcome.mapping)


def _carry_out(outcome: Outcome, mapping: Mapping) -> Outcome:
    try:
        reading = build(outcome.tables, mapping)
    except MappingError as refusal:
        outcome.state = "question" if outcome.questions else "refused"
        outcome.problem = ("These columns do not make trials", " ".join(refusal.problems))
        return outcome
    outcome.trials, outcome.rejected = reading.trials, reading.rejected
    outcome.state = "question" if outcome.questions else "ready"
    outcome.findings = examine(reading.trials, mapping)
    notes = dict.fromkeys(note for table in outcome.tables for note in table.notes)
    outcome.findings += [Finding("info", "While opening the file", note) for note in notes]
    if reading.rejected:
        count = len(reading.rejected)
        outcome.findings.insert(0, _rejected(count, count + len(reading.trials), reading.rejected[0]))
    return outcome


def _rejected(count: int, rows: int, first: RejectedRow) -> Finding:
    severity = "error" if count > 0.2 * rows else "warning"
    detail = (
        f"They are listed by number below and take no part in anything. The first is row {first.row}: column "
        f"“{first.column}” holds {first.value}, expected {first.expected}."
    )
    return Finding(severity, f"{count:,} of {rows:,} rows could not be used", detail)


def _choosable(tables: list[Table]) -> bool:
    return any(sum(table.frame[name].dtype.kind == "f" for name in table.frame) >= 2 for table in tables)
