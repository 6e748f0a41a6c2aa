"""Cues that belong to no item: does the response switch from one item to the other, or move along between them?

Two items are shown, and the cue goes round the circle in small steps. A network that selects an item keeps answering
with one of the two, however far the cue is from both; one that reads its memory out at the cue's place interpolates.
The published sweep looked at one display and took everything far from the fullest bin for swaps; here several displays
stand at several probe separations, responses are attributed to items, and a test tells the two hypotheses apart
(``models.analysis.switching``), with the same test on simulated responses of either kind as its nulls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from models.analysis.across import as_plain
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.analysis.sweep import DISPLAYS, RUNS, Sweep, response_bins, separations, sweep, two_items
from models.analysis.switching import bistable_gain, hypotheses
from models.progress import Progress, Report, silent

MAIN = math.pi / 2  # the separation nearest to this one is shown first
REPEATS = 3  # simulations of either hypothesis
LEAST_ROOM = 0.02  # nats per response that the hypotheses must differ by to be told apart


def measure(subject: Subject, report: Report = silent) -> Result:
    """Where a network's responses go when the cue belongs to no item.

    Displays have ``subject.pair_size()`` items; the first two are those that count. Their probe separations are K that
    the network's displays have, their reports lie 120 degrees apart (less with more than three items).

    Returns:
        A result with

        - axes: ``cue`` (C,) radians from the midpoint of the two probes; ``separation`` (K,) of the probes, radians;
          ``main_separation``, which the curves are about; ``second_report``, radians, where the second item's report is
          seen from the first's; ``response`` (B,) radians, centres of the histogram's bins.
        - measures at the main separation: ``mode`` (C,) radians from the first item's report; ``first``, ``second``,
          ``neither``, ``others`` (C,) shares of the responses within 45 degrees of either item, far from all, at a
          third one; ``farther`` (C,) share at that of the two items which is farther from the cue, None midway.
        - measures by separation (K,): ``bistable_gain``, by how many nats two modes at the items predict a held-out
          response better than one mode at any place, for cues between the items; ``switch_index``, 1 where this is what
          bistable responses give and 0 where it is what interpolating ones do, None where too few responses are
          directed to tell; ``undirected``, share of responses that come from no mode; ``between``, share of responses
          to no item when the cue is in the middle half between both; ``ambiguity``, mean of 4 s (1 - s) over cues
          between the items, s the share of the second: 0 for a sudden switch; ``swap``, share at the other with the
          cue on one item; ``second_by_separation`` (K, C). Means over separations: ``bistable_gain_mean``,
          ``switch_index_mean``, ``between_mean``.
        - nulls (K,): ``bistable_gain_if_bistable``, ``bistable_gain_if_interpolating``, of simulated responses of the
          same width; their means over separations as ``bistable_gain_mean_if_...``; ``swap``, what the law asks for.
        - detail: ``histogram`` (C, B), shares at the main separation; ``displays``, ``runs`` of each under each cue.

    Raises:
        NothingToAnalyse: if the cue is an item's number, or displays have one item only or no probes.
    """
    if subject.network.config.encoding == "index":
        raise NothingToAnalyse("This network is cued by an item's number, so that a cue cannot be moved off the items.")
    size = subject.pair_size()
    wanted = separations(subject, size)
    sweeps, tests = [], []
    for number, separation in enumerate(wanted):
        report(Progress(number / len(wanted), f"Moving the cue, items {math.degrees(separation):.0f}° apart"))
        sweeps.append(sweep(subject, separation, size, number))
        tests.append(switch_test(sweeps[-1], torch.Generator().manual_seed(number)))
    main = min(sweeps, key=lambda one: abs(one.separation - MAIN))
    measures, nulls = _told(tests)
    axes = {"cue": as_plain(main.cue.numpy()), "response": as_plain(response_bins().numpy()), "separation": wanted}
    return Result(
        axes=axes | {"main_separation": main.separation, "second_report": main.apart},
        measures=_curves(main) | measures | _by_separation(sweeps),
        nulls=nulls | {"swap": [law_swaps(subject, separation, size) for separation in wanted]},
        detail={"histogram": as_plain(main.histogram.numpy()), "displays": DISPLAYS, "runs": RUNS},
    )


def switch_test(swept: Sweep, generator: torch.Generator) -> dict[str, float | None]:
    """Bistable or interpolating, under cues between the two items: responses, and simulated ones of either kind."""
    inside = swept.cue.abs() <= swept.separation / 2 + 1e-9
    cue, angle, counted = swept.cue[inside], swept.angle[:, inside], swept.item[:, inside] <= 1
    found = float(bistable_gain(angle, swept.apart, counted).mean())
    two, moving = hypotheses(angle, counted, cue, swept.separation, swept.apart)
    simulated = []
    for hypothesis in (two, moving):
        drawn = [hypothesis.sample(angle, generator) for _ in range(REPEATS)]
        simulated.append(sum(float(bistable_gain(one, swept.apart, counted).mean()) for one in drawn) / REPEATS)
    room = simulated[0] - simulated[1]
    return {
        "bistable_gain": found,
        "bistable_gain_if_bistable": simulated[0],
        "bistable_gain_if_interpolating": simulated[1],
        "switch_index": (found - simulated[1]) / room if room > LEAST_ROOM else None,
        "undirected": float(two.guesses.mean()),
    }


def between(swept: Sweep) -> float:
    """Share of responses to no item when the cue is in the middle half between the two."""
    return float(swept.share(-1)[swept.cue.abs() <= swept.separation / 4].mean())


def ambiguity(swept: Sweep) -> float:
    """Mean of ``4 s (1 - s)`` over the cues between the items: 0 for a sudden switch, 2/3 for an even change."""
    inside = swept.cue.abs() <= swept.separation / 2
    first, second = swept.share(0)[inside], swept.share(1)[inside]
    share = second / (first + second).clamp(min=1e-9)
    return float((4 * share * (1 - share)).mean())


def law_swaps(subject: Subject, separation: float, size: int) -> float:
    """Probability of reporting the second item when the first is cued, that the law asks for on these displays."""
    shown, _, _ = two_items(subject, separation, size)
    return float(subject.law.weights(shown)[:, 2].mean())


def _curves(swept: Sweep) -> dict[str, Any]:
    first, second = swept.share(0), swept.share(1)
    farther = torch.where(swept.cue < 0, second, first)
    farther[[swept.at(0.0), swept.at(-math.pi)]] = math.nan
    shares = {"first": first, "second": second, "neither": swept.share(-1), "others": swept.others, "farther": farther}
    return {"mode": as_plain(swept.mode.numpy()), **{name: as_plain(one.numpy()) for name, one in shares.items()}}


def _told(tests: Sequence[dict[str, float | None]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls of the tests of all separations: each one, and their means."""
    columns = {name: [one[name] for one in tests] for name in tests[0]}
    means = {
        name.replace("gain", "gain_mean") if "gain" in name else f"{name}_mean": _mean(values)
        for name, values in columns.items()
        if name != "undirected"
    }
    both: dict[str, Any] = columns | means
    nulls = {name: value for name, value in both.items() if "_if_" in name}
    return {name: value for name, value in both.items() if name not in nulls}, nulls


def _by_separation(sweeps: Sequence[Sweep]) -> dict[str, Any]:
    return {
        "between": [between(one) for one in sweeps],
        "between_mean": _mean([between(one) for one in sweeps]),
        "ambiguity": [ambiguity(one) for one in sweeps],
        "swap": [
            float(one.share(1)[one.at(-one.separation / 2)] + one.share(0)[one.at(one.separation / 2)]) / 2
            for one in sweeps
        ],
        "second_by_separation": [as_plain(one.share(1).numpy()) for one in sweeps],
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
