"""From collected slips to a finished release of Kazakhstan in three languages: seconds and peak memory, and the budget.

    .venv/bin/python bench/slips_to_release.py [--runs 3] [--without-extras]

Slips are simulated and collected first; that is told, and not part of the figure. Then `qonys release build 2024 --from-slips` is
timed as a whole process, start-up included: the figure. The three commands that do the same, `qonys process`, `qonys tabulate` and
`qonys release build 2024`, are told beside. Other work on the machine makes them take longer; their processor seconds hardly change. Where pandas is installed, which
the extras and the tools of the tests bring, PyArrow loads it with its first array: `--without-extras` hides it, as an office has it.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from surroundings import as_installed, without_extras

BUDGET_SECONDS = 10.0
BUDGET_GIB = 2.0
QONYS = [sys.executable, "-m", "qonys"]
WHOLE = ["release", "build", "2024", "--from-slips"]
STEPS = (["process"], ["tabulate"], ["release", "build", "2024"])


def main() -> None:
    """Prepare a workspace, time the line, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="timed runs")
    parser.add_argument("--without-extras", action="store_true", help="as where the extras are not installed")
    given = parser.parse_args()
    environment = as_installed()
    with tempfile.TemporaryDirectory() as folder:
        if given.without_extras:
            environment = without_extras(environment, Path(folder) / "hidden")
        office = Path(folder) / "office"
        timed(["new", str(office), "--profile", "kz"], Path(folder), environment)
        print(f"simulate {timed(['simulate'], office, environment):6.1f} s   (not counted)")
        print(f"collect  {timed(['collect', 'deliveries'], office, environment):6.1f} s   (not counted)")
        median = statistics.median(told(f"run {run}", [WHOLE], office, environment) for run in range(1, given.runs + 1))
        told("three commands", STEPS, office, environment)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"median {median:.1f} s of {BUDGET_SECONDS:.0f} s: ratio {median / BUDGET_SECONDS:.2f}")
    print(
        f"peak of any command, simulate and collect included, {peak:.2f} GiB of {BUDGET_GIB:.0f}: ratio {peak / BUDGET_GIB:.2f}"
    )


def told(what: str, commands: Sequence[list[str]], office: Path, environment: dict[str, str]) -> float:
    """Seconds of commands one after the other, which are printed with those of processors."""
    before = processor_seconds()
    seconds = [timed(command, office, environment) for command in commands]
    each = ", ".join(f"{' '.join(command)} {second:.1f}" for command, second in zip(commands, seconds, strict=True))
    print(f"{what}: {sum(seconds):6.1f} s, {processor_seconds() - before:.1f} s of processors   ({each})")
    return sum(seconds)


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
