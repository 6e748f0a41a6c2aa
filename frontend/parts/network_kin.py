"""Which networks belong together: those that learned from one source, and those that differ in their seed alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from frontend.parts.network_law import law_words

Network = Mapping[str, Any]
Kin = TypeVar("Kin", bound=Network)


def is_ready(network: Network) -> bool:
    """Whether it can be run and analysed."""
    return network.get("state") in ("done", "ready")


def source_key(network: Network) -> str:
    """What a network learned from, as a key: networks of one source may be compared."""
    displays = (network.get("request") or {}).get("displays")
    return json.dumps([network.get("fit_id"), network.get("law"), displays], sort_keys=True)


def source_words(network: Network, fits: Mapping[str, str]) -> str:
    """What a network learned from, in words; `fits` are names by id."""
    if network.get("fit_id"):
        return fits.get(str(network["fit_id"]), "a fit that was deleted")
    return law_words(network.get("law") or {}, (network.get("request") or {}).get("displays"))


def training_key(network: Network) -> str:
    """How a network was trained, its source and its seed aside, as a key."""
    config = {name: value for name, value in (network.get("config") or {}).items() if name != "objective"}
    asked = network.get("request") or {}
    told = [network.get("objective"), config, network.get("budget"), asked.get("displays"), asked.get("responses")]
    return json.dumps(told, sort_keys=True, default=str)


def seed_of(network: Network) -> int:
    """Its seed, to put networks in order."""
    return int(network.get("seed") or 0)


def base_name(network: Network) -> str:
    """Its name, without the seed that those of an ensemble have in theirs."""
    return str(network.get("name") or network["id"]).removesuffix(f", seed {network.get('seed')}")


def seeds_key(network: Network) -> str:
    """A key of the ready networks that differ in their seed alone, whether or not one job trained them."""
    return source_key(network) + training_key(network) + base_name(network)


def runs(networks: Sequence[Kin]) -> list[list[Kin]]:
    """Networks that differ in their seed alone; where a seed was trained again, those of each training apart."""
    if _is_one_run(networks):
        return [list(networks)]
    trained: dict[str, list[Kin]] = {}
    for one in networks:
        trained.setdefault(str(one.get("job_id") or "imported"), []).append(one)
    return [run for some in trained.values() for run in ([some] if _is_one_run(some) else [[one] for one in some])]


def _is_one_run(networks: Sequence[Network]) -> bool:
    return len({seed_of(one) for one in networks}) == len(networks)


def other_seeds(network: Network, networks: Sequence[Kin]) -> list[Kin]:
    """The ready networks that differ from one in their seed alone, itself among them, in the order of their seeds."""
    alike = [one for one in networks if is_ready(one) and seeds_key(one) == seeds_key(network)]
    own = next((run for run in runs(alike) if network["id"] in [one["id"] for one in run]), [])
    return sorted(own, key=seed_of)


def definition(network: Network) -> int:
    """The version of the measure that its fidelity is by; the first did not say which it is."""
    return int((network["result"].get("fidelity") or {}).get("definition", 1))
