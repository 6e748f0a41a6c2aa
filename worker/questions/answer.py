"""The form of an answer: a head of plain data and a body of bytes; arrays travel as base64 inside JSON."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor


@dataclass(frozen=True)
class Reply:
    """``head`` has ``status`` and ``type``, or ``status``, ``title`` and ``detail`` of a refusal."""

    head: dict[str, Any]
    body: bytes = b""

    @staticmethod
    def of_json(plain: dict[str, Any]) -> Reply:
        """An answer of JSON."""
        return Reply.of_bytes(json.dumps(plain, allow_nan=False, separators=(",", ":")).encode(), "application/json")

    @staticmethod
    def of_bytes(body: bytes, media_type: str = "application/octet-stream") -> Reply:
        """An answer of any bytes."""
        return Reply({"status": 200, "type": media_type}, body)

    @staticmethod
    def refusal(status: int, title: str, detail: str) -> Reply:
        """An answer that says why there is none."""
        return Reply({"status": status, "title": title, "detail": detail})


def array(values: Tensor | np.ndarray, dtype: str = "f4") -> dict[str, str]:
    """One-dimensional numbers as plotly takes them: ``{"dtype", "bdata"}``, little-endian."""
    numbers = values.numpy() if isinstance(values, Tensor) else values
    flat = np.ascontiguousarray(numbers, dtype=f"<{dtype}").reshape(-1)
    return {"dtype": dtype, "bdata": base64.b64encode(flat.tobytes()).decode("ascii")}
