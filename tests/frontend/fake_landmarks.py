"""Planes and slow points for the fake API: planes that turn into one another after the cue, as real ones do."""

from __future__ import annotations

from typing import Any

import fake_simulation as simulation
import numpy as np

RING = 12


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of `POST /networks/{id}/landmarks`."""
    parts = body.get("parts", ["planes", "points"])
    found: dict[str, Any] = {"planes": None, "points": None}
    if "planes" in parts and len(body["display"]["probe"]) > 1:
        found["planes"] = planes(body)
    if "points" in parts:
        found["points"] = [one for one in points() if one["epoch"] in body.get("epochs", [])]
    return found


def planes(body: dict[str, Any]) -> dict[str, Any]:
    """Orthogonal until the cue, one afterwards."""
    epochs = simulation.epochs_of(int(body.get("delay") or 15))
    steps, cue = epochs[-1]["stop"], epochs[2]["start"]
    turn = np.clip(1 - (np.arange(steps) - cue) / 8, 0, 1) * np.pi / 2
    around = np.linspace(-np.pi, np.pi, RING, endpoint=False)
    square = np.array([(-1.4, -1.4), (1.4, -1.4), (1.4, 1.4), (-1.4, 1.4)])
    flat = {"rings": np.stack([np.cos(around), np.sin(around)], 1), "corners": square}
    told: dict[str, Any] = {}
    for name, places in flat.items():
        own = np.broadcast_to(np.column_stack([places, np.zeros(len(places))]), (steps, len(places), 3))
        tilted = np.stack(
            [np.column_stack([x * np.ones(steps), y * np.cos(turn), y * np.sin(turn)]) for x, y in places], 1
        )
        told[name] = simulation.array(np.stack([own, tilted]).ravel())
    cued = int(body["display"]["cued"])
    return told | {
        "items": [cued, 0 if cued else 1],
        "reports": simulation.array(around),
        "angle": simulation.array(np.degrees(turn)),
        "floor": simulation.array(np.full(steps, 6.0)),
        "trials": 180,
    }


def points() -> list[dict[str, Any]]:
    """Two stable points of the delay with an unstable one between them, and a ring in recall."""
    delay = [
        {"epoch": "delay", "x": x, "y": 0.4, "z": 1.5, "speed": 1e-4, "stable": stable, "holds": holds}
        for x, stable, holds in ((-1.5, True, -1.0), (0.0, False, None), (1.5, True, 1.2))
    ]
    around = np.linspace(-np.pi, np.pi, 8, endpoint=False)
    recall = [
        {"epoch": "recall", "x": 2.5 * float(np.cos(a)), "y": 2.5 * float(np.sin(a)), "z": -0.6, "speed": 2e-3,
         "stable": True, "holds": float(a)}
        for a in around
    ]  # fmt: skip
    return delay + recall
