"""What guessing gives: a mapping with a reason for each role, and questions where two readings fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from models.reading.mapping import Mapping


@dataclass(frozen=True)
class Question:
    """Something two readings fit, or a reading that a person should agree to; every choice is a whole mapping."""

    id: str
    title: str
    detail: str
    choices: tuple[tuple[str, Mapping], ...]

    def with_each(self, change: Callable[[Mapping], Mapping]) -> Question:
        """The same question with every choice's mapping changed."""
        return replace(self, choices=tuple((label, change(mapping)) for label, mapping in self.choices))

    def to_json(self) -> dict[str, Any]:
        """The question as the API shows it."""
        choices = [{"label": label, "mapping": mapping.to_json()} for label, mapping in self.choices]
        return {"id": self.id, "title": self.title, "detail": self.detail, "choices": choices}


@dataclass
class Guess:
    """A mapping with a sentence for each role; ``lacks`` is (title, detail) of what the file does not hold."""

    mapping: Mapping
    reasons: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    lacks: tuple[str, str] | None = None

    def change(self, **changes: Any) -> None:  # noqa: ANN401 (the fields of a Mapping)
        """Change the mapping, and the mappings of all choices of the questions asked so far."""
        self.mapping = self.mapping.but(**changes)
        self.questions = [question.with_each(lambda choice: choice.but(**changes)) for question in self.questions]
