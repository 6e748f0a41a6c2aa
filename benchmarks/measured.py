"""What the analyses of the mechanism say about the networks of the published conditions, one number a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.kept import kept
from benchmarks.published_networks import UNSEEN, path_of, trained
from models.analysis.across import as_numbers, as_plain
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.network import storage
from models.network.network import Network
from models.network.published import BY_NAME, TWO_ITEMS
from models.progress import silent

Values = list[float | None]
LAST = 3  # steps averaged at the end of an epoch


class Measured:
    """Results of analyses, condition by condition; each is made when a number of it is asked for, and kept.

    Attributes:
        folder: of the networks; results lie beside them.
        seeds: how many networks of each condition.
        analyses: modules with ``measure(subject, report)``, by name.
    """

    def __init__(self, folder: Path, seeds: int, analyses: Mapping[str, ModuleType]) -> None:
        self.folder, self.seeds, self.analyses = folder, seeds, analyses
        self._results: dict[tuple[str, str], list[Result | None]] = {}

    def results(self, condition: str, analysis: str) -> list[Result | None]:
        """What an analysis found in every network of a condition; None where there is nothing to analyse."""
        key = (condition, analysis)
        if key not in self._results:
            seeds = range(1, self.seeds + 1)
            networks = zip(seeds, trained(BY_NAME[condition], seeds, self.folder), strict=True)
            self._results[key] = [self._result(condition, analysis, seed, network) for seed, network in networks]
        return self._results[key]

    def _result(self, name: str, analysis: str, seed: int, network: Network) -> Result | None:
        condition, module = BY_NAME[name], self.analyses[analysis]

        def measured() -> dict[str, Any] | None:
            try:
                found: Result = module.measure(Subject(network, TWO_ITEMS, condition.law, UNSEEN + seed), silent)
            except NothingToAnalyse:
                return None
            return found.to_json() | {"detail": {}}

        weights = path_of(condition, seed, self.folder, storage.WEIGHTS)
        plain = kept(weights.with_suffix(f".{analysis}.json"), weights, module, measured)
        return None if plain is None else Result(**plain)

    def numbers(self, condition: str, measure: str, null: bool = False) -> Values:
        """One number for every network.

        Args:
            condition: name of the condition.
            measure: ``analysis.measure``, or ``analysis.measure[entry]`` of a list: an index, or a time: ``@0.2`` is
                the mean over the last ``LAST`` steps that end no later than 0.2 seconds from cue onset.
            null: take it from the nulls.
        """
        analysis, _, name = measure.partition(".")
        name, _, entry = name.partition("[")
        found: Values = []
        for result in self.results(condition, analysis):
            if result is None:
                found.append(None)
                continue
            values = as_numbers((result.nulls if null else result.measures)[name])
            found.append(as_plain(_entry(values, entry.rstrip("]"), result)))
        return found

    def differences(self, condition: str, first: str, second: str, null: bool = False) -> Values:
        """``first`` minus ``second`` (or minus the null ``second``) in every network."""
        pairs = zip(self.numbers(condition, first), self.numbers(condition, second, null), strict=True)
        return [None if a is None or b is None else a - b for a, b in pairs]


def _entry(values: NDArray[np.float64], entry: str, result: Result) -> np.float64:
    if not entry:
        return np.float64(values)
    if entry.startswith("@"):
        rows = np.flatnonzero(np.array(result.axes["time"]) <= float(entry[1:]) + 1e-6)[-LAST:]
        return np.float64(values[rows].mean())
    return np.float64(values[int(entry)])
