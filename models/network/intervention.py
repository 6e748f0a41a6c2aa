"""What can be done to a network while it runs: neurons silenced, noise scaled, activity pushed, the cue flipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from models.network.config import TrainConfig
from models.network.network import Network
from models.network.task import PREPARATION, Epoch, Stimuli, epochs

EPOCHS = (*PREPARATION, "recall")


class ImpossibleIntervention(ValueError):
    """The network or the trial has no such neuron, epoch, step or item; the message is for a person."""


@dataclass(frozen=True)
class Push:
    """A kick: one step of the trial moves the state by ``size`` along ``direction``; what follows is the network's own.

    Attributes:
        direction: ``(n,)`` in the space of the neurons, or ``(B, n)``, one for each display; its length plays no part.
        size: how far, in the units of the activity, or ``(B,)`` for each display; negative goes the other way.
        epoch: in which epoch, by name.
        step: after which of the epoch's steps, counted from 0.
    """

    direction: Tensor
    size: float | Tensor
    epoch: str
    step: int = 0

    def moves(self, displays: int) -> Tensor:
        """``(displays, n)`` by how much each display's states are moved."""
        unit = torch.nn.functional.normalize(self.direction, dim=-1).expand(displays, -1)
        return unit * torch.as_tensor(self.size, dtype=unit.dtype).expand(displays)[:, None]


@dataclass(frozen=True)
class CueFlip:
    """The cue of ``item`` shown again during recall, as input of ``steps`` steps from recall step ``step`` on.

    Items are counted as in ``Displays``: 0 is the one that was cued.
    """

    item: int
    step: int
    steps: int


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """What is done to a network in all its runs; nothing, if nothing is given.

    Attributes:
        silenced: numbers of neurons whose activity is held at 0 before the first and after every step, so that they
            neither drive others nor move the behaviour plane. In the rate and the gated cell 0 is rest, and activity
            has two signs; neurons of the dendritic cell rest at a positive rate, so that silence takes from others also
            what they are used to.
        noise: multipliers of the noise by epoch, on top of a run's own; that of the stimulus counts for the initial
            state as well. An epoch that is not named keeps its noise.
        plane_noise, memory_noise: multipliers, in all epochs and of the initial state, of the noise in the behaviour
            plane and of that outside it.
        push: a kick along a direction.
        flip: another item's cue during recall.
    """

    silenced: tuple[int, ...] = ()
    noise: Mapping[str, float] = field(default_factory=dict)
    plane_noise: float = 1.0
    memory_noise: float = 1.0
    push: Push | None = None
    flip: CueFlip | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether runs are the same without it."""
        scaled = any(factor != 1 for factor in (*self.noise.values(), self.plane_noise, self.memory_noise))
        pushed = self.push is not None and bool(torch.as_tensor(self.push.size).any())
        return not (self.silenced or scaled or pushed or self.flip)

    def check(self, config: TrainConfig, delay: int, items: int) -> None:
        """See that it can be done.

        Args:
            config: of the network.
            delay: steps of delay of the trials.
            items: of the smallest display.

        Raises:
            ImpossibleIntervention: if it cannot.
        """
        steps = {epoch.name: epoch.steps for epoch in epochs(config, delay)}
        strangers = [number for number in self.silenced if not 0 <= number < config.neurons]
        if strangers:
            raise ImpossibleIntervention(
                f"There is no neuron {strangers[0]} to be silenced: the network has {config.neurons}, "
                f"numbered 0 to {config.neurons - 1}."
            )
        for name in (*self.noise, *([self.push.epoch] if self.push else [])):
            if name not in steps:
                raise ImpossibleIntervention(f"There is no epoch “{name}”; there are {', '.join(EPOCHS)}.")
        if self.push is not None:
            _check_push(self.push, config.neurons, steps[self.push.epoch])
        if self.flip is not None:
            _check_flip(self.flip, items, steps["recall"])


def _check_push(push: Push, neurons: int, steps: int) -> None:
    if not 0 <= push.step < steps:
        raise ImpossibleIntervention(
            f"A push cannot come at step {push.step} of the {push.epoch}, "
            + (f"whose steps are 0 to {steps - 1}." if steps else "which has no steps in this trial.")
        )
    if push.direction.shape[-1] != neurons:
        raise ImpossibleIntervention(
            f"A direction of {push.direction.shape[-1]} numbers is none of a network of {neurons} neurons."
        )
    if not bool((push.direction.norm(dim=-1) > 0).all()):
        raise ImpossibleIntervention("A push needs a direction: all its numbers are 0.")


def _check_flip(flip: CueFlip, items: int, steps: int) -> None:
    if not 0 <= flip.item < items:
        raise ImpossibleIntervention(
            f"The cue of item {flip.item} cannot be shown: there are {items} items, counted from 0."
        )
    if not (0 <= flip.step < steps and 1 <= flip.steps <= steps - flip.step):
        raise ImpossibleIntervention(
            f"The cue cannot be flipped for {flip.steps} steps from recall step {flip.step} on: "
            f"recall has steps 0 to {steps - 1}."
        )


def run(
    network: Network,
    shown: Stimuli,
    delay: int,
    generator: torch.Generator,
    noise: float,
    displays: int,
    runs: int,
    change: Intervention,
) -> tuple[Tensor, Tensor]:
    """A trial with an intervention, on the same random numbers as without.

    Silencing costs no time. A run multiplies by ``frame`` wherever it goes between frame coordinates and neurons, so
    with the silenced neurons' columns at 0 they neither are driven nor drive; once the noise and the first state are
    projected off them as well, their activity is 0 throughout. This holds for every cell.

    Args:
        network: any trained network, no ensemble.
        shown: displays with their cues, one for each row (run of a display) or one for all.
        delay: steps of delay.
        generator: source of the noise; what is drawn from it is the same for every intervention.
        noise: multiplier of all noise.
        displays, runs: B displays and runs S of each; there are ``B * S`` rows, those of a display together.
        change: what is done.

    Returns:
        States ``(steps, rows, n)`` after every step in frame coordinates, and the frame ``(n, n)`` that turns them into
        the neurons' activity, exactly 0 where it is silenced.

    Raises:
        ImpossibleIntervention: if it cannot be done.
    """
    change.check(network.config, delay, int(shown.present.sum(-1).min()))
    rows = displays * runs
    frame = network.frame.clone()
    frame[:, list(change.silenced)] = 0
    kept = frame @ frame.mT if change.silenced else None
    state = _projected(network.initial(rows, _scale(network, "stimulus", noise, change), generator), kept)
    states = []
    for epoch in epochs(network.config, delay):
        if not epoch.steps:
            continue
        shocks = _shocks(network, epoch, rows, generator, _scale(network, epoch.name, noise, change))
        if change.push is not None and change.push.epoch == epoch.name:
            moves = change.push.moves(displays).to(network.frame) @ network.frame.mT
            shocks[change.push.step] += moves.repeat_interleave(runs, 0)
        shocks = _projected(shocks, kept)
        for steps, drive in _drives(network, shown, epoch, change.flip):
            states.append(network.cell.run(state, drive, shocks[steps], None, network.config.alpha, frame))
            state = states[-1][-1]
    return torch.cat(states), frame


def _scale(network: Network, epoch: str, noise: float, change: Intervention) -> Tensor:
    """Multipliers of the noise ``(n,)`` in frame coordinates, of which the first two are the behaviour plane."""
    scale = network.frame.new_full((network.config.neurons,), noise * change.noise.get(epoch, 1.0))
    scale[:2] *= change.plane_noise
    scale[2:] *= change.memory_noise
    return scale


def _projected(values: Tensor, kept: Tensor | None) -> Tensor:
    return values if kept is None else values @ kept


def _shocks(network: Network, epoch: Epoch, rows: int, generator: torch.Generator, noise: Tensor) -> Tensor:
    """Scaled noise ``(steps, rows, n)`` of an epoch, drawn as an unhindered run draws it."""
    if epoch.name == "recall":
        return network.recall_noise(rows, generator, noise)
    drawn = network.draw((epoch.steps, rows, network.config.neurons), generator)
    return drawn.mul_(network.preparation_sd() * noise)


def _drives(network: Network, shown: Stimuli, epoch: Epoch, flip: CueFlip | None) -> Iterator[tuple[slice, Any]]:
    """Stretches of an epoch during which the input stays the same, with the cell's drive in each."""
    if epoch.name != "recall":
        encode = {"stimulus": network.encoding.stimulus, "cue": network.encoding.cue}.get(epoch.name)
        inputs = None if encode is None else encode(shown)
        yield slice(None), network.cell.drive(inputs, network.preparation_time[None])
        return
    time = network.time_basis.flip(0)
    stretches: list[tuple[slice, Tensor | None]] = [(slice(0, epoch.steps), None)]
    if flip is not None:
        cue = network.encoding.cue(_cued(shown, flip.item))
        stop = flip.step + flip.steps
        stretches = [(slice(0, flip.step), None), (slice(flip.step, stop), cue), (slice(stop, epoch.steps), None)]
    for steps, shown_now in stretches:
        if steps.stop > steps.start:
            yield steps, network.cell.drive(shown_now, time[steps])


def _cued(shown: Stimuli, item: int) -> Stimuli:
    """The same displays as if another item were cued; only good for the input of a cue."""
    return replace(shown, cue=shown.probe[..., item], slot=shown.slot.roll(-item, -1))
