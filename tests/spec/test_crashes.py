"""Kill −9 at every write, and at 100 random moments, of collect, process, a correction and a withdrawal of a delivery:
whatever became of a run, the next one ends with the same register, and a reader in between sees a whole one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from spec.crashes import MOMENTS

TESTS = Path(__file__).parents[1]
STEPS = ("process", "collect", "correct", "withdraw")
RUNS = [(step, mode) for mode in ("writes", "moments") for step in STEPS]
Runs = dict[tuple[str, str], "Future[dict[str, Any]]"]


def crash(folder: Path, deliveries: Path, step: str, mode: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "spec.crashes", str(folder), str(deliveries), step, mode]
    ran = subprocess.run(words, cwd=TESTS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory, simulated: Path) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("crashes")
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {(step, mode): pool.submit(crash, folder, simulated, step, mode) for step, mode in RUNS}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_at_any_write_leaves_the_last_whole_register(crashes: Runs, step: str) -> None:
    found = crashes[step, "writes"].result()
    assert found["faults"] == []
    assert found["kills"] == found["writes"] > 5
    assert found["changed"]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_at_any_moment_leaves_the_last_whole_register(crashes: Runs, step: str) -> None:
    found = crashes[step, "moments"].result()
    assert found["faults"] == []
    assert found["kills"] == MOMENTS[step]


def test_the_random_moments_are_a_hundred() -> None:
    assert sum(MOMENTS.values()) == 100
