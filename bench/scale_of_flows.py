"""How long counting takes as moves become more: seconds a million moves, and peak memory, in one machine of two cores.

    .venv/bin/python bench/scale_of_flows.py [--most 100000000] [--regions 60]

Each size is a process of its own with two threads and a bound of 4 GB; the flows are origin × destination × month × sex × age group.
Writes bench/results/scale_of_flows.csv. Moves are made up anew for each size and deleted: 100 million take about 2 GB of disk.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from cube_against_sql import CUBES, flows
from moves import territory, write_moves

from qonys.engine.duck import DuckDBEngine

RESULTS = Path(__file__).parent / "results"
ALLOWED = 1.2
FIELDS = ("moves", "flows", "seconds", "seconds_a_million", "peak_gib", "cores", "memory_gib")


def main() -> None:
    """Count each size, print and write the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=100_000_000, help="the largest number of moves")
    parser.add_argument("--regions", type=int, default=60, help="regions")
    given = parser.parse_args()
    rows: list[dict[str, float]] = []
    moves = 1_000_000
    while moves <= given.most:
        with get_context("spawn").Pool(1) as alone:
            rows.append(alone.apply(counted, (moves, given.regions)))
        print({name: round(value, 3) for name, value in rows[-1].items()})
        moves *= 10
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "scale_of_flows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows({name: round(value, 3) for name, value in row.items()} for row in rows)
    growth = rows[-1]["seconds_a_million"] / rows[1]["seconds_a_million"] if len(rows) > 2 else float("nan")
    print(f"seconds a million moves, the largest against 10 million: ratio {growth:.2f} of {ALLOWED}")


def counted(moves: int, regions: int) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp())
    try:
        files = write_moves(folder / "moves", moves, regions)
        engine = DuckDBEngine(memory_limit="4GB", threads=2, spill=folder)
        start = time.perf_counter()
        found = flows(engine, CUBES["O×D×sex×age group"], files, territory(regions))
        seconds = time.perf_counter() - start
    finally:
        shutil.rmtree(folder)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "moves": moves,
        "flows": found.num_rows,
        "seconds": seconds,
        "seconds_a_million": seconds / moves * 1e6,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "cores": os.cpu_count() or 0,
        "memory_gib": memory,
    }


if __name__ == "__main__":
    sys.exit(main())
