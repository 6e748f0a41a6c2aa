"""The published claims on the mechanism, each as one number of an analysis and what it is if the claim is true.

What is asked comes from the published figures where they give numbers (cosines of plane normals turned into degrees),
else from the words. Claims marked as ours are no published ones: they say what a published measure rests on.
"""

from __future__ import annotations

from scipy.stats import spearmanr

from benchmarks.claims import Claim, claim, compared
from benchmarks.measured import Measured, Values
from models.network.published import BY_NAME

SMOOTH = ("smooth_2", "smooth_1", "smooth_0")
SWAPPING = ("smooth_1", "smooth_0", "flat_0.3")
"""Networks that swap often enough for their swaps to be looked at one by one."""
TRADITIONAL = ("task_optimal", "mean_matching", "moment_matching")
ORTHOGONAL, ALIGNED = 60.0, 30.0
"""Degrees: a plane that shares at most a quarter of its variance with another, and one that shares three quarters."""
CUE_ENDS = 0.2
"""Seconds from cue onset to its end in these networks."""


def planes(found: Measured) -> list[Claim]:
    """Orthogonal planes before the cue and aligned ones after, in networks on smooth swaps and in no others."""
    claims = []
    for name in SMOOTH:
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: planes of the two items near-orthogonal before the cue",
                "angle at the end of the delay, degrees", found.numbers(name, "planes.before"), low=ORTHOGONAL,
            ),
            claim(
                f"{title}: aligned after it",
                "angle at the end of recall, degrees", found.numbers(name, "planes.after"), high=ALIGNED,
            ),
            claim(
                f"{title}: the farther the probes, the more orthogonal before the cue",
                "farthest minus nearest probes, degrees",
                found.differences(name, "planes.before_by_distance[-1]", "planes.before_by_distance[0]"), low=0,
            ),
        ]  # fmt: skip
    claims += [
        claim(
            "flat swaps (0.05): aligned before the cue already",
            "angle at the end of the delay, degrees", found.numbers("flat_0.05", "planes.before"), high=ALIGNED,
        ),
        claim(
            "diffusion without swaps: aligned when recall begins",
            "angle at the onset of recall, degrees", found.numbers("no_swap", "planes.cued"), high=ALIGNED,
        ),
        claim(
            "diffusion without swaps: no longer aligned at the end",
            "angle at the end of recall, degrees", found.numbers("no_swap", "planes.after"), low=ALIGNED,
        ),
        claim(
            "task-optimal: not aligned at the end",
            "angle at the end of recall, degrees", found.numbers("task_optimal", "planes.after"), low=45,
        ),
    ]  # fmt: skip
    ours = found.numbers("smooth_1", "planes.change")
    for name in (*TRADITIONAL, "no_swap", "flat_0.05"):
        claims.append(
            compared(
                f"planes turn more with smooth swaps (offset -1) than in: {BY_NAME[name].title}",
                "difference of the change of angle, degrees", ours, found.numbers(name, "planes.change"), high=0,
            )
        )  # fmt: skip
    return claims


def planes_rest_on(found: Measured) -> list[Claim]:
    """Ours: how much of the angles is in the network's input, and in a copy of the response."""
    claims = []
    for name in ("smooth_1", "task_optimal"):
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: the input code alone does not make planes orthogonal",
                "angle in the input, degrees", found.numbers(name, "planes.input", null=True), high=45, control=True,
            ),
            claim(
                f"{title}: the alignment at the end is not that of a copy of the response",
                "share of the variance off the behaviour plane that is a copy of the response",
                found.numbers(name, "role_axis.response_share"), high=0.5, control=True,
            ),
        ]  # fmt: skip
    order = ("no_swap", "smooth_2", "flat_0.05", "smooth_1", "smooth_0", "flat_0.3")
    angles = [found.numbers(name, "planes.before") for name in order]
    rates = [found.numbers(name, "swap_hypotheses.swap_rate") for name in order]
    claims.append(
        claim(
            "diffusion: the overlap of the planes before the cue has nothing to do with how often a network swaps",
            "rank correlation of angle and swaps over the six laws, for each seed", _by_seed(rates, angles), -0.5, 0.5,
            control=True,
        )
    )  # fmt: skip
    return claims


def _by_seed(some: list[Values], others: list[Values]) -> Values:
    """Spearman's correlation over conditions, one for each seed."""
    pairs = zip(zip(*some, strict=True), zip(*others, strict=True), strict=True)
    return [None if None in (*a, *b) else float(spearmanr(a, b).statistic) for a, b in pairs]


def published_figure(found: Measured) -> list[Claim]:
    """The published curves of alignment, by the published measure; limits are read off the figure."""
    early, cued, after = (f"published_planes.{name}" for name in ("early", "cued", "after"))
    begins, ends, last = ("cosine, beginning of the delay", "cosine, onset of recall", "cosine, end of recall")
    smooth, more, flat, none, task = "smooth_2", "smooth_1", "flat_0.05", "no_swap", "task_optimal"
    return [
        claim(f"by the published measure, {words}", measure, found.numbers(name, number), low, high)
        for words, measure, name, number, low, high in (
            ("smooth swaps (offset -2): low early in the delay", begins, smooth, early, None, 0.6),
            ("smooth swaps (offset -2): high when recall begins", ends, smooth, cued, 0.9, None),
            ("smooth swaps (offset -2): high at the end", last, smooth, after, 0.9, None),
            ("smooth swaps (offset -1): low early in the delay", begins, more, early, None, 0.6),
            ("smooth swaps (offset -1): high when recall begins", ends, more, cued, 0.9, None),
            ("smooth swaps (offset -1): high at the end", last, more, after, 0.9, None),
            ("flat swaps (0.05): high from the beginning", begins, flat, early, 0.9, None),
            ("diffusion without swaps: low early in the delay", begins, none, early, None, 0.6),
            ("diffusion without swaps: high when recall begins", ends, none, cued, 0.9, None),
            ("diffusion without swaps: lower again at the end", last, none, after, None, 0.8),
            ("task-optimal: low early in the delay", begins, task, early, None, 0.6),
            ("task-optimal: not high when recall begins", ends, task, cued, None, 0.8),
            ("task-optimal: not high at the end", last, task, after, None, 0.8),
        )
    ]


def after_the_cue(found: Measured) -> list[Claim]:
    """Swaps arise after the cue, by selection; the memory before it is intact."""
    claims = []
    for name in SWAPPING:
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: memory before the cue is not misbound on swap trials",
                "projection onto misbinding, end of the delay (0 intact, 1 misbound)",
                found.numbers(name, "swap_hypotheses.projection_misbinding_swap[@0]"), -0.1, 0.1,
            ),
            claim(
                f"{title}: the swap is decided after the cue",
                "seconds from cue onset at which half of it is determined",
                found.numbers(name, "swap_hypotheses.decided"), low=CUE_ENDS,
            ),
            claim(
                f"{title}: swaps are misselection, not misbinding or misinterpretation",
                "share of swap trials", found.numbers(name, "swap_hypotheses.share_misselection"), low=0.5,
            ),
        ]  # fmt: skip
    for name in ("smooth_1", "flat_0.3"):
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: the cued report is held as well before swaps as before correct answers",
                "decoding on swap less on correct trials, end of the delay (mean cosine)",
                found.differences(name, "decoding.cued_report_on_swaps[@0]", "decoding.cued_report[@0]"), low=-0.1,
            ),
            claim(
                f"{title}: the decision comes when the noise schedule alone has it",
                "decided in the plane, less the exact sampler, seconds",
                found.differences(name, "swap_hypotheses.decided_plane", "swap_hypotheses.decided_plane", null=True),
                -0.1, 0.1,
            ),
        ]  # fmt: skip
    rate = found.numbers("task_optimal", "swap_hypotheses.swap_rate")
    claims.append(claim("task-optimal: no swaps to explain", "share of responses at the other item", rate, high=0.02))
    return claims


def role_axis(found: Measured) -> list[Claim]:
    """At the end of recall a direction tells the target from the distractor, and swaps lie on its other side."""
    claims = []
    for name in ("smooth_0", "smooth_1"):
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: a direction tells whether an item is target or distractor",
                "separation of the roles (d')", found.numbers(name, "role_axis.separation"), low=2,
            ),
            claim(
                f"{title}: swap trials lie on its other side",
                "place on it (0 the cued role, 1 the other)", found.numbers(name, "role_axis.swap_place"), low=0.5,
            ),
            claim(
                f"{title}: it is the same for all pairs of probes, if the report is",
                "cosine of axes, unsigned", found.numbers(name, "role_axis.alignment_unsigned[0]"), low=0.85,
            ),
            claim(
                f"{title}: less so for opposite reports",
                "cosine of axes, unsigned, opposite less same reports",
                found.differences(name, "role_axis.alignment_unsigned[-1]", "role_axis.alignment_unsigned[0]"),
                high=-0.25,
            ),
            claim(
                f"{title}: signed, opposite reports do not have opposite axes",
                "cos of axes", found.numbers(name, "role_axis.alignment[-1]"), low=-0.25, control=True,
            ),
            claim(
                f"{title}: the axis is more than a copy of the response",
                "separation of the roles, the copy taken away (d')",
                found.numbers(name, "role_axis.separation_beyond_response"), low=1, control=True,
            ),
        ]  # fmt: skip
    return claims


def noise_and_roles(found: Measured) -> list[Claim]:
    """What is done to a network: without noise no swaps; ours: the role axis is a cause."""
    claims = []
    for name in ("smooth_0", "smooth_1", "flat_0.3"):
        title = BY_NAME[name].title
        claims += [
            claim(
                f"{title}: without noise during recall there are no swaps",
                "share of the swaps that are gone", found.numbers(name, "interventions.removed_without_noise"), low=0.9,
            ),
            claim(
                f"{title}: a push along the role axis exchanges the items",
                "share of the way to a full exchange, less that of a random push",
                found.differences(name, "interventions.role_exchange", "interventions.role_exchange", null=True),
                low=0.5, control=True,
            ),
        ]  # fmt: skip
    return claims


PARTS = (planes, planes_rest_on, published_figure, after_the_cue, role_axis, noise_and_roles)
