"""Counts beyond one machine: Spark Connect, spoken by Apache Spark 4 and by Sail, which needs no Java and runs in this process.

The queries are those of DuckDB: their trees are written in Spark's dialect. Only what counts moves and flows runs here; rules and
integration stay with DuckDB. Files of the store are read by their paths, so a cluster must see the same folder.
"""

from __future__ import annotations

import atexit
import logging
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from qonys.datasets.outcome import Files, Parameters, Table
from qonys.errors import OperatorError, QueryError

SAIL = "sail"
_SCHEME = "sc://"
_PORT, _SECONDS = 15002, 5
_PACKAGES = "pip install 'qonys[spark]'"


def is_remote(engine: str) -> bool:
    """An engine of this module is meant: Sail, or the address of a Spark Connect server."""
    return engine == SAIL or engine.startswith(_SCHEME)


class SparkConnectEngine:
    """An engine of `datasets.outcome.Engine` over Spark Connect.

    Args:
        address: ``sail`` for a server of its own in this process, else ``sc://host:port``.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._sail: Any = None

    def run(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> pa.Table:
        """The whole result, in memory; 64-bit columns where Spark's are.

        Raises:
            QueryError: an expression fails on some value, or names what is not there.
            OperatorError: the server cannot be reached, or the table is one that only DuckDB reads.
        """
        with self._told():
            for name, table in tables.items():
                self._frame(table).createOrReplaceTempView(name)
            result: pa.Table = self._session.sql(spark_text(query, parameters)).toArrow()
            return result.cast(pa.schema([pa.field(field.name, field.type) for field in result.schema]))

    def stream(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table
    ) -> pa.RecordBatchReader:
        """The result as one batch after the other; all of it is there when the first one is."""
        result = self.run(query, parameters, **tables)
        return pa.RecordBatchReader.from_batches(result.schema, result.to_batches())

    def _frame(self, table: Table) -> Any:  # noqa: ANN401 a data frame of Spark
        if isinstance(table, pa.Table) and not table.num_rows:
            return self._nothing(table.schema)
        if isinstance(table, pa.Table):
            return self._session.createDataFrame(table)
        if isinstance(table, Files):
            if not table.paths:
                return self._nothing(table.schema)
            return self._session.read.parquet(*table.paths)
        raise OperatorError(
            f"The engine {self._address} reads files and tables, and this state was corrected or its key was rotated.",
            next_step="Run this step without --engine: DuckDB reads such states.",
        )

    def _nothing(self, schema: pa.Schema) -> Any:  # noqa: ANN401
        """No rows of a schema: a row of nulls, left out, as Spark takes no table without a row."""
        row = pa.table({field.name: pa.nulls(1, field.type) for field in schema})
        return self._session.createDataFrame(row).limit(0)

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        """A session of Spark Connect."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                from pyspark.sql import SparkSession
            except ImportError as error:
                raise _missing("pyspark-client", error) from error
            logging.getLogger("pyspark.sql.connect").setLevel(logging.ERROR)
            session = SparkSession.builder.remote(self._server()).create()
            session.conf.set("spark.sql.session.timeZone", "UTC")
            atexit.register(self.close)
            return session

    def close(self) -> None:
        """End the session, and the server where it is one of this process. A closed engine is not used again."""
        atexit.unregister(self.close)
        with suppress(Exception):
            if self._sail is None:
                _fail_if_unreachable(self._address)  # the client would go on trying to say goodbye for minutes
            self._session.stop()
        with suppress(Exception):
            self._sail.stop()
        self._sail = None

    def _server(self) -> str:
        if self._address != SAIL:
            _fail_if_unreachable(self._address)
            return self._address
        try:
            from pysail.spark import SparkConnectServer
        except ImportError as error:
            raise _missing("pysail", error) from error
        server = SparkConnectServer()
        server.start(background=True)
        self._sail = server
        host, port = server.listening_address
        return f"{_SCHEME}{host}:{port}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OperatorError, QueryError):
            raise
        except Exception as error:  # the client's own errors share no class with those of its transport
            text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if any(word in type(error).__name__ + text for word in ("UNAVAILABLE", "failed to connect", "RpcError")):
                raise OperatorError(
                    f"The engine {self._address} cannot be reached: {text}",
                    next_step="Start its server, or mend the address: --engine sc://host:15002.",
                ) from error
            raise QueryError(text) from error


def spark_text(query: exp.Expr | str, parameters: Parameters | None = None) -> str:
    """A query in Spark's dialect, its parameters written into it as literals.

    Raises:
        OperatorError: a parameter is no text or number; a secret never goes into a query's text.
    """
    tree = sqlglot.parse_one(query, dialect="duckdb") if isinstance(query, str) else query.copy()
    for name, value in (parameters or {}).items():
        if isinstance(value, bytes):
            raise OperatorError("A secret cannot be given to this engine.", next_step="Run this step without --engine.")
        for place in [*tree.find_all(exp.Parameter), *tree.find_all(exp.Placeholder)]:
            if place.name == name:
                place.replace(exp.convert(value))
    return tree.sql(dialect="spark")


def _fail_if_unreachable(address: str) -> None:
    """The client would try for minutes before it says so."""
    host, _, port = address.removeprefix(_SCHEME).partition(";")[0].rstrip("/").partition(":")
    try:
        socket.create_connection((host, int(port or _PORT)), timeout=_SECONDS).close()
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"The engine {address} cannot be reached: {error}",
            next_step="Start its server, or mend the address: --engine sc://host:15002.",
        ) from error


def _missing(package: str, error: ImportError) -> OperatorError:
    return OperatorError(
        f"The package {package} is missing: {error}.", next_step=f"Install it ({_PACKAGES}), or leave --engine out."
    )
