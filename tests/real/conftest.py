"""The slips of Kazakhstan, written once for the tests of the release and of the files, which one worker runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.production.simulating import simulate_register


@pytest.fixture(scope="session")
def slips_of_kazakhstan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kazakhstan") / "deliveries"
    simulate_register("kz", folder, seed=2024, moves=None, progress=lambda _what, _rows: None)
    return folder
