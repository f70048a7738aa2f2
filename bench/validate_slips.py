"""CSV slips of Kazakhstan to a validated register, with identifiers hashed and without: rows a second and peak memory.

    .venv/bin/python bench/validate_slips.py [--rows 1000000] [--runs 5]

Each run is a workspace of its own; three whole processes are timed, start-up included: `qonys collect FILE`; a pass of all
rules of the profile over what was collected; and `qonys process`, which does the same pass and then sets slips side by
side and makes moves of them. Collect and the pass make the validated register; process is told besides. Making the slips
up is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from slips import written_apart

HASHED, PLAIN = "identifiers hashed", "without identifiers"
BUDGET = {HASHED: 500_000, PLAIN: 1_000_000}
BUDGET_GIB = 2.0
QONYS = [sys.executable, "-m", "qonys"]


JUDGE = """
from datetime import date
from pathlib import Path
from qonys.production.judging import judge
from qonys.production.office import Office
from qonys.store.workspace import Workspace
office = Office(Workspace.open(Path(".")), date(2025, 1, 20), lambda *_: None)
tables = {"registrations": office.store.files("input/registrations"), "deliveries": office.counting_deliveries()}
judge(office, {**tables, "territory": office.territory})
"""
"""All rules of the profile over what was collected."""


@dataclass(frozen=True)
class Taken:
    """What one command took."""

    seconds: float
    gib: float


def main() -> None:
    """Make slips, run, print medians and their ratio to the budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="slips a run")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each kind")
    given = parser.parse_args()
    environment = {**os.environ, "QONYS_KEY": secrets.token_hex(32), "QONYS_RECORD_KEY": secrets.token_hex(32)}
    with tempfile.TemporaryDirectory() as folder:
        rules = json.loads(timed(["rules", "--profile", "kz", "--json"], Path(folder), environment)[1])
        print(f"{len(rules['rules'])} rules, {given.rows} slips")
        for kind, wanted in BUDGET.items():
            slips = Path(folder) / f"arrivals_{kind[0]}.csv"
            written_apart(slips, given.rows, identified=kind == HASHED)
            runs = [taken_by(slips, Path(folder) / f"{kind[0]}{run}", environment) for run in range(given.runs)]
            show(kind, wanted, given.rows, runs)


def show(kind: str, wanted: int, rows: int, runs: list[tuple[Taken, ...]]) -> None:
    collect, judge, process = (statistics.median(run[step].seconds for run in runs) for step in range(3))
    both = statistics.median(run[0].seconds + run[1].seconds for run in runs)
    peak = max(taken.gib for run in runs for taken in run)
    print(
        f"{kind}: median of {len(runs)}: {both:.2f} s (collect {collect:.2f}, rules {judge:.2f}; process {process:.2f}): "
        f"{rows / both / 1e6:.2f} M rows/s of {wanted / 1e6:.1f}: ratio {rows / both / wanted:.2f}; "
        f"peak {peak:.2f} GiB of {BUDGET_GIB:.0f}: ratio {peak / BUDGET_GIB:.2f}"
    )


def taken_by(slips: Path, office: Path, environment: dict[str, str]) -> tuple[Taken, ...]:
    timed(["new", str(office), "--profile", "kz"], office.parent, environment)
    collect, _ = timed(["collect", str(slips), "--received", "2025-01-20"], office, environment)
    judge, _ = timed([], office, environment, program=[sys.executable, "-c", JUDGE])
    process, _ = timed(["process"], office, environment)
    return collect, judge, process


def timed(
    arguments: list[str], folder: Path, environment: dict[str, str], *, program: list[str] = QONYS
) -> tuple[Taken, str]:
    """One command as a process: wall seconds, peak memory, what it printed."""
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen([*program, *arguments], cwd=folder, env=environment, stdout=told, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        taken = Taken(time.perf_counter() - start, used.ru_maxrss / 2**20)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        said.seek(0)
        if process.returncode:
            sys.exit(f"qonys {' '.join(arguments)} failed:\n{told.read()}\n{said.read()}")
        return taken, told.read()


if __name__ == "__main__":
    main()
