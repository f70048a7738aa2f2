"""DuckDB on one machine: no extensions, no network, a bound on memory, spill files in a folder that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from qonys.datasets.outcome import Files, Parameters

BATCH_ROWS = 122_880
"""Rows of one batch of a stream: DuckDB's own row group."""


class DuckDBEngine:
    """An engine of `datasets.Engine`.

    Args:
        memory_limit: bound on memory as DuckDB writes it, such as ``1GB``.
        threads: threads to use; None leaves it to DuckDB.
        spill: folder for what does not fit into memory; None: nothing is ever spilled.
    """

    def __init__(self, *, memory_limit: str = "1200MB", threads: int | None = None, spill: Path | None = None) -> None:
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
            "temp_directory": str(spill) if spill else "",
        }
        if threads is not None:
            self._settings["threads"] = threads

    def run(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: pa.Table | Files) -> pa.Table:
        """The whole result, in memory."""
        with self._connected(tables) as connection:
            result: pa.Table = connection.sql(_text(query), params=dict(parameters or {})).to_arrow_table()
            return result

    def stream(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: pa.Table | Files
    ) -> pa.RecordBatchReader:
        """The result batch by batch; the connection lives until the last one."""
        opened = ExitStack()
        connection = opened.enter_context(self._connected(tables))
        reader = connection.sql(_text(query), params=dict(parameters or {})).to_arrow_reader(BATCH_ROWS)

        def batches() -> Iterator[pa.RecordBatch]:
            with opened:
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, batches())

    @contextmanager
    def _connected(self, tables: dict[str, pa.Table | Files]) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(":memory:", config=self._settings)
        try:
            for name, table in tables.items():
                if isinstance(table, Files) and table.paths:
                    connection.read_parquet(list(table.paths)).create_view(name)
                else:
                    connection.register(name, table.schema.empty_table() if isinstance(table, Files) else table)
            yield connection
        finally:
            connection.close()


def _text(query: exp.Expr | str) -> str:
    return query if isinstance(query, str) else query.sql(dialect="duckdb")
