"""Train networks: one, or an ensemble of seeds in one computation; checkpoints, held-out criterion, signs of life."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from models.network import checkpoint, curriculum, skill
from models.network.captured import CapturedStep, CudaRecorder
from models.network.checkpoint import Diverged, Position
from models.network.config import InvalidConfig, TrainConfig
from models.network.device import best_device, threads
from models.network.live import LiveView
from models.network.network import Network
from models.network.objectives import OBJECTIVES
from models.network.optimiser import Optimiser
from models.network.pace import Pace
from models.network.targets import Batch, Pool, Source, draw_all
from models.network.trained import TrainedNetwork
from models.progress import Interrupted, Progress, Report, silent

Save = Callable[[dict[str, bytes]], None]

_HELD_OUT, _SHOWN = 0, -1  # numbers of the draws that training never sees


def train(
    config: TrainConfig,
    source: Source,
    seed: int,
    report: Report = silent,
    save: Save | None = None,
    resume: Mapping[str, bytes] | None = None,
    device: str | torch.device | None = None,
) -> TrainedNetwork:
    """Train a network on a source; see ``train_ensemble``."""
    return train_ensemble(config, source, [seed], report, save, resume, device)[0]


def train_ensemble(
    config: TrainConfig,
    source: Source,
    seeds: Sequence[int],
    report: Report = silent,
    save: Save | None = None,
    resume: Mapping[str, bytes] | None = None,
    device: str | torch.device | None = None,
) -> list[TrainedNetwork]:
    """Train one network for every seed, all in one batched computation; each becomes what it would be alone.

    Args:
        config: what and how.
        source: laws of displays and responses.
        seeds: of everything that is random; the same seed on the same device gives the same network.
        report: told about progress at least every half second; raising ``Interrupted`` from it stops the training
            after a checkpoint.
        save: takes a checkpoint's files, at least every ``config.checkpoint_seconds``; None keeps none.
        resume: files of a checkpoint of the same training, to go on from.
        device: None is the GPU where there is one.

    Raises:
        InvalidConfig: if the objective does not exist, or seeds are missing or alike.
        Diverged: if the weights left the numbers; the last saved checkpoint is sound.
        Interrupted: passed on from ``report``.
        WrongCheckpoint: if ``resume`` belongs to another training.
    """
    if config.objective not in OBJECTIVES:
        raise InvalidConfig(f"objective must be one of {', '.join(OBJECTIVES)}, not {config.objective}")
    if not seeds or len(set(seeds)) < len(seeds):
        raise InvalidConfig("an ensemble needs at least one seed, and no two may be alike")
    with threads(config.threads):
        return _Training(config, source, seeds, device).run(report, save, resume)


class _Training:
    def __init__(
        self, config: TrainConfig, source: Source, seeds: Sequence[int], device: str | torch.device | None
    ) -> None:
        self.config, self.source, self.seeds = config, source, list(seeds)
        self.device = best_device() if device is None else torch.device(device)
        self.objective = OBJECTIVES[config.objective]
        self.network = Network.stacked([Network(config, seed) for seed in seeds]).to(self.device)
        self.averaged = Network.stacked([Network(config, seed) for seed in seeds]).to(self.device)
        self.optimiser = Optimiser(self.network, config)
        self.generators = self._fixed_generators()
        self.pool = Pool(config, source, seeds, self.device)
        self.held_out = draw_all(source.aside(), config, config.held_out, seeds, _HELD_OUT).to(self.device)
        self.floor = self.objective.floor(self.network, self._held_out_batch(), self._fixed_generators()).tolist()
        self.view = LiveView(source, config, seeds[0], _SHOWN)
        self.position = Position.start(len(seeds), curriculum.first_stage(config))
        # Sum and count of the losses since the last point of the curves.
        self.losses = torch.zeros(2, len(seeds), dtype=torch.float64, device=self.device)
        self.captured: CapturedStep | None = None
        if self.device.type == "cuda":
            recorder = CudaRecorder(self.generators, self.device)
            self.captured = CapturedStep(self._replayable, self.device, recorder)

    def run(self, report: Report, save: Save | None, resume: Mapping[str, bytes] | None) -> list[TrainedNetwork]:
        if resume is not None:
            self._resume(resume)
        position, config = self.position, self.config
        pace = Pace(position, config)
        try:
            while position.step < config.steps and not self._gains_nothing_more():
                self._step(position.step)
                position.step += 1
                self._advance()
                point, picture = self._look(pace)
                pace.tick()
                if save is not None and pace.is_checkpoint:
                    save(self._checkpoint())
                if point or pace.is_report:
                    fraction = position.step / config.steps
                    report(Progress(fraction, self._message(), point, picture, pace.seconds_left))
        except Interrupted:
            if save is not None:
                save(self._checkpoint())
            raise
        finally:
            self.captured = None  # what it recorded holds the memory of a GPU
        report(Progress(1.0, self._message(), seconds_left=0.0))
        return self._finish()

    def _resume(self, files: Mapping[str, bytes]) -> None:
        self.position = checkpoint.read(files, self.optimiser, self.generators, self.config, self.seeds)
        self.losses.copy_(torch.tensor(self.position.pending, dtype=torch.float64))

    def _step(self, step: int) -> None:
        config = self.config
        alone = torch.tensor([curriculum.REMEMBER in begun and len(begun) == 1 for begun in self.position.stages])
        inputs = [*self.pool.at(step).tensors(), torch.tensor(self._swap_weights(step)), alone]
        factors = self.optimiser.factors(curriculum.learning_rate(config, step), step + 1)
        delay = curriculum.delay(config, step)
        if self.captured is None:
            self._learn(delay, inputs, factors)
        else:
            self.captured(delay, [*inputs, torch.tensor(factors)])

    def _replayable(self, delay: int, inputs: Sequence[Tensor]) -> None:
        *inputs, factors = inputs
        self._learn(delay, inputs, factors.unbind())

    def _learn(self, delay: int, inputs: Sequence[Tensor], factors: Sequence[float] | Sequence[Tensor]) -> None:
        """A step without a question to the device, so that a GPU can do it on its own; see ``CapturedStep``.

        Args:
            delay: steps of delay.
            inputs: tensors of the pool, share of swaps and whether the cued item is alone, one a member.
            factors: of the optimiser, as numbers or as tensors.
        """
        *tabulated, swaps, alone = inputs
        pool = Batch.of(tabulated)
        rows = torch.stack(
            [
                torch.randint(len(pool), (self.config.displays_per_batch,), generator=generator, device=self.device)
                for generator in self.generators
            ]
        )
        batch = pool.take(rows, delay, swaps, alone)
        terms = self.objective.loss(self.network, batch, self.generators)
        total = torch.stack(list(terms.values())).sum()
        gradients = torch.autograd.grad(total, self.optimiser.weights, materialize_grads=True)
        self.losses[0] += terms["main"].detach().nan_to_num()
        self.losses[1] += 1
        self.optimiser.step(gradients, factors)

    def _swap_weights(self, step: int) -> list[float]:
        return [curriculum.swap_weight(self.config, begun, step) for begun in self.position.stages]

    def _advance(self) -> None:
        """Let every member begin the next stage of its curriculum if it is ready for it."""
        config, done = self.config, self.position.step
        waiting = [begun for begun in self.position.stages if curriculum.SWAP not in begun]
        if not waiting or not curriculum.is_look(config, done):
            return
        able = [False] * len(self.seeds)
        if config.curriculum == "measured":
            network = self._averaged_network()
            remembers = skill.remembered(network, self._held_out_batch(0.0, alone=True), self._fixed_generators())
            selects = skill.selected(network, self._held_out_batch(0.0), self._fixed_generators())
            able = [
                bool(selects[k] > skill.SELECTED if curriculum.SELECT in begun else remembers[k] > skill.REMEMBERED)
                for k, begun in enumerate(self.position.stages)
            ]
        for begun, ready in zip(self.position.stages, able, strict=True):
            stage = curriculum.next_stage(config, begun, done, ready)
            if stage is not None:
                begun[stage] = done

    def _look(self, pace: Pace) -> tuple[dict[str, float], dict[str, Any] | None]:
        """What there is to show after a step: a point of the curves and a picture of the first network."""
        points: list[dict[str, float]] = []
        picture = None
        if pace.is_point or pace.is_evaluation:
            points = self._points()
        if pace.is_evaluation:
            self._evaluate(points)
        point = _summary(points) if points else {}
        if pace.is_picture:
            self._check()
            picture, swaps = self.view.look(self._averaged_network().member(0), self.position.step)
            point = {"step": float(self.position.step), **point, **swaps}
        return point, picture

    def _points(self) -> list[dict[str, float]]:
        """The losses since the last points, as the newest point of every member's curve."""
        self._check()
        step, (total, count) = self.position.step, self.losses.tolist()
        self.losses.zero_()
        points = [
            {
                "step": float(step),
                "loss": total[member] / max(count[member], 1.0),
                "floor": self.floor[member],
                "learning_rate": curriculum.learning_rate(self.config, step - 1),
                **({"swap_weight": weight} if self.config.learns_swaps else {}),
            }
            for member, weight in enumerate(self._swap_weights(step - 1))
        ]
        for curve, point in zip(self.position.curves, points, strict=True):
            curve.append(point)
        return points

    def _check(self) -> None:
        for steps, left_out in self.optimiser.counts.T.tolist():
            if left_out > 20 and left_out > 0.1 * steps:
                raise Diverged(
                    f"{left_out:.0f} of {steps:.0f} training steps had no finite gradient, so the training was "
                    "stopped. A smaller learning rate usually helps."
                )

    def _evaluate(self, points: list[dict[str, float]]) -> None:
        """Look at held-out displays with all swaps; keep each member's averaged weights if they are its best so far."""
        position, network = self.position, self._averaged_network()
        with torch.no_grad():
            terms = self.objective.loss(network, self._held_out_batch(), self._fixed_generators())
        far = skill.energy(network, self._held_out_batch(), self._fixed_generators()).tolist()
        weights = self._swap_weights(position.step)
        for member, (score, energy) in enumerate(zip(terms["main"].tolist(), far, strict=True)):
            points[member]["energy"] = energy
            in_training = weights[member] < 1 and position.step < self.config.steps
            if in_training or self._has_settled(member):
                continue
            if _is_better(score, position.best_score[member]):
                position.best_score[member], position.best_step[member] = score, position.step
                position.improved[member] = position.step
                self.optimiser.keep_average(member)
            if _is_better(energy, position.best_energy[member]):
                position.best_energy[member], position.improved[member] = energy, position.step

    def _has_settled(self, member: int) -> bool:
        """Whether neither the held-out loss nor the distance of responses from their law gets smaller any more."""
        position, patience = self.position, self.config.patience * self.config.steps
        known = position.best_score[member] is not None
        return known and 0 < patience < position.step - position.improved[member]

    def _gains_nothing_more(self) -> bool:
        return all(self._has_settled(member) for member in range(len(self.seeds)))

    def _held_out_batch(self, swaps: float = 1.0, alone: bool = False) -> Batch:
        rows = torch.arange(len(self.held_out), device=self.device).expand(len(self.seeds), -1)
        return self.held_out.take(rows, self.config.delay_steps[1], swaps, alone)

    def _fixed_generators(self) -> list[torch.Generator]:
        return [torch.Generator(self.device).manual_seed(seed) for seed in self.seeds]

    def _averaged_network(self) -> Network:
        self.optimiser.put(self.averaged, self.optimiser.average)
        return self.averaged

    def _checkpoint(self) -> dict[str, bytes]:
        self.position.pending = self.losses.tolist()
        return checkpoint.write(self.optimiser, self.position, self.generators, self.config, self.seeds)

    def _message(self) -> str:
        position, config = self.position, self.config
        found = {curriculum.stage_words(config, begun, position.step): None for begun in position.stages}
        return f"step {position.step} of {config.steps}, {', '.join(found)}"

    def _finish(self) -> list[TrainedNetwork]:
        if None in self.position.best_score:
            raise Diverged("The training ended without a usable network. A smaller learning rate usually helps.")
        self.optimiser.put(self.network, self.optimiser.best)
        remembers = skill.remembered(self.network, self._held_out_batch(), self._fixed_generators()).tolist()
        selects = skill.selected(self.network, self._held_out_batch(), self._fixed_generators()).tolist()
        verdicts = [skill.Verdict(*one) for one in zip(remembers, selects, strict=True)]
        return [self._trained(member, verdict) for member, verdict in enumerate(verdicts)]

    def _trained(self, member: int, verdict: skill.Verdict) -> TrainedNetwork:
        position, seed = self.position, self.seeds[member]
        network = self.network.member(member).eval().requires_grad_(False)
        view = self.view if member == 0 else LiveView(self.source, self.config, seed, _SHOWN)
        return TrainedNetwork(
            network=network,
            seed=seed,
            seconds=position.seconds,
            steps=position.step,
            curve=position.curves[member],
            stages=curriculum.stages(self.config, position.stages[member]),
            score=float(position.best_score[member] or 0.0),
            best_step=position.best_step[member],
            verdict=verdict,
            picture=view.look(network, position.step)[0],
        )


def _is_better(value: float, best: float | None) -> bool:
    return math.isfinite(value) and (best is None or value < best)


def _summary(points: list[dict[str, float]]) -> dict[str, float]:
    """One point for all members: means, and of the losses the smallest and the largest."""
    if len(points) == 1:
        return dict(points[0])
    mean = {name: sum(point[name] for point in points) / len(points) for name in points[0]}
    losses = [point["loss"] for point in points]
    return {**mean, "loss_low": min(losses), "loss_high": max(losses)}
