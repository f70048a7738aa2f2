"""Counts beyond one machine: Spark Connect, spoken by Apache Spark 4 and by Sail, which needs no Java.

Laws: the queries are those of DuckDB, their trees written in Spark's dialect, and one that the dialect cannot say is refused.
Files of the store are named by their absolute addresses; a server must read every row of them, which is looked at, since a
server may take a file that it does not find for an empty one. Small tables are sent. No table outlives its query. Only what
counts moves and flows runs here; rules and integration stay with DuckDB.
"""

from __future__ import annotations

import atexit
import logging
import re
import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from qonys.datasets.outcome import Files, KnownOn, Parameters, Table
from qonys.engine.sail import SailServer, not_installed
from qonys.errors import OperatorError, QonysError, QueryError

SAIL = "sail"
_SCHEME = "sc://"
_PORT, _SECONDS = 15002, 5
RETRIES = 6
"""How often a server that does not answer is asked again: some twelve seconds in all, where the client would take ten minutes"""
_LOUD = ("pyspark.sql.connect", "SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""What the client logs on standard error besides what it raises: among others the whole trace of the server"""
_PATTERN = frozenset("[]{}*?\\")
"""Characters of a path that Spark takes for a pattern"""
_DETAILS = re.compile(r'details = "(.*)"')
"""Where an error of the transport says what happened"""
_TOO_LARGE = ("RESOURCE_EXHAUSTED", "maxResultSize", "OutOfMemory", "Java heap space", "Resources exhausted")


def is_remote(engine: str) -> bool:
    """An engine of this module is meant: Sail, or the address of a Spark Connect server."""
    return engine == SAIL or engine.startswith(_SCHEME)


class SparkConnectEngine:
    """An engine of `datasets.outcome.Engine` over Spark Connect.

    Args:
        address: ``sail`` for a server of its own in this process, else ``sc://host:port``; what follows a ``;``, such as
            a token, is given to the client and never shown.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._name = address.partition(";")[0].removesuffix("/")
        self._sail: SailServer | None = None
        self._whole: set[tuple[str, ...]] = set()
        warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")  # threads of the client, after it was told

    def run(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> pa.Table:
        """The whole result, in memory.

        Raises:
            QueryError: an expression fails on some value, names what is not there, or cannot be said in Spark's dialect.
            OperatorError: the server cannot be reached, does not see the files or is too small; or a table is one that
                only DuckDB reads.
        """
        text = spark_text(query, parameters)
        with self._told(), ExitStack() as named:
            for name, table in tables.items():
                self._frame(table).createOrReplaceTempView(name)
                named.callback(self._forget, name)
            result: pa.Table = self._session.sql(text).toArrow()
        return result.cast(pa.schema([pa.field(field.name, field.type) for field in result.schema]))

    def stream(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table
    ) -> pa.RecordBatchReader:
        """The result as one batch after the other; all of it is there when the first one is."""
        result = self.run(query, parameters, **tables)
        return pa.RecordBatchReader.from_batches(result.schema, result.to_batches())

    @contextmanager
    def kept(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> Iterator[pa.Table]:
        """The result for other queries to read, in memory."""
        yield self.run(query, parameters, **tables)

    def close(self) -> None:
        """End the session, and the server where it is one of this process. A closed engine is not used again."""
        atexit.unregister(self.close)
        session = self.__dict__.pop("_session", None)
        with suppress(Exception):
            if self._sail is None:
                _fail_if_unreachable(self._address, self._name)  # the client would wait to say goodbye
            session.stop()
        if self._sail is not None:
            self._sail.stop()
            self._sail = None

    def _frame(self, table: Table) -> Any:  # noqa: ANN401 a data frame of Spark
        if isinstance(table, KnownOn):
            whole = self._frame(table.whole)
            begun = whole.where(whole["known_from"] <= table.day)
            counting = begun.where(begun["known_to"].isNull() | (begun["known_to"] > table.day))
            return counting.drop("known_from", "known_to")
        if isinstance(table, Files):
            return self._of_files(table) if table.paths else self._nothing(table.schema)
        if isinstance(table, pa.Table):
            return self._session.createDataFrame(table) if table.num_rows else self._nothing(table.schema)
        raise OperatorError(
            f"The engine {self._name} reads files and tables, and this state was corrected or its key was rotated.",
            next_step="Run this step without --engine: DuckDB reads such states.",
        )

    def _nothing(self, schema: pa.Schema) -> Any:  # noqa: ANN401
        """No rows of a schema: a row of nulls, left out, as Spark takes no table without a row."""
        row = pa.table({field.name: pa.nulls(1, field.type) for field in schema})
        return self._session.createDataFrame(row).limit(0)

    def _of_files(self, files: Files) -> Any:  # noqa: ANN401
        frame = self._session.read.parquet(*map(self._addressed, files.paths))
        if files.paths not in self._whole:
            _fail_if_rows_are_missing(self._name, files, frame.count())
            self._whole.add(files.paths)
        return frame

    def _addressed(self, path: str) -> str:
        """Sail reads an escaped address, Spark one as it is written, without characters of a pattern."""
        absolute = Path(path).absolute()
        if self._address == SAIL:
            return absolute.as_uri()
        if _PATTERN & set(str(absolute)):
            raise OperatorError(
                f"Spark cannot read a path with one of {' '.join(sorted(_PATTERN))}.",
                where=str(absolute.parent),
                next_step="Rename the folder of the workspace, or run this step without --engine.",
            )
        return f"file://{absolute}"

    def _forget(self, name: str) -> None:
        with suppress(Exception):  # where the query failed for the server's sake, that is what is told
            self._session.catalog.dropTempView(name)

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        """A session of Spark Connect."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                from pyspark.sql import SparkSession
                from pyspark.sql.connect.client.retries import DefaultPolicy
            except ImportError as error:
                raise not_installed("pyspark-client", error) from error
            for name in _LOUD:
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            session = SparkSession.builder.remote(self._server()).create()
            policy = DefaultPolicy(max_retries=RETRIES, max_backoff=4_000, max_server_retry_delay=10_000)
            session.client.set_retry_policies([policy])
            session.conf.set("spark.sql.session.timeZone", "UTC")
            session.conf.set("spark.sql.ansi.enabled", "true")
            atexit.register(self.close)
            return session

    def _server(self) -> str:
        if self._address != SAIL:
            _fail_if_unreachable(self._address, self._name)
            return self._address
        self._sail = SailServer()
        return self._sail.address

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except QonysError:
            raise
        except Exception as error:
            told = _as_told(self._name, error)
            if told is None:
                raise
            raise told from error


def spark_text(query: exp.Expr | str, parameters: Parameters | None = None) -> str:
    """A query in Spark's dialect, its parameters written into it as literals.

    Raises:
        OperatorError: a parameter is bytes: what may be a secret never goes into a query's text.
        QueryError: the dialect has no words for something in the query.
    """
    tree = sqlglot.parse_one(query, dialect="duckdb") if isinstance(query, str) else query.copy()
    for name, value in (parameters or {}).items():
        if isinstance(value, bytes):
            raise OperatorError("A secret cannot be given to this engine.", next_step="Run this step without --engine.")
        for place in [*tree.find_all(exp.Parameter), *tree.find_all(exp.Placeholder)]:
            if place.name == name:
                place.replace(exp.convert(value))
    try:
        return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise QueryError(f"Spark's dialect cannot say what the query wants: {error}") from error


def _as_told(engine: str, error: Exception) -> QonysError | None:
    """What the client raised as an error for whoever must act; None where it is none of the client's or the server's."""
    from pyspark.errors import PySparkException

    transport = import_module("grpc")  # it comes without types
    if not isinstance(error, (PySparkException, transport.RpcError, pa.ArrowException)):
        return None
    said = str(error)
    details = _DETAILS.search(said)
    first = details[1] if details else next(iter(said.strip().splitlines()), type(error).__name__)
    if "StatusCode.UNAVAILABLE" in said:
        return _unreachable(engine, first)
    if any(word in said for word in _TOO_LARGE):
        return OperatorError(
            f"The engine {engine} is too small for this query: {first}",
            next_step="Give its server more memory, or a larger spark.driver.maxResultSize.",
        )
    if "PATH_NOT_FOUND" in first:
        return OperatorError(f"The engine {engine} does not see the store: {first}", next_step=_SAME_PATH)
    return QueryError(first)


_SAME_PATH = (
    "Its server must read the folder of the workspace under the same path; `qonys doctor` looks whether it is sound."
)


def _fail_if_rows_are_missing(engine: str, files: Files, read: int) -> None:
    """A server reads as many rows of the files as there are."""
    written = sum(pq.read_metadata(path).num_rows for path in files.paths)
    if read != written:
        raise OperatorError(
            f"The engine {engine} reads {read} of {written} rows of the store.",
            where=str(Path(files.paths[0]).parent),
            next_step=_SAME_PATH,
        )


def _fail_if_unreachable(address: str, engine: str) -> None:
    """The client would try for minutes before it says so."""
    try:
        place = urlsplit(address.partition(";")[0])
        socket.create_connection((place.hostname or "", place.port or _PORT), timeout=_SECONDS).close()
    except (OSError, ValueError) as error:
        raise _unreachable(engine, str(error)) from error


def _unreachable(engine: str, said: str) -> OperatorError:
    return OperatorError(
        f"The engine {engine} cannot be reached: {said}",
        next_step="Start its server, or mend the address: --engine sc://host:15002.",
    )
