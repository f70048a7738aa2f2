"""From collected slips to a finished release of Kazakhstan in three languages: seconds and peak memory, and the budget.

    .venv/bin/python bench/slips_to_release.py [--runs 3]

Slips are simulated and collected first; that is told, and not part of the figure. Then `qonys process`, `qonys tabulate`
and `qonys release build 2024` are timed as whole processes. Other work on the machine makes them take longer; their processor seconds hardly change.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from surroundings import as_installed

BUDGET_SECONDS = 10.0
BUDGET_GIB = 2.0
QONYS = [sys.executable, "-m", "qonys"]
STEPS = (["process"], ["tabulate"], ["release", "build", "2024"])


def main() -> None:
    """Prepare a workspace, time the steps, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="timed runs")
    runs = parser.parse_args().runs
    environment = as_installed()
    with tempfile.TemporaryDirectory() as folder:
        office = Path(folder) / "office"
        timed(["new", str(office), "--profile", "kz"], Path(folder), environment)
        print(f"simulate {timed(['simulate'], office, environment):6.1f} s   (not counted)")
        print(f"collect  {timed(['collect', 'deliveries'], office, environment):6.1f} s   (not counted)")
        sums = []
        for run in range(1, runs + 1):
            before = processor_seconds()
            seconds = [timed(step, office, environment) for step in STEPS]
            sums.append(sum(seconds))
            told = ", ".join(f"{' '.join(step)} {second:.1f}" for step, second in zip(STEPS, seconds, strict=True))
            print(f"run {run}: {sums[-1]:6.1f} s, {processor_seconds() - before:.1f} s of processors   ({told})")
    median, peak = statistics.median(sums), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"median {median:.1f} s of {BUDGET_SECONDS:.0f} s: ratio {median / BUDGET_SECONDS:.2f}")
    print(
        f"peak of any step, simulate and collect included, {peak:.2f} GiB of {BUDGET_GIB:.0f}: ratio {peak / BUDGET_GIB:.2f}"
    )


def processor_seconds() -> float:
    """What all commands so far took of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(arguments: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Seconds of one command, start-up included."""
    start = time.perf_counter()
    done = subprocess.run(
        [*QONYS, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"qonys {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
