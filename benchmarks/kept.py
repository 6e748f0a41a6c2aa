"""Measurements of trained networks, kept beside them: what was measured by the same code is not measured again."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("models.analysis", "benchmarks")
"""Of the code whose changes make a measurement out of date; what networks are is said by their own files."""


def kept(file: Path, weights: Path, module: ModuleType, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - any JSON
    """What ``make`` gives, from a file if the same code measured the same weights before.

    Args:
        file: where it is kept.
        weights: file of the network's weights.
        module: that measures; a change in it, or in what it imports of ``PACKAGES``, makes the file out of date.
        make: measures; its answer must be plain data.
    """
    mark = hashlib.sha256(weights.read_bytes() + code_of(module).encode()).hexdigest()
    if file.exists():
        found = json.loads(file.read_text())
        if found["mark"] == mark:
            return found["value"]
    value = make()
    draft = file.with_name(file.name + ".part")
    draft.write_text(json.dumps({"mark": mark, "value": value}))
    draft.replace(file)
    return value


@cache
def code_of(module: ModuleType) -> str:
    """A digest of a module and of all modules of ``PACKAGES`` that it imports, directly or not."""
    seen: dict[str, bytes] = {}
    left = [module.__name__]
    while left:
        name = left.pop()
        spec = importlib.util.find_spec(name)
        if name in seen or spec is None or spec.origin is None:
            continue
        seen[name] = Path(spec.origin).read_bytes()
        left += [one for one in imported(seen[name]) if one.startswith(PACKAGES)]
    whole = b"".join(name.encode() + seen[name] for name in sorted(seen))
    return hashlib.sha256(whole).hexdigest()


def imported(source: bytes) -> Iterator[str]:
    """Names of modules that a source imports; names that it imports from a package may be modules as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            for one in node.names:
                inner = f"{node.module}.{one.name}"
                if node.module.startswith(PACKAGES) and _is_module(inner):
                    yield inner


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
