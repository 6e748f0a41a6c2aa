"""Which networks belong together: those that learned from one source, and those that differ in their seed alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from frontend.parts.network_form import LAWS

Network = Mapping[str, Any]


def is_ready(network: Network) -> bool:
    """Whether it can be run and analysed."""
    return network.get("state") in ("done", "ready")


def source_key(network: Network) -> str:
    """What a network learned from, as a key: networks of one source may be compared."""
    return json.dumps([network.get("fit_id"), network.get("law")], sort_keys=True)


def source_words(network: Network, fits: Mapping[str, str]) -> str:
    """What a network learned from, in words; `fits` are names by id."""
    if network.get("fit_id"):
        return fits.get(str(network["fit_id"]), "a fit that was deleted")
    kind = str((network.get("law") or {}).get("kind", ""))
    return LAWS.get(kind, "A written-down swap law")


def training_key(network: Network) -> str:
    """How a network was trained, its source and its seed aside, as a key."""
    config = {name: value for name, value in (network.get("config") or {}).items() if name != "objective"}
    asked = network.get("request") or {}
    told = [network.get("objective"), config, network.get("budget"), asked.get("displays"), asked.get("responses")]
    return json.dumps(told, sort_keys=True, default=str)


def seed_of(network: Network) -> int:
    """Its seed, to put networks in order."""
    return int(network.get("seed") or 0)
