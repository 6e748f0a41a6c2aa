"""How the file marks items that were not shown."""

from __future__ import annotations

import numpy as np

from models.reading.display_size import abundant
from models.reading.doctor.case import Case, Finding


def placeholders(case: Case) -> list[Finding]:
    """Placeholder values, empty cells and values beyond the set size; a placeholder that counts as an item is wrong."""
    if not case.mapping.nontargets:
        return []
    names = [name for name in case.mapping.nontargets if name in case.table.frame]
    raw = np.column_stack([case.table.numbers(name) for name in names])
    return _kept(case, raw) or _left_out(case, raw)


def _kept(case: Case, raw: np.ndarray) -> list[Finding]:
    """A placeholder that is read as an item."""
    suspects = abundant(np.where(np.isin(raw, case.mapping.missing), np.nan, raw))
    most = raw.shape[1] + (0 if case.mapping.include_target else 1)
    sizes = case.set_size
    if not suspects or sizes.max() < most:
        return []
    value = suspects[0]
    share = float(np.mean(raw[np.isfinite(raw)] == value))
    if case.mapping.set_size is not None and np.ptp(sizes) > 0:
        return []  # the set size already says which cells are items
    return [
        Finding(
            "warning",
            "placeholder_kept",
            f"{value:g} stands for “no item”, it seems",
            f"{100 * share:.0f} % of the non-target cells hold exactly {value:g}.",
            f"Read as an angle, it puts an item at {value:g} on displays that did not have it, and set sizes are "
            "too large.",
            (f"Leave out items at {value:g}", case.mapping.but(missing=(*case.mapping.missing, value))),
        )
    ]


def _left_out(case: Case, raw: np.ndarray) -> list[Finding]:
    """What marks the items that were left out, where displays differ in size."""
    filled = np.isfinite(raw)
    extra = 0 if case.mapping.include_target else 1
    marked = filled & np.isin(raw, case.mapping.missing)
    found = []
    if marked.any():
        value = raw[marked][0]
        found.append(
            Finding(
                "info",
                "placeholder",
                f"{value:g} stands for “no item”",
                f"{int(marked.sum()):,} cells of the non-target columns hold {value:g}; they are no items.",
                f"Read as angles, they would put items at {value:g} on displays that did not have them.",
                ("Read them as items", case.mapping.but(missing=())) if case.mapping.set_size is None else None,
            )
        )
    if case.mapping.set_size is not None:
        wanted = case.table.numbers(case.mapping.set_size) - extra
        beyond = (filled & ~marked) & (np.arange(raw.shape[1])[None, :] >= wanted[:, None])
        if np.mean((filled & ~marked).sum(axis=1) > wanted) > 0.02 and beyond.any():
            found.append(
                Finding(
                    "info",
                    "beyond_set_size",
                    "Cells beyond the set size hold values that look real",
                    f"{int(beyond.sum()):,} cells of items past “{case.mapping.set_size}” are filled. Only the first "
                    "items of each row count.",
                    "Read as items, they would be non-targets that nobody saw, and swaps to them guesses.",
                )
            )
    empty = ~filled
    if not found and empty.any() and np.ptp(case.set_size) > 0:
        detail = (
            f"{int(empty.sum()):,} cells of the non-target columns are empty (or NaN, NA): items that were not shown."
        )
        found.append(Finding("info", "empty_cells", "Empty cells stand for “no item”", detail))
    return found
