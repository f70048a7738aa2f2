"""Where the real data lie; a test that needs them is skipped, with the reason, where they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ.get("QONYS_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))


def real_data(name: str) -> Path:
    """A real file by its path below the folder of real data."""
    path = REAL_DATA / name
    if not path.is_file():
        pytest.skip("real data not found: set QONYS_REAL_DATA")
    return path
