"""Train a network: curriculum, learning rate, checkpoints, held-out criterion, signs of life."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from models.network import checkpoint
from models.network.checkpoint import Diverged, Position
from models.network.config import InvalidConfig, TrainConfig
from models.network.live import LiveView
from models.network.network import Network
from models.network.objectives import OBJECTIVES
from models.network.optimiser import Optimiser
from models.network.targets import Batch, Pool, Source, draw
from models.progress import Interrupted, Progress, Report, silent

Save = Callable[[dict[str, bytes]], None]

_HELD_OUT, _SHOWN = 0, -1  # numbers of the draws that training never sees
_POINTS = 300  # points of the learning curve
_REPORT_SECONDS = 0.5


@dataclass(frozen=True)
class TrainedNetwork:
    """What a training gives.

    Attributes:
        network: with the best weights, on the CPU.
        seed: of the training.
        seconds: spent training, over all attempts.
        curve: ``{"step", "loss", "floor", "learning_rate", "swap_weight"}`` along the training.
        stages: ``{"name", "from_step"}``.
        score, best_step: loss on held-out displays of the weights that were kept, and when they were met.
        picture: the last live picture.
    """

    network: Network
    seed: int
    seconds: float
    curve: list[dict[str, float]]
    stages: list[dict[str, Any]]
    score: float
    best_step: int
    picture: dict[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Plain data about the training."""
        return {
            "objective": self.network.config.objective,
            "seed": self.seed,
            "parameters": sum(weight.numel() for weight in self.network.parameters()),
            "steps": self.network.config.steps,
            "seconds": self.seconds,
            "curve": self.curve,
            "stages": self.stages,
            "held_out_loss": self.score,
            "best_step": self.best_step,
        }


def train(
    config: TrainConfig,
    source: Source,
    seed: int,
    report: Report = silent,
    save: Save | None = None,
    resume: Mapping[str, bytes] | None = None,
    device: str | torch.device | None = None,
) -> TrainedNetwork:
    """Train a network on a source.

    Args:
        config: what and how.
        source: laws of displays and responses.
        seed: of everything that is random; the same seed on the same device gives the same network.
        report: told about progress at least every half second; raising ``Interrupted`` from it stops the training
            after a checkpoint.
        save: takes a checkpoint's files, at least every ``config.checkpoint_seconds``; None keeps none.
        resume: files of a checkpoint of the same training, to go on from.
        device: None is the GPU where there is one.

    Raises:
        InvalidConfig: if the objective does not exist.
        Diverged: if the weights left the numbers; the last saved checkpoint is sound.
        Interrupted: passed on from ``report``.
        WrongCheckpoint: if ``resume`` belongs to another training.
    """
    if config.objective not in OBJECTIVES:
        raise InvalidConfig(f"objective must be one of {', '.join(OBJECTIVES)}, not {config.objective}")
    with _threads(config.threads):
        return _Training(config, source, seed, device).run(report, save, resume)


@contextmanager
def _threads(count: int) -> Iterator[None]:
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


def swap_weight(config: TrainConfig, step: int) -> float:
    """Share of the full swap rate at a step: 0, then growing linearly to 1."""
    begin, length = config.without_swaps * config.steps, config.ramp * config.steps
    return min(1.0, max(0.0, (step - begin) / length)) if length else float(step >= begin)


def learning_rate(config: TrainConfig, step: int) -> float:
    """One-cycle schedule: half a cosine up to the peak and half a cosine down to nearly 0 (Smith & Topin 2019)."""
    peak = max(1.0, config.warm_up * config.steps)
    if step < peak:
        return config.learning_rate * (0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * step / peak)))
    share = (step - peak) / max(1.0, config.steps - peak)
    return config.learning_rate * (1e-3 + (1 - 1e-3) * 0.5 * (1 + math.cos(math.pi * share)))


def stages(config: TrainConfig) -> list[dict[str, Any]]:
    """The curriculum, for a person."""
    starts = [("without swaps", 0.0), ("swaps grow", config.without_swaps)]
    starts.append(("all swaps", config.without_swaps + config.ramp))
    ends = [start for _, start in starts[1:]] + [1.0]
    steps = config.steps
    return [
        {"name": name, "from_step": round(start * steps)}
        for (name, start), end in zip(starts, ends, strict=True)
        if end > start
    ]


class _Training:
    def __init__(self, config: TrainConfig, source: Source, seed: int, device: str | torch.device | None) -> None:
        self.config, self.seed = config, seed
        self.device = best_device() if device is None else torch.device(device)
        self.objective = OBJECTIVES[config.objective]
        self.network = Network(config, seed).to(self.device)
        self.optimiser = Optimiser(self.network, config)
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self.pool = Pool(config, source, seed, self.device)
        self.held_out = draw(source, config, config.held_out, seed, _HELD_OUT).to(self.device)
        self.view = LiveView(source, config, seed, _SHOWN)
        self.averaged = Network(config, seed).to(self.device)
        self.position = Position()
        self.losses = torch.zeros(2, dtype=torch.float64, device=self.device)  # sum, count since the last point

    def run(self, report: Report, save: Save | None, resume: Mapping[str, bytes] | None) -> TrainedNetwork:
        config, position = self.config, self.position
        if resume is not None:
            position = self.position = checkpoint.read(resume, self.optimiser, self.generator, config, self.seed)
            self.losses.copy_(torch.tensor(position.pending, dtype=torch.float64))
        floor = self.objective.floor(self.network, self._held_out_batch(), self._fixed_generator())
        spent, started, first = position.seconds, time.monotonic(), position.step
        saved = reported = started
        pictured = started - config.picture_seconds
        every, look = max(1, config.steps // _POINTS), max(1, config.steps // config.evaluations)
        try:
            while position.step < config.steps:
                self._step(position.step)
                position.step += 1
                done, point, picture = position.step, {}, None
                if done % every == 0 or done == config.steps:
                    point = self._point(floor)
                if done % look == 0 or done == config.steps:
                    self._evaluate()
                now = time.monotonic()
                position.seconds = spent + now - started
                if save is not None and now - saved >= config.checkpoint_seconds and done < config.steps:
                    save(self._checkpoint())
                    saved = now
                if now - pictured >= config.picture_seconds or done == config.steps:
                    self._check()
                    picture, swaps = self.view.look(self._averaged_network(), done)
                    point = {"step": float(done), **point, **swaps}
                    pictured = time.monotonic()
                if point or now - reported >= _REPORT_SECONDS:
                    left = (now - started) / (done - first) * (config.steps - done)
                    report(Progress(done / config.steps, self._message(), point, picture, left))
                    reported = now
        except Interrupted:
            if save is not None:
                save(self._checkpoint())
            raise
        return self._finish()

    def _step(self, step: int) -> None:
        config = self.config
        pool = self.pool.at(step)
        rows = torch.randint(len(pool), (config.displays_per_batch,), generator=self.generator, device=self.device)
        batch = pool.take(rows, self._delay(step), swap_weight(config, step))
        terms = self.objective.loss(self.network, batch, self.generator)
        torch.stack(list(terms.values())).sum().backward()
        self.losses[0] += terms["main"].detach().nan_to_num()
        self.losses[1] += 1
        self.optimiser.step(learning_rate(config, step), step + 1)

    def _delay(self, step: int) -> int:
        low, high = self.config.delay_steps
        if low == high:
            return low
        generator = torch.Generator().manual_seed((self.seed * 7_368_787 + step) % 2**63)
        return int(torch.randint(low, high + 1, (), generator=generator))

    def _point(self, floor: float) -> dict[str, float]:
        self._check()
        step, (total, count) = self.position.step, self.losses.tolist()
        self.losses.zero_()
        point = {
            "step": float(step),
            "loss": total / max(count, 1.0),
            "floor": floor,
            "learning_rate": learning_rate(self.config, step - 1),
            "swap_weight": swap_weight(self.config, step - 1),
        }
        self.position.curve.append(point)
        return point

    def _check(self) -> None:
        steps, left_out = self.optimiser.counts.tolist()
        if left_out > 20 and left_out > 0.1 * steps:
            raise Diverged(
                f"{left_out:.0f} of {steps:.0f} training steps had no finite gradient, so the training was stopped. "
                "A smaller learning rate usually helps."
            )

    def _evaluate(self) -> None:
        """Look at held-out displays with all swaps; keep the averaged weights if they are the best so far."""
        if swap_weight(self.config, self.position.step) < 1 and self.position.step < self.config.steps:
            return
        with torch.no_grad():
            terms = self.objective.loss(self._averaged_network(), self._held_out_batch(), self._fixed_generator())
        score = float(terms["main"])
        best = self.position.best_score
        if math.isfinite(score) and (best is None or score < best):
            self.position.best_score, self.position.best_step = score, self.position.step
            self.optimiser.keep_average()

    def _held_out_batch(self) -> Batch:
        rows = torch.arange(len(self.held_out), device=self.device)
        return self.held_out.take(rows, self.config.delay_steps[1], 1.0)

    def _fixed_generator(self) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(self.seed)

    def _averaged_network(self) -> Network:
        self.optimiser.put(self.averaged, self.optimiser.average)
        return self.averaged

    def _checkpoint(self) -> dict[str, bytes]:
        self.position.pending = self.losses.tolist()
        return checkpoint.write(self.optimiser, self.position, self.generator, self.config, self.seed)

    def _message(self) -> str:
        weight = swap_weight(self.config, self.position.step)
        stage = "without swaps" if weight == 0 else "swaps grow" if weight < 1 else "all swaps"
        return f"step {self.position.step} of {self.config.steps}, {stage}"

    def _finish(self) -> TrainedNetwork:
        if self.position.best_score is None:
            raise Diverged("The training ended without a usable network. A smaller learning rate usually helps.")
        self.optimiser.put(self.network, self.optimiser.best)
        network = self.network.cpu().eval().requires_grad_(False)
        picture, _ = self.view.look(network, self.position.step)
        return TrainedNetwork(
            network=network,
            seed=self.seed,
            seconds=self.position.seconds,
            curve=self.position.curve,
            stages=stages(self.config),
            score=self.position.best_score,
            best_step=self.position.best_step,
            picture=picture,
        )
