"""The one call that reads files: bytes in, an outcome with trials or a sentence on what is missing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.reading import layout
from models.reading.build import build, choose_table
from models.reading.doctor import Finding, examine
from models.reading.guess import complete, explained, guess, guess_table
from models.reading.long_tables import widen
from models.reading.mapping import Mapping, MappingError
from models.reading.question import Question
from models.reading.several import GivenFile, open_files
from models.reading.summary import summarise
from models.reading.table import RejectedRow, Table, Unreadable
from models.trials import Trials

MOST_REJECTED = 200


@dataclass
class Outcome:
    """All that reading has to say.

    Attributes:
        state: ``"ready"``; ``"question"`` when two readings fit, or columns must be chosen by a person; ``"refused"``.
        trials: None unless the mapping could be carried out.
        files: what became of each file that was given.
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
    files: list[GivenFile] = field(default_factory=list)
    problem: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """The part of a data set's JSON that comes from reading its file."""
        pictured: dict[str, Any] = {"summary": None, "pictures": None}
        if self.trials is not None and self.mapping is not None:
            pictured = summarise(self.trials, self.mapping)
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
            "files": [file.to_json() for file in self.files],
            "problem": {"title": self.problem[0], "detail": self.problem[1]} if self.problem else None,
            **pictured,
        }


def read_file(data: bytes, name: str, mapping: Mapping | None = None) -> Outcome:
    """Read a file with the roles a person chose, or with guessed ones; never raises for what a file may hold."""
    return read_files([(name, data)], mapping)


def read_files(files: Sequence[tuple[str, bytes]], mapping: Mapping | None = None) -> Outcome:
    """Read one file, or several of the same kind as one table; files are ``(name, content)``."""
    try:
        opened = open_files(files, mapping.header if mapping is not None else None)
    except Unreadable as refusal:
        return Outcome("refused", problem=(refusal.title, refusal.detail))
    outcome = Outcome("ready", opened.format, opened.tables, mapping, files=opened.files)
    try:
        layouts = _lay_out(outcome, mapping)
    except MappingError as refusal:
        return replace(outcome, state="refused", problem=("These rows do not make trials", " ".join(refusal.problems)))
    if mapping is None or not mapping.response:
        return _guess(outcome, mapping, layouts)
    try:
        table = choose_table(outcome.tables, mapping)
    except MappingError:
        return _carry_out(outcome, mapping)  # which says that there is no such table
    outcome.mapping, told = complete(table, mapping)
    guessed = guess_table(table)
    guessed.change(trial=mapping.trial, item=mapping.item)
    outcome.reasons = explained(outcome.mapping, guessed) | told
    return _carry_out(outcome, outcome.mapping)


def _lay_out(outcome: Outcome, mapping: Mapping | None) -> dict[str, layout.Layout]:
    """Put tables with one row an item side by side: as the mapping says, or where the values say so."""
    layouts: dict[str, layout.Layout] = {}
    for place, table in enumerate(outcome.tables):
        if mapping is None or (mapping.trial is None and not mapping.response):
            found = layout.find(table)
        elif mapping.trial and mapping.table in (None, table.name):
            found = layout.Layout(mapping.trial, mapping.item, "chosen by a person")
        else:
            found = None
        if found is not None:
            outcome.tables[place] = widen(table, found.trial, found.item)
            layouts[table.name] = found
    return layouts


def _guess(outcome: Outcome, mapping: Mapping | None, layouts: dict[str, layout.Layout]) -> Outcome:
    """Guess all roles; a mapping without a response only says which table, and how it is laid out."""
    tables = outcome.tables
    if mapping is not None and mapping.table is not None:
        tables = [table for table in tables if table.name == mapping.table] or tables
    guessed = guess(tables)
    found = layouts.get(guessed.mapping.table or "")
    guessed.change(trial=found.trial if found else (), item=found.item if found else None)
    if found is not None:
        guessed.reasons["trial"] = found.reason
    outcome.mapping, outcome.reasons, outcome.questions = guessed.mapping, guessed.reasons, guessed.questions
    if guessed.lacks is not None:  # columns can be chosen by a person
        return replace(outcome, state="question" if _choosable(tables) else "refused", problem=guessed.lacks)
    return _carry_out(outcome, guessed.mapping)


def _carry_out(outcome: Outcome, mapping: Mapping) -> Outcome:
    try:
        reading = build(outcome.tables, mapping)
    except MappingError as refusal:
        outcome.state = "question" if outcome.questions else "refused"
        outcome.problem = ("These columns do not make trials", " ".join(refusal.problems))
        return outcome
    outcome.trials, outcome.rejected = reading.trials, reading.rejected
    outcome.state = "question" if outcome.questions else "ready"
    outcome.findings = examine(reading.trials, mapping, reading.table, outcome.rejected, outcome.files)
    return outcome


def _choosable(tables: list[Table]) -> bool:
    return any(sum(table.frame[name].dtype.kind == "f" for name in table.frame) >= 2 for table in tables)
