"""The cases on which networks are judged: where displays and responses come from, the training, the wanted numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.behaviour_real import loaded
from models.behaviour.fitting import FitConfig, fit
from models.display_laws import DisplayLaw, ResampledDisplays, UniformDisplays
from models.network.config import DEMO, TrainConfig
from models.network.swap_laws import SwapLaw
from models.network.targets import ResponseLaw

Laws = tuple[DisplayLaw, ResponseLaw]


@dataclass(frozen=True)
class Case:
    """One row of the wanted numbers.

    Attributes:
        name: of the case, as on the command line.
        laws: makes the laws of displays and of responses.
        config: of the training; its objective is replaced.
        accuracy, swap_error: largest accuracy of the classifier and largest error of the swap curve.
        minutes, gpu_minutes: longest training on two CPU cores and on a GPU; None is any time.
    """

    name: str
    laws: Callable[[], Laws]
    config: TrainConfig
    accuracy: float
    swap_error: float
    minutes: float
    gpu_minutes: float | None = None


def two_items(law: SwapLaw) -> Laws:
    """Two items at least the published separation apart."""
    return UniformDisplays(set_sizes=(2,), report_separation="published", probe_separation="published"), law


def fitted(name: str) -> Laws:
    """The BNS fit of a published experiment, all set sizes together, on displays like its own."""
    trials = loaded(name)
    return ResampledDisplays(trials.displays), fit(FitConfig(), trials).model


SMOOTH, FLAT = SwapLaw(kind="smooth", offset=-1.0), SwapLaw(kind="flat", correct=0.7)
LONGER = DEMO.changed(steps=12_000)
"""The demo's network, and as many steps as eight minutes of one core hold: enough for eight items as well."""
CASES = (
    Case("smooth", partial(two_items, SMOOTH), LONGER, 0.53, 0.02, 8, 1),
    Case("flat", partial(two_items, FLAT), LONGER, 0.53, 0.02, 8, 1),
    Case("bays_2009", partial(fitted, "bays_2009"), LONGER, 0.57, 0.04, 30),
    Case("oberauer_lin_2017_e1", partial(fitted, "oberauer_lin_2017_e1"), LONGER, 0.60, 0.05, 45),
)
