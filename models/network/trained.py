"""What a training gives: the network and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models.network.network import Network
from models.network.skill import Verdict


@dataclass(frozen=True)
class TrainedNetwork:
    """A network and how it came to be.

    Attributes:
        network: with the best weights, on the CPU.
        seed: of the training.
        seconds: spent training, over all attempts, with all networks that were trained in the same computation.
        steps: training steps done; fewer than planned if nothing more was gained.
        curve: ``{"step", "loss", "floor", "learning_rate"}`` along the training, ``"swap_weight"`` where swaps are
            learned, and where held-out displays were looked at, ``"energy"``: how far responses were from their law
            (radians).
        stages: ``{"name", "from_step"}``.
        score, best_step: loss on held-out displays of the weights that were kept, and when they were met.
        verdict: what the network can do on held-out displays.
        picture: the last live picture.
    """

    network: Network
    seed: int
    seconds: float
    steps: int
    curve: list[dict[str, float]]
    stages: list[dict[str, Any]]
    score: float
    best_step: int
    verdict: Verdict
    picture: dict[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """What the training failed to teach, in a sentence; empty if it did not fail."""
        return self.verdict.problem(self.steps)

    def summary(self) -> dict[str, Any]:
        """Plain data about the training."""
        return {
            "objective": self.network.config.objective,
            "seed": self.seed,
            "parameters": sum(weight.numel() for weight in self.network.parameters()),
            "steps": self.steps,
            "planned_steps": self.network.config.steps,
            "seconds": self.seconds,
            "curve": self.curve,
            "stages": self.stages,
            "held_out_loss": self.score,
            "best_step": self.best_step,
            "remembered": self.verdict.remembered,
            "selected": self.verdict.selected,
            "problem": self.problem,
        }
