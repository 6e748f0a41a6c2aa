"""Hierarchical BNS: every subject's swap function and noise vary around the population's.

Swap functions: ``f_s = f + c_s + g_s`` with ``f ~ GP(c, k)``, ``g_s ~ GP(0, r k)`` and levels ``c_s ~ N(0, sd^2)``;
noise numbers and guess log-odds of subject s are normal around population means. The bound is maximised over the
posteriors of f and of all g_s, over kernel parameters and r, and over the subjects' numbers; the population means and
sd's are set between climbs by expectation-maximisation with a Laplace approximation for each subject, which, unlike
maximising over them, cannot collapse the sd's to 0 (Dempster, Rubin & Tsutakawa 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.behaviour.block_bound import BlockBound
from models.behaviour.bns import BNS, Block
from models.behaviour.bns_fit import Ascent, bound_of, check, climb, coupled, start
from models.behaviour.bound import SizeData, prepare
from models.behaviour.config import CannotFit, FitConfig
from models.behaviour.curvature import Vector
from models.behaviour.fit_curve import FitCurve
from models.behaviour.hierarchical_bound import HierarchicalBound, Population
from models.behaviour.subjects import SubjectModels
from models.trials import Trials

_ROUNDS = 4
_STEPS_A_ROUND = 60


def fit_hierarchical(config: FitConfig, trials: Trials, curve: FitCurve) -> tuple[SubjectModels, bool]:
    """The fitted subjects and their population, and whether every bound settled.

    Raises:
        CannotFit: fewer than two subjects, or probe values missing that the model needs.
    """
    if len(trials.subjects) < 2:
        raise CannotFit("a hierarchical fit needs at least two subjects, and these data have one")
    check(config, trials)
    blocks: dict[str | None, list[Block]] = {name: [] for name in [*trials.subjects, None]}
    converged = True
    bounds = [bound_of(config, trials, sizes) for sizes in coupled(config, trials.set_sizes)]
    for pooled in bounds:
        curve.expect_guessing(pooled.sizes, pooled.trials)
    for pooled in bounds:
        found, settled = _fit_block(config, trials, pooled, curve)
        curve.finish(pooled.sizes, pooled.trials)
        converged = converged and settled
        for name, block in found.items():
            blocks[name].append(block)
    models = {name: BNS(blocks[name], config.axes, config.even) for name in trials.subjects}
    counts = {name: int((trials.subject == trials.subject_names.index(name)).sum()) for name in models}
    return SubjectModels(models, counts, BNS(blocks[None], config.axes, config.even), "bns"), converged


def _fit_block(
    config: FitConfig, trials: Trials, pooled: BlockBound, curve: FitCurve
) -> tuple[dict[str | None, Block], bool]:
    """Blocks by subject, and that of the population under None."""
    named = f"set size {', '.join(str(size) for size in pooled.sizes)}"
    first = pooled.start([start(trials, size, config.uniform) for size in pooled.sizes])
    quick = replace(config, tolerance=10 * config.tolerance)
    listen = curve.listener(pooled.sizes, pooled.trials, f"Fitting {named}, subjects pooled")
    together = climb(pooled.cost, first, pooled.limits(), quick, listen)
    bound = HierarchicalBound(pooled, _subject_data(config, trials, pooled.sizes))
    vector, population = bound.start(together.vector)
    ascent = Ascent(vector, 0, False)
    for turn in range(_ROUNDS):
        last = turn == _ROUNDS - 1
        settings = config if last else replace(quick, max_steps=min(_STEPS_A_ROUND, config.max_steps))
        message = f"Fitting {named}, {len(bound.names)} subjects, round {turn + 1} of {_ROUNDS}"
        listen = curve.listener(pooled.sizes, pooled.trials, message)
        ascent = climb(_cost(bound, population), ascent.vector, bound.limits(), settings, listen)
        if not last:
            population = bound.updated(ascent.vector, population)
    return bound.blocks(ascent.vector, population, pooled.root(together.vector)), ascent.converged


def _cost(bound: HierarchicalBound, population: Population):  # type: ignore[no-untyped-def]  # noqa: ANN202
    def cost(vector: Vector) -> tuple[float, Vector]:
        return bound.cost(vector, population)

    return cost


def _subject_data(config: FitConfig, trials: Trials, sizes: Sequence[int]) -> dict[str, list[SizeData | None]]:
    """The trials of every subject by set size; None where a subject was not shown it."""
    table: dict[str, list[SizeData | None]] = {}
    for name in trials.subjects:
        part = trials.of_subject(name)
        table[name] = [
            prepare(part, size, config.axes, not config.even) if bool((part.set_size == size).any()) else None
            for size in sizes
        ]
    return table
