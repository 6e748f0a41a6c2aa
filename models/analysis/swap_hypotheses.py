"""Why a network swaps: it bound the items wrongly, it misread the cue, or it selected the wrong item; and when.

An encoding model of the activity off the behaviour plane is fitted to correct trials alone; swap trials are then held
against what the activity would be under each hypothesis (Alleman et al. 2024). Off the plane a response that has been
given cannot simply be read again; what else the response leaves behind in the memory can. The time of the decision is
shown beside the one that the noise schedule imposes on an ideal sampler.
"""

from __future__ import annotations

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, GUESS, SWAP
from models.analysis.generative import fit
from models.analysis.pairs import Observed, gather, matched, observe_pairs
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.analysis.swap_evidence import Sample, Timing, judge
from models.analysis.swap_timing import decided, fork_times
from models.progress import Progress, Report, silent

FEWEST = 20  # swap trials, below which nothing is said about them
HELD = 600  # trials to hold against the model where there are no swaps to find correct trials for
LEAST_CORRECT = 600  # correct trials, below which there is no model of them


def measure(subject: Subject, report: Report = silent) -> Result:
    """Hold swap trials of a network against misbinding, misselection and misinterpretation.

    All activity is off the behaviour plane. What is about swap trials is None where there are fewer than 20 of them,
    and what is about an error is None where it does not differ from nominal.

    Axes:
        time: ``[T]`` seconds from cue onset.
        fork: ``[K]`` seconds at which runs with a common past part: the ends of stimulus and delay, then from the onset
            to the end of recall.

    Measures:
        projection_{misbinding, misselection, misinterpretation}_{swap, correct}: ``[T]`` 0 nominal, 1 error; swap
            trials, and correct trials of the same displays (of any where there are no swaps). Misbinding is looked for
            before the cue, the others from the cue on.
        weight_{none, misbinding, misselection, misinterpretation, either}: ``[T]`` weights of a mixture over swap
            trials, fitted to one half and judged on the other; either is misselection or misinterpretation, which are
            None where they predict the same activity. told_apart: ``[T]`` distance of their predictions, in sd of the
            noise (at least 2 to be told apart). gain: ``[T]`` what it explains of held-out swap trials beyond
            "none", nats a trial.
        looks_wrong: ``[T]`` share of pairs (a swap and a correct trial of the same display) in which the swap trial
            is the one that looks more like an error; looks_wrong_at_cue, looks_wrong_at_recall: the same at the last
            step before the cue and before recall; departs: seconds, from when on it is always above chance.
        memory_turns, memory_turns_low, memory_turns_high: seconds at which swap trials are half way from correct trials
            to the error, with a 95 % bootstrap interval over trials. Memory follows the decision, it need not make it.
        determined, determined_low, determined_high: ``[K]`` share of the variance of swapping (of the same display)
            that is determined by what has happened up to this moment, with a 95 % bootstrap interval: runs share all
            noise up to it and none after it. determined_before_recall: the share at the onset of recall.
        decided, decided_low, decided_high: seconds at which half of it is determined, with its interval. Other than
            what can be seen in activity, this is about causes, and is the same question for the exact sampler.
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
        looks_wrong: 1/2. determined, determined_before_recall, decided, commitment, decided_plane: of the exact sampler
        on the same displays and schedule, where the plane is all that there is.

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
    enough = len(kept) >= FEWEST
    if not enough:
        same = observe_pairs(subject, HELD, number=91)
        same = same.select(same.activity.outcome == CORRECT)
    wrong, right = (Sample(one.activity.memory, one.pair) for one in (kept, same))
    measures, nulls = judge(model, wrong if enough else None, right, timing)
    report(Progress(0.5, "Swap hypotheses: when it is decided"))
    when, when_ideal = decided(subject, kept if enough else None, same)
    measures |= when
    nulls |= when_ideal
    measures["explained"] = as_plain(model.explained.numpy())
    measures["swap_rate"] = float((outcome == SWAP).double().mean())
    measures["guess_rate"] = float((outcome == GUESS).double().mean())
    counts = {"correct": len(correct), "swap": len(swaps), "pairs": len(kept)}
    axes = {"time": timing.seconds.tolist(), "fork": fork_times(observed)}
    return Result(axes, measures, nulls, {"trials": counts})


def _timing(observed: Observed) -> Timing:
    activity = observed.activity
    return Timing(activity.steps("cue").start, activity.steps("recall").start, activity.seconds)
