"""What every analysis of a mechanism starts from, and the form of what it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from models.display_laws import DisplayLaw
from models.displays import Displays
from models.network.network import Network
from models.network.targets import ResponseLaw

DRAWS = 4096  # displays drawn at a time when some of a set size are looked for
ATTEMPTS = 50


class NothingToAnalyse(ValueError):
    """The question makes no sense for this network; the message is for a person."""


@dataclass(frozen=True)
class Subject:
    """A trained network with what it was trained on.

    Attributes:
        network: any trained network.
        displays: the law of its displays.
        law: the law of responses that it was trained on.
        seed: of everything random in an analysis; not one of the training, so that its displays are new.
    """

    network: Network
    displays: DisplayLaw
    law: ResponseLaw
    seed: int

    def generator(self, number: int = 0) -> torch.Generator:
        """A source of randomness on the network's device; the same for the same seed and number."""
        return torch.Generator(self.network.device).manual_seed((self.seed * 1_000_003 + number) % 2**63)

    def draw(self, count: int, set_size: int, number: int = 0) -> Displays:
        """``count`` displays of one set size, trimmed to a width of ``set_size``; the same for the same number.

        Raises:
            NothingToAnalyse: if the network's displays do not have this set size.
        """
        generator = torch.Generator().manual_seed((self.seed * 1_000_003 + 500_009 + number) % 2**63)
        parts: list[Displays] = []
        found = 0
        for _ in range(ATTEMPTS):
            drawn = self.displays.draw(DRAWS, generator)
            some = drawn.select(drawn.set_size == set_size)
            parts.append(some)
            found += len(some)
            if found >= count:
                break
        if found < count:
            raise NothingToAnalyse(f"This network's displays have (almost) never {set_size} items.")
        report = torch.cat([part.report for part in parts])[:count, :set_size]
        probe = torch.cat([part.probe for part in parts])[:count, :set_size]
        return Displays(report, probe, torch.full((count,), set_size))

    def pair_size(self) -> int:
        """The set size at which one item is compared with another: 2, or the smallest above 1 of its displays.

        Raises:
            NothingToAnalyse: if there is never more than one item.
        """
        generator = torch.Generator().manual_seed(self.seed % 2**63)
        sizes = self.displays.draw(DRAWS, generator).set_size
        several = sizes[sizes > 1]
        if not len(several):
            raise NothingToAnalyse(
                "This network has only ever seen one item at a time: there is nothing that it could be confused with."
            )
        return int(several.min())


@dataclass(frozen=True)
class Result:
    """What an analysis found in one network, in plain numbers.

    All values are numbers, None where there is nothing to be measured (no swap ever happened), or nested lists of both.

    Attributes:
        axes: what the entries of measures are about: times (seconds from cue onset), distances, names; the same for
            all networks of one configuration, whatever their seed.
        measures: what was found, by name. A measure has the same shape in all networks of one configuration, so that
            ``across.over_seeds`` can average it.
        nulls: what the same computation gives when there is nothing to be found; same shapes as the measures of the
            same names, or names of their own.
        detail: whatever differs in shape between networks: examples, points, for pictures of one network.
    """

    axes: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)
    nulls: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data that JSON can say: None for what is not finite."""
        named = {"axes": self.axes, "measures": self.measures, "nulls": self.nulls, "detail": self.detail}
        return {name: _sayable(value) for name, value in named.items()}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Result:
        """The inverse of ``to_json``."""
        return Result(plain["axes"], plain["measures"], plain["nulls"], plain["detail"])


def _sayable(value: Any) -> Any:  # noqa: ANN401 - plain data of any shape
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _sayable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sayable(item) for item in value]
    return value
