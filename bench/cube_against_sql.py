"""Moves to origin × destination × sex, and × age group, through Qonys and by hand-written SQL on the same files.

    .venv/bin/python bench/cube_against_sql.py [--rows 20000000] [--regions 20] [--runs 5]

Qonys counts moves into flows, which keep their month, and flows into a table. The hand-written query knows that only this table
is wanted, so it keeps no month; a code is an area only on its days, so it joins them. Both run in DuckDB with two threads.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from moves import territory, write_moves

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.datasets.outcome import Files
from qonys.datasets.territory import group_table
from qonys.engine.duck import DuckDBEngine
from qonys.queries.flows import characteristics, flows_query
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
    "O×D×sex": "m.sex",
    "O×D×sex×age group": "m.sex, case when m.age >= 85 then 'Y_GE85' else 'Y' || (m.age // 5 * 5) || 'T' || (m.age // 5 * 5 + 4) end",
}


def main() -> None:
    """Write moves, run both ways in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000, help="moves")
    parser.add_argument("--regions", type=int, default=20, help="regions")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each")
    given = parser.parse_args()
    engine, places = DuckDBEngine(memory_limit="4GB", threads=2), territory(given.regions)
    with tempfile.TemporaryDirectory() as folder:
        moves = write_moves(Path(folder) / "moves", given.rows, given.regions)
        for name, cube in CUBES.items():
            ways: dict[str, Callable[[], pa.Table]] = {
                "flows": lambda cube=cube: flows(engine, cube, moves, places),
                "by hand": lambda name=name: by_hand(engine, name, moves, places),
            }
            taken: dict[str, list[float]] = {way: [] for way in ways}
            results = {}
            for _ in range(given.runs + 1):
                for way, run in ways.items():
                    start = time.perf_counter()
                    results[way] = run()
                    taken[way].append(time.perf_counter() - start)
            table_start = time.perf_counter()
            cells = table(engine, cube, results["flows"])
            table_seconds = time.perf_counter() - table_start
            median = {way: statistics.median(seconds[1:]) for way, seconds in taken.items()}
            ratio = median["flows"] / median["by hand"]
            same = cells.num_rows == results["by hand"].num_rows
            print(
                f"{name}: {given.rows / 1e6:.0f} M moves, {results['flows'].num_rows:,} flows, {cells.num_rows:,} cells "
                f"({'as many' if same else 'NOT as many'} by hand): flows {median['flows']:.2f} s, by hand {median['by hand']:.2f} s, "
                f"ratio {ratio:.2f} of {BUDGET}; table from flows {table_seconds:.2f} s"
            )


def flows(engine: DuckDBEngine, cube: TableDesign, moves: Files, places: pa.Table) -> pa.Table:
    return engine.run(flows_query((cube,)), {"cut_off": "2025-02-28"}, moves=moves, territory=places)


def table(engine: DuckDBEngine, cube: TableDesign, counted: pa.Table) -> pa.Table:
    query = table_query(cube, Period(2024), characteristics((cube,)), "OTHER")
    cells = engine.run(query, None, flows=counted, groups=group_table(()))
    return cells.filter(pc.greater(cells["arrivals"], 0))


def by_hand(engine: DuckDBEngine, name: str, moves: Files, places: pa.Table) -> pa.Table:
    query = f"""
select o.unit, d.unit, {BY_HAND[name]} as what, count(*) as n
from moves as m
join territory as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
join territory as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
where m.known_from <= date '2025-02-28' and (m.known_to is null or m.known_to > date '2025-02-28')
group by all
"""
    return engine.run(query, None, moves=moves, territory=places)


if __name__ == "__main__":
    main()
