"""Plausible numbers for every classic model, data simulated from them, and published data."""

from __future__ import annotations

import csv
import math

import pytest
import torch

from models.behaviour.classics import THEORIES
from models.displays import Displays
from models.trials import Trials

SIZES = (1, 2, 4)
CONCENTRATIONS = {("log_concentration", 1): 2.9, ("log_concentration", 2): 2.5, ("log_concentration", 4): 2.1}
GUESSES = {("guess", 1): -3.0, ("guess", 2): -2.5, ("guess", 4): -1.5}
SWAPS = {("swap", 2): -2.0, ("swap", 4): -1.2}
PLANTED = {
    "two_component": CONCENTRATIONS | GUESSES,
    "slots": {("capacity", None): 2.6, ("log_concentration", None): 2.3},
    "slots_averaging": {("capacity", None): 2.6, ("log_concentration", None): 2.3},
    "variable_precision": {("log_mean", None): 2.8, ("log_shape", None): 0.6, ("exponent", None): 1.1},
    "variable_precision_swaps": {("log_mean", None): 2.8, ("log_shape", None): 0.9, ("exponent", None): 0.8}
    | GUESSES
    | SWAPS,
    "interference": {("a", None): -0.5, ("s", None): 0.6, ("c", 1): 3.0, ("c", 2): 2.5, ("c", 4): 2.2} | CONCENTRATIONS,
    "neural_population": {("log_gain", None): 2.3, ("log_tuning", None): 0.9} | SWAPS,
    "confusability": {("log_strength", 1): 1.4, ("log_strength", 2): 1.1, ("log_strength", 4): 0.7}
    | {("log_reach", None): -1.0}
    | SWAPS,
}


def planted_theory(name, sizes=SIZES, uniform=True):
    """A theory and a vector of plausible numbers for it."""
    theory = THEORIES[name](sizes, uniform)
    return theory, torch.tensor(theory.vector(PLANTED[name]))


def random_displays(count, sizes=SIZES, seed=0):
    """As many displays of each set size, report and probe values uniform and independent."""
    generator = torch.Generator().manual_seed(seed)
    size = torch.tensor([size for size in sizes for _ in range(count // len(sizes))])
    report, probe = ((2 * torch.rand(2, len(size), max(sizes), generator=generator).double() - 1) * math.pi).unbind()
    absent = torch.arange(max(sizes)) >= size[:, None]
    return Displays(report.masked_fill(absent, math.nan), probe.masked_fill(absent, math.nan), size)


def answers(mixture, displays, seed=1):
    """What a mixture answers."""
    return Trials.build(displays, mixture.sample(displays, torch.Generator().manual_seed(seed)))


def read_published(folder, name, every=1):
    """One of ``every`` trials of a published dataset."""
    with (folder / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))[::every]
    width = max(int(row["set_size"]) for row in rows)

    def table(feature):
        columns = [f"{feature}_{item}" for item in range(1, width + 1)]
        return torch.tensor([[float(row[one]) if row[one] else math.nan for one in columns] for row in rows]).double()

    size = torch.tensor([int(row["set_size"]) for row in rows])
    response = torch.tensor([float(row["response"]) for row in rows]).double()
    return Trials.build(Displays(table("report"), table("probe"), size), response, [row["subject"] for row in rows])


@pytest.fixture(scope="session")
def planted():
    """``planted(name)``: a theory and its numbers."""
    return planted_theory


@pytest.fixture(scope="session")
def displays():
    """``displays(count, sizes, seed)``."""
    return random_displays


@pytest.fixture(scope="session")
def simulated():
    """``simulated(name, count)``: data that obey a planted theory."""

    def make(name, count, sizes=SIZES, seed=1):
        theory, numbers = planted_theory(name, sizes)
        return answers(theory.mixture(numbers), random_displays(count, sizes, seed), seed + 1)

    return make


@pytest.fixture(scope="session")
def published(shared_data):
    """``published(name, every)``: trials of a published dataset."""
    return lambda name, every=1: read_published(shared_data, name, every)
