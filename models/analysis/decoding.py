"""What can be read out of the memory, when, and by which decoder: of the cued item, the other one, and the cue."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.activity import CORRECT, GUESS, OUTCOMES
from models.analysis.pairs import Observed, gather
from models.analysis.reader import Reader, cosine, gate
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.progress import Progress, Report, silent

FOLDS = 3
FEWEST = 15  # trials of a kind, below which nothing is said about them
LEAST_CORRECT = 400  # correct trials, below which nothing can be learned from them
ACROSS = 300  # held-out trials in the cross-temporal map
SCORES = {
    **{name: name for name in ("cued_report", "uncued_report", "cued_report_unaided", "cued_report_with_plane")},
    **{name: name for name in ("cued_probe", "cued_index", "cross_item", "leak")},
    **{
        f"{name}_on_{kind}": f"{name}_on_{kind}"
        for name in ("cued_report", "uncued_report", "cued_probe", "cued_index")
        for kind in ("swaps", "guesses")
    },
    "reported_report_on_swaps": "leak_on_swaps",
    "reads_reported_on_swaps": "nearer_to_other_on_swaps",
    "reads_uncued": "nearer_to_other",
    "response_on_guesses": "response_on_guesses",
}
"""Measures by the score that they are, see ``Reader.scores``."""
SHUFFLED = {
    f"{name}{kind}": f"{name}_shuffled{kind}"
    for name in ("cued_report", "uncued_report", "cued_probe", "cued_index", "cross_item")
    for kind in ("", "_on_swaps", "_on_guesses")
    if name != "cross_item" or not kind
}
"""Nulls by the score that they are."""


def measure(subject: Subject, report: Report = silent) -> Result:
    """Decode items and cue from the activity off the behaviour plane, at every step.

    Decoders are trained on correct trials only; correct trials are read by decoders that have not been trained on them
    (3 folds). Decoders of reports know the identity of their item (its probe or slot), without which a memory of
    several items cannot be read before the cue. Scores of angles are the mean cosine of the error: 1 perfect, 0 chance.

    Axes:
        time, cross_time: ``[T]`` seconds from cue onset.

    Measures, each ``[T]`` and on correct trials unless the name says otherwise:
        cued_report, uncued_report: decoder of the cued item's report, and of another item's.
        cued_report_unaided: by one decoder for all probes; cued_report_with_plane: the same that also sees the plane.
        cued_probe: probe of the cued item (None in networks without probes; above 0 before the cue, because it is one
            of those that are held); cued_index: accuracy with which the cued
            item is told from the other one by what identifies it; chance 1/2.
        cross_item: the decoder of the cued report, told the uncued item's identity, read against the uncued report;
            leak: told the cued item's identity, but read against the uncued report.
        cross_temporal: ``[T][T]`` cued report, decoder trained at row, tested at column.
        {cued_report, uncued_report, cued_index}_on_{swaps, guesses}: the same on swap and guess trials; None where
            there are fewer than 15. The uncued item of a swap trial is the one that was reported.
        reported_report_on_swaps: the decoder of the *cued* report, read against the item that was reported;
            reads_reported_on_swaps: share of swap trials in which it is nearer to that than to the cued report, and
            reads_uncued: share of correct trials in which it is nearer to the uncued report.
        response_on_guesses: the decoder of the cued report, read against the response.

    Nulls:
        Same names: decoders trained on shuffled targets. reported_report_on_swaps: what a decoder that reads the
        cued item perfectly scores, because reports of a display have a distance.

    Detail:
        trials: how many of each kind.

    Raises:
        NothingToAnalyse: if the network has only known single items, or hardly ever answers right.
    """
    report(Progress(0.0, "Decoding: running the network"))
    observed, swaps = gather(subject)
    counts = {name: int((observed.activity.outcome == kind).sum()) for kind, name in enumerate(OUTCOMES)}
    if counts["correct"] < LEAST_CORRECT:
        raise NothingToAnalyse(
            f"Only {counts['correct']} of {len(observed)} answers were right: too few to train decoders on."
        )
    probes = subject.network.config.encoding != "index"
    generator = torch.Generator().manual_seed(subject.seed % 2**63)
    correct, guesses = (observed.select(observed.activity.outcome == kind) for kind in (CORRECT, GUESS))
    measures, nulls = decode(correct, swaps, guesses, probes, generator, report)
    time = observed.activity.seconds.tolist()
    return Result({"time": time, "cross_time": time}, measures, nulls, {"trials": counts | {"swap": len(swaps)}})


def decode(
    correct: Observed,
    swaps: Observed,
    guesses: Observed,
    probes: bool,
    generator: torch.Generator,
    report: Report = silent,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls, as ``measure`` describes them; ``probes`` says whether identities begin with a probe."""
    fold = torch.randperm(len(correct), generator=generator) % FOLDS
    found: dict[str, list[Tensor]] = defaultdict(list)
    for number in range(FOLDS):
        report(Progress(0.1 + 0.9 * number / FOLDS, "Decoding: training decoders"))
        reader = Reader.trained(correct.select(fold != number), generator)
        held = correct.select(fold == number)
        for name, trials in (("", held), ("_on_swaps", swaps), ("_on_guesses", guesses)):
            for key, values in reader.scores(trials).items():
                found[key + name].append(values if len(trials) >= FEWEST else values[:0])
        if number == 0:
            across = held.select(torch.arange(min(len(held), ACROSS)))
            read = reader.cued.read_across(across.activity.memory, gate(across.pair, 0))
            found["cross_temporal"].append(cosine(read, across.pair.report[:, 0]).mean(1))
    return _named(found, swaps, probes)


def _named(found: dict[str, list[Tensor]], swaps: Observed, probes: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Scores of all folds under their final names."""
    pooled = {key: _mean(torch.cat(parts)) for key, parts in found.items()}
    measures = {name: pooled[key] for name, key in SCORES.items()}
    nulls = {name: pooled[key] for name, key in SHUFFLED.items()}
    if not probes:
        measures["cued_probe"] = nulls["cued_probe"] = [None] * len(measures["cued_report"])
    measures["cross_temporal"] = as_plain(found["cross_temporal"][0].double().numpy())
    near = swaps.pair.report[:, 0] - swaps.pair.report[:, 1]
    chance = float(near.cos().mean()) if len(swaps) >= FEWEST else None
    nulls["reported_report_on_swaps"] = [chance] * len(measures["cued_report"])
    return measures, nulls


def _mean(values: Tensor) -> Any:  # noqa: ANN401 - a plain list
    """Mean over trials ``(M, T)``, every trial as often as there were folds that read it; None where there are none."""
    return as_plain(values.double().mean(0).numpy())
