"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published datasets beside the checkout; tests of real data are skipped, by name, without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the published datasets are not at {SHARED_DATA}")
    return SHARED_DATA
