"""What is trained and how: one frozen, validated, JSON-ready description of a network and its training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class InvalidConfig(ValueError):
    """A setting that cannot be used; the message is for the person who set it."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training.

    Attributes:
        objective: name of a file in ``models/network/objectives``.
        cell: recurrent cell, ``"rate"``.
        neurons, hidden: neurons n and units of the hidden layer of the drive.
        time_features: width of the time signal.
        input_gain: size of the initial input weights.
        tuning_centres, tuning_concentration: the bank of tuning curves of either feature.
        projection: features kept of either bank by the learned input projection.
        stimulus_steps, delay_steps, cue_steps, gap_steps, recall_steps: durations; the delay is a range, ends included,
            drawn once a batch.
        alpha: share of the state replaced at every step; ``step_seconds`` is what one step stands for.
        schedule: ``"log_snr"`` (uniform in log signal-to-noise, reverse variance beta) or ``"linear"`` (published).
        log_snr_high, log_snr_low: log signal-to-noise ratio at the first and the last step of the forward chain.
        beta_low, beta_high: variances of the linear schedule.
        radius: distance from the origin of the behaviour plane at which a response is aimed, R.
        response_noise: sd, as a share of R, of the small noise that gives the ring of responses its width.
        preparation_noise, memory_noise: sd of the process noise off the behaviour plane before recall, and, as a
            multiple of the noise in the plane, during recall.
        target: ``"exact"`` conditional expectation or ``"sampled"`` responses.
        weighting: ``"snr"`` weighs the denoising errors by ``min(snr, snr_cap)``, ``"uniform"`` is the published one.
            A small cap gives more weight to the noisier steps, where it is decided which item is reported.
        onset_weight, activity_weight: penalties on the plane's activity at the onset of recall and on all activity.
        angles: points of the grid on which a response law is tabulated.
        displays_per_batch, samples_per_display: the batch.
        steps: training steps in all.
        without_swaps, ramp: shares of the steps without any swaps and then with swaps growing to their full rate.
        optimiser: ``"muon"`` orthogonalises the updates of weight matrices, ``"adam"`` does not.
        matrix_gain: size of the orthogonalised updates against those of Adam.
        learning_rate: peak of the one-cycle schedule; ``warm_up``: share of the steps before the peak.
        clip: largest gradient norm.
        averaging: decay of the running average of the weights that is evaluated and kept.
        pool: displays tabulated at a time; ``pool_uses``: how often each is used before new ones are drawn.
        held_out: displays on which the kept weights are chosen; ``evaluations``: how often they are looked at.
        threads: CPU threads; these products are so small that a second one costs more than it brings when anything
            else runs on the machine. 0 is as many as torch would take.
        checkpoint_seconds, picture_seconds: largest time between two checkpoints and two live pictures.
    """

    objective: str = "diffusion"
    cell: str = "rate"
    neurons: int = 48
    hidden: int = 160
    tuning_centres: int = 16
    tuning_concentration: float = 5.0
    projection: int = 9
    time_features: int = 16
    input_gain: float = 3.0
    stimulus_steps: int = 5
    delay_steps: tuple[int, int] = (15, 15)
    cue_steps: int = 5
    gap_steps: int = 1
    recall_steps: int = 40
    step_seconds: float = 0.05
    alpha: float = 0.1
    schedule: str = "log_snr"
    log_snr_high: float = 6.0
    log_snr_low: float = -5.0
    beta_low: float = 0.01
    beta_high: float = 0.30
    radius: float = 2.5
    response_noise: float = 0.03
    preparation_noise: float = 0.1
    memory_noise: float = 1.0
    target: str = "exact"
    weighting: str = "snr"
    snr_cap: float = 0.5
    onset_weight: float = 1e-2
    activity_weight: float = 1e-5
    angles: int = 90
    displays_per_batch: int = 128
    samples_per_display: int = 2
    steps: int = 20_000
    without_swaps: float = 0.1
    ramp: float = 0.1
    optimiser: str = "muon"
    matrix_gain: float = 2.0
    learning_rate: float = 5e-3
    warm_up: float = 0.1
    clip: float = 1.0
    averaging: float = 0.998
    pool: int = 8192
    pool_uses: int = 4
    held_out: int = 256
    evaluations: int = 25
    threads: int = 1
    checkpoint_seconds: float = 20.0
    picture_seconds: float = 4.0

    def __post_init__(self) -> None:
        problems = [problem for name, value in vars(self).items() if (problem := _out_of_range(name, value))]
        low, high = self.delay_steps
        if not 0 <= low <= high:
            problems.append(f"the delay must be a range of steps from 0 up, not {low} to {high}")
        if self.log_snr_low >= self.log_snr_high:
            problems.append("log_snr_low must be below log_snr_high")
        if not 0 < self.beta_low <= self.beta_high < 1:
            problems.append("beta_low and beta_high must be between 0 and 1, in this order")
        if self.without_swaps + self.ramp > 1:
            problems.append("without_swaps and ramp are shares of the training and cannot add up to more than 1")
        if self.cell == "rate" and self.hidden < 2 * self.neurons:
            problems.append(f"hidden must be at least {2 * self.neurons}, twice the neurons")
        if problems:
            raise InvalidConfig("; ".join(problems))

    @property
    def network_steps(self) -> int:
        """Updates of the network in one trial at the longest delay."""
        return self.stimulus_steps + self.delay_steps[1] + self.cue_steps + self.gap_steps + self.recall_steps

    def changed(self, **changes: object) -> TrainConfig:
        """A copy with some settings changed.

        Raises:
            InvalidConfig: if a setting does not exist or cannot have this value.
        """
        return TrainConfig.from_json({**self.to_json(), **changes})

    def to_json(self) -> dict[str, Any]:
        """Plain data, readable by ``from_json``."""
        return {**dataclasses.asdict(self), "delay_steps": list(self.delay_steps)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> TrainConfig:
        """From plain data; settings that are absent have their defaults.

        Raises:
            InvalidConfig: naming every setting that does not exist or has the wrong kind of value.
        """
        fields = {field.name: field.default for field in dataclasses.fields(TrainConfig)}
        unknown = sorted(set(data) - set(fields))
        if unknown:
            raise InvalidConfig(f"there is no setting named {', '.join(unknown)}")
        converted: dict[str, Any] = {name: _converted(name, value, fields[name]) for name, value in data.items()}
        return TrainConfig(**converted)


_CHOICES = {
    "cell": ("rate",),
    "schedule": ("log_snr", "linear"),
    "target": ("exact", "sampled"),
    "optimiser": ("muon", "adam"),
    "weighting": ("snr", "uniform"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "neurons": (4, 1024),
    "hidden": (8, 8192),
    "tuning_centres": (4, 64),
    "tuning_concentration": (0.5, 50),
    "projection": (1, 64),
    "time_features": (1, 256),
    "stimulus_steps": (1, 1000),
    "cue_steps": (1, 1000),
    "gap_steps": (0, 1000),
    "recall_steps": (2, 1000),
    "step_seconds": (1e-4, 10),
    "alpha": (0.01, 1),
    "radius": (0.1, 100),
    "response_noise": (0, 1),
    "preparation_noise": (0, 10),
    "memory_noise": (0, 10),
    "snr_cap": (1e-3, 1e6),
    "angles": (24, 720),
    "displays_per_batch": (1, 65536),
    "samples_per_display": (1, 4096),
    "steps": (1, 10_000_000),
    "without_swaps": (0, 1),
    "ramp": (0, 1),
    "matrix_gain": (0, 100),
    "input_gain": (0, 100),
    "learning_rate": (1e-7, 1),
    "warm_up": (0, 0.9),
    "clip": (1e-6, 1e6),
    "averaging": (0, 0.99999),
    "pool": (16, 1_000_000),
    "pool_uses": (1, 10_000),
    "held_out": (8, 100_000),
    "evaluations": (1, 10_000),
    "threads": (0, 256),
    "checkpoint_seconds": (0, 30),
    "picture_seconds": (0, 3600),
}


def _out_of_range(name: str, value: object) -> str:
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"{name} must be one of {', '.join(_CHOICES[name])}, not {value}"
    if name in _RANGES and isinstance(value, int | float):
        low, high = _RANGES[name]
        if not low <= value <= high:
            return f"{name} must be between {low:g} and {high:g}, not {value:g}"
    return ""


def _converted(name: str, value: object, default: object) -> object:
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and len(value) == 2 and all(_is_whole(end) for end in value):
            return int(value[0]), int(value[1])
        raise InvalidConfig(f"{name} must be two whole numbers, not {value}")
    if isinstance(default, str):
        if isinstance(value, str):
            return value
        raise InvalidConfig(f"{name} must be a name, not {value}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidConfig(f"{name} must be a number, not {value}")
    if isinstance(default, int):
        if _is_whole(value):
            return int(value)
        raise InvalidConfig(f"{name} must be a whole number, not {value}")
    return float(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()


DEMO = TrainConfig(
    stimulus_steps=4,
    delay_steps=(2, 10),  # a network that has known one delay only forgets at any longer one
    cue_steps=4,
    gap_steps=1,
    recall_steps=24,
    alpha=0.2,
    log_snr_high=5.5,
    log_snr_low=-4.5,
    preparation_noise=0.03,
    memory_noise=0.3,
    steps=8000,
)
"""Minutes on two CPU cores."""

QUICK = DEMO.changed(
    neurons=24,
    hidden=64,
    stimulus_steps=2,
    delay_steps=[2, 2],
    cue_steps=2,
    recall_steps=12,
    displays_per_batch=64,
    steps=400,
    pool=2048,
    held_out=64,
    evaluations=5,
    averaging=0.98,
    picture_seconds=1.0,
)
"""Seconds: for tests, and for seeing the whole path once."""

FULL = TrainConfig(
    steps=30_000,
    displays_per_batch=256,
    hidden=256,
    neurons=64,
    preparation_noise=0.03,
    memory_noise=0.3,
)
"""The published durations; an hour of two CPU cores, minutes of a GPU."""

BUDGETS = {"quick": QUICK, "demo": DEMO, "full": FULL}
