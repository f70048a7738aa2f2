"""Moves to origin × destination × sex, and × age group, through Qonys and by hand-written SQL on the same files.

    .venv/bin/python bench/cube_against_sql.py [--rows 20000000] [--regions 20] [--runs 5] [--polars] [--peers PYTHON]

What is compared: Qonys counts moves into flows, which keep their month and both ends' being inside; the hand-written query makes
the cells of this one table and keeps no month, so it groups by fewer columns. A code is an area only on its days: the hand-written
query joins the territory to each move, as a statistician would write it. Qonys counts by codes first, as `qonys tabulate` decides
where codes are few beside moves, and looks them up afterwards; a hand-written query could do so too, and one that does, and
that keeps the month, is timed beside. All run in DuckDB with two threads. With --polars the hand-written query is timed in Polars
too, with two threads, in an environment of the peers that pip makes from bench/requirements-peers.txt unless --peers names a Python that has
it. Every cell is compared. Seconds of the processor are told besides those of the clock, as they say the same on a machine that does
other work.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from moves import territory, write_moves
from rules_against_peers import environment

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.datasets.outcome import Files
from qonys.datasets.territory import group_table
from qonys.engine.duck import DuckDBEngine
from qonys.queries.flow_tables import characteristics
from qonys.queries.flows import flows_query
from qonys.queries.tables import table_query

BUDGET = 1.2


def design(*rows: str) -> TableDesign:
    return TableDesign(
        id="cube",
        title={},
        universe="internal",
        frequency="year",
        measures=("arrivals",),
        rows=rows,
        columns=("period", "measure"),
    )


CUBES = {
    "O×D×sex": design("partner_area", "area", "sex"),
    "O×D×sex×age group": design("partner_area", "area", "sex", "age_group"),
}
BY_HAND = {
    "O×D×sex": "m.sex as sex",
    "O×D×sex×age group": "m.sex as sex, case when m.age >= 85 then 'Y_GE85' else 'Y' || (m.age // 5 * 5) || 'T' || (m.age // 5 * 5 + 4) end as age_group",
}


def main() -> None:
    """Write moves, run each way in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000, help="moves")
    parser.add_argument("--regions", type=int, default=20, help="regions")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each")
    parser.add_argument("--polars", action="store_true", help="the hand-written query in Polars beside")
    parser.add_argument("--peers", type=Path, help="Python of an environment that has the peers")
    given = parser.parse_args()
    engine, places = DuckDBEngine(memory_limit="4GB", threads=2), territory(given.regions)
    with tempfile.TemporaryDirectory() as folder:
        moves = write_moves(Path(folder) / "moves", given.rows, given.regions)
        python = given.peers or (environment(Path(folder)) if given.polars else None)
        for name, cube in CUBES.items():
            ways: dict[str, Callable[[], pa.Table]] = {
                "flows": lambda cube=cube: flows(engine, cube, moves, places),
                "by hand": lambda name=name: by_hand(engine, name, moves, places),
                "by hand, codes and months first": lambda name=name: codes_first_by_hand(engine, name, moves, places),
            }
            clock, processor, results = timed(ways, given.runs)
            print(f"{name}: {given.rows / 1e6:.0f} M moves, {results['flows'].num_rows:,} flows")
            for way, seconds in clock.items():
                against = f"{seconds / clock['by hand']:.2f} by the clock, {processor[way] / processor['by hand']:.2f} of the processor"
                print(
                    f"    {way:<32} {seconds:6.2f} s, processor {processor[way]:6.2f} s; ratio {against} (at most {BUDGET})"
                )
            start = time.perf_counter()
            cells = table(engine, cube, results["flows"])
            print(f"    table from flows {time.perf_counter() - start:.2f} s")
            fail_unless_equal(cells, results["by hand"], cube)
            if python:
                against = clock["by hand"], processor["by hand"]
                in_polars(python, Path(folder), name, given.runs, moves, places, results["by hand"], against)


def in_polars(
    python: Path,
    folder: Path,
    name: str,
    runs: int,
    moves: Files,
    places: pa.Table,
    expected: pa.Table,
    by_hand: tuple[float, float],
) -> None:
    """The same table by Polars, in a process and an environment of its own; how long it takes beside the query by hand."""
    pq.write_table(places, folder / "territory.parquet")
    script = str(Path(__file__).parent / "cube_in_polars.py")
    command = [str(python), script, name, str(runs), str(folder / "territory.parquet"), str(folder / "cells.parquet")]
    done = subprocess.run(
        [*command, *moves.paths],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "POLARS_MAX_THREADS": "2"},
    )
    if done.returncode:
        sys.exit(f"Polars failed:\n{done.stderr}")
    told = json.loads(done.stdout)
    clock, processor = statistics.median(told["clock"]), statistics.median(told["processor"])
    print(
        f"    {'Polars, streaming':<32} {clock:6.2f} s, processor {processor:6.2f} s; ratio {clock / by_hand[0]:.2f} by the clock, "
        f"{processor / by_hand[1]:.2f} of the processor; peak {told['peak']:.2f} GiB"
    )
    cells = pq.read_table(folder / "cells.parquet")
    found, wanted = (sorted(tuple(row.values()) for row in table.to_pylist()) for table in (cells, expected))
    if found != wanted:
        sys.exit(f"Not the same: {len(found):,} cells in Polars, {len(wanted):,} by hand.")


def timed(
    ways: dict[str, Callable[[], pa.Table]], runs: int
) -> tuple[dict[str, float], dict[str, float], dict[str, pa.Table]]:
    """Medians of each way in seconds of the clock and of the processor, after a run that is not counted."""
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    results = {}
    for _ in range(runs + 1):
        for way, run in ways.items():
            start, used = time.perf_counter(), time.process_time()
            results[way] = run()
            taken[way].append((time.perf_counter() - start, time.process_time() - used))
    clock, processor = (
        {way: statistics.median(each[place] for each in seconds[1:]) for way, seconds in taken.items()}
        for place in (0, 1)
    )
    return clock, processor, results


def fail_unless_equal(cells: pa.Table, expected: pa.Table, cube: TableDesign) -> None:
    """Every cell is the same by hand."""
    names = ("partner_area", "area", *(["sex", "age_group"][: len(cube.rows) - 2]))
    ours = {tuple(row[name] for name in names): row["arrivals"] for row in cells.to_pylist()}
    by_hand = {tuple(list(row.values())[:-1]): row["n"] for row in expected.to_pylist()}
    if ours != by_hand:
        sys.exit(f"Not the same: {len(ours):,} cells, {len(by_hand):,} by hand.")
    print(f"    {len(ours):,} cells, all as by hand")


def flows(engine: DuckDBEngine, cube: TableDesign, moves: Files, places: pa.Table) -> pa.Table:
    return engine.run(flows_query((cube,), changes=()), {"cut_off": "2025-02-28"}, moves=moves, territory=places)


def table(engine: DuckDBEngine, cube: TableDesign, counted: pa.Table) -> pa.Table:
    query = table_query(cube, Period(2024), characteristics((cube,)), "OTHER")
    cells = engine.run(query, None, flows=counted, groups=group_table(()))
    return cells.filter(pc.greater(cells["arrivals"], 0))


def by_hand(engine: DuckDBEngine, name: str, moves: Files, places: pa.Table) -> pa.Table:
    query = f"""
select o.unit, d.unit as other, {BY_HAND[name]}, count(*) as n
from moves as m
join territory as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
join territory as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
where m.known_from <= date '2025-02-28' and (m.known_to is null or m.known_to > date '2025-02-28')
group by all
"""
    return engine.run(query, None, moves=moves, territory=places)


def codes_first_by_hand(engine: DuckDBEngine, name: str, moves: Files, places: pa.Table) -> pa.Table:
    query = f"""
with counted as (
  select date_trunc('month', m.date) as month, m.origin, m.destination, {BY_HAND[name]}, count(*) as n
  from moves as m where m.known_from <= date '2025-02-28' and (m.known_to is null or m.known_to > date '2025-02-28')
  group by all
)
select o.unit, d.unit as other, c.* exclude (origin, destination)
from counted as c
join territory as o on o.code = c.origin and c.month >= o.valid_from and c.month < o.valid_to
join territory as d on d.code = c.destination and c.month >= d.valid_from and c.month < d.valid_to
"""
    return engine.run(query, None, moves=moves, territory=places)


if __name__ == "__main__":
    main()
