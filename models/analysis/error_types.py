"""Which error a trial's activity shows: likelihoods of the hypotheses, mixtures of them, projections onto them.

Hypotheses about one moment (Alleman et al. 2024, for two items): *nominal*, activity is what it should be;
*exchanged*, what it would be had the items each other's report (misbinding before the cue, misselection after it);
*flipped*, what it would be had the other item been cued (misinterpretation).

Hypotheses about one trial join three moments: the end of the delay (are the items bound rightly?), a step between
cue and recall (was the cue read rightly?), and the end of recall (which item was selected?).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from models.analysis.generative import ActivityModel
from models.analysis.pairs import Pair

NOMINAL, EXCHANGED, FLIPPED, EITHER = 0, 1, 2, 3
MOMENT = (NOMINAL, EXCHANGED, FLIPPED)
TYPES = {
    "none": (NOMINAL, NOMINAL, NOMINAL),
    "misbinding": (EXCHANGED, EXCHANGED, EXCHANGED),
    "misinterpretation": (NOMINAL, FLIPPED, FLIPPED),
    "early_misselection": (NOMINAL, EXCHANGED, EXCHANGED),
    "late_misselection": (NOMINAL, NOMINAL, EITHER),
}
"""What each type of error shows at the end of the delay, between cue and recall, and at the end of recall.

An item that is selected during recall, after the cue had been read rightly, may show as either of the two errors.
"""
ROUNDS = 200
TIMES_CHANCE = 3.0
LEAST_DISTANCE = 2.0
CLEAR_DISTANCE = 4.0  # sd of the noise: one trial in fifty is taken for another kind
SMALLEST = 1e-9  # weight that keeps the logarithm finite


@dataclass(frozen=True)
class Evidence:
    """M trials seen by the hypotheses.

    Attributes:
        likelihood: ``(T, M, 3)`` log-likelihood under each of ``MOMENT``, up to a constant of the step; nats.
        along: ``(2, T, M)`` product of (activity - nominal) and (error - nominal), for exchanged and flipped.
        apart: ``(2, T, M)`` squared distance of nominal and error.
        shuffled: ``(2, T, M)`` as ``along``, with the (error - nominal) of another trial.
        chance: ``(2, T, M)`` squared distance that would be estimated if the two did not differ at all.
        between: ``(3, T)`` distances of nominal and exchanged, nominal and flipped, exchanged and flipped, in sd of the
            noise and less what the errors of the fit add: medians over trials. Below 2, trials cannot be told apart.
    """

    likelihood: Tensor
    along: Tensor
    apart: Tensor
    shuffled: Tensor
    chance: Tensor
    between: Tensor

    def apart_enough(self, hypothesis: int) -> Tensor:
        """``(T,)`` whether nominal and error differ by more than the error of their estimate."""
        return self.apart[hypothesis - 1].mean(1) > TIMES_CHANCE * self.chance[hypothesis - 1].mean(1)

    @property
    def told_apart(self) -> Tensor:
        """``(T,)`` distance of exchanged and flipped, in sd of the noise."""
        return self.between[2]

    def latest_clear(self, steps: range) -> int:
        """The last of these steps at which all three hypotheses are clearly apart; failing that, the clearest one."""
        least = self.between[:, list(steps)].min(0).values
        clear = (least >= CLEAR_DISTANCE).nonzero()[:, 0]
        return steps[int(clear[-1] if len(clear) else least.argmax())]

    def projection(self, hypothesis: int) -> Tensor:
        """``(T,)`` mean normalised projection: 0 where activity is nominal, 1 where it is as the error has it.

        Trials count by the squared distance of the two, so that one where they all but coincide cannot dominate.
        """
        return self.along[hypothesis - 1].sum(1) / self.apart[hypothesis - 1].sum(1)

    def null(self, hypothesis: int) -> Tensor:
        """``(T,)`` the projection onto the error of other trials."""
        return self.shuffled[hypothesis - 1].sum(1) / self.apart[hypothesis - 1].sum(1)


def weigh(model: ActivityModel, memory: Tensor, pair: Pair) -> Evidence:
    """Hold activity ``(M, T, n)`` of trials that the model has not seen against the hypotheses."""
    activity = model.coordinates(memory)
    expected = [model.expected(one) for one in (pair, pair.exchanged(), pair.flipped())]
    likelihood = torch.stack([model.log_likelihood(activity, one) for one in expected], -1)
    gap = activity - expected[0]
    errors = [one - expected[0] for one in expected[1:]]
    pairs = pair.exchanged(), pair.flipped()
    chance = [model.unexplained[:, None] * model.leverage(pair, one) for one in pairs]
    shown = (pair, *pairs)
    squared = torch.stack(
        [
            model.squared_distance(expected[a], expected[b]) - model.used[:, None] * model.leverage(shown[a], shown[b])
            for a, b in combinations(MOMENT, 2)
        ]
    )
    return Evidence(
        likelihood,
        torch.stack([(gap * error).sum(-1) for error in errors]),
        torch.stack([error.square().sum(-1) for error in errors]),
        torch.stack([(gap * error.roll(1, 1)).sum(-1) for error in errors]),
        torch.stack(chance),
        squared.median(2).values.clamp(min=0).sqrt(),
    )


def mixture(likelihood: Tensor) -> Tensor:
    """Weights ``(..., H)`` of hypotheses, by expectation maximisation from equal ones.

    Maximises ``sum_m log sum_h w_h exp(l_mh)``, which is concave in w.

    Args:
        likelihood: ``(..., M, H)`` log-likelihoods l, nats.
    """
    count = likelihood.shape[-1]
    weights = likelihood.new_full((*likelihood.shape[:-2], count), 1 / count)
    for _ in range(ROUNDS):
        weights = posterior(likelihood, weights).mean(-2)
    return weights


def posterior(likelihood: Tensor, weights: Tensor) -> Tensor:
    """``(..., M, H)`` probability of each hypothesis for each trial under the mixture with these weights."""
    return torch.softmax(likelihood + weights.clamp(min=SMALLEST).log()[..., None, :], -1)


def crossed(likelihood: Tensor) -> tuple[Tensor, Tensor]:
    """The mixture fitted to one half of trials and judged on the other, both ways.

    Args:
        likelihood: ``(..., M, H)`` log-likelihoods, nats; the first hypothesis is the one without an error.

    Returns:
        Mean posterior weights ``(..., H)`` and the gain ``(...)``: mean log-likelihood of the mixture over that of the
        first hypothesis alone, nats a trial, both of held-out trials.
    """
    halves = likelihood[..., ::2, :], likelihood[..., 1::2, :]
    found, gains = [], []
    for fitted, held in (halves, halves[::-1]):
        weights = mixture(fitted)
        found.append(posterior(held, weights))
        joint = torch.logsumexp(held + weights.clamp(min=SMALLEST).log()[..., None, :], -1)
        gains.append(joint - held[..., 0])
    return torch.cat(found, -2).mean(-2), torch.cat(gains, -1).mean(-1)


def classify(likelihood: Tensor) -> Tensor:
    """``(M,)`` the most probable hypothesis of each trial, under the mixture of all trials ``(M, H)``."""
    return posterior(likelihood, mixture(likelihood)).argmax(-1)


def trial_types(likelihood: Tensor, moments: tuple[int, int, int]) -> Tensor:
    """Log-likelihoods ``(M, 5)`` of the ``TYPES`` from those of the moments ``(T, M, 3)``.

    Args:
        likelihood: as in ``Evidence``.
        moments: steps of the end of the delay, between cue and recall, and of the end of recall.
    """
    seen = likelihood[list(moments)]
    either = torch.logsumexp(seen[..., EXCHANGED:], -1, keepdim=True) - math.log(2)
    seen = torch.cat([seen, either], -1)
    joint = [seen[0, :, first] + seen[1, :, second] + seen[2, :, third] for first, second, third in TYPES.values()]
    return torch.stack(joint, -1)
