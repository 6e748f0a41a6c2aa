"""Small made-up experiments for the tests of reading."""

from __future__ import annotations

import numpy as np
import pandas as pd


def wrap(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def experiment(rows=400, size=3, seed=0, swaps=0.3):
    """Trials with absolute angles in radians: subject, set_size, target, response, nontarget_1.., pos_1.."""
    generator = np.random.default_rng(seed)
    target = generator.uniform(-np.pi, np.pi, rows)
    items = generator.uniform(-np.pi, np.pi, (rows, size - 1))
    sizes = np.where(np.arange(rows) % 2, size, size - 1)
    items[np.arange(size - 1)[None, :] >= (sizes - 1)[:, None]] = np.nan
    chosen = np.where(generator.random(rows) < swaps, items[:, 0], target) if size > 1 else target
    chosen = np.where(np.isnan(chosen), target, chosen)
    response = wrap(chosen + 0.25 * generator.standard_normal(rows) * np.sqrt(sizes))
    frame = {"subject": 1 + np.arange(rows) // (rows // 4), "set_size": sizes, "target": target, "response": response}
    return pd.DataFrame(frame | {f"nontarget_{k + 1}": items[:, k] for k in range(size - 1)})


def csv(frame, **options):
    return frame.to_csv(index=False, **options).encode()


def delayed_estimation(rows=2400, most=4, seed=0, swaps=0.35, spacing=0.0, places=8, span=2 * np.pi):
    """As ``experiment``, with places in radians (target_pos, nontarget_pos_1 ..) by which swaps fall off.

    Set sizes 1 to ``most``; items at least ``spacing`` radians from the target and within ``span`` of the circle.
    """
    generator = np.random.default_rng(seed)
    sizes = 1 + np.arange(rows) % most
    place = np.argsort(generator.random((rows, places)), axis=1)[:, :most] * 2 * np.pi / places
    target = generator.uniform(-span / 2, span / 2, rows)
    if spacing:
        items = wrap(target[:, None] + generator.uniform(spacing, 2 * np.pi - spacing, (rows, most - 1)))
    else:
        items = generator.uniform(-span / 2, span / 2, (rows, most - 1))
    items[np.arange(most - 1)[None, :] >= (sizes - 1)[:, None]] = np.nan
    near = np.exp(2 * np.cos(place[:, 1:] - place[:, :1]) - 2)
    weight = np.where(np.isnan(items), 0.0, 4 * swaps * near)
    odds = np.column_stack([np.ones(rows), weight])
    chosen = (generator.random(rows)[:, None] * odds.sum(axis=1)[:, None] > odds.cumsum(axis=1)).sum(axis=1)
    reported = np.column_stack([target, items])[np.arange(rows), chosen]
    response = wrap(reported + 0.2 * np.sqrt(sizes) * generator.standard_normal(rows))
    where = np.where(np.isnan(items), np.nan, place[:, 1:])
    frame = {"subject": 1 + np.arange(rows) * 6 // rows, "set_size": sizes, "target": target, "response": response}
    frame |= {f"nontarget_{k + 1}": items[:, k] for k in range(most - 1)} | {"target_pos": place[:, 0]}
    return pd.DataFrame(frame | {f"nontarget_pos_{k + 1}": where[:, k] for k in range(most - 1)})


def items_of(frame):
    """Names of the non-target columns."""
    return [name for name in frame if name.startswith("nontarget_") and "pos" not in name]


def relative(frame, reading, shift=0.0):
    """Errors, and non-targets relative to the target or as distances of the response, as labs release them."""
    error = wrap(frame["response"] - frame["target"])
    released = frame[["subject", "set_size"]].assign(error=error)
    for name in items_of(frame):
        values = {"minus_target": frame[name] - frame["target"], "response_minus": frame["response"] - frame[name]}
        released[f"dist_error_{name[-1]}"] = wrap(values[reading] + shift)
    return released


def half_doubled(frame):
    """Orientations whose targets and responses were doubled, and whose non-targets were not."""
    return frame.assign(**{name: frame[name] / 2 for name in items_of(frame)})[[*frame.columns[:4], *items_of(frame)]]


def extra_factor(frame):
    """Places that were multiplied by pi/180 once too often."""
    places = [name for name in frame if "pos" in name]
    return frame.assign(**{name: frame[name] * np.pi / 180 for name in places})


def filled_beyond(frame, seed=0):
    """Real-looking values in every cell, as of programs that draw all items and show the first ones."""
    generator = np.random.default_rng(seed)
    drawn = {
        name: frame[name].fillna(pd.Series(generator.uniform(-np.pi, np.pi, len(frame)))) for name in items_of(frame)
    }
    return frame.assign(**drawn)


def scrambled(frame, seed=0):
    """The same columns in another order, with names that say nothing; and what each is called now."""
    order = [str(name) for name in np.random.default_rng(seed).permutation(list(frame.columns))]
    names = {name: f"v{place:02d}" for place, name in enumerate(order)}
    return frame[order].rename(columns=names), names


def long(frame, seed=0):
    """One row an item, in random order within a trial: subject, trial, item, colour, place, is_target, response."""
    generator = np.random.default_rng(seed)
    rows = []
    for number, row in enumerate(frame.to_dict("records")):
        items = [(row["target"], row["target_pos"], 1)]
        items += [(row[name], row[name.replace("nontarget", "nontarget_pos")], 0) for name in items_of(frame)]
        shown = [item for item in items if item[0] == item[0]]
        for place, item in enumerate(generator.permutation(len(shown))):
            rows.append((row["subject"], 1 + number % 400, place + 1, *shown[item], row["response"]))
    return pd.DataFrame(rows, columns=["subject", "trial", "item", "colour", "place", "is_target", "response"])
