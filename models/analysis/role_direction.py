"""The direction of activity in which it shows which of two items of a display is the target, and which a distractor.

No one direction does so for all displays: every display has a target, so that what being target adds to the state is
tied to the item's own report and probe and cancels out over displays (see ``role_axis``). It is found display by
display, from runs with either item cued; an intervention can push a state along it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.analysis.activity import CORRECT, observe
from models.analysis.probe_sets import either_cued, slots_of
from models.analysis.subject import NothingToAnalyse
from models.displays import Displays
from models.network.network import Network

RUNS = 64


def role_direction(
    network: Network,
    displays: Displays,
    generator: torch.Generator,
    other: int = 1,
    runs: int = RUNS,
    delay: int | None = None,
    order: Tensor | None = None,
) -> Tensor:
    """From the mean activity with the other item as target to that with item 0 as target, step by step.

    Adding the direction of a step to a state makes item 0 the target, taking it away the other item. Its length is
    the distance of the two means (activity's own units); before the cue it is noise.

    Args:
        network: any trained network.
        displays: B displays with at least two items each.
        generator: source of the noise, on the network's device.
        other: which item item 0 is told from.
        runs: of each display with either item cued; those in which the cued item is not reported are left out, unless
            it never is.
        delay: steps of delay; None is the longest of the training.
        order: ``(B, N)`` slots of the items, in networks that have slots; None numbers them.

    Returns:
        ``(B, T, n)`` float32 in the space of the neurons, orthogonal to the behaviour plane: what can be read from the
        response itself has no part in it. ``direction[:, activity.steps("gap")][:, -1]`` is that before recall.

    Raises:
        NothingToAnalyse: if a display has no such other item.
    """
    if not bool(displays.present[:, other].all()):
        raise NothingToAnalyse("An item's role needs a second item on the display.")
    means = []
    for shown, slots in zip(either_cued(displays, other), slots_of(displays, other, order), strict=True):
        activity = observe(network, shown, generator, runs, delay=delay, order=slots)
        right = (activity.outcome == CORRECT).reshape(len(displays), runs)
        weight = torch.where(right.any(1, keepdim=True), right, True).to(activity.memory)
        weight = weight / weight.sum(1, keepdim=True)
        memory = activity.memory.unflatten(0, (len(displays), runs))
        means.append(torch.einsum("br,brtm->btm", weight, memory))
    return (means[0] - means[1]) @ network.frame[2:].cpu()
