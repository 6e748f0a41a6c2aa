"""Made-up experiments for the tests of reading."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the generator of made-up files lies beside the tests
