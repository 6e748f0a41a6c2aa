"""In which order things are learned: when a stage begins, and the learning rate along the way.

A network that is to swap from the start learns to report both items and never what the cue is for. So it first learns
without swaps, then swaps grow to their full rate. The curriculum ``"measured"`` goes on when the network can do what a
stage is for: remember (one item at a time), select (all items, no swaps), swap. ``"scheduled"`` goes by the clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch

from models.network.config import TrainConfig

REMEMBER, SELECT, SWAP = "remember", "select", "swap"
WORDS = {REMEMBER: "one item at a time", SELECT: "without swaps"}
LOOKS = 100  # measurements in a whole training, were it all spent in the first two stages


def first_stage(config: TrainConfig) -> str:
    """The stage that a training begins with."""
    if config.without_swaps == 0:
        return SWAP
    return REMEMBER if config.curriculum == "measured" else SELECT


def is_look(config: TrainConfig, step: int) -> bool:
    """Whether after so many steps it is time to see if the network is ready for its next stage."""
    return step % max(1, config.steps // LOOKS) == 0 or step >= last_start(config)


def last_start(config: TrainConfig) -> int:
    """The step at which swaps begin at the latest."""
    return math.ceil(config.without_swaps * config.steps)


def next_stage(config: TrainConfig, begun: Mapping[str, int], step: int, able: bool) -> str | None:
    """The stage to begin after so many steps, None to stay; ``able`` says whether the present one has done its work."""
    if SWAP in begun:
        return None
    if step >= last_start(config):
        return SWAP
    if config.curriculum != "measured":
        return None
    if SELECT in begun:
        return SWAP if able else None
    return SELECT if able or step >= last_start(config) / 2 else None


def swap_weight(config: TrainConfig, begun: Mapping[str, int], step: int) -> float:
    """Share of the full swap rate at a step: 0, then growing linearly to 1 from the beginning of the last stage."""
    if SWAP not in begun:
        return 0.0
    length = config.ramp * config.steps
    return min(1.0, (step - begun[SWAP]) / length) if length else 1.0


def learning_rate(config: TrainConfig, step: int) -> float:
    """One-cycle schedule: half a cosine up to the peak and half a cosine down to nearly 0 (Smith & Topin 2019)."""
    peak = max(1.0, config.warm_up * config.steps)
    if step < peak:
        return config.learning_rate * (0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * step / peak)))
    share = (step - peak) / max(1.0, config.steps - peak)
    return config.learning_rate * (1e-3 + (1 - 1e-3) * 0.5 * (1 + math.cos(math.pi * share)))


def delay(config: TrainConfig, step: int) -> int:
    """The delay of a step's batch: the same for all seeds, so that they can be trained together."""
    low, high = config.delay_steps
    if low == high:
        return low
    generator = torch.Generator().manual_seed(step * 7_368_787 + 1)
    return int(torch.randint(low, high + 1, (), generator=generator))


def stage_words(config: TrainConfig, begun: Mapping[str, int], step: int) -> str:
    """The present stage, for a person."""
    return next(stage["name"] for stage in reversed(stages(config, begun)) if stage["from_step"] <= step)


def stages(config: TrainConfig, begun: Mapping[str, int]) -> list[dict[str, Any]]:
    """``{"name", "from_step"}`` of the stages that a training goes through, in order, for a person."""
    found = [(WORDS[name], begun[name]) for name in (REMEMBER, SELECT) if name in begun]
    if SWAP in begun:
        full = begun[SWAP] + round(config.ramp * config.steps)
        found += [("swaps grow", begun[SWAP])] * (full > begun[SWAP]) + [("all swaps", full)]
    if not config.learns_swaps:  # whatever comes after single items is the same to it
        others = [step for name, step in found if name != WORDS[REMEMBER]]
        found = found[: len(found) - len(others)] + [("all items", step) for step in others[:1]]
    return [{"name": name, "from_step": step} for name, step in found]
