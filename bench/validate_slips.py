"""CSV slips of Kazakhstan to a validated register, with identifiers hashed and without: rows a second and peak memory.

    .venv/bin/python bench/validate_slips.py [--rows 1000000] [--runs 5] [--without-extras]

Each run is a workspace of its own; four whole processes are timed, start-up included: `qonys collect FILE`; a pass of the
first 40 rules of records over what was collected; a pass of all rules of the profile, those of groups among them; and
`qonys process`, which does the latter and then sets slips side by side and makes moves of them. Collect and a pass make
the validated register. What a process takes for 1,000 slips is its start-up, told besides; where pandas is installed,
which the extras and the tools of the tests bring, a tenth of a second of it is that PyArrow loads it with its first array:
`--without-extras` hides what they bring. Making the slips up is not counted. Without identifiers means a layout that has none: the same slips without the number of
slip and person.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from slips import profile_without_identifiers, written_apart
from surroundings import as_installed, without_extras

HASHED, PLAIN = "identifiers hashed", "without identifiers"
BUDGET = {HASHED: 500_000, PLAIN: 1_000_000}
BUDGET_GIB = 2.0
QONYS = [sys.executable, "-m", "qonys"]


OFFICE = """
import gc, os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.set_threshold(100_000, 20, 20)
from datetime import date
from pathlib import Path
from qonys.production.judging import absent_layouts, judge
from qonys.production.office import Office
from qonys.process.confronting import confronted
from qonys.process.built_in_rules import record_rules
from qonys.store.workspace import Workspace
office = Office(Workspace.open(Path(".")), date(2025, 1, 20), lambda *_: None)
tables = {"registrations": office.store.files("input/registrations"), "deliveries": office.counting_deliveries()}
tables["territory"] = office.territory
"""
"""An office as a command has it: the command line begins with the first three lines, too."""
FORTY = f"""{OFFICE}
rules = record_rules(office.profile.rules)[:40]
confronted(office.engine, rules, absent_layouts(office, rules), tables).results()
"""
"""Forty rules of records over what was collected."""
EVERY = f"{OFFICE}\njudge(office, tables)"
"""All rules of the profile over what was collected."""
STEPS = ("collect", "40 rules", "all rules", "process")
FEW = 1_000


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
    parser.add_argument("--without-extras", action="store_true", help="as where the extras are not installed")
    given = parser.parse_args()
    environment = as_installed()
    with tempfile.TemporaryDirectory() as folder:
        if given.without_extras:
            environment = without_extras(environment, Path(folder) / "hidden")
        rules = json.loads(timed(["rules", "--profile", "kz", "--json"], Path(folder), environment)[1])
        print(f"{len(rules['rules'])} rules, {given.rows} slips")
        profiles = {HASHED: "kz", PLAIN: str(profile_without_identifiers(Path(folder)))}
        for kind, wanted in BUDGET.items():
            started = runs_of(kind, profiles[kind], FEW, given.runs, Path(folder), environment)
            taken = runs_of(kind, profiles[kind], given.rows, given.runs, Path(folder), environment)
            show(kind, wanted, given.rows, taken, started)


def runs_of(
    kind: str, profile: str, rows: int, runs: int, folder: Path, environment: dict[str, str]
) -> list[tuple[Taken, ...]]:
    slips = folder / f"arrivals_{kind[0]}{rows}.csv"
    written_apart(slips, rows, profile_named=profile)
    return [taken_by(slips, folder / f"{kind[0]}{rows}-{run}", environment, profile) for run in range(runs)]


def medians_of(runs: list[tuple[Taken, ...]]) -> list[float]:
    """The seconds of each step."""
    return [statistics.median(run[step].seconds for run in runs) for step in range(len(STEPS))]


def show(kind: str, wanted: int, rows: int, runs: list[tuple[Taken, ...]], started: list[tuple[Taken, ...]]) -> None:
    medians, of_few = medians_of(runs), medians_of(started)
    peak = max(taken.gib for run in runs for taken in run)
    told = ", ".join(
        f"{name} {median:.2f} ({start:.2f} for {FEW:,} slips)"
        for name, median, start in zip(STEPS, medians, of_few, strict=True)
    )
    print(f"{kind}, seconds, median of {len(runs)}: {told}; peak {peak:.2f} GiB of {BUDGET_GIB:.0f}")
    for rules in (1, 2):
        seconds = medians[0] + medians[rules]
        apart = seconds - of_few[0] - of_few[rules]
        print(
            f"  to a register validated with {STEPS[rules]}: {rows / seconds / 1e6:.2f} M rows/s of {wanted / 1e6:.1f}: "
            f"ratio {rows / seconds / wanted:.2f}; start-ups apart {rows / apart / 1e6:.2f} M rows/s"
        )


def taken_by(slips: Path, office: Path, environment: dict[str, str], profile: str = "kz") -> tuple[Taken, ...]:
    timed(["new", str(office), "--profile", profile], office.parent, environment)
    collect, _ = timed(["collect", str(slips), "--received", "2025-01-20"], office, environment)
    forty, _ = timed([], office, environment, program=[sys.executable, "-c", FORTY])
    every, _ = timed([], office, environment, program=[sys.executable, "-c", EVERY])
    process, _ = timed(["process"], office, environment)
    shutil.rmtree(office)  # all runs together might fill the disk
    return collect, forty, every, process


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
