"""What a training shows of its network while it runs: responses to a few fixed displays, and how often it swaps."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.circular import wrap
from models.displays import Displays
from models.network.config import TrainConfig
from models.network.network import Network
from models.network.recording import record
from models.network.targets import Source, grid

_SHOWN, _RUNS, _COUNTED, _ANGLES = 6, 60, 384, 90


class LiveView:
    """Displays that training never uses, looked at with the same noise every time."""

    def __init__(self, source: Source, config: TrainConfig, seed: int, number: int) -> None:
        generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % 2**63)
        self._seed = seed
        self._counted = source.aside().displays.sample(_COUNTED, generator)
        self._shown = self._counted.select(_spread(self._counted.set_size, _SHOWN))
        self._angles = grid(_ANGLES)
        self._density = (source.reference or source.law).density(self._shown, self._angles)
        self._target_swaps = swap_rate(self._counted, source.law.sample(self._counted, generator)[:, None])

    def look(self, network: Network, step: int) -> tuple[dict[str, Any], dict[str, float]]:
        """The live picture, and the share of swaps of the network beside that of its target."""
        generator = torch.Generator(network.device).manual_seed(self._seed)
        shown = record(network, self._shown, _RUNS, generator, states=False).response.cpu()
        counted = record(network, self._counted, 1, generator, states=False).response.cpu()
        displays = [self._display(row, shown[row]) for row in range(len(self._shown))]
        swaps = {"swap_rate": swap_rate(self._counted, counted), "swap_target": self._target_swaps}
        return {"step": step, "displays": displays}, swaps

    def _display(self, row: int, responses: Tensor) -> dict[str, Any]:
        size = int(self._shown.set_size[row])
        return {
            "report": _plain(self._shown.report[row, :size]),
            "probe": _plain(self._shown.probe[row, :size].nan_to_num()),
            "set_size": size,
            "angles": _plain(self._angles),
            "target": _plain(self._density[row]),
            "responses": _plain(responses),
        }


def swap_rate(displays: Displays, response: Tensor) -> float:
    """Share of responses ``(B, S)`` that are nearer to another item than to the cued one; 0 without such displays."""
    several = displays.set_size > 1
    if not bool(several.any()):
        return 0.0
    error = wrap(response[several, :, None].double() - displays.report[several, None, :]).abs()
    return float((error.nan_to_num(10.0).argmin(-1) > 0).double().mean())


def _spread(set_size: Tensor, count: int) -> Tensor:
    """Rows whose set sizes take turns, smallest first, so that every size that occurs is shown."""
    turn = torch.zeros_like(set_size)
    for size in set_size.unique():
        where = set_size == size
        turn[where] = torch.arange(int(where.sum()))
    order = torch.argsort(turn * 1000 + set_size, stable=True)[:count]
    return order[torch.argsort(set_size[order], stable=True)]


def _plain(values: Tensor) -> list[float]:
    return [round(float(value), 5) for value in values]
