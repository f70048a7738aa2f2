"""What a step of the line hands on besides its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import msgspec
import pyarrow as pa

if TYPE_CHECKING:
    from sqlglot import exp

Data = TypeVar("Data")
Parameters: TypeAlias = Mapping[str, bytes | str | int | None]


class Finding(msgspec.Struct, frozen=True):
    """Something that a person should know: what, where, how often, and what to do."""

    what: str
    where: str = ""
    count: int = 1
    severity: str = "warning"
    next_step: str = ""


class RuleResult(msgspec.Struct, frozen=True):
    """A rule confronted with the data: items = passes + fails + missing.

    ``items`` is 0 where the rule is not applicable: no counting delivery states what it names. ``broken`` says why the
    rule itself could not be judged; nothing is known of the data then.
    """

    rule: str
    action: str
    items: int
    passes: int
    fails: int
    missing: int
    version: int = 1
    severity: str = "error"
    scope: str = "record"
    broken: str = ""


class Outcome(msgspec.Struct, Generic[Data], frozen=True):
    """The data of a step, what it found, what it measured."""

    data: Data
    findings: tuple[Finding, ...] = ()
    measures: dict[str, Any] = {}


class Files(msgspec.Struct, frozen=True):
    """Parquet files that an engine reads as one table; ``schema`` is that of the table, should it have no file."""

    paths: tuple[str, ...]
    schema: pa.Schema


class KnownOn(msgspec.Struct, frozen=True):
    """The rows of a state that count on a day, without its columns known_from and known_to: the flows of a data cut-off.

    A row counts from ``known_from`` on, and until ``known_to``, which is null while it counts.
    """

    whole: Files
    day: date


class Overlay(msgspec.Struct, frozen=True):
    """A state with some of its rows replaced or added, without rewriting it: slips that were corrected or released.

    A row of ``rows`` takes the place of the row of ``below`` with the same ``key``; where there is none, it is added.
    """

    below: Files | pa.Table | Overlay | Translated | KnownOn
    rows: pa.Table
    key: tuple[str, ...] = ("delivery", "row")


class Translated(msgspec.Struct, frozen=True):
    """A state in which some values stand for others, without rewriting it: pseudonyms of an earlier key.

    Where a value of one of the ``columns`` stands under ``old`` in ``values``, that table's ``new`` is read.
    """

    below: Files
    values: pa.Table
    columns: tuple[str, ...] = ("slip", "corrects", "person")


Table: TypeAlias = pa.Table | Files | Overlay | Translated | KnownOn


class Engine(Protocol):
    """Runs a query over named tables. The canonical text of a query is DuckDB's dialect.

    A secret goes in as a parameter (``$name`` in the query), never into the text.
    """

    def run(self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table) -> pa.Table:
        """The whole result, in memory."""

    def stream(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table
    ) -> pa.RecordBatchReader:
        """The result batch by batch, for one that may not fit into memory."""

    def kept(
        self, query: exp.Expr | str, parameters: Parameters | None = None, **tables: Table
    ) -> AbstractContextManager[Table]:
        """The result for other queries to read, in the body of a ``with``: on the disk, where the engine may spill."""


Progress: TypeAlias = Callable[[str, int], None]
"""Told what is being done and how many rows of it are through."""
