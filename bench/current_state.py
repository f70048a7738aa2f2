"""The current state of a large register, 1 % of it amended: seconds until it is read, and peak memory.

    .venv/bin/python bench/current_state.py [--rows 50000000] [--share 0.01] [--runs 5]

Written first, and not counted: registrations as Parquet in 12 deliveries (place, receipt, record key, day, kind, sex, date
of birth, education, reason, both ends; identifiers are left out, since the reading touches none), and the amended slips as
Parquet. A run is a process of its own: it opens both, puts the amended slips in the place of the delivered ones, and
counts persons by year, region of origin and sex. Beside it, the same count of the registrations as delivered.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qonys.datasets.outcome import Files, Overlay
from qonys.engine.duck import DuckDBEngine

BUDGET_SECONDS = 5.0
DELIVERIES = 12
BATCH = 1_000_000
COUNT = """
select year(date) as year, left(origin, 2) as region, sex, count(*) as persons, sum(record_key & 1) as odd
from registrations group by all
"""


def main() -> None:
    """Write the register, read it in processes of their own, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000_000, help="registrations")
    parser.add_argument("--share", type=float, default=0.01, help="share of them that was amended")
    parser.add_argument("--runs", type=int, default=5, help="timed runs")
    parser.add_argument("--read", nargs=2, metavar=("FOLDER", "STATE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read(Path(given.read[0]), given.read[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        size = written(Path(folder), given.rows, given.share)
        print(f"{given.rows:,} registrations ({size / 2**30:.2f} GiB), {given.share:.1%} amended; not counted")
        delivered = timed(Path(folder), "delivered", given.runs)
        current = timed(Path(folder), "current", given.runs)
    for name, (seconds, processor, peak) in {"as delivered": delivered, "current state": current}.items():
        print(f"{name}: median {seconds:.2f} s ({processor:.2f} s of processor time), peak {peak:.2f} GiB")
    print(
        f"current state: {current[0] / delivered[0]:.2f} x as delivered in time, {current[1] / delivered[1]:.2f} x in "
        f"processor time; ratio to the budget {current[0] / BUDGET_SECONDS:.2f}"
    )


def written(folder: Path, rows: int, share: float) -> int:
    """Write registrations and amendments; bytes of the registrations."""
    random = np.random.default_rng(7)
    amended = []
    for delivery in range(1, DELIVERIES + 1):
        first, last = rows * (delivery - 1) // DELIVERIES, rows * delivery // DELIVERIES
        with pq.ParquetWriter(
            folder / f"{delivery:02}.parquet", slips(0, 1, 1, random).schema, compression="zstd"
        ) as out:
            for start in range(first, last, BATCH):
                some = slips(start - first, min(BATCH, last - start), delivery, random)
                out.write_table(some)
                amended.append(some.filter(pa.array(random.random(some.num_rows) < share)))
    pq.write_table(pa.concat_tables(amended), folder / "amendments.parquet", compression="zstd")
    return sum(path.stat().st_size for path in folder.glob("[0-9]*.parquet"))


def slips(start: int, rows: int, delivery: int, random: np.random.Generator) -> pa.Table:
    """Slips of one delivery, of which ``start`` came before."""
    day = (date(2015 + delivery, 1, 1) - date(1970, 1, 1)).days
    return pa.table(
        {
            "delivery": pa.array(np.full(rows, delivery, np.int32)),
            "row": pa.array(np.arange(start + 1, start + rows + 1, dtype=np.int64)),
            "received": pa.array(np.full(rows, day + 365, np.int32), pa.date32()),
            "record_key": pa.array(random.integers(-(2**63), 2**63, rows)),
            "date": pa.array((day + random.integers(0, 365, rows)).astype(np.int32), pa.date32()),
            "kind": coded(["arrival", "departure"], rows, random),
            "sex": coded(["F", "M"], rows, random),
            "birth_date": pa.array((day - random.integers(0, 30_000, rows)).astype(np.int32), pa.date32()),
            "education": coded([f"level {n}" for n in range(8)], rows, random),
            "reason": coded([f"reason {n}" for n in range(8)], rows, random),
            "origin": coded([f"{n:09}" for n in range(10_000_000, 230_000_000, 1_000_000)], rows, random),
            "destination": coded([f"{n:09}" for n in range(10_000_000, 230_000_000, 1_000_000)], rows, random),
        }
    )


def coded(codes: list[str], rows: int, random: np.random.Generator) -> pa.Array[Any]:
    """A column of codes."""
    places = pa.array(random.integers(0, len(codes), rows).astype(np.int32))
    column: pa.Array[Any] = pa.DictionaryArray.from_arrays(places, pa.array(codes)).cast(pa.string())
    return column


def timed(folder: Path, state: str, runs: int) -> tuple[float, float, float]:
    """Medians of seconds and of processor time, and the highest peak of memory (GiB), of some runs."""
    command = [sys.executable, __file__, "--read", str(folder), state]
    told = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(runs)]
    seconds, processor, peaks = ([float(one[place]) for one in told] for place in range(3))
    return statistics.median(seconds), statistics.median(processor), max(peaks)


def read(folder: Path, state: str) -> None:
    """Read a state as a process of its own; say seconds, peak and how many persons were counted."""
    start = time.perf_counter()
    paths = tuple(str(path) for path in sorted(folder.glob("[0-9]*.parquet")))
    below = Files(paths, pq.read_schema(paths[0]))
    table = Overlay(below, pq.read_table(folder / "amendments.parquet")) if state == "current" else below
    counts = DuckDBEngine(memory_limit="1200MB").run(COUNT, None, registrations=table)
    persons = sum(counts["persons"].to_pylist())
    used = resource.getrusage(resource.RUSAGE_SELF)
    passed = time.perf_counter() - start
    print(f"{passed:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 2**20:.3f} {persons}")


if __name__ == "__main__":
    main()
