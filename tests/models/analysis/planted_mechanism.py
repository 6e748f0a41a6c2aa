"""Networks whose analyses found what was planted, for tests of what a report makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.analysis.mechanism import Member
from models.analysis.subject import Result

TIME = [-0.1, 0.0, 0.5, 1.0]
ORIGINS = ("misbinding", "misselection", "misinterpretation")


def member(number: int, group: str = "Diffusion", objective: str = "diffusion", **planted: Any) -> Member:
    """A network with the planted numbers, which differ a little from network to network."""
    random = np.random.default_rng(number)
    found: dict[str, Result | str] = {
        "planes": planes(random, planted.get("planes", (80.0, 5.0))),
        "swap_hypotheses": swap_hypotheses(random, planted),
        "interventions": interventions(random, planted),
        "role_axis": Result({}, {"separation": 2.0, "separation_beyond_response": planted.get("role", 0.3)}, {}),
        "decoding": decoding(planted.get("held", 0.9)),
    }
    seed = number % 100
    return Member(f"{group}-{number}", f"{group}, seed {seed}", seed, group, objective, found)


def members(count: int = 5, group: str = "Diffusion", objective: str = "diffusion", **planted: Any) -> list[Member]:
    """Networks of one group."""
    first = sum(map(ord, group))  # other networks in every group
    return [member(first * 100 + seed, group, objective, **planted) for seed in range(1, count + 1)]


def about(random: np.random.Generator, value: float | None, spread: float) -> float | None:
    return None if value is None else float(value + spread * random.normal())


def planes(random: np.random.Generator, angles: tuple[float, float]) -> Result:
    before, after = (about(random, angle, 1.0) for angle in angles)
    assert before is not None
    assert after is not None
    null = {"before": 45.0, "after": about(random, 35.0, 1.0)}
    return Result({"time": TIME}, {"before": before, "after": after, "change": after - before}, null)


def swap_hypotheses(random: np.random.Generator, planted: dict[str, Any]) -> Result:
    rate = planted.get("swaps", 0.14)
    origin: str | None = planted.get("origin", "misselection")
    shares = {f"share_{name}": (0.98 if name == origin else 0.01) if origin else 0.33 for name in ORIGINS}
    decided, schedule = planted.get("decided", 0.9), planted.get("schedule", 0.88)
    if rate < 0.01:
        shares, decided = dict.fromkeys(shares), None
    measures = {
        "swap_rate": about(random, rate, rate / 20), "guess_rate": 0.02, "decided": about(random, decided, 0.005),
        **{name: about(random, value, 0.003) for name, value in shares.items()},
    }  # fmt: skip
    return Result({"time": TIME}, measures, dict.fromkeys(shares, 0.0) | {"decided": about(random, schedule, 0.005)})


def interventions(random: np.random.Generator, planted: dict[str, Any]) -> Result:
    rate, gone = planted.get("swaps", 0.14), planted.get("gone", 0.9)
    measures = {
        "removed_without_noise": about(random, gone, 0.02) if rate > 0.01 else None,
        "swaps": [rate, rate * (1 - gone)],
        "ranked": [0.021, 0.0, about(random, planted.get("neuron", -0.06), 0.005)],
        "reliability": about(random, 0.8, 0.02),
    }
    return Result({"what": ["undisturbed", "no noise in recall"]}, measures, {"ranked": [0.02, 0.0, -0.02]})


def decoding(held: float) -> Result:
    curve = [held, held, held, 0.5]
    return Result(
        {"time": TIME}, {"cued_report": [0.95] * 4, "cued_report_on_swaps": curve}, {"cued_report": [0.0] * 4}
    )
