"""How long would this training take? Measured on a few steps; the answer for the same settings is remembered."""

from __future__ import annotations

import json
from typing import Any

from models.network.estimate import Cost
from models.network.estimate import estimate as measure
from worker.kinds.train import config_of
from worker.questions.answer import Reply
from worker.shelf import Shelf

_known: dict[str, Cost] = {}


def answer(shelf: Shelf, question: dict[str, Any]) -> Reply:
    """``{"seconds", "seconds_per_step", "steps", "device"}``."""
    config = config_of(question)
    # The time of a step does not depend on how many there are, so that asking for more of them is free.
    members = int(question.get("count", 1))
    key = json.dumps([members, config.changed(steps=1000).to_json()], sort_keys=True)
    if key not in _known:
        _known[key] = measure(config, members=members)
    cost = _known[key]
    told = {"seconds_per_step": cost.seconds_per_step, "seconds": cost.seconds_per_step * config.steps}
    return Reply.of_json(told | {"steps": config.steps, "device": cost.device})
