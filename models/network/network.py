"""The network: a recurrent cell, the encoding of its input, its behaviour plane and its noise."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.network.cells import CELLS
from models.network.config import TrainConfig
from models.network.diffusion import Schedule, schedule_of
from models.network.task import cue_image, stimulus_image


class Network(nn.Module):
    """A network of ``config.neurons`` neurons that sees a display and a cue and reports by its place in a plane.

    States travel in *frame coordinates*: ``frame`` is a fixed random rotation, its first two rows span the behaviour
    plane, and the neurons' activity is ``state @ frame``.
    """

    frame: Tensor
    time_basis: Tensor

    def __init__(self, config: TrainConfig, seed: int) -> None:
        super().__init__()
        self.config = config
        generator = torch.Generator().manual_seed(seed)
        n, width = config.neurons, config.projection
        left, _, right = torch.linalg.svd(torch.randn(n, n, generator=generator, dtype=torch.float64))
        self.register_buffer("frame", (left @ right).float())
        basis = fourier_projection(width, config.tuning_centres, config.tuning_concentration)
        self.report_projection = nn.Parameter(basis.clone())
        self.probe_projection = nn.Parameter(basis.clone())
        self.preparation_time = nn.Parameter(torch.randn(config.time_features, generator=generator))
        self.cell = CELLS[config.cell](config, width * width, generator)
        phase = (torch.arange(config.recall_steps) + 0.5) / config.recall_steps * math.pi
        basis = torch.cos(phase[:, None] * torch.arange(config.time_features))
        self.register_buffer("time_basis", basis.float(), persistent=False)
        self._schedule: Schedule | None = None

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

    def encode(self, image: Tensor) -> Tensor:
        """Input ``(B, D)`` from images ``(B, report centres, probe centres)`` by the factorised projection."""
        return torch.einsum("brp,ar,cp->bac", image, self.report_projection, self.probe_projection).flatten(1)

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

    def initial(self, rows: int, noise: float, generator: torch.Generator) -> Tensor:
        """States ``(rows, n)`` before the stimulus: N(0, 1) in the plane, the preparation noise off it."""
        sd = self.frame.new_full((self.config.neurons,), self.config.preparation_noise)
        sd[:2] = 1
        return self.draw((rows, self.config.neurons), generator) * (sd * noise)

    def draw(self, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Standard normal numbers on the network's device and in its precision."""
        return torch.randn(shape, generator=generator, device=self.device, dtype=self.frame.dtype)

    def prepare(
        self,
        report: Tensor,
        probe: Tensor,
        present: Tensor,
        cue: Tensor,
        delay: int,
        generator: torch.Generator,
        noise: float = 1.0,
        rows: int | None = None,
    ) -> Tensor:
        """States ``(steps, rows, n)`` after every step of stimulus, delay, cue and gap.

        Args:
            report, probe, present: ``(B, N)`` displays as ``stimulus_image`` takes them.
            cue: ``(B,)`` probe angle of the cue, radians.
            delay: steps of delay.
            generator: source of the noise.
            noise: multiplier of all noise.
            rows: runs; must be B unless B is 1. None is B.
        """
        rows = report.shape[0] if rows is None else rows
        config = self.config
        stimulus = self.encode(stimulus_image(report, probe, present, config))
        selection = self.encode(cue_image(cue, config))
        plan = (
            (stimulus, config.stimulus_steps),
            (None, delay),
            (selection, config.cue_steps),
            (None, config.gap_steps),
        )
        state, states = self.initial(rows, noise, generator), []
        sd = self.preparation_sd() * noise
        for inputs, steps in plan:
            if steps:
                drive = self.cell.drive(inputs, self.preparation_time)
                shocks = self.draw((steps, rows, config.neurons), generator).mul_(sd)
                states.append(self.cell.run(state, drive, shocks, None, config.alpha, self.frame))
                state = states[-1][-1]
        return torch.cat(states)

    def recall(self, state: Tensor, shocks: Tensor, forced: Tensor | None = None) -> Tensor:
        """States ``(T, rows, n)`` after every step of recall.

        Args:
            state: ``(rows, n)`` at the end of preparation.
            shocks: ``(T, rows, n)`` scaled noise.
            forced: ``(T, rows, 2)`` plane states before every step, in the order of the steps, or None to run free.
        """
        drive = self.cell.drive(None, self.time_basis.flip(0))
        return self.cell.run(state, drive, shocks, forced, self.config.alpha, self.frame)


def fourier_projection(features: int, centres: int, concentration: float) -> Tensor:
    """``(features, centres)`` weights that read 1, cos a, sin a, cos 2a, ... out of a bank of tuning curves.

    A conjunctive code projected this way is a sum over items of products of harmonics of report and probe: a memory
    that a cue can be multiplied with.
    """
    centre = -math.pi + 2 * math.pi / centres * torch.arange(centres, dtype=torch.float64)
    curve = torch.exp(concentration * (torch.cos(centre) - 1))
    rows = []
    for feature in range(features):
        order = (feature + 1) // 2
        wave = torch.cos(order * centre) if feature % 2 or order == 0 else torch.sin(order * centre)
        gain = (torch.cos(order * centre) * curve).sum()
        rows.append(wave / gain.clamp(min=0.1))
    return torch.stack(rows).float()
