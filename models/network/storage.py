"""A network as files: weights as safetensors, the rest as JSON; nothing that can execute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from models.network.config import InvalidConfig, TrainConfig
from models.network.network import Network

WEIGHTS, DESCRIPTION = "network.safetensors", "network.json"

_MOVED = {f"{feature}_projection": f"encoding.{feature}_projection" for feature in ("report", "probe")}
"""Names of weights in files of format 1."""


class UnreadableNetwork(ValueError):
    """The files do not hold a network that this version can load."""


def dump(network: Network, training: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Files by name; ``training`` is plain data kept beside the configuration (see ``TrainedNetwork.summary``)."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    description = {"format": 2, "config": network.config.to_json(), "training": dict(training or {})}
    return {WEIGHTS: save_tensors(weights), DESCRIPTION: json.dumps(description).encode()}


def load(files: Mapping[str, bytes]) -> Network:
    """The network that ``dump`` wrote, on the CPU and ready to run.

    Raises:
        UnreadableNetwork: if a file is missing, damaged or of another version.
    """
    try:
        config = TrainConfig.stored(json.loads(files[DESCRIPTION])["config"])
        network = Network(config, seed=0)
        network.load_state_dict({_MOVED.get(name, name): v for name, v in load_tensors(bytes(files[WEIGHTS])).items()})
    except KeyError as error:
        raise UnreadableNetwork(f"part of the network is missing: {error}") from error
    except (InvalidConfig, RuntimeError, SafetensorError, json.JSONDecodeError) as error:
        raise UnreadableNetwork(f"the network's files are damaged or of another version: {error}") from error
    return network.eval().requires_grad_(False)


def from_card(weights: bytes, card: bytes) -> Network:
    """The network whose weights and card were downloaded; see ``docs/notebook.md``.

    Raises:
        UnreadableNetwork: if they are damaged, of another version, or do not belong together.
    """
    return load({WEIGHTS: weights, DESCRIPTION: card})


def training_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What ``dump`` was told about the training."""
    return dict(json.loads(files[DESCRIPTION])["training"])
