"""One model a subject behind the common interface: fitted apart, or as deviations from a population."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.bns import BNS
from models.behaviour.emissions.emission import Shown
from models.behaviour.model import MixtureModel, Parameter, Stored, SwapEstimate, swap_probability
from models.displays import Displays
from models.trials import Trials

_Z = 1.959964


class SubjectModels:
    """A mixture for every subject, and for displays without a subject the average over subjects.

    Attributes:
        models: by the subject's name, each a ``MixtureModel`` with the whole protocol.
        trials: how many trials each subject has, its share in averages.
        population: what the subjects vary around, in a hierarchical model; it answers for subjects never seen.
    """

    def __init__(
        self, models: Mapping[str, Any], trials: Mapping[str, int], population: BNS | None = None, name: str = ""
    ) -> None:
        self.models, self.trials, self.population = dict(models), dict(trials), population
        self.name = name or next(iter(self.models.values())).name

    @property
    def set_sizes(self) -> list[int]:
        """Set sizes that at least one subject was shown, ascending."""
        return sorted({size for model in self.models.values() for size in model.set_sizes})

    @property
    def parameter_count(self) -> float:
        """Of all subjects and the population; deviations from it count with their effective number."""
        common = 0.0 if self.population is None else self.population.parameter_count
        return common + float(sum(model.parameter_count for model in self.models.values()))

    def _shares(self, displays: Displays) -> Iterator[tuple[Any, Tensor, Tensor]]:
        """Models with the rows of the displays they can answer, and their share of each of these rows' average."""
        sizes = {size: (displays.set_size == size).nonzero()[:, 0] for size in displays.set_size.unique().tolist()}
        for size, rows in sizes.items():
            able = {name: model for name, model in self.models.items() if size in model.set_sizes}
            if not able:
                known = ", ".join(str(one) for one in self.set_sizes)
                raise ValueError(f"the model was fitted to set sizes {known} and knows nothing about set size {size}")
            total = sum(self.trials[name] for name in able)
            for name, model in able.items():
                yield model, rows, torch.tensor(self.trials[name] / total, dtype=torch.float64)

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` component probabilities, averaged over subjects."""
        weights = torch.zeros(len(displays), displays.items + 1, dtype=torch.float64)
        for model, rows, share in self._shares(displays):
            weights[rows] += share * model.weights(displays.select(rows))
        return weights

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` predictive density, per radian, averaged over subjects."""
        density = torch.zeros(len(displays), len(angles), dtype=torch.float64)
        for model, rows, share in self._shares(displays):
            density[rows] += share * model.density(displays.select(rows), angles)
        return density

    def sample(self, displays: Displays, generator: Generator) -> Tensor:
        """``(M,)`` responses, each by a subject drawn at random."""
        response = torch.zeros(len(displays), dtype=torch.float64)
        taken = torch.rand(len(displays), generator=generator, dtype=torch.float64)
        passed = torch.zeros(len(displays), dtype=torch.float64)
        for model, rows, share in self._shares(displays):
            mine = rows[(taken[rows] >= passed[rows]) & (taken[rows] < passed[rows] + share)]
            passed[rows] += share
            if len(mine):
                response[mine] = model.sample(displays.select(mine), generator)
        return response

    def parts(self, trials: Trials) -> Iterator[tuple[Tensor, MixtureModel]]:
        """Rows of each subject, with its own model, or the population's for one never seen.

        Raises:
            ValueError: for an unknown subject without a population, or a set size that the subject was never shown.
        """
        for code, name in enumerate(trials.subject_names):
            rows = (trials.subject == code).nonzero()[:, 0]
            if not len(rows):
                continue
            model = self.models.get(name, self.population)
            if model is None:
                raise ValueError(f"subjects were fitted separately, and none of them is “{name}”")
            yield rows, model

    def _each(self, trials: Trials, ask: Callable[[Any, Trials], Tensor]) -> Tensor:
        answers = [(rows, ask(model, trials.select(rows))) for rows, model in self.parts(trials)]
        whole = answers[0][1].new_zeros(len(trials), *answers[0][1].shape[1:])
        for rows, answer in answers:
            whole[rows] = answer
        return whole

    def log_prob(self, trials: Trials) -> Tensor:
        """``(M,)`` log predictive density of each response by its own subject, nats per radian."""
        return self._each(trials, lambda model, part: model.log_prob(part))

    def responsibilities(self, trials: Trials) -> Tensor:
        """``(M, N + 1)`` posterior probability of every component given the response."""
        return self._each(trials, lambda model, part: model.responsibilities(part))

    def respond(self, trials: Trials, generator: Generator) -> Tensor:
        """``(M,)`` responses to the trials' displays, each by its own subject."""
        return self._each(trials, lambda model, part: model.sample(part.displays, generator))

    def draw(self, generator: Generator) -> SubjectModels:
        """One joint draw; what hierarchical subjects have in common is drawn once."""
        if self.population is None:
            drawn = {name: model.draw(generator) for name, model in self.models.items()}
            return SubjectModels(drawn, self.trials, None, self.name)
        common = self.population.common_numbers(generator)
        drawn = {name: model.draw(generator, common) for name, model in self.models.items()}
        # a drawn population is only asked about subjects never seen
        return SubjectModels(drawn, self.trials, self.population, self.name)

    def mean_function(self) -> SubjectModels:
        """Every subject at its estimates."""
        fixed = {name: model.mean_function() for name, model in self.models.items()}
        return SubjectModels(fixed, self.trials, self.population, self.name)

    def parameters(self) -> list[Parameter]:
        """The population's; without one the mean over subjects, with its interval over subjects."""
        if self.population is not None:
            return self.population.parameters()
        found: dict[tuple[str, int | None], list[Parameter]] = {}
        for model in self.models.values():
            for row in model.parameters():
                found.setdefault((row.shown.name, row.set_size), []).append(row)
        return [_averaged(rows) for rows in found.values()]

    def swap_estimates(self) -> list[SwapEstimate]:
        """The population's; without one the mean over subjects, with its interval over subjects."""
        if self.population is not None:
            return self.population.swap_estimates()
        found: dict[tuple[int, ...], list[SwapEstimate]] = {}
        for model in self.models.values():
            for estimate in model.swap_estimates():
                found.setdefault(estimate.set_sizes, []).append(estimate)
        return [_mean_estimate(estimates) for _, estimates in sorted(found.items())]

    def stored(self) -> Stored:
        """Every subject's model under a prefix of its own."""
        tensors: dict[str, Tensor] = {}
        entries: list[dict[str, Any]] = []
        named: list[tuple[str | None, Any]] = list(self.models.items())
        if self.population is not None:
            named.append((None, self.population))
        for k, (name, model) in enumerate(named):
            own, plain = model.stored()
            tensors |= {f"subject {k}.{key}": tensor for key, tensor in own.items()}
            trials = None if name is None else self.trials[name]
            entries.append({"subject": name, "trials": trials, "model": model.name, **plain})
        return tensors, {"subjects": entries}

    @staticmethod
    def restored(
        plain: Mapping[str, Any], tensors: Mapping[str, Tensor], readers: Mapping[str, Callable[..., Any]]
    ) -> SubjectModels:
        """From ``stored``; ``readers`` by a model's name."""
        models: dict[str, Any] = {}
        trials: dict[str, int] = {}
        population = None
        for k, entry in enumerate(plain["subjects"]):
            prefix = f"subject {k}."
            own = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
            model = readers[entry["model"]](entry, own)
            if entry["subject"] is None:
                population = model
            else:
                models[entry["subject"]], trials[entry["subject"]] = model, int(entry["trials"])
        return SubjectModels(models, trials, population)


def _averaged(rows: Sequence[Parameter]) -> Parameter:
    values = torch.tensor([row.shown.value for row in rows], dtype=torch.float64)
    mean = float(values.mean())
    reach = _Z * float(values.std()) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    first = rows[0].shown
    if math.isnan(reach):
        return rows[0]
    return Parameter(Shown(first.name, first.label, mean, mean - reach, mean + reach), rows[0].set_size)


def _mean_estimate(estimates: Sequence[SwapEstimate]) -> SwapEstimate:
    """Mean log-odds over subjects; every subject has the same grid, as grids do not depend on data."""
    first = estimates[0]
    if len(estimates) == 1:
        return first
    curves = torch.stack([estimate.mean for estimate in estimates])
    mean, reach = curves.mean(0), _Z * curves.std(0) / math.sqrt(len(curves))
    guess = sum(estimate.guess for estimate in estimates) / len(estimates)
    shown = swap_probability(mean, guess)
    return replace(first, mean=mean, low=mean - reach, high=mean + reach, guess=guess, probability=shown, inducing=None)
