"""Which recorded trials had a display like this one?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import distance, wrap
from models.displays import Displays
from models.trials import Trials

MOST = 150
CLOSE = 0.5
"""Displays within this distance (radians, see ``find``) are alike; if there are too few, the nearest are taken."""
FEWEST = 30


@dataclass(frozen=True)
class Similar:
    """Trials by set size: the other items' distances from the cued one ``(M, K, 2)`` and the errors ``(M,)``.

    The last axis is probe distance, unsigned, and report distance, signed; items are ordered by probe distance.
    """

    by_size: dict[int, tuple[Tensor, Tensor]]

    @staticmethod
    def to(trials: Trials) -> Similar:
        """Prepare the comparison with some trials."""
        parts = {size: trials.of_set_size(size) for size in trials.set_sizes}
        return Similar({size: (_others(part.displays, size), part.error[:, 0]) for size, part in parts.items()})

    def find(self, display: Displays) -> tuple[Tensor, float]:
        """Errors (radians, from the cued item) on the nearest displays, and how far the furthest of them is.

        How far: the root mean square, over the other items, of the differences of their probe and report distances
        from the cued item. Without other items all displays are alike.
        """
        size = int(display.set_size[0])
        if size not in self.by_size:
            return torch.zeros(0, dtype=torch.float64), 0.0
        others, errors = self.by_size[size]
        if size == 1:
            return errors[:MOST], 0.0
        here = _others(display, size)[0]
        probe = others[..., 0] - here[:, 0]
        report = distance(others[..., 1], here[:, 1])
        squares = probe.square().nan_to_num() + report.square()
        far = (squares.mean(1) / 2).sqrt()
        found = far.topk(min(MOST, len(far)), largest=False)
        count = max(int((found.values <= CLOSE).sum()), min(FEWEST, len(far)))
        return errors[found.indices[:count]], float(found.values[count - 1])


def _others(displays: Displays, size: int) -> Tensor:
    probe = wrap(displays.probe_distance[:, 1:size]).abs()
    order = probe.argsort(1)
    return torch.stack([probe.gather(1, order), displays.report_distance[:, 1:size].gather(1, order)], 2)
