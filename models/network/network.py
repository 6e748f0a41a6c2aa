"""The network: a recurrent cell, the encoding of its input, its behaviour plane and its noise."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.network.cells import CELLS, Cell
from models.network.config import TrainConfig
from models.network.diffusion import Schedule, schedule_of
from models.network.encodings import ENCODINGS
from models.network.task import Stimuli

Generators = torch.Generator | Sequence[torch.Generator]
"""Source of randomness: one for a network, one for each member of an ensemble."""


class Network(nn.Module):
    """A network of ``config.neurons`` neurons that sees a display and a cue and reports by its place in a plane.

    States travel in *frame coordinates*: ``frame`` is a fixed random rotation, its first two rows span the behaviour
    plane, and the neurons' activity is ``state @ frame``.

    Attributes:
        members: None, or how many networks this one is: ``stacked`` puts networks of one configuration together, with
            an axis of members in front of all weights. In shapes ``...`` is this axis or nothing; every member runs on
            its own displays with its own noise, exactly as it would alone.
    """

    frame: Tensor
    time_basis: Tensor

    def __init__(self, config: TrainConfig, seed: int) -> None:
        super().__init__()
        self.config = config
        self.members: int | None = None
        generator = torch.Generator().manual_seed(seed)
        resting = CELLS[config.cell].rest != 0
        self.register_buffer("frame", random_frame(config.neurons, resting, generator))
        self.encoding = ENCODINGS[config.encoding](config, generator)
        self.preparation_time = nn.Parameter(torch.randn(config.time_features, generator=generator))
        self.cell: Cell = CELLS[config.cell](config, self.encoding.width, generator)
        phase = (torch.arange(config.recall_steps) + 0.5) / config.recall_steps * math.pi
        basis = torch.cos(phase[:, None] * torch.arange(config.time_features))
        self.register_buffer("time_basis", basis.float(), persistent=False)
        self._schedule: Schedule | None = None

    @staticmethod
    def stacked(networks: Sequence[Network]) -> Network:
        """An ensemble of networks that have one configuration."""
        whole = copy.deepcopy(networks[0])
        whole.members = len(networks)
        states = [network.state_dict() for network in networks]
        for name, value in whole.state_dict(keep_vars=True).items():
            value.data = torch.stack([state[name] for state in states])
        return whole

    def member(self, number: int) -> Network:
        """One network of an ensemble, on the CPU and with weights of its own."""
        alone = Network(self.config, seed=0)
        alone.load_state_dict({name: value[number].cpu() for name, value in self.state_dict().items()})
        return alone

    @property
    def schedule(self) -> Schedule:
        """The noise schedule of recall, where the network is and in its precision."""
        cached = self._schedule
        if cached is None or cached.beta.device != self.device or cached.beta.dtype != self.frame.dtype:
            cached = self._schedule = schedule_of(self.config).to(self.device, self.frame.dtype)
        return cached

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.frame.device

    def preparation_sd(self) -> Tensor:
        """Noise sd ``(n,)`` before recall: in the plane, what keeps the variance at that of the chain's far end."""
        sd = self.frame.new_full((self.config.neurons,), self.config.preparation_noise)
        sd[:2] = math.sqrt(1 - (1 - self.config.alpha) ** 2)
        return sd

    def recall_sd(self) -> Tensor:
        """Noise sd ``(T, n)`` of the recall steps in the order they happen, t = T..1."""
        factor = self.frame.new_full((self.config.neurons,), self.config.memory_noise)
        factor[:2] = 1
        return self.schedule.reverse_sd.flip(0)[:, None] * factor

    def initial(self, rows: int, noise: float | Tensor, generator: Generators) -> Tensor:
        """States ``(..., rows, n)`` before the stimulus: N(0, 1) in the plane, the preparation noise off it.

        ``noise`` multiplies both; ``(n,)`` of them are for each coordinate apart, here as in ``recall_noise``.
        The cell's resting rate is added; a frame of a cell that has one keeps it out of the plane.
        """
        sd = self.frame.new_full((self.config.neurons,), self.config.preparation_noise)
        sd[:2] = 1
        start = self.draw((rows, self.config.neurons), generator) * (sd * noise)
        return start if self.cell.rest == 0 else start + self.cell.rest * self.frame.sum(-1)[..., None, :]

    def draw(self, shape: tuple[int, ...], generator: Generators) -> Tensor:
        """Standard normal numbers in the network's precision; members have their axis before the last two."""
        if isinstance(generator, torch.Generator):
            return torch.randn(shape, generator=generator, device=self.device, dtype=self.frame.dtype)
        return torch.stack([self.draw(shape, one) for one in generator], dim=-3)

    def prepare(
        self, shown: Stimuli, delay: int, generator: Generators, noise: float = 1.0, rows: int | None = None
    ) -> Tensor:
        """States ``(steps, ..., rows, n)`` after every step of stimulus, delay, cue and gap.

        Args:
            shown: B displays with their cues.
            delay: steps of delay.
            generator: source of the noise.
            noise: multiplier of all noise.
            rows: runs; must be B unless B is 1. None is B.
        """
        rows = len(shown) if rows is None else rows
        config = self.config
        plan = (
            (self.encoding.stimulus(shown), config.stimulus_steps),
            (None, delay),
            (self.encoding.cue(shown), config.cue_steps),
            (None, config.gap_steps),
        )
        state, states = self.initial(rows, noise, generator), []
        sd = self.preparation_sd() * noise
        for inputs, steps in plan:
            if steps:
                drive = self.cell.drive(inputs, self.preparation_time[None])
                shocks = self.draw((steps, rows, config.neurons), generator).mul_(sd)
                states.append(self.cell.run(state, drive, shocks, None, config.alpha, self.frame))
                state = states[-1][-1]
        return torch.cat(states)

    def recall(self, state: Tensor, shocks: Tensor, forced: Tensor | None = None) -> Tensor:
        """States ``(T, ..., rows, n)`` after every step of recall.

        Args:
            state: ``(..., rows, n)`` at the end of preparation.
            shocks: ``(T, ..., rows, n)`` scaled noise.
            forced: ``(T, ..., F, 2)`` plane states of the first F rows before every step, in the order of the steps;
                None to run free. Where it is given, no gradient passes through the plane, of any row.
        """
        time = self.time_basis.flip(0)
        drive = self.cell.drive(None, time if self.members is None else time[:, None])
        return self.cell.run(state, drive, shocks, forced, self.config.alpha, self.frame)

    def recall_noise(self, rows: int, generator: Generators, noise: float | Tensor = 1.0) -> Tensor:
        """``(T, ..., rows, n)`` scaled noise of recall."""
        sd = self.recall_sd() if self.members is None else self.recall_sd()[:, None]
        shocks = self.draw((self.config.recall_steps, rows, self.config.neurons), generator)
        return shocks.mul_(noise * sd[..., None, :])


def random_frame(neurons: int, resting: bool, generator: torch.Generator) -> Tensor:
    """A random rotation ``(n, n)`` whose first two rows are the behaviour plane.

    Args:
        neurons: n.
        resting: whether neurons rest at a common rate, which then must have no place in the plane: its rows are
            orthogonal to (1, ..., 1), and the others to them.
        generator: of the randomness.
    """
    weights = torch.randn(neurons, neurons, generator=generator, dtype=torch.float64)
    if not resting:
        return _polar(weights).float()
    plane = _polar(weights[:2] - weights[:2].mean(1, keepdim=True))
    others = weights[2:] - weights[2:] @ plane.T @ plane
    return torch.cat([plane, _polar(others)]).float()


def _polar(matrix: Tensor) -> Tensor:
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    return left @ right
