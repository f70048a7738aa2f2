"""Moves of an invented country of many regions, straight into Parquet files, for benchmarks of counting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from qonys.datasets.outcome import Files

FILE_ROWS = 10_000_000


def write_moves(folder: Path, rows: int, regions: int) -> Files:
    """Write moves of one year between so many regions; the same from the same numbers.

    Args:
        folder: a new folder.
        rows: number of moves.
        regions: number of regions; codes ``R0001`` …
    """
    folder.mkdir(parents=True)
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    connection.execute("set enable_progress_bar = false")
    for start in range(0, rows, FILE_ROWS):
        some = min(FILE_ROWS, rows - start)
        connection.execute(
            f"""
copy (
  select cast(1 as integer) as delivery, i as row, cast(0 as smallint) as line,
    cast(hash(i) % 9223372036854775807 as bigint) as record_key, date '2025-01-31' as known_from, cast(null as date) as known_to,
    date '2024-01-01' + cast(hash(i + 1000000007) % 366 as integer) as date,
    'R' || lpad(cast(hash(i + 2000000014) % {regions} as varchar), 4, '0') as origin,
    'R' || lpad(cast(hash(i + 3000000021) % {regions} as varchar), 4, '0') as destination,
    cast(null as varchar) as origin_locality, cast(null as varchar) as destination_locality,
    cast(hash(i + 4000000028) % 90 as smallint) as age, case when hash(i + 5000000035) % 2 = 0 then 'F' else 'M' end as sex
  from range({start}, {start + some}) as t(i)
) to '{folder / f"moves_{start}.parquet"}' (format parquet, compression zstd)
"""
        )
    paths = tuple(str(path) for path in sorted(folder.glob("*.parquet")))
    return Files(paths, pa.schema([("delivery", pa.int32())]))


def territory(regions: int) -> pa.Table:
    """The territory of these regions: each is a unit by itself, for ever."""
    codes = [f"R{number:04}" for number in range(regions)]
    return pa.table(
        {
            "code": codes,
            "level": ["region"] * regions,
            "inside": [True] * regions,
            "unit": codes,
            "locality": pa.nulls(regions, pa.string()),
            "valid_from": [date(1, 1, 1)] * regions,
            "valid_to": [date(9999, 12, 31)] * regions,
        }
    )
