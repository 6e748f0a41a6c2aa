"""The published training step, written out plainly: what ``network_speed`` is measured against.

Eager and step by step. Every sample of a display is a row of its own from the first step; the input is projected and
the drives of leaves, branches and somata are worked out anew for every row at every step, also where the input is
zero; the time signal is computed anew; autograd keeps whatever it needs. The mathematics is that of the package's own
step, so that both give the same loss and gradients when they are given the same noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.network.dendritic import DendriticCell
from models.network.network import Network
from models.network.targets import Batch


@dataclass(frozen=True)
class Noise:
    """All that is random in one training step, for M rows (samples of displays).

    Attributes:
        start: ``(M, n)`` state before the stimulus, frame coordinates.
        preparation: ``(P, M, n)`` scaled noise of the steps before recall.
        recall: ``(T, M, n)`` scaled noise of recall, in the order of the steps.
        path: ``(T, M, 2)`` forward chain, t = 1 first; ``clean`` ``(M, 2)`` is the response it starts from.
    """

    start: Tensor
    preparation: Tensor
    recall: Tensor
    path: Tensor
    clean: Tensor


def loss(network: Network, batch: Batch, samples: int, noise: Noise) -> Tensor:
    """The published loss (network.md 3.6, uniform weights, sampled target) of B displays with S samples each.

    Rows are ordered sample by sample: row ``s B + b`` is sample s of display b.

    Raises:
        TypeError: if the network has no dendritic cell.
    """
    config, cell = network.config, network.cell
    if not isinstance(cell, DendriticCell):
        raise TypeError("the published network has a dendritic cell")
    shown = batch.shown.change(lambda value: value.repeat(samples, *[1] * (value.ndim - 1)))
    durations = (config.stimulus_steps, batch.delay, config.cue_steps, config.gap_steps)
    state, step = noise.start, 0
    prepared, recalled, errors = [], [], []
    for epoch, duration in enumerate(durations):
        for _ in range(duration):
            image = network.encoding.stimulus(shown) if epoch == 0 else network.encoding.cue(shown)
            inputs = image if epoch in (0, 2) else torch.zeros_like(image)
            rate = _rate(cell, state @ network.frame, inputs, network.preparation_time)
            state = (1 - config.alpha) * state + config.alpha * rate @ network.frame.T + noise.preparation[step]
            prepared.append(state)
            step += 1
    schedule = network.schedule
    nothing = torch.zeros_like(network.encoding.cue(shown))
    for t in range(config.recall_steps - 1, -1, -1):
        state = torch.cat([noise.path[t], state[:, 2:]], dim=1)
        rate = _rate(cell, state @ network.frame, nothing, network.time_basis[t])
        mean = (1 - config.alpha) * state + config.alpha * rate @ network.frame.T
        wanted = schedule.state[t] * noise.path[t] + schedule.clean[t] * noise.clean
        errors.append((mean[:, :2] - wanted).square().mean() / config.alpha**2)
        state = mean + noise.recall[config.recall_steps - 1 - t]
        recalled.append(state)
    return torch.stack(errors).mean() + _penalties(network, prepared, recalled)


def _rate(cell: DendriticCell, rates: Tensor, inputs: Tensor, time: Tensor) -> Tensor:
    """Rates of M neurons' somata ``(M, n)``, everything worked out for every row."""
    rows = len(rates)
    signal = time.expand(rows, -1)
    leaves = nn.functional.softplus(rates @ cell.recurrent + inputs @ cell.inputs + signal @ cell.time + cell.bias)
    summed = (leaves.unflatten(1, cell.twigs.shape) * cell.twigs).sum(1)
    branches = nn.functional.softplus(summed + signal @ cell.twig_time + cell.twig_bias)
    summed = (branches.unflatten(1, cell.stems.shape) * cell.stems).sum(1)
    return nn.functional.softplus(summed + signal @ cell.stem_time + cell.stem_bias)


def _penalties(network: Network, prepared: list[Tensor], recalled: list[Tensor]) -> Tensor:
    """Plane activity at the onset of recall, and activity in general."""
    config = network.config
    onset = prepared[-1][:, :2].square().sum(1).mean()
    activity = torch.stack(prepared).square().mean() + torch.stack(recalled)[..., 2:].square().mean()
    return config.onset_weight * onset + config.activity_weight * activity
