"""Run a network on displays and keep what it did."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.displays import Displays
from models.network.intervention import Intervention, run
from models.network.network import Network
from models.network.task import Epoch, Stimuli, UnusableDisplays, epochs, stimuli


@dataclass(frozen=True)
class Recording:
    """S runs of a network on each of B displays; network activity travels in no other form inside ``models``.

    Attributes:
        response: ``(B, S)`` radians on [-pi, pi); NaN where an intervention left nothing that could answer.
        plane: ``(B, S, T, 2)`` place in the behaviour plane after every step.
        states: ``(B, S, T, n)`` float32 activity of the neurons after every step; empty (n = 0) if not asked for.
        epochs: what happened when, in steps.
    """

    response: Tensor
    plane: Tensor
    states: Tensor
    epochs: list[Epoch]


@torch.inference_mode()
def record(
    network: Network,
    displays: Displays,
    runs: int,
    generator: torch.Generator,
    noise: float = 1.0,
    delay: int | None = None,
    cue: Tensor | None = None,
    states: bool = True,
    order: Tensor | None = None,
    intervention: Intervention | None = None,
) -> Recording:
    """Let the network run freely.

    Args:
        network: any trained network.
        displays: B displays.
        runs: runs S of each display, with independent noise.
        generator: source of the noise, on the network's device.
        noise: multiplier of all noise, the initial state's included; 0 makes a run deterministic.
        delay: steps of delay; None is the longest delay of the training.
        cue: ``(B,)`` probe angle to cue with, radians; None cues item 0.
        states: whether to keep the activity of all neurons.
        order: ``(B, N)`` slots of the items in networks that have slots; None draws them.
        intervention: what is done to the network; runs with and without use the same random numbers.

    Raises:
        UnusableDisplays: if the network cannot be shown a display, or a cue that belongs to none of its items.
        ImpossibleIntervention: if the network or the trial has not what the intervention is about.
    """
    config, count = network.config, len(displays)
    delay = config.delay_steps[1] if delay is None else delay
    shown = _shown(network, displays, runs, generator, cue, order)
    if intervention is None:
        prepared = network.prepare(shown, delay, generator, noise, rows=count * runs)
        recalled = network.recall(prepared[-1], network.recall_noise(count * runs, generator, noise))
        whole, frame = torch.cat([prepared, recalled]), network.frame
    else:
        whole, frame = run(network, shown, delay, generator, noise, count, runs, intervention)
    place = whole[..., :2].contiguous()
    response = torch.atan2(place[-1, :, 1], place[-1, :, 0])
    if intervention is not None and len(set(intervention.silenced)) == config.neurons:
        response = torch.full_like(response, torch.nan)  # at the origin of the plane, which is no direction
    return Recording(
        response=response.reshape(count, runs),
        plane=_by_display(place, count),
        states=_by_display(whole @ frame if states else whole[..., :0], count),
        epochs=epochs(config, delay),
    )


def _shown(
    network: Network,
    displays: Displays,
    runs: int,
    generator: torch.Generator,
    cue: Tensor | None,
    order: Tensor | None,
) -> Stimuli:
    """What a network is shown, once for every run of a display; once in all if there is only one display."""
    config, device = network.config, network.device
    if cue is not None and config.encoding == "index":
        raise UnusableDisplays(
            "This network is cued by an item's number, so that a cue cannot be moved off the items. "
            "Networks with a probe cue (conjunctive or slots) can be shown any cue."
        )
    shown = stimuli(displays, config, generator, order).change(lambda value: value.to(device))
    if cue is not None:
        shown = replace(shown, cue=cue.to(shown.cue))
    return shown.change(lambda value: value.repeat_interleave(runs, 0)) if len(displays) > 1 else shown


def _by_display(values: Tensor, count: int) -> Tensor:
    steps, rows, width = values.shape
    return values.transpose(0, 1).reshape(count, rows // count, steps, width)
