"""The display of a question as the models take it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.circular import wrap
from models.displays import Displays


def display_of(shown: dict[str, Any]) -> tuple[Displays, Tensor]:
    """The display with the cued item first, and which item of the question each of its items is, ``(N,)``."""
    cued, count = shown["cued"], len(shown["report"])
    order = torch.tensor([cued, *(item for item in range(count) if item != cued)])
    report = wrap(torch.tensor([shown["report"]], dtype=torch.float64))[:, order]
    probe = wrap(torch.tensor([shown["probe"]], dtype=torch.float64))[:, order]
    return Displays(report, probe, torch.tensor([count])), order
