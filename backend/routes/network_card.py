"""What travels with a network's weights: a card that says what it is, what it learned from and how well."""

from __future__ import annotations

from typing import Any

from backend.store.artifacts import Manifest
from backend.store.tables import Network

WEIGHTS = "network.safetensors"
UNSTATED = "not stated: ask whoever trained the network"
_EPOCHS = ("stimulus", "delay", "cue", "gap", "recall")
_INPUT = {
    "conjunctive": "sum over items of conjunctive probe x report codes; the cue is a probe value",
    "slots": "cosine and sine of every item's report and probe in slots; the cue is a probe value",
    "index": "cosine and sine of every item's report in slots; the cue is the number of the item's slot",
}


def card_of(
    row: Network, result: dict[str, Any], manifest: Manifest, fidelity: dict[str, Any] | None, licence: str | None
) -> dict[str, Any]:
    """JSON-ready; ``config`` and the weights are enough for ``models.network.storage.from_card``.

    Args:
        row: the network's.
        result: what its training stored.
        manifest: of its files.
        fidelity: its latest analysis of that name, None when there is none.
        licence: in the words of whoever passes the network on.
    """
    config, training = result["config"], dict(result["training"])
    training.pop("curve", None)
    weights = manifest.files[WEIGHTS]
    return {
        "format": "swapscope network card 1",
        "name": row.name,
        "task": task_of(config),
        "objective": config["objective"],
        "config": config,
        "training": training,
        "source": {
            "law": row.request.get("law"),
            "displays": row.request.get("displays"),
            "inputs": manifest.inputs,
            "dataset_hash": row.dataset_hash,
        },
        "fidelity": fidelity,
        "seed": row.seed,
        "weights": {"file": "weights.safetensors", **weights},
        "versions": manifest.versions,
        "licence": licence or UNSTATED,
    }


def task_of(config: dict[str, Any]) -> dict[str, Any]:
    """The trial as the network lives it; durations in steps, the delay as shortest and longest."""
    steps = {name: config[f"{name}_steps"] for name in _EPOCHS}
    return {
        "kind": "delayed estimation with a cue; the response is a direction in the behaviour plane after recall",
        "angles": "radians of the full feature circle; item 0 is the cued one",
        "steps": steps,
        "seconds_a_step": config["step_seconds"],
        "input": _INPUT[config.get("encoding", "conjunctive")],
    }
