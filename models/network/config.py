"""What is trained and how: one frozen, validated, JSON-ready description of a network and its training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.network.ranges import InvalidConfig as InvalidConfig
from models.network.ranges import converted, out_of_range

MOMENT_SAMPLES = 4
"""Fewer responses to a display have no covariance in either of their halves."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training.

    Attributes:
        objective: name of a file in ``models/network/objectives``.
        cell: recurrent cell: ``"rate"``, one hidden layer; ``"dendritic"``, a tree for every neuron (published with 16
            neurons of 10 x 10); ``"gru"``, the field's gated cell.
        neurons, hidden: neurons n and, of the rate cell, units of the hidden layer of the drive.
        branches, leaves: of the dendritic cell: branches of a neuron and leaves of a branch.
        encoding: how displays and cues become input: ``"conjunctive"`` probe x report code, ``"slots"`` with a place
            for every item and a probe cue, or ``"index"``, slots of reports alone and an item's number as the cue.
        slots: of the encodings with slots: items that a display may have at most.
        time_features: width of the time signal.
        time_modulation: of the rate cell: ``"gain"`` if time sets the gain of hidden units as well as their drive,
            ``"additive"`` if it is only added to it, as published.
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
        own_states: share of a display's samples that run on the network's own states instead of the forward chain's,
            so that it learns to come back from its own errors; needs exact targets and is 0 with sampled ones.
        swap_power: power to which the odds of swaps are raised before starts of the forward chain are drawn. Below 1
            the network sees more swaps than are made; what it is to say there stays what the law has it, as exact
            targets depend on the state alone. Sampled targets are drawn from the law itself.
        onset_weight, activity_weight: penalties on the plane's activity at the onset of recall and on all activity.
        angles: points of the grid on which a response law is tabulated.
        displays_per_batch, samples_per_display: the batch.
        steps: training steps in all.
        curriculum: ``"measured"``: single items until the network remembers one, then all items without swaps until it
            selects the cued one, then swaps; both together at most a share ``without_swaps`` of the steps.
            ``"scheduled"``: no swaps for all of that share.
        without_swaps, ramp: shares of the steps without any swaps and then with swaps growing to their full rate.
        patience: share of the steps after which a training without better weights ends early; 0 is never.
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
    branches: int = 10
    leaves: int = 10
    encoding: str = "conjunctive"
    slots: int = 8
    tuning_centres: int = 16
    tuning_concentration: float = 5.0
    projection: int = 9
    time_features: int = 16
    time_modulation: str = "gain"
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
    response_noise: float = 0.005
    preparation_noise: float = 0.1
    memory_noise: float = 1.0
    target: str = "exact"
    weighting: str = "snr"
    snr_cap: float = 0.5
    own_states: float = 0.5
    swap_power: float = 0.5
    onset_weight: float = 1e-2
    activity_weight: float = 1e-5
    angles: int = 180
    displays_per_batch: int = 128
    samples_per_display: int = 2
    steps: int = 20_000
    curriculum: str = "measured"
    without_swaps: float = 0.1
    ramp: float = 0.1
    patience: float = 0.0
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
        problems = [problem for name, value in vars(self).items() if (problem := out_of_range(name, value))]
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
        if self.objective == "moment_matching" and self.samples_per_display < MOMENT_SAMPLES:
            problems.append(
                f"moment_matching compares means and covariances and needs samples_per_display of at least "
                f"{MOMENT_SAMPLES}, not {self.samples_per_display}"
            )
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

    @property
    def own_samples(self) -> int:
        """Samples of each display that run on the network's own states."""
        return round(self.own_states * self.samples_per_display) if self.target == "exact" else 0

    @property
    def learns_swaps(self) -> bool:
        """Whether the objective asks for swaps at all; a task-optimal network is to report the cued item."""
        return self.objective != "task_optimal"

    def suited_to(self, objective: str) -> TrainConfig:
        """For another objective at the same cost: moments take more responses to a display, in fewer such steps.

        The stage without swaps has as many steps as before: in it the network learns what the cue is for.
        """
        if objective != "moment_matching" or self.samples_per_display >= MOMENT_SAMPLES:
            return self.changed(objective=objective)
        share = self.samples_per_display / MOMENT_SAMPLES
        return self.changed(
            objective=objective,
            samples_per_display=MOMENT_SAMPLES,
            steps=max(1, round(self.steps * share)),
            without_swaps=min(self.without_swaps / share, 1 - self.ramp),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data, readable by ``from_json``."""
        return {**dataclasses.asdict(self), "delay_steps": list(self.delay_steps)}

    @staticmethod
    def stored(data: Mapping[str, Any]) -> TrainConfig:
        """From what this or an earlier version wrote: a setting that it did not know yet is as it was without it.

        Raises:
            InvalidConfig: as ``from_json``.
        """
        return TrainConfig.from_json({**_EARLIER, **data})

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
        plain: dict[str, Any] = {name: converted(name, value, fields[name]) for name, value in data.items()}
        return TrainConfig(**plain)


_EARLIER: dict[str, Any] = {
    "time_modulation": "additive",
    "swap_power": 1.0,
    "curriculum": "scheduled",
}

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
    memory_noise=0.1,
    hidden=256,
    displays_per_batch=64,  # with 128 a second of training brings a tenth less: a step's own cost is not that high
    steps=10_000,
)
"""Minutes on two CPU cores."""

QUICK = DEMO.changed(
    neurons=24,
    hidden=64,
    stimulus_steps=2,
    delay_steps=[2, 2],
    cue_steps=2,
    recall_steps=12,
    steps=400,
    pool=2048,
    held_out=64,
    evaluations=5,
    averaging=0.98,
    picture_seconds=1.0,
    curriculum="scheduled",  # what a network can do would be asked at every fourth step
)
"""Seconds: for tests, and for seeing the whole path once."""

FULL = TrainConfig(
    steps=30_000,
    displays_per_batch=256,
    hidden=256,
    neurons=64,
    preparation_noise=0.03,
    memory_noise=0.1,
)
"""The published durations; an hour of two CPU cores, minutes of a GPU."""

BUDGETS = {"quick": QUICK, "demo": DEMO, "full": FULL}
