"""`qonys collect` alone: rows a second, processor seconds a million rows and peak memory, as deliveries grow.

    .venv/bin/python bench/collect_slips.py [--rows 1000000 10000000] [--runs 5]

Processor seconds hardly depend on what else the machine does; rows a second do. Start-up is included in both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from slips import profile_without_identifiers, write_slips
from surroundings import as_installed

QONYS = [sys.executable, "-m", "qonys"]


def main() -> None:
    """Collect deliveries with identifiers and without; print the median of each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000], help="slips, one size each")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each size and kind")
    given = parser.parse_args()
    for rows in given.rows:
        for kind in ("identifiers hashed", "without identifiers"):
            with tempfile.TemporaryDirectory() as folder:
                slips = Path(folder) / "arrivals_1.csv"
                plain = kind == "without identifiers"
                profile = str(profile_without_identifiers(Path(folder))) if plain else "kz"
                write_slips(slips, rows, profile_named=profile)
                runs = [collected(slips, Path(folder) / f"office-{run}", profile) for run in range(given.runs)]
            seconds, processor, gib = (statistics.median(part) for part in zip(*runs, strict=True))
            print(
                f"{rows:>10} slips, {kind:19}: {seconds:6.1f} s, {rows / seconds / 1e6:.2f} M rows/s,"
                f" {processor / rows * 1e6:.1f} processor seconds a million, peak {gib:.2f} GiB"
            )


def collected(slips: Path, office: Path, profile: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak memory of one collect in a workspace of its own."""
    environment = as_installed()
    subprocess.run([*QONYS, "new", str(office), "--profile", profile], env=environment, check=True, capture_output=True)
    start = time.perf_counter()
    with subprocess.Popen(
        [*QONYS, "collect", str(slips), "--workspace", str(office)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        said = running.stderr.read() if running.stderr else b""
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        sys.exit(said.decode())
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


if __name__ == "__main__":
    main()
