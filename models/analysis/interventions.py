"""Interventions: what must be there for swaps to happen, what alone makes them, and when they cannot be undone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from models.analysis.disturbed import Answers, Trials, interval
from models.analysis.probe_sets import probe_sets
from models.analysis.reversal import Roles, committed, push_after, reversal
from models.analysis.silencing import COUNTS, singly, table, together
from models.analysis.subject import Result, Subject
from models.network.intervention import EPOCHS, CueFlip, Intervention
from models.network.recording import record
from models.progress import Progress, Report, silent

DISPLAYS, RUNS = 200, 8
FEWER = 100  # displays, where many interventions are compared
SIZES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0)
PLANE_SIZE = 2.0  # in standard deviations
LEAST_SWAPS = 0.01  # of a network of which a share of the swaps can be told
LEAST_ROOM = 0.1  # between the shares of correct and swapped responses, for them to be exchanged


@dataclass(frozen=True)
class Done:
    """One intervention, and what is done instead to see how far chance goes: None is nothing, on new noise."""

    name: str
    change: Intervention | None = None
    chance: Intervention | None = None
    delay: int | None = None


def measure(subject: Subject, report: Report = silent) -> Result:
    """Do it all to one network, on displays of its smallest set size above 1, at its longest delay.

    Trials are the same displays and the same noise throughout, 200 displays of 8 runs each, in which the cued item's
    report is at least a quarter of a circle from the others', where that can be. Swaps are the share of responses that
    are nearest to another item and within an eighth of a circle of it, guesses that of responses within that of none.

    Returns:
        axes:
            ``what`` [W] names of interventions, the first is none; ``distance`` [D] of probes, radians, [None] if the
            network never sees probes; ``push`` [P] shares of the way from one role to the other, -1 makes the other
            item the target; ``seconds`` [F] times in recall, from cue onset; ``silenced`` [S] how many neurons
            together.
        measures:
            ``swaps``, ``guesses`` [W] shares; ``sd`` [W] circular, of correct responses, radians; ``beyond_guesses``
            [W] swaps less what guesses would make of them; ``change`` [W] of swaps, trial by trial; ``swap_curve``
            [W][D] probability that one other item is reported.
            ``removed_without_noise`` share of the swaps that are gone without noise in recall.
            ``role_push`` [P] swaps after a push along the role axis at the onset of recall; ``role_exchange`` how far
            such a push of -1 makes the other item be reported as often as the cued one was, 0 not at all and 1 fully.
            ``reversed_by_role``, ``reversed_by_foreign``, ``reversed_by_cue`` [F] share of choices of the cued item
            that become choices of the other by a push to its role, by one as far along the role axis of another
            display, and by its cue; ``committed`` the time at which half of the first is lost, seconds: the end of
            recall where the response follows the roles to the end.
            ``ranked`` [n] change of swaps as one neuron is silenced, the largest first; ``ranked_guesses`` [n] of
            guesses, of the same neurons; ``reliability`` correlation of the neurons' effects in two halves of the
            trials; ``silenced_swaps``, ``silenced_guesses`` [S] with the neurons of the largest effects silenced
            together, on other trials than they were chosen on.
        nulls:
            ``swaps``, ``guesses``, ``sd``, ``beyond_guesses``, ``change`` [W] of an intervention as large but at random
            where there is one, of the undisturbed network on new noise elsewhere; ``role_exchange``, ``role_push``,
            ``reversed_by_role`` of random directions outside the behaviour plane; ``ranked`` [n] if silencing did
            nothing to swaps (signs of the trials drawn anew), sorted alike; ``silenced_swaps``, ``silenced_guesses`` of
            random neurons.
        detail:
            ``trials`` their number; ``intervals`` [W] 95 % of ``swaps`` (binomial) and of ``change``; ``neurons`` the
            most telling ones.

    Raises:
        NothingToAnalyse: if the network has only ever seen one item at a time.
    """
    trials = Trials.of(subject, DISPLAYS, RUNS)
    report(Progress(0.0, "finding the role axis"))
    roles = Roles.of(trials)
    parts = (
        conditions(trials, roles, lambda p: report(Progress(0.1 + 0.4 * p.fraction, p.message))),
        roles_pushed(trials.part(0, FEWER), roles, lambda p: report(Progress(0.5 + 0.2 * p.fraction, p.message))),
        neurons_silenced(trials, lambda p: report(Progress(0.7 + 0.3 * p.fraction, p.message))),
    )
    whole = Result()
    for part in parts:
        for name, values in part.to_json().items():
            getattr(whole, name).update(values)
    return whole


def conditions(trials: Trials, roles: Roles, report: Report = silent) -> Result:
    """The part of ``measure`` about ``what``."""
    done = interventions(trials, roles)
    edges, distances = _distances(trials.subject)
    again = trials.answers(noise=2)
    answers, chance = [], []
    for place, one in enumerate(done):
        report(Progress(place / len(done), one.name))
        answers.append(trials.answers(one.change, one.delay))
        chance.append(again if one.chance is None else trials.answers(one.chance))
    found = _judged(trials, answers, answers[0])
    named = dict(zip((one.name for one in done), zip(answers, chance, strict=True), strict=True))
    base, pushed = answers[0], named["role: to the other item"]
    return Result(
        axes={"what": [one.name for one in done], "distance": distances},
        measures=found
        | {
            "swap_curve": [trials.swap_curve(one, edges) for one in answers],
            "removed_without_noise": _removed(base, named["no noise in recall"][0]),
            "role_exchange": _exchanged(base, pushed[0]),
        },
        nulls=_judged(trials, chance, base) | {"role_exchange": _exchanged(base, pushed[1])},
        detail={
            "trials": len(answers[0].reported),
            "intervals": {
                "swaps": [list(interval(one.swapped)) for one in answers],
                "change": [list(interval(one.swapped - answers[0].swapped)) for one in answers],
            },
        },
    )


def _judged(trials: Trials, answers: Sequence[Answers], base: Answers) -> dict[str, Any]:
    return {
        "swaps": [float(one.swapped.mean()) for one in answers],
        "guesses": [one.guesses for one in answers],
        "sd": [one.sd for one in answers],
        "beyond_guesses": [float(trials.beyond_guesses(one).mean()) for one in answers],
        "change": [float((one.swapped - base.swapped).mean()) for one in answers],
    }


def _removed(base: Answers, quiet: Answers) -> float | None:
    """Share of the swaps that are gone; None if there are hardly any."""
    swaps = float(base.swapped.mean())
    return 1 - float(quiet.swapped.mean()) / swaps if swaps >= LEAST_SWAPS else None


def _exchanged(base: Answers, pushed: Answers) -> float | None:
    """0 if the others are reported as often as before, 1 as often as the cued item was; None if that is the same."""
    swaps = float(base.swapped.mean())
    room = float((base.reported == 0).double().mean()) - swaps
    return (float(pushed.swapped.mean()) - swaps) / room if room >= LEAST_ROOM else None


def interventions(trials: Trials, roles: Roles) -> list[Done]:
    """What is done to every network, in the order in which it is shown."""
    config = trials.subject.network.config
    delay = config.delay_steps[1]
    everywhere = dict.fromkeys(EPOCHS, 2.0)
    to_other, to_cued, anywhere = _plane_pushes(trials)
    flip = CueFlip(1, 0, min(config.cue_steps, config.recall_steps))
    return [
        Done("undisturbed"),
        Done("no noise in the stimulus", Intervention(noise={"stimulus": 0.0})),
        Done("no noise in the delay", Intervention(noise={"delay": 0.0})),
        Done("no noise in the cue", Intervention(noise={"cue": 0.0, "gap": 0.0})),
        Done("no noise in recall", Intervention(noise={"recall": 0.0})),
        Done("no noise at all", Intervention(noise=dict.fromkeys(EPOCHS, 0.0))),
        Done("no noise in the plane", Intervention(plane_noise=0.0)),
        Done("no noise off the plane", Intervention(memory_noise=0.0)),
        Done("double noise in the delay", Intervention(noise={"delay": 2.0})),
        Done("double noise in recall", Intervention(noise={"recall": 2.0})),
        Done("double noise", Intervention(noise=everywhere)),
        Done("role: to the other item", roles.push(-1), roles.push(-1, along="chance")),
        Done("role of another display", roles.push(-1, along="foreign"), roles.push(-1, along="chance")),
        Done("role: to the cued item", roles.push(0.5), roles.push(0.5, along="chance")),
        Done("plane: to the other item", to_other, anywhere),
        Done("plane: to the cued item", to_cued, anywhere),
        Done("other cue in recall", Intervention(flip=flip)),
        Done("delay × 2", delay=2 * delay),
        Done("delay × 3", delay=3 * delay),
    ]


def _plane_pushes(trials: Trials) -> tuple[Intervention, Intervention, Intervention]:
    """At the onset of recall, towards where the other and the cued item would be reported, and anywhere in the plane.

    By ``PLANE_SIZE`` standard deviations of the state in the plane at that time.
    """
    network, subject, shown = trials.subject.network, trials.subject, trials.displays
    recording = record(network, shown, 1, subject.generator(3), states=False, order=trials.order)
    last = recording.epochs[-1].start - 1
    spread = float(recording.plane[:, 0, last].var(0).mean().sqrt())
    drawn = torch.rand(len(shown), generator=torch.Generator().manual_seed(subject.seed % 2**63)) * 2 * math.pi

    def push(angle: Tensor) -> Intervention:
        along = torch.stack([angle.cos(), angle.sin()], dim=1).float() @ network.frame[:2].cpu()
        return Intervention(push=push_after(recording.epochs, last, along, PLANE_SIZE * spread))

    return push(shown.report[:, 1]), push(shown.report[:, 0]), push(drawn)


def roles_pushed(trials: Trials, roles: Roles, report: Report = silent) -> Result:
    """The part of ``measure`` about roles: how much of a push it takes, and until when."""
    count = len(trials.displays)
    pushed: dict[str, list[float]] = {"direction": [], "chance": []}
    for place, size in enumerate(SIZES):
        report(Progress(0.5 * place / len(SIZES), "pushing along the role axis"))
        for along, swaps in pushed.items():
            found = trials.answers(roles.push(size, along=along, displays=count))
            swaps.append(float(found.swapped.mean()))
    report(Progress(0.5, "turning choices round"))
    undone = reversal(trials, roles)
    return Result(
        axes={"push": list(SIZES), "seconds": undone.seconds},
        measures={
            "role_push": pushed["direction"],
            "reversed_by_role": undone.by_role,
            "reversed_by_foreign": undone.by_foreign,
            "reversed_by_cue": undone.by_cue,
            "committed": committed(undone.seconds, undone.by_role, undone.end),
        },
        nulls={"role_push": pushed["chance"], "reversed_by_role": undone.by_chance},
    )


def neurons_silenced(trials: Trials, report: Report = silent) -> Result:
    """The part of ``measure`` about neurons: ranked on one half of the trials, silenced together on the other."""
    half = len(trials.displays) // 2
    neurons = singly(trials.part(0, half), report)
    counts = [count for count in COUNTS if count < len(neurons.swaps)]
    chosen, chance = together(trials.part(half, 2 * half), neurons, counts)
    order = neurons.order()
    generator = torch.Generator().manual_seed(trials.subject.seed % 2**63)
    return Result(
        axes={"silenced": counts},
        measures={
            "ranked": neurons.effect[order].tolist(),
            "ranked_guesses": neurons.guesses[order].tolist(),
            "reliability": neurons.reliability(),
            "silenced_swaps": [float(one.swapped.mean()) for one in chosen],
            "silenced_guesses": [one.guesses for one in chosen],
        },
        nulls={
            "ranked": neurons.chance(generator).tolist(),
            "silenced_swaps": [fmean([float(one.swapped.mean()) for one in some]) for some in chance],
            "silenced_guesses": [fmean([one.guesses for one in some]) for some in chance],
        },
        detail={"neurons": table(neurons)},
    )


def _distances(subject: Subject) -> tuple[list[float], list[float | None]]:
    """Edges between the bins of probe distance, and what the bins stand for; the same for all seeds."""
    distances = probe_sets(subject, each=1).distances
    known = [value for value in distances if value is not None]
    return [(low + high) / 2 for low, high in pairwise(known)], distances
