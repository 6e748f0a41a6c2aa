"""A fitted model as bytes: tensors in safetensors, names in JSON; nothing that can execute."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from models.behaviour import first_format
from models.behaviour.bns import BNS
from models.behaviour.classics import THEORIES
from models.behaviour.classics.parametric import restored
from models.behaviour.fitting import BehaviourFit
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import BehaviourModel
from models.behaviour.subjects import SubjectModels
from models.behaviour.three_component import ThreeComponentModel

FORMAT = 2
TENSORS, NAMES = "model.safetensors", "model.json"

READERS: dict[str, Callable[..., BehaviourModel]] = {
    "bns": BNS.restored,
    "three_component": ThreeComponentModel.restored,
    "fixed": FixedMixture.restored,
    **{name: partial(restored, theory) for name, theory in THEORIES.items()},
}
"""What reads a stored model back, by its name."""


class UnreadableModel(ValueError):
    """The bytes are not a model that this version of Swapscope can read."""


def dump(fit: BehaviourFit) -> dict[str, bytes]:
    """``{"model.safetensors", "model.json"}`` of a fit; the same fit gives the same bytes."""
    tensors, plain = fit.model.stored()
    head = {"format": FORMAT, "model": fit.model.name, "config": fit.config.to_json(), "seed": fit.seed}
    whole = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    return {TENSORS: save_tensors(whole), NAMES: json.dumps(head | plain, indent=1, sort_keys=True).encode()}


def load(files: Mapping[str, bytes]) -> BehaviourModel:
    """The model that ``dump`` wrote.

    Raises:
        UnreadableModel: a file is missing, damaged, or of another format.
    """
    try:
        plain: dict[str, Any] = json.loads(files[NAMES])
        tensors = load_tensors(files[TENSORS])
        if plain["format"] == first_format.FORMAT:
            plain, tensors = first_format.upgraded(plain, tensors)
        elif plain["format"] != FORMAT:
            raise UnreadableModel(
                f"the model is stored in format {plain['format']}, this version reads {FORMAT}; fit it again"
            )
        if "subjects" in plain:
            return SubjectModels.restored(plain, tensors, READERS)
        return READERS[plain["model"]](plain, tensors)
    except UnreadableModel:
        raise
    except Exception as error:
        raise UnreadableModel(f"the stored model cannot be read: {error}") from error
