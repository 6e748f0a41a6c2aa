"""Fidelity: how far a network's responses are from those of the law that it was trained on. One definition for all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.analysis.c2st import classifier_test
from models.analysis.components import WIDEST, Attribution, attribute
from models.analysis.energy import energy_to_law
from models.analysis.swap_curve import distance_bins, swap_curve
from models.circular import circular_kurtosis, circular_sd, wrap
from models.display_laws import DisplayLaw
from models.displays import Displays
from models.network.network import Network
from models.network.recording import record
from models.network.targets import ResponseLaw, grid
from models.progress import Progress, Report, silent

DISPLAYS = 2000
RUNS = 8
ROWS = 4096  # runs of the network at a time: bounds the memory
BINS = 48
ANGLES = 360
DEFINITION = 2
"""1, of which results say nothing: swaps were told from guesses at the law's own width."""


def network_fidelity(
    network: Network,
    source: DisplayLaw,
    law: ResponseLaw,
    seed: int,
    report: Report = silent,
    displays: int = DISPLAYS,
    runs: int = RUNS,
) -> dict[str, Any]:
    """Run a network freely on new displays of its law and judge the responses: see ``fidelity``.

    ``seed`` must not be one that the network was trained with, or it has seen some of the displays.
    """
    generator = torch.Generator().manual_seed(seed)
    shown = source.draw(displays, generator)
    responses = respond(network, shown, runs, generator, lambda p: report(_part(p, 0.0, 0.5)))
    return fidelity(responses, shown, law, seed, lambda p: report(_part(p, 0.5, 1.0)))


def respond(
    network: Network, displays: Displays, runs: int, generator: torch.Generator, report: Report = silent
) -> Tensor:
    """Responses ``(B, runs)`` (radians, on the CPU) of a freely running network, some displays at a time."""
    noise = torch.Generator(network.device).manual_seed(int(torch.randint(2**62, (1,), generator=generator)))
    chunk = max(1, ROWS // runs)
    parts = []
    for start in range(0, len(displays), chunk):
        report(Progress(start / len(displays), "running the network"))
        some = displays.select(torch.arange(start, min(start + chunk, len(displays))))
        parts.append(record(network, some, runs, noise, states=False).response.cpu().double())
    return torch.cat(parts)


def fidelity(
    responses: Tensor, displays: Displays, law: ResponseLaw, seed: int, report: Report = silent
) -> dict[str, Any]:
    """Judge responses to displays by four measures, each beside what the law itself would score.

    Args:
        responses: ``(B, S)`` radians; S at least 2 makes the energy distance meaningful.
        displays: B displays that were not used in training.
        law: the behavioural model, or any other law of responses.
        seed: of the law's own responses, the classifier and the bootstrap.
        report: told about progress, and may interrupt.

    Returns:
        JSON-ready: ``definition``, the number of it; ``c2st``, ``swap_curve``, ``energy``, ``by_set_size``, ``errors``,
        ``displays``, ``responses``.
        In ``by_set_size``, ``spread_cued`` and ``spread_others`` are the sd (rad) of the noise that responses to the
        cued item and to others have beyond the law's, None where there are none and ``spread_limit`` for that or more;
        swaps and guesses are told apart at these widths (see ``attribute``).

    Raises:
        ValueError: if a response is missing or the shapes do not fit.
    """
    if responses.ndim != 2 or len(responses) != len(displays) or not bool(responses.isfinite().all()):
        raise ValueError(f"responses {tuple(responses.shape)} must be finite, (B, S) for {len(displays)} displays")
    responses = responses.detach().cpu().double()
    generator = torch.Generator().manual_seed(seed)
    mine, again = (
        torch.stack([law.sample(displays, generator) for _ in range(responses.shape[1])], 1).double() for _ in range(2)
    )
    report(Progress(0.1, "telling network and model apart"))
    test = classifier_test(displays, responses, mine, seed)
    report(Progress(0.45, "telling the model from itself"))
    floor = classifier_test(displays, again, mine, seed)
    report(Progress(0.8, "measuring swaps"))
    bins = distance_bins(displays)
    attribution = attribute(law, displays, responses, component_groups(displays, bins))
    curve = swap_curve(displays, bins, attribution, generator)
    report(Progress(0.95, "measuring errors"))
    energy = float(energy_to_law(law, displays, responses).mean() / energy_to_law(law, displays, again).mean())
    by_size, errors = _by_set_size(responses, displays, law, attribution)
    return {
        "definition": DEFINITION,
        "c2st": {"network": test.accuracy, "floor": floor.accuracy, "sd": test.sd},
        "swap_curve": {
            "distance": curve.distance.tolist(),
            "target": curve.target.tolist(),
            "network": curve.found.tolist(),
            "low": curve.low.tolist(),
            "high": curve.high.tolist(),
            "largest_error": curve.largest_error,
        },
        "energy": {"ratio": energy, "floor": 1.0},
        "by_set_size": by_size,
        "errors": errors,
        "displays": len(displays),
        "responses": responses.numel(),
    }


def component_groups(displays: Displays, bins: Tensor) -> Tensor:
    """``(B, N + 1)`` which weights are refitted together: uniform, cued, non-targets by distance; -1 if absent."""
    items = torch.where(displays.present, bins + 3, -1)  # non-targets without a probe distance share number 2
    items[:, 0] = 1
    return torch.cat([torch.zeros_like(items[:, :1]), items], 1)


@dataclass(frozen=True)
class _Errors:
    """Errors to the cued item as angles with weights, of the responses and of the law, on a grid for each display."""

    network: Tensor
    target: Tensor
    weight: Tensor

    def densities(self) -> dict[str, list[float]]:
        edges = torch.linspace(-math.pi, math.pi, BINS + 1, dtype=torch.float64)
        width = 2 * math.pi / BINS
        network = _histogram(self.network, torch.ones_like(self.network)) / (self.network.numel() * width)
        target = _histogram(self.target, self.weight) / (float(self.weight.sum()) * width)
        return {"edges": edges.tolist(), "network": network.tolist(), "target": target.tolist()}


def _histogram(angle: Tensor, weight: Tensor) -> Tensor:
    place = ((angle.flatten() + math.pi) * (BINS / (2 * math.pi))).long().clamp(0, BINS - 1)
    return torch.zeros(BINS, dtype=torch.float64).scatter_add(0, place, weight.flatten())


def _by_set_size(
    responses: Tensor, displays: Displays, law: ResponseLaw, attribution: Attribution
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    angles = grid(ANGLES)
    cued = displays.report[:, :1].double()
    density = law.density(displays, angles).double()
    density = density / density.sum(1, keepdim=True)
    rows, errors = [], []
    for size in sorted(int(size) for size in displays.set_size.unique()):
        where = displays.set_size == size
        own = _Errors(wrap(responses[where] - cued[where]), wrap(angles[None] - cued[where]), density[where])
        network, target, weight = own.network.flatten(), own.target.flatten(), own.weight.flatten()
        share, asked = attribution.share[where].mean(0), attribution.target[where].mean(0)
        spread = attribution.spread[size]
        rows.append(
            {
                "set_size": size,
                "sd_network": float(circular_sd(network)),
                "sd_target": float(circular_sd(target, weight)),
                "kurtosis_network": float(circular_kurtosis(network)),
                "kurtosis_target": float(circular_kurtosis(target, weight)),
                "uniform_network": float(share[0]),
                "uniform_target": float(asked[0]),
                "swap_network": float(share[2:].sum()),
                "swap_target": float(asked[2:].sum()),
                "spread_cued": spread.cued,
                "spread_others": spread.others,
                "spread_limit": WIDEST,
            }
        )
        errors.append({"set_size": size, **own.densities()})
    return rows, errors


def _part(progress: Progress, start: float, stop: float) -> Progress:
    return Progress(start + (stop - start) * progress.fraction, progress.message)
