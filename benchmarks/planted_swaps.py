"""Can the classifier see what it should? Responses of a law against the same with a known share of swaps added."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.analysis.c2st import classifier_test
from models.display_laws import DisplayLaw
from models.displays import Displays
from models.network.targets import ResponseLaw, grid

SHARE = 0.05
ANGLES = 720


def planted_difference(source: DisplayLaw, law: ResponseLaw, count: int, runs: int, seed: int) -> dict[str, Any]:
    """How well the classifier tells a law from itself with 5 percentage points of swaps more.

    Args:
        source: of ``count`` displays; those of a single item, where nothing can be swapped, are left out.
        law: of ``runs`` responses to each.
        seed: of everything that is drawn, and of the classifier.

    Returns:
        ``best``: accuracy of the best classifier there can be, from the densities; ``seen``: of ours; ``se`` its
        standard error; ``model``: of ours when nothing was planted.
    """
    generator = torch.Generator().manual_seed(seed)
    shown = source.draw(count, generator)
    several = shown.select(shown.set_size > 1)
    one, two, three = (_responses(law, several, runs, generator) for _ in range(3))
    swapped = _responses(law, _other_reported(several, generator), runs, generator)
    planted = torch.where(torch.rand(two.shape, generator=generator) < SHARE, swapped, two)
    test, floor = (classifier_test(several, given, one, seed) for given in (planted, three))
    return {"best": best_accuracy(law, several), "seen": test.accuracy, "se": test.sd, "model": floor.accuracy}


def best_accuracy(law: ResponseLaw, displays: Displays) -> float:
    """``1/2 + TV/2`` with the mean total variation distance of the two laws of one response."""
    angles = grid(ANGLES)
    plain = law.density(displays, angles).double()
    others = torch.stack([law.density(_reported(displays, item), angles) for item in range(1, displays.items)], 1)
    there = displays.present[:, 1:, None].double()
    swapped = (others.double() * there).sum(1) / there.sum(1)
    mixed = (1 - SHARE) * plain + SHARE * swapped
    distance = (mixed - plain).abs().mean(1) * torch.pi  # half the integral over the circle
    return 0.5 + 0.5 * float(distance.mean())


def _responses(law: ResponseLaw, displays: Displays, runs: int, generator: torch.Generator) -> Tensor:
    return torch.stack([law.sample(displays, generator) for _ in range(runs)], 1).double()


def _reported(displays: Displays, item: Tensor | int) -> Displays:
    """Displays whose items all have one item's report: whichever is picked there, the response is the one to it."""
    chosen = torch.as_tensor(item).expand(len(displays))[:, None]
    report = displays.report.gather(1, chosen)
    report = torch.where(report.isfinite(), report, displays.report[:, :1])
    return Displays(torch.where(displays.present, report, displays.report), displays.probe, displays.set_size)


def _other_reported(displays: Displays, generator: torch.Generator) -> Displays:
    """The same, each with one of its other items, all alike."""
    share = torch.rand(len(displays), generator=generator)
    return _reported(displays, 1 + (share * (displays.set_size - 1)).long())
