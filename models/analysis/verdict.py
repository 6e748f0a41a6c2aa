"""What the numbers of a report say in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def verdict(
    groups: Sequence[Mapping[str, Any]], contrasts: Sequence[Mapping[str, Any]], nulls: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The verdict on a report.

    Returns:
        ``{"headline", "statements": [{"topic", "sentence", "evidence", "limits", "supported"}]}``.
    """
    return {"headline": "", "statements": []}
