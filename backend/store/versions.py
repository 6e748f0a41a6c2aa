"""Which versions made a result: of Swapscope, Python and the libraries its numbers depend on."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("torch", "numpy", "scipy")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    """The commit this code was run from, or None outside a checkout."""
    here = Path(__file__).resolve().parents[2]
    if not (here / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


@cache
def versions() -> dict[str, str | None]:
    """Versions by name; None where something is not installed or the code is no checkout."""
    found: dict[str, str | None] = {"swapscope": _installed("swapscope"), "git": _git_commit()}
    found["python"] = platform.python_version()
    return found | {name: _installed(name) for name in LIBRARIES}
