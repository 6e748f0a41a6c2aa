"""The example study's data, and the truth they were made from.

Twelve subjects of equal ability see 1, 2, 4 or 6 coloured discs at eight possible locations, are cued with a location
and report the colour. A non-target is reported instead of the target with log-odds that fall with its distance from
the cued location; noise grows with set size; a few responses are guesses.
"""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import torch
from torch import Tensor

from models.behaviour.truth import truth_model
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials

SUBJECTS = 12
TRIALS_PER_SET_SIZE = 180
LOCATIONS = 8

TRUTH: dict[str, Any] = {
    "description": (
        "Log-odds of reporting a non-target rather than the target, at probe distance d: "
        "f(d) = baseline + height * exp(sharpness * (cos d - 1)). Responses scatter around the reported item by a von "
        "Mises law; guesses are uniform, with log-odds against the target. The same for all subjects."
    ),
    "swap_function": {"baseline": -3.6, "height": 4.0, "sharpness": 1.8},
    "set_sizes": {
        "1": {"concentration": 14.0, "uniform_log_odds": -4.0},
        "2": {"concentration": 11.0, "uniform_log_odds": -3.5},
        "4": {"concentration": 8.0, "uniform_log_odds": -2.8},
        "6": {"concentration": 6.0, "uniform_log_odds": -2.2},
    },
}
"""The written-down truth, JSON-ready, in the format of ``models.behaviour.truth``."""


def example_displays(generator: torch.Generator, set_size: int, count: int, width: int) -> Displays:
    """``count`` displays: distinct random locations of the eight, independent uniform colours; item 0 is cued."""
    slots = torch.rand((count, LOCATIONS), generator=generator, dtype=torch.float64).argsort(1)[:, :set_size]
    table = torch.full((2, count, width), math.nan, dtype=torch.float64)
    table[0, :, :set_size] = wrap(
        (2 * torch.rand((count, set_size), generator=generator, dtype=torch.float64) - 1) * math.pi
    )
    table[1, :, :set_size] = wrap(slots.double() * (2 * math.pi / LOCATIONS))
    return Displays(table[0], table[1], torch.full((count,), set_size))


def example_trials(seed: int = 1) -> Trials:
    """8,640 trials of 12 subjects at set sizes 1, 2, 4 and 6, in random order within a subject."""
    generator = torch.Generator().manual_seed(seed)
    sizes = [int(size) for size in TRUTH["set_sizes"]]
    count = SUBJECTS * TRIALS_PER_SET_SIZE
    parts = [example_displays(generator, size, count, max(sizes)) for size in sizes]
    displays = Displays(
        torch.cat([part.report for part in parts]),
        torch.cat([part.probe for part in parts]),
        torch.cat([part.set_size for part in parts]),
    )
    subject = (torch.arange(count) % SUBJECTS).repeat(len(sizes))
    order = torch.randperm(len(displays), generator=generator)
    order = order[subject[order].argsort(stable=True)]
    displays, subject = displays.select(order), subject[order]
    response = truth_model(TRUTH).sample(displays, generator)
    return Trials.build(displays, response, [f"S{code + 1:02d}" for code in subject.tolist()])


def example_csv(seed: int = 1) -> bytes:
    """The example as the text of a csv file, angles in degrees: columns a lab would write."""
    trials = example_trials(seed)
    items = trials.displays.items
    others = range(2, items + 1)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = ["subject", "trial", "set_size", "response", "target", "target_location"]
    names += [f"nontarget_{i}" for i in others] + [f"nontarget_location_{i}" for i in others]
    writer.writerow(names)
    report, probe, response = _degrees(trials.report), _degrees(trials.probe), _degrees(trials.response)
    seen: dict[int, int] = {}
    for m, code in enumerate(trials.subject.tolist()):
        seen[code] = seen.get(code, 0) + 1
        row = [trials.subject_names[code], seen[code], int(trials.set_size[m])]
        writer.writerow([*row, response[m], report[m][0], probe[m][0], *report[m][1:], *probe[m][1:]])
    return text.getvalue().encode()


def _degrees(angle: Tensor) -> list[Any]:
    """Degrees to 3 decimals as text, nested as the tensor is; nothing for NaN."""
    rounded = torch.rad2deg(angle).tolist()

    def text(value: Any) -> Any:  # noqa: ANN401 (nested lists of floats)
        if isinstance(value, list):
            return [text(entry) for entry in value]
        return "" if math.isnan(value) else f"{value:.3f}"

    return [text(value) for value in rounded]
