"""Runs a network on one display, with what the behavioural model predicts and what people did on similar displays."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.circular import circular_sd, distance, wrap
from models.displays import Displays
from models.network.intervention import Intervention
from models.network.recording import Recording, record
from models.network.targets import grid
from worker.context import Refused
from worker.questions import intervening
from worker.questions.answer import Reply, array
from worker.questions.landmarks import projection_of
from worker.questions.shown import display_of
from worker.questions.similar import Similar
from worker.shelf import Shelf

ANGLES = 180
FAR = math.pi / 4
"""A response further than this from every item belongs to none (radians)."""


def answer(shelf: Shelf, question: dict[str, Any]) -> Reply:
    """See ``POST /api/networks/{id}/simulate``."""
    network = shelf.network(question["network_id"])
    shown = question["display"]
    display, order = display_of(shown)
    cue = None if shown["cue"] is None else wrap(torch.tensor([shown["cue"]], dtype=torch.float64))
    npz = question["format"] == "npz"
    # Items take slots in the question's order, so that dragging one moves nothing else.
    asked = None if cue is None or _is_cued_item(cue, display) else cue

    def run(change: Intervention | None, states: bool) -> Recording:
        generator = torch.Generator().manual_seed(question["seed"])
        return record(
            network, display, question["runs"], generator, question["noise"], question["delay"], asked, states,
            order[None], change,
        )  # fmt: skip

    change = intervening.asked(shelf, question, display, order)
    recording = run(change, npz or question["states"])
    plain = recording if change is None or change.changes_nothing else run(None, False)
    if npz:
        done = intervening.exported(change, question)
        return Reply.of_bytes(_npz(recording, shown, done if change is None else done | _baseline(plain)))
    law, told = _law(shelf, question, display, cue)
    predicted = law.pop("nearest_other") if law else None
    found: dict[str, Any] = {
        **_behaviour(recording, display, order, predicted),
        "trajectories": _trajectories(shelf, question, recording) if question["states"] else None,
        "epochs": [{"name": epoch.name, "start": epoch.start, "stop": epoch.stop} for epoch in recording.epochs],
        "seconds_a_step": network.config.step_seconds,
        "model": law,
        "recorded": _recorded(shelf, question, display, cue),
        "notes": told,
    }
    if change is not None:
        found["baseline"] = _behaviour(plain, display, order, predicted)
    return Reply.of_json(found)


def _behaviour(recording: Recording, display: Displays, order: Tensor, predicted: float | None) -> dict[str, Any]:
    """Responses of all runs, the question's item that each is nearest to, and both in a few numbers."""
    response = recording.response[0].double()
    nearest = _nearest(response, display)
    own = wrap(response - display.report[0, 0])[nearest == 0]
    several = display.items > 1
    return {
        "responses": array(response),
        "nearest": array(torch.where(nearest >= 0, order[nearest.clamp(min=0)], -1), "i1"),
        "summary": {
            "swap_network": float((nearest > 0).double().mean()) if several else None,
            "swap_model": predicted if several else None,
            "sd_network": float(circular_sd(own)) if len(own) else None,
        },
    }


def _nearest(response: Tensor, display: Displays) -> Tensor:
    """``(S,)`` which item of the display each response is nearest to, -1 if it is far from all."""
    gaps = distance(response[:, None], display.report[0][None])
    gap, item = gaps.min(1)
    return torch.where(gap <= FAR, item, -1)


def _is_cued_item(cue: Tensor, display: Displays) -> bool:
    """Whether a cue ``(1,)`` is where the cued item is, in radians of the probe."""
    return float(distance(cue, display.probe[0, 0])[0]) <= 1e-6


def _trajectories(shelf: Shelf, question: dict[str, Any], recording: Recording) -> dict[str, Any]:
    projection = projection_of(shelf, question)
    places = projection.apply(recording.states[0])
    runs, steps, _ = places.shape
    gapped = torch.full((3, runs, steps + 1), math.nan)
    gapped[:, :, :steps] = places.permute(2, 0, 1)
    x, y, z = (array(one) for one in gapped)
    return {"x": x, "y": y, "z": z, "runs": runs, "steps": steps, "axes": projection.describe()}


def _law(
    shelf: Shelf, question: dict[str, Any], display: Displays, cue: Tensor | None
) -> tuple[dict[str, Any] | None, list[str]]:
    """What the network's model predicts; weights: uniform, then items in the question's order.

    ``nearest_other`` is its share of responses nearest to an item that was not cued: guesses that happen to fall there
    and the tails of the cued item count, as they do for the network, of which nobody knows which is which.
    """
    if cue is not None and not _is_cued_item(cue, display):
        return None, ["The cue is at none of the items, so that the behavioural model predicts nothing here."]
    law, angles = shelf.law(question["network_id"]), grid(ANGLES)
    try:
        density, weights = law.density(display, angles)[0], law.weights(display)[0]
    except ValueError as error:
        return None, [f"The behavioural model predicts nothing for this display: {error}."]
    items = torch.zeros_like(weights[1:])
    items[display_of(question["display"])[1]] = weights[1:]
    plain = [float(weights[0]), *items.tolist()]
    other = float((density * (_nearest(angles, display) > 0)).sum() / density.sum())
    return {"angles": array(angles), "density": array(density), "weights": plain, "nearest_other": other}, []


def _recorded(shelf: Shelf, question: dict[str, Any], display: Displays, cue: Tensor | None) -> dict[str, Any]:
    """Recorded responses to similar displays, turned so that their cued item is this one's."""
    dataset = question.get("dataset_id")
    nothing = {"responses": array(np.zeros(0)), "trials": 0, "within": 0.0}
    if dataset is None or cue is not None:
        return nothing
    try:
        similar: Similar = shelf.kept("dataset", dataset, "similar", lambda: Similar.to(shelf.trials(dataset)))
    except Refused:
        return nothing  # the dataset was deleted; the network can still be run
    errors, within = similar.find(display)
    return {"responses": array(wrap(errors + display.report[0, 0])), "trials": len(errors), "within": within}


def _baseline(plain: Recording) -> dict[str, np.ndarray]:
    return {"baseline_responses": plain.response[0].numpy(), "baseline_plane": plain.plane[0].numpy()}


def _npz(recording: Recording, shown: dict[str, Any], more: dict[str, np.ndarray]) -> bytes:
    arrays: dict[str, np.ndarray] = {
        "responses": recording.response[0].numpy(),
        "plane": recording.plane[0].numpy(),
        "states": recording.states[0].numpy(),
        "epochs": np.array([(epoch.start, epoch.stop) for epoch in recording.epochs]),
        "epoch_names": np.array([epoch.name for epoch in recording.epochs]),
        "report": np.array(shown["report"]),
        "probe": np.array(shown["probe"]),
        "cued": np.array(shown["cued"]),
    }
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays, **more)
    return out.getvalue()
