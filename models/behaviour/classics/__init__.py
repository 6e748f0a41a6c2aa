"""The parametric models of the field, all fitted alike. A new one is one file here and a line in ``THEORIES``."""

from __future__ import annotations

from models.behaviour.classics.confusability import Confusability
from models.behaviour.classics.interference import Interference
from models.behaviour.classics.neural_population import NeuralPopulation
from models.behaviour.classics.slots import Slots, SlotsAveraging
from models.behaviour.classics.theory import Theory
from models.behaviour.classics.two_component import TwoComponent
from models.behaviour.classics.variable_precision import VariablePrecision, VariablePrecisionSwaps

THEORIES: dict[str, type[Theory]] = {
    theory.name: theory
    for theory in (
        TwoComponent,
        Slots,
        SlotsAveraging,
        VariablePrecision,
        VariablePrecisionSwaps,
        Interference,
        NeuralPopulation,
        Confusability,
    )
}
"""By the model's name in ``FitConfig``."""

__all__ = ["THEORIES", "Theory"]
