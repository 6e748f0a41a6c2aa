"""Settings of a training; mirrors ``models.network.config.TrainConfig`` (a test compares fields, defaults, ranges).

Whether they go together is seen when the budget is known, in ``budgets.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.schemas.base import Request

Steps = Annotated[int, Field(ge=0, le=1000)]


class TrainOptions(Request):
    """What may be set about a network and its training. One step stands for ``step_seconds``."""

    objective: Literal["diffusion", "mean_matching", "moment_matching", "task_optimal"] = "diffusion"
    cell: Literal["rate", "dendritic", "gru"] = Field(
        "rate",
        description="Recurrent cell: one hidden layer, a dendritic tree for every neuron, or a gated unit (GRU).",
    )
    neurons: int = Field(48, ge=4, le=1024)
    hidden: int = Field(
        160, ge=8, le=8192, description="Of the rate cell: units of the drive's hidden layer, at least 2 × neurons."
    )
    branches: int = Field(10, ge=1, le=64, description="Of the dendritic cell: branches of a neuron.")
    leaves: int = Field(10, ge=2, le=64, description="Of the dendritic cell: leaves of a branch.")
    encoding: Literal["conjunctive", "slots", "index"] = Field(
        "conjunctive",
        description="Input: a conjunctive probe × report code, Cartesian slots with a probe cue, or slots of reports "
        "alone with an item's number as the cue.",
    )
    slots: int = Field(8, ge=1, le=16, description="Of encodings with slots: items that a display may have.")
    time_features: int = Field(16, ge=1, le=256)
    time_modulation: Literal["gain", "additive"] = Field(
        "gain",
        description="Of the rate cell: time sets the gain of hidden units as well as their drive, or is only added to "
        "it, as published.",
    )
    tuning_centres: int = Field(16, ge=4, le=64)
    tuning_concentration: float = Field(5.0, ge=0.5, le=50, description="κ of the tuning curves.")
    projection: int = Field(9, ge=1, le=64)
    input_gain: float = Field(3.0, ge=0, le=100, description="Size of the initial input weights.")
    stimulus_steps: int = Field(5, ge=1, le=1000, description="Duration, steps.")
    delay_steps: tuple[Steps, Steps] = Field((15, 15), description="Shortest and longest delay, steps.")
    cue_steps: int = Field(5, ge=1, le=1000, description="Duration, steps.")
    gap_steps: int = Field(1, ge=0, le=1000, description="Duration, steps.")
    recall_steps: int = Field(40, ge=2, le=1000, description="Duration, steps.")
    step_seconds: float = Field(0.05, ge=1e-4, le=10, description="Seconds that one step stands for.")
    alpha: float = Field(0.1, ge=0.01, le=1, description="Share of the state replaced at every step.")
    schedule: Literal["log_snr", "linear"] = "log_snr"
    log_snr_high: float = Field(6.0, ge=-50, le=50)
    log_snr_low: float = Field(-5.0, ge=-50, le=50)
    beta_low: float = Field(0.01, gt=0, lt=1)
    beta_high: float = Field(0.30, gt=0, lt=1)
    radius: float = Field(2.5, ge=0.1, le=100, description="Where on the behaviour plane a response is aimed.")
    response_noise: float = Field(0.005, ge=0, le=1, description="sd, as a share of the radius.")
    preparation_noise: float = Field(0.1, ge=0, le=10)
    memory_noise: float = Field(1.0, ge=0, le=10)
    target: Literal["exact", "sampled"] = "exact"
    weighting: Literal["snr", "uniform"] = "snr"
    snr_cap: float = Field(0.5, ge=1e-3, le=1e6)
    own_states: float = Field(
        0.5, ge=0, le=1, description="Share of the samples that run on the network's own states (exact targets)."
    )
    swap_power: float = Field(
        0.5,
        ge=0.1,
        le=1,
        description="Power to which the odds of swaps are raised before starts of the forward chain are drawn: below "
        "1, rare swaps are seen more often than they are made (exact targets).",
    )
    onset_weight: float = Field(1e-2, ge=0, le=1e6)
    activity_weight: float = Field(1e-5, ge=0, le=1e6)
    angles: int = Field(180, ge=24, le=720)
    displays_per_batch: int = Field(128, ge=1, le=65536)
    samples_per_display: int = Field(2, ge=1, le=4096)
    steps: int = Field(20_000, ge=1, le=10_000_000, description="Training steps.")
    curriculum: Literal["measured", "scheduled"] = Field(
        "measured", description="Whether stages end when the network is ready, or by the clock."
    )
    without_swaps: float = Field(0.1, ge=0, le=1, description="Share of the training, the longest where measured.")
    ramp: float = Field(0.1, ge=0, le=1, description="Share of the training.")
    patience: float = Field(
        0.0, ge=0, le=1, description="Share of the training without any gain after which it ends early; 0 is never."
    )
    learning_rate: float = Field(5e-3, ge=1e-7, le=1)
    warm_up: float = Field(0.1, ge=0, le=0.9, description="Share of the training.")
    optimiser: Literal["muon", "adam"] = "muon"
    matrix_gain: float = Field(2.0, ge=0, le=100, description="Size of orthogonalised updates against Adam's.")
    clip: float = Field(1.0, ge=1e-6, le=1e6)
    averaging: float = Field(0.998, ge=0, le=0.99999)
    pool: int = Field(8192, ge=16, le=1_000_000)
    pool_uses: int = Field(4, ge=1, le=10_000)
    held_out: int = Field(256, ge=8, le=100_000)
    evaluations: int = Field(25, ge=1, le=10_000)
    threads: int = Field(1, ge=0, le=256, description="CPU threads; 0 leaves torch's own choice.")
    checkpoint_seconds: float = Field(20.0, ge=0, le=30, description="Seconds.")
    picture_seconds: float = Field(4.0, ge=0, le=3600, description="Seconds.")
