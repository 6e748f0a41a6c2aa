"""The models that a request to compare or recover names, each with a name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.behaviour.comparison import Candidate
from models.behaviour.fitting import FitConfig
from models.behaviour.result import label
from worker.context import Refused


def candidates_of(models: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """Candidates in the order of the request; names are those given, else made from the model and its dimensions.

    Raises:
        Refused: when options do not belong together.
    """
    found: list[Candidate] = []
    for wanted in models:
        try:
            config = FitConfig.from_json({"model": wanted["model"], **wanted.get("options", {})})
        except ValueError as error:
            raise Refused("These settings cannot be used", f"{error}.") from error
        given = wanted.get("name")
        name = _unlike(given or _short(config), {one.name for one in found}, "_{}")
        words = _unlike(given or label(config), {one.label for one in found}, " ({})")
        found.append(Candidate(name, words, config))
    return found


def _short(config: FitConfig) -> str:
    """A name for columns of files."""
    return f"bns_{config.dimensions}" if config.model == "bns" else config.model


def _unlike(name: str, taken: set[str], suffix: str) -> str:
    """The name, with a number where it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = name + suffix.format(number), number + 1
    return free
