"""DuckDB on one machine: no extensions, no network, a bound on memory, spill files in a folder that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from qonys.datasets.linkage import LinkageModel, ScoredPairs
from qonys.datasets.outcome import Files, KnownOn, Overlay, Parameters, Table, Translated
from qonys.errors import OperatorError, QueryError, told_if_disk_full

if TYPE_CHECKING:
    from sqlglot import exp

BATCH_ROWS = 122_880
"""Rows of one batch of a stream: DuckDB's own row group."""

_BROKEN_QUERY = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.TypeMismatchException,
)
_SIGNS_OF_DAMAGE = ("corrupt", "magic bytes", "No files found", "Failed to open", "TProtocol", "thrift", "ecompress")
"""What DuckDB and Arrow say of a file that is not as it was written, or not there."""


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
        self._spill = spill
        if threads is not None:
            self._settings["threads"] = threads

    def run(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> pa.Table:
        """The whole result, in memory.

        Raises:
            QueryError: an expression fails on some value, or names what is not there.
        """
        with self._told(), self._connected(tables) as connection, _told_if_broken():
            result: pa.Table = connection.sql(_text(query), params=dict(parameters or {})).to_arrow_table()
            return result

    def stream(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table
    ) -> pa.RecordBatchReader:
        """The result batch by batch; the connection lives until the last one."""
        opened = ExitStack()
        with self._told():
            connection = opened.enter_context(self._connected(tables))
            reader = connection.sql(_text(query), params=dict(parameters or {})).to_arrow_reader(BATCH_ROWS)

        def batches() -> Iterator[pa.RecordBatch]:
            with self._told(), opened:
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, batches())

    @contextmanager
    def kept(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> Iterator[Table]:
        """The result for other queries to read: a file among what is spilled, gone at the end; in memory where nothing is.

        Raises:
            QueryError: an expression fails on some value, or names what is not there.
        """
        if self._spill is None:
            yield self.run(query, parameters, **tables)
            return
        with ExitStack() as opened:
            with self._told(), self._connected(tables) as connection, _told_if_broken():
                self._spill.parent.mkdir(parents=True, exist_ok=True)
                folder = TemporaryDirectory(dir=self._spill.parent, prefix=self._spill.name)
                path = str(Path(opened.enter_context(folder)) / "kept.parquet")
                copy = f"copy ({_text(query)}) to {_literal(path)} (format parquet)"
                connection.execute(copy, dict(parameters or {}))
            yield Files((path,), pq.read_schema(path))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell of a machine that is too small for a query, and of damaged files, as such.

        Raises:
            DiskFullError: there is no room for what does not fit into memory.
            OperatorError: the bound on memory is too low; or a file that is read is missing or damaged.
        """
        spill = str(self._spill or "")
        try:
            with told_if_disk_full(spill):
                yield
        except (duckdb.Error, pa.ArrowInvalid, OSError) as error:
            if _tells_of_damage(error):
                raise OperatorError(
                    "A file of the register is missing or damaged.",
                    where=str(error).splitlines()[0],
                    next_step="See what `qonys doctor` says: it names the file, and how to mend it.",
                ) from error
            if "Out of Memory" not in str(error):
                raise
            raise OperatorError(
                f"A query needs more than the {self._settings['memory_limit']} of memory that it may use.",
                where=spill,
                next_step="Raise `memory` in qonys.toml, then run the same command again.",
            ) from error

    def scored_pairs(self, query: str, model: LinkageModel, **tables: Table) -> ScoredPairs:
        """Pairs of records that a model of linkage takes for one person; see `datasets.linkage.PairScorer`."""
        from qonys.engine.linking import scored_pairs

        with self._told(), self._connected(tables) as connection:
            return scored_pairs(connection, query, model)

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect(":memory:", config=self._settings)
        # What a state has written is never changed; without this every query reads the ends of all its files, one by one, anew.
        database.execute("set global parquet_metadata_cache = true")
        return database

    @contextmanager
    def _connected(self, tables: dict[str, Table]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to the empty database, on which the tables go by their names."""
        with closing(self._database.cursor()) as connection:
            for name, table in tables.items():
                _name(connection, name, table)
            yield connection


@contextmanager
def _told_if_broken() -> Iterator[None]:
    """Tell of a query that fails on some value, or names what is not there, as a `QueryError`."""
    try:
        yield
    except _BROKEN_QUERY as error:
        if _tells_of_damage(error):
            raise
        raise QueryError(str(error).splitlines()[0]) from error


def _tells_of_damage(error: Exception) -> bool:
    return any(sign in str(error) for sign in _SIGNS_OF_DAMAGE)


def _name(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    if isinstance(table, Overlay):
        _name(connection, f"{name}_below", table.below)
        connection.register(f"{name}_rows", table.rows)
        key = ", ".join(table.key)
        connection.execute(
            f"create temp view {name} as select * from {name}_below anti join {name}_rows using ({key})"
            f" union all by name select * from {name}_rows"
        )
    elif isinstance(table, Translated):
        _name(connection, f"{name}_below", table.below)
        connection.register(f"{name}_values", table.values)
        read = ", ".join(f"coalesce(of_{column}.new, below.{column}) as {column}" for column in table.columns)
        joins = " ".join(
            f"left join {name}_values as of_{column} on of_{column}.old = below.{column}" for column in table.columns
        )
        connection.execute(
            f"create temp view {name} as select below.* replace ({read}) from {name}_below as below {joins}"
        )
    elif isinstance(table, KnownOn):
        _name(connection, f"{name}_whole", table.whole)
        day = f"date '{table.day}'"
        connection.execute(
            f"create temp view {name} as select * exclude (known_from, known_to) from {name}_whole "
            f"where known_from <= {day} and (known_to is null or known_to > {day})"
        )
    elif isinstance(table, Files) and table.paths:
        _name_files(connection, name, table)
    else:
        connection.register(name, table.schema.empty_table() if isinstance(table, Files) else table)


def _name_files(connection: duckdb.DuckDBPyConnection, name: str, files: Files) -> None:
    """Files may lack columns of which their layout, or the program that wrote them, knew nothing: they are null there.

    Columns are matched by their names only where files differ: DuckDB then opens each of them before a query begins.
    """
    paths = ", ".join(map(_literal, files.paths))
    first, *others = map(_schema_of, files.paths)
    by_name = "" if all(map(first.equals, others)) else ", union_by_name = true"
    there = frozenset(first.names).union(*(other.names for other in others))
    absent = pa.schema([field for field in files.schema if field.name not in there])
    columns = ", ".join(["*", *_nulls(connection, absent)])
    connection.execute(f"create temp view {name} as select {columns} from read_parquet([{paths}]{by_name})")


def _nulls(connection: duckdb.DuckDBPyConnection, absent: pa.Schema) -> Iterator[str]:
    """Columns of which the files say nothing, as expressions: DuckDB folds what is the same in every row."""
    types = connection.from_arrow(absent.empty_table()).types if absent.names else []
    for name, kind in zip(absent.names, types, strict=True):
        yield f'cast(null as {kind}) as "{name}"'


@lru_cache(maxsize=4096)
def _schema_of(path: str) -> pa.Schema:
    """The columns of a file. What a state has written is never changed: each file is asked once, not at every query."""
    return pq.read_schema(path)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(query: exp.Expr | str) -> str:
    return query if isinstance(query, str) else query.sql(dialect="duckdb")
