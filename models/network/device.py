"""Where a training computes, and with how many threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads on the CPU, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def best_device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def idle_cores() -> int:
    """CPU cores that nobody keeps busy now, at least 1; takes half a second to look."""
    busy = psutil.cpu_percent(interval=0.5) / 100
    return max(1, round((os.cpu_count() or 1) * (1 - busy)))
