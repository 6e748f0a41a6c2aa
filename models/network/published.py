"""The published conditions: which laws of swaps, and which objectives, networks were trained with on two items.

The published study compares networks of one cell, cued by a probe, that were trained on no swaps, on swaps at a flat
rate and on swaps that decline smoothly with probe distance, with networks trained the traditional ways.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.display_laws import UniformDisplays
from models.network.config import DEMO, TrainConfig
from models.network.swap_laws import SwapLaw
from models.network.targets import Source

TWO_ITEMS = UniformDisplays(set_sizes=(2,), report_separation="published", probe_separation="published")
"""Two items at least pi / 4.1 (43.9 degrees) apart in either feature."""

SMALL = DEMO.changed(hidden=160, steps=6000, pool=4096, held_out=128, evaluations=10)
"""The demo's network with a smaller hidden layer and fewer steps: some twelve minutes of one CPU core for five."""


@dataclass(frozen=True)
class Condition:
    """One kind of network of the published comparison.

    Attributes:
        name: for files and the command line.
        title: for people.
        objective: how it is trained.
        law: of the responses that it is trained on.
    """

    name: str
    title: str
    objective: str
    law: SwapLaw

    def config(self, base: TrainConfig = SMALL) -> TrainConfig:
        """The settings of the training: those of ``base`` at equal cost for this objective."""
        return base.suited_to(self.objective)

    @property
    def source(self) -> Source:
        """Displays and responses of the training."""
        return Source(TWO_ITEMS, self.law)


CONDITIONS = (
    Condition("smooth_1", "Diffusion, smooth swaps (offset -1)", "diffusion", SwapLaw(kind="smooth", offset=-1.0)),
    Condition("task_optimal", "Task-optimal", "task_optimal", SwapLaw(kind="none")),
    Condition("no_swap", "Diffusion, no swaps", "diffusion", SwapLaw(kind="none")),
    Condition("mean_matching", "Mean matching (smooth swaps, offset 0)", "mean_matching", SwapLaw(kind="smooth")),
    Condition("moment_matching", "Moment matching (smooth swaps, offset 0)", "moment_matching", SwapLaw(kind="smooth")),
    Condition("smooth_0", "Diffusion, smooth swaps (offset 0)", "diffusion", SwapLaw(kind="smooth")),
    Condition("flat_0.3", "Diffusion, flat swaps (0.3)", "diffusion", SwapLaw(kind="flat", correct=0.7)),
    Condition("smooth_2", "Diffusion, smooth swaps (offset -2)", "diffusion", SwapLaw(kind="smooth", offset=-2.0)),
    Condition("flat_0.05", "Diffusion, flat swaps (0.05)", "diffusion", SwapLaw(kind="flat", correct=0.95)),
)
"""The most telling first: a study that is cut short has some of everything."""

BY_NAME = {condition.name: condition for condition in CONDITIONS}
