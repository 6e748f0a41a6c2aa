"""Why a network swaps: it bound the items wrongly, it misread the cue, or it selected the wrong item; and when.

An encoding model of the activity off the behaviour plane is fitted to correct trials alone; swap trials are then held
against what the activity would be under each hypothesis (Alleman et al. 2024). Off the plane a response that has been
given cannot simply be read again; what else the response leaves behind in the memory can. The time of the decision is
shown beside the one that the noise schedule imposes on an ideal sampler.
"""

from __future__ import annotations

from typing import Any

import torch

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, GUESS, SWAP
from models.analysis.commitment import ideal, plane_belief
from models.analysis.decision import rise_time
from models.analysis.generative import fit
from models.analysis.pairs import Observed, gather, matched
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.analysis.swap_evidence import Sample, Timing, judge, nothing
from models.progress import Progress, Report, silent

FEWEST = 20  # swap trials, below which nothing is said about them
LEAST_CORRECT = 600  # correct trials, below which there is no model of them
IDEAL_DISPLAYS, IDEAL_RUNS = 400, 24


def measure(subject: Subject, report: Report = silent) -> Result:
    """Hold swap trials of a network against misbinding, misselection and misinterpretation.

    All activity is off the behaviour plane; entries of measures are None where there are fewer than 20 swap trials, or
    where nominal and error coincide (before the cue nothing can have been misinterpreted).

    Axes:
        time: ``[T]`` seconds from cue onset.

    Measures:
        projection_{misbinding, misselection, misinterpretation}_{swap, correct}: ``[T]`` 0 nominal, 1 error; swap
            trials, and correct trials of the same displays. Misbinding is looked for before the cue, the others
            from the cue on.
        weight_{none, misbinding, misselection, misinterpretation, either}: ``[T]`` weights of a mixture over swap
            trials, fitted to one half and judged on the other; either is misselection or misinterpretation, which are
            None where they predict the same activity. told_apart: ``[T]`` distance of their predictions, in sd of the
            noise (at least 2 to be told apart). gain: ``[T]`` what it explains of held-out swap trials beyond
            "none", nats a trial.
        looks_wrong: ``[T]`` share of pairs (a swap and a correct trial of the same display) in which the swap trial
            is the one that looks more like an error; departs: seconds, from when on it is always above chance.
        decided, decided_low, decided_high: seconds at which swap trials are half way from correct trials to the error,
            with a 95 % bootstrap interval over trials.
        commitment: ``[T]`` belief of an ideal observer of the plane that the item reported in the end will be, swap
            minus correct trials of the same displays (0 before recall); decided_plane: seconds at which it is 1/2.
        share_{none, misbinding, misinterpretation, misselection, early_misselection, late_misselection}: shares of swap
            trials by what they show at the end of the delay, between cue and recall, and at the end of recall; early
            and late misselection, right after the cue and during recall, add up to misselection.
        cue_read_at: seconds of the step in between; cue_told_apart: how far apart the two least different hypotheses
            are then, in sd of the noise; below 2, misinterpretation and early misselection cannot be told apart.
        explained: ``[T]`` share of the variance of correct trials' activity that the model explains.
        swap_rate, guess_rate: shares of trials.

    Nulls:
        projection_*_swap: the same onto the errors of other trials. weight_*, share_*, gain: of the correct trials.
        looks_wrong: 1/2. commitment, decided, decided_plane: of the exact sampler on the same displays and schedule.

    Detail:
        trials: how many there were of each kind.

    Raises:
        NothingToAnalyse: if the network has only known single items, or hardly ever answers right.
    """
    report(Progress(0.0, "Swap hypotheses: running the network"))
    observed, swaps = gather(subject)
    outcome = observed.activity.outcome
    correct = observed.select(outcome == CORRECT)
    if len(correct) < LEAST_CORRECT:
        raise NothingToAnalyse(
            f"Only {len(correct)} of {len(observed)} answers were right: too few to learn what activity should be."
        )
    timing = _timing(observed)
    model = fit(correct.activity.memory, correct.pair)
    kept, same = matched(subject, swaps, number=90)
    measures, nulls = nothing(len(timing.seconds))
    if len(kept) >= FEWEST:
        wrong, right = (Sample(one.activity.memory, one.pair) for one in (kept, same))
        measures, nulls = judge(model, wrong, right, timing)
    report(Progress(0.7, "Swap hypotheses: when the exact sampler decides"))
    measures |= _commitment(subject, kept, same, timing)
    nulls |= _ideal_commitment(subject, kept, timing)
    measures["explained"] = as_plain(model.explained.numpy())
    measures["swap_rate"] = float((outcome == SWAP).double().mean())
    measures["guess_rate"] = float((outcome == GUESS).double().mean())
    counts = {"correct": len(correct), "swap": len(swaps), "pairs": len(kept)}
    return Result({"time": timing.seconds.tolist()}, measures, nulls, {"trials": counts})


def _timing(observed: Observed) -> Timing:
    activity = observed.activity
    return Timing(activity.steps("cue").start, activity.steps("recall").start, activity.seconds)


def _commitment(subject: Subject, swaps: Observed, same: Observed, timing: Timing) -> dict[str, Any]:
    """What an ideal observer of the network's plane believes, from the onset of recall on."""
    if len(swaps) < FEWEST:
        return {"commitment": [None] * len(timing.seconds), "decided_plane": None}
    rise = torch.zeros_like(timing.seconds)
    item = swaps.activity.reported
    beliefs = []
    for one in (swaps, same):
        before = one.activity.plane[:, timing.recall - 1 : -1]
        belief = plane_belief(before, one.activity.displays, subject.law, subject.network.config)
        beliefs.append(belief[torch.arange(len(item)), :, item].mean(0).double())
    rise[timing.recall - 1 :] = torch.cat([beliefs[0] - beliefs[1], rise.new_ones(1)])
    return {"commitment": as_plain(rise.numpy()), "decided_plane": rise_time(rise, timing.seconds, 0.5)}


def _ideal_commitment(subject: Subject, swaps: Observed, timing: Timing) -> dict[str, Any]:
    """The same of the exact sampler on displays on which the network swaps; on any displays if it never does."""
    displays = swaps.activity.displays if len(swaps) >= FEWEST else subject.draw(IDEAL_DISPLAYS, subject.pair_size())
    displays = displays.select(torch.arange(min(len(displays), IDEAL_DISPLAYS)))
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    rise = ideal(displays, subject.law, subject.network.config, generator, IDEAL_RUNS).rise()
    if rise is None:
        return {"commitment": [None] * len(timing.seconds), "decided": None, "decided_plane": None}
    whole = torch.zeros_like(timing.seconds)
    whole[timing.recall - 1 :] = rise.double()
    time = rise_time(whole, timing.seconds, 0.5)
    return {"commitment": as_plain(whole.numpy()), "decided": time, "decided_plane": time}
