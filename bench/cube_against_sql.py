"""Moves to origin × destination × sex, and × age group, through Qonys and by hand-written SQL on the same files.

    .venv/bin/python bench/cube_against_sql.py [--rows 20000000] [--regions 20 512] [--runs 5] [--polars] [--peers PYTHON]

Two countries are counted: one of 20 regions, and one of 512 districts, whose second cube can have 9.4 million cells. The number of
cells that are not empty is printed.

What is compared: no design of these cubes asks for months, so that Qonys counts moves into flows of years; the query by hand makes
the cells of the one table. A code being an area only on its days, the territory is joined to each move, as a statistician would write
it. Beside stand flows of months, which a country has whose designs ask for them, and the same flows by hand: where areas are many,
they are up to twelve times as many. Qonys counts by codes first where `qonys tabulate` would, as it does where codes are few beside
moves, and looks them up afterwards; a hand-written query could do so too, and one that does is timed as well. All run in DuckDB with
two threads and a bound of 4 GB. What the table of the flows takes is told apart: where a cell has few moves, it is a second count of
as many rows. With --polars the cells are made by Polars too, with two threads, in an environment of the peers that pip makes from
bench/requirements-peers.txt unless --peers names a Python that has it. Every cell is compared. Seconds of the processor are told
besides those of the clock, as they say the same on a machine that does other work.
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
from qonys.concepts.table_design import Frequency, TableDesign
from qonys.datasets.outcome import Files
from qonys.datasets.territory import group_table
from qonys.engine.duck import DuckDBEngine
from qonys.queries.flow_tables import characteristics
from qonys.queries.flows import counts_codes_first, flows_query
from qonys.queries.tables import table_query

BUDGET = 1.2
OURS, ALONE = "flows", "the cells by hand"
OURS_OF_MONTHS, SAME = "flows of months", "flows of months by hand"


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
CODES = {"O×D×sex": (4,), "O×D×sex×age group": (4, 20)}
"""How many codes each characteristic of a cube can have, what is not stated and not applicable among them."""
MONTHS = 12
OF_CELLS = "o.unit, d.unit as other"
OF_FLOWS = (
    "year(m.date) as year, month(m.date) as month, o.inside as origin_inside, d.inside as destination_inside, "
    "o.unit as origin, d.unit as destination"
)
OF_A_PAIR = {"O×D×sex": 2, "O×D×sex×age group": 2 * 18}
"""How many cells a pair of regions can have."""
BY_HAND = {
    "O×D×sex": "m.sex as sex",
    "O×D×sex×age group": "m.sex as sex, case when m.age >= 85 then 'Y_GE85' else 'Y' || (m.age // 5 * 5) || 'T' || (m.age // 5 * 5 + 4) end as age_group",
}


def main() -> None:
    """Write moves, run each way in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000, help="moves")
    parser.add_argument("--regions", type=int, nargs="+", default=[20, 512], help="regions of each country")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each")
    parser.add_argument("--polars", action="store_true", help="the hand-written query in Polars beside")
    parser.add_argument("--peers", type=Path, help="Python of an environment that has the peers")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = given.peers or (environment(Path(folder)) if given.polars else None)
        for regions in given.regions:
            moves = write_moves(Path(folder) / f"moves_{regions}", given.rows, regions)
            for name in CUBES:
                compare(name, moves, given.rows, regions, given.runs, Path(folder), python)


def compare(name: str, moves: Files, rows: int, regions: int, runs: int, folder: Path, python: Path | None) -> None:
    """Time the ways to count one cube of one country; print medians and ratios."""
    engine, places = DuckDBEngine(memory_limit="4GB", threads=2, spill=folder / "spill"), territory(regions)
    cube, codes_first = CUBES[name], counts_codes_first(rows, regions, MONTHS, CODES[name])
    ways: dict[str, Callable[[], pa.Table]] = {
        OURS: lambda: flows(engine, cube, moves, places, frequency="year", codes_first=codes_first),
        OURS_OF_MONTHS: lambda: flows(engine, cube, moves, places, frequency="month", codes_first=codes_first),
        SAME: lambda: by_hand(engine, OF_FLOWS, name, moves, places),
        "the same, codes first": lambda: codes_first_by_hand(engine, name, moves, places),
        ALONE: lambda: by_hand(engine, OF_CELLS, name, moves, places),
    }
    clock, processor, results = timed(ways, runs)
    cells, of_months, most = results[ALONE].num_rows, results[OURS_OF_MONTHS].num_rows, regions**2 * OF_A_PAIR[name]
    print(
        f"{name}, {regions} regions: {rows / 1e6:.0f} M moves, {results[OURS].num_rows:,} flows ({of_months:,} of months), "
        f"{cells:,} cells of {most:,}"
    )
    for way, seconds in clock.items():
        print(f"    {way:<30} {seconds:6.2f} s, processor {processor[way]:6.2f} s")
    for ours, way in ((OURS, ALONE), (OURS_OF_MONTHS, SAME)):
        ratios = (of[ours] / of[way] for of in (clock, processor))
        print(
            "    {} to {}: {:.2f} by the clock, {:.2f} of the processor (at most {})".format(ours, way, *ratios, BUDGET)
        )
    if of_months != results[SAME].num_rows:
        sys.exit(f"Not the same: {of_months:,} flows of months, {results[SAME].num_rows:,} by hand.")
    start, used = time.perf_counter(), time.process_time()
    found = table(engine, cube, results[OURS])
    print(f"    table from flows {time.perf_counter() - start:.2f} s, processor {time.process_time() - used:.2f} s")
    fail_unless_equal(engine, found, results[ALONE], cube)
    if python:
        in_polars(engine, python, folder, name, runs, moves, places, results[ALONE], (clock[ALONE], processor[ALONE]))


def in_polars(
    engine: DuckDBEngine,
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
    cells = pq.read_table(folder / "cells.parquet").rename_columns(expected.column_names)
    if different := differing(engine, cells, expected):
        sys.exit(f"Not the same: {different:,} cells differ between Polars and the query by hand.")


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


def fail_unless_equal(engine: DuckDBEngine, cells: pa.Table, expected: pa.Table, cube: TableDesign) -> None:
    """Every cell is the same by hand."""
    ours = cells.select([*cube.rows, "arrivals"]).rename_columns(["unit", "other", *cube.rows[2:], "n"])
    if different := differing(engine, ours, expected):
        sys.exit(f"Not the same: {different:,} cells differ, of {ours.num_rows:,} and {expected.num_rows:,}.")
    print(f"    {ours.num_rows:,} cells, all as by hand")


def differing(engine: DuckDBEngine, cells: pa.Table, expected: pa.Table) -> int:
    """Cells that are not the same in both, or are in one alone."""
    names = [name for name in expected.column_names if name != "n"]
    query = f"select count(*) as n from cells as c full join expected as e using ({', '.join(names)}) where c.n is distinct from e.n"
    return int(engine.run(query, None, cells=cells, expected=expected)["n"][0].as_py())


def flows(
    engine: DuckDBEngine, cube: TableDesign, moves: Files, places: pa.Table, *, frequency: Frequency, codes_first: bool
) -> pa.Table:
    query = flows_query((cube,), frequency=frequency, changes=() if codes_first else None)
    return engine.run(query, {"cut_off": "2025-02-28"}, moves=moves, territory=places)


def table(engine: DuckDBEngine, cube: TableDesign, counted: pa.Table) -> pa.Table:
    query = table_query(cube, Period(2024), characteristics((cube,)), "OTHER")
    cells = engine.run(query, None, flows=counted, groups=group_table(()))
    return cells.filter(pc.greater(cells["arrivals"], 0))


def by_hand(engine: DuckDBEngine, columns: str, name: str, moves: Files, places: pa.Table) -> pa.Table:
    query = f"""
select {columns}, {BY_HAND[name]}, count(*) as n
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
select o.unit as origin, d.unit as destination, o.inside as origin_inside, d.inside as destination_inside,
  c.* exclude (origin, destination)
from counted as c
join territory as o on o.code = c.origin and c.month >= o.valid_from and c.month < o.valid_to
join territory as d on d.code = c.destination and c.month >= d.valid_from and c.month < d.valid_to
"""
    return engine.run(query, None, moves=moves, territory=places)


if __name__ == "__main__":
    main()
