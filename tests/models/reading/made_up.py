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
