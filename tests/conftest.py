"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Small products: a second thread of torch that waits for a busy core slows a test ten times. Read when torch starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published datasets beside the checkout; tests of real data are skipped, by name, without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the published datasets are not at {SHARED_DATA}")
    return SHARED_DATA
