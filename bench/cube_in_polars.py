"""The cubes of bench/cube_against_sql.py in Polars; runs in the environment of the peers.

python cube_in_polars.py CUBE RUNS TERRITORY CELLS FILE.parquet…    writes the cells, prints seconds of each run as JSON

The query is the hand-written one: the territory is joined to each move, and rows are told apart by the codes of the table alone.
Polars streams, so that no more than a part of the moves is in memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date

import polars as pl

CUT_OFF = date(2025, 2, 28)
FIRST = 5 * (pl.col("age") // 5)
AGE_GROUP = (
    pl.when(pl.col("age") >= 85)
    .then(pl.lit("Y_GE85"))
    .otherwise(pl.format("Y{}T{}", FIRST, FIRST + 4))
    .alias("age_group")
)
CUBES = {"O×D×sex": (pl.col("sex"),), "O×D×sex×age group": (pl.col("sex"), AGE_GROUP)}


def cube(name: str, files: list[str], territory: str) -> pl.DataFrame:
    """Cells of a cube: origin, destination, characteristics, n."""
    moves = pl.scan_parquet(files).filter(
        (pl.col("known_from") <= CUT_OFF) & (pl.col("known_to").is_null() | (pl.col("known_to") > CUT_OFF))
    )
    for end in ("origin", "destination"):
        places = pl.scan_parquet(territory).select(
            pl.col("code").alias(end), pl.col("unit").alias(f"{end}_unit"), "valid_from", "valid_to"
        )
        joined = moves.join(places, on=end)
        moves = joined.filter(pl.col("date") >= pl.col("valid_from"), pl.col("date") < pl.col("valid_to"))
        moves = moves.drop("valid_from", "valid_to")
    counted = moves.group_by("origin_unit", "destination_unit", *CUBES[name]).agg(pl.len().alias("n"))
    return counted.collect(engine="streaming")


def main() -> None:
    """Count, after a run that is not reckoned, and say how long it took."""
    name, runs, territory, cells, *files = sys.argv[1:]
    clock, processor = [], []
    for _ in range(int(runs) + 1):
        start, used = time.perf_counter(), time.process_time()
        found = cube(name, files, territory)
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    found.with_columns(pl.col("n").cast(pl.Int64)).write_parquet(cells)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"clock": clock[1:], "processor": processor[1:], "peak": peak}))


if __name__ == "__main__":
    main()
