"""Reads a PostgreSQL database by a layout's query: what it gives is sealed as it arrives, and read back from its seal.

Nothing of it stands on a disk in clear. The query runs in a transaction that can only read. What the server says of a
failed query is repeated only where it speaks of the query itself, for elsewhere it may quote a row; what is told of a
connection that fails holds nothing of the setting by which it was to be made.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.readers.cells import as_text
from qonys.collect.readers.rows import RowReader
from qonys.concepts.layout import Column, SourceLayout
from qonys.errors import OperatorError, QonysError, SupplierError
from qonys.store.sealed import seal, unsealed

if TYPE_CHECKING:
    from adbc_driver_manager import dbapi

_BATCH_BYTES = 16 << 20
_PIECE = 1 << 20
_NUMBERS = (b"numeric", b"float8", b"float4")
"""PostgreSQL's names of types that may hold a whole number or a fraction, as its driver tells them."""
_INFINITE = {"infinity": ("20000-01-01", "20000-01-01"), "-infinity": ("4000-01-01 BC", "-3999-01-01")}
"""PostgreSQL's days without end -> the day that stands for one on its way, as the server and as numpy write it: the driver
has none, and counts on past its largest number."""
_OF_THE_QUERY = "42"
"""Class of SQLSTATE for errors in the text of a query, or of rights (PostgreSQL, appendix A)."""


@dataclass(frozen=True)
class Extract:
    """What a query gave, as it was sealed: an Arrow stream.

    Args:
        sha256: hash of the stream before it was sealed.
        size: its bytes.
    """

    sha256: str
    size: int


def database_setting(database: str) -> str:
    """Name of the setting that says how a database is reached."""
    return f"QONYS_DATABASE_{database.upper().replace('-', '_')}"


def extract(layout: SourceLayout, connection: str, target: Path, key: bytes) -> Extract:
    """Run the query of a layout and seal what it gives into a file.

    Args:
        layout: of the format postgresql.
        connection: URI of the database; it may hold a password.
        target: the sealed file.
        key: of AES-256-GCM.

    Raises:
        OperatorError: the database cannot be reached, or refuses the user.
        SupplierError: the query fails, or does not give the columns of the layout.
    """
    digest = hashlib.sha256()
    size = 0

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece

    with _reading(layout, connection) as cursor:
        given = _typed_columns(cursor, layout)
        pieces = counted(_arrow_stream(_batches(cursor, layout, given), layout))
        seal(cast("BinaryIO", io.BufferedReader(_Pulled(pieces), _PIECE)), target, key)
    return Extract(digest.hexdigest(), size)


def read_extract(sealed: Path, layout: SourceLayout, key: bytes) -> RowReader:
    """The rows of a sealed extract, numbered from 1."""
    return RowReader(_rows(sealed, layout, key))


def _rows(sealed: Path, layout: SourceLayout, key: bytes) -> Iterator[pa.RecordBatch]:
    after = 0
    with io.BufferedReader(_Pulled(unsealed(sealed, key)), _PIECE) as file, pa.ipc.open_stream(file) as batches:
        for batch in batches:
            numbers = np.arange(after + 1, after + 1 + batch.num_rows, dtype=np.int64)
            yield _with_infinite_days(as_text(batch, layout, numbers), batch)
            after += batch.num_rows


def _with_infinite_days(texts: pa.RecordBatch, given: pa.RecordBatch) -> pa.RecordBatch:
    """The same texts; a day that stands for one without end is told as that."""
    for field in given.schema:
        if not (pa.types.is_date(field.type) or pa.types.is_timestamp(field.type)):
            continue
        for word, (_, day) in _INFINITE.items():
            meant = pc.equal(given[field.name], pa.scalar(np.datetime64(day), pa.date32()).cast(field.type))
            if pc.any(meant).as_py():
                told: Any = pc.if_else(meant, word, texts[field.name].cast(pa.string()))
                texts = texts.set_column(texts.schema.get_field_index(field.name), field.name, told)
    return texts


@contextmanager
def _reading(layout: SourceLayout, connection: str) -> Iterator[dbapi.Cursor]:
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import StatementOptions, dbapi

    try:
        opened = dbapi.connect(connection)
    except Error as error:
        raise _unreachable(layout, str(error)) from None
    with opened, opened.cursor() as cursor:
        cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(_BATCH_BYTES)})
        try:
            cursor.execute("set transaction read only")
            yield cursor
        except Error as error:
            raise _failed(layout, error) from None


def _typed_columns(cursor: dbapi.Cursor, layout: SourceLayout) -> dict[str, str]:
    """The columns of the layout, and how the server gives each: an expression over ``delivered``."""
    cursor.execute(f"select * from (\n{_query(layout)}\n) as delivered limit 0")
    schema = cursor.fetch_arrow_table().schema
    absent = [column.name for column in layout.columns if column.name not in schema.names]
    if absent:
        raise SupplierError(
            f"The query does not give the columns {', '.join(absent)}.",
            where=_place(layout),
            next_step=f"It gives {', '.join(schema.names)[:300]}. Mend the query, or ask the supplier.",
        )
    return {column.name: _given(column, schema.field(column.name)) for column in layout.columns}


def _batches(cursor: dbapi.Cursor, layout: SourceLayout, given: dict[str, str]) -> pa.RecordBatchReader:
    columns = ", ".join(f"{expression} as {_quoted(name)}" for name, expression in given.items())
    cursor.execute(f"select {columns} from (\n{_query(layout)}\n) as delivered")
    return cursor.fetch_record_batch()


def _given(column: Column, field: pa.Field[Any]) -> str:
    """Dates and whole numbers stay what they are, a time with a zone becomes the session's own; the server makes the rest text."""
    if (field.metadata or {}).get(b"POSTGRESQL:type") in _NUMBERS:
        return _number_as_text(_quoted(column.name), column.width or 0)
    kept = _kept_as(field.type)
    given = f"{_quoted(column.name)}::{kept}"
    if kept not in ("date", "timestamp"):
        return given
    meant = " ".join(f"when '{word}' then {kept} '{day}'" for word, (day, _) in _INFINITE.items())
    return f"case {given} {meant} else {given} end"


def _number_as_text(name: str, width: int) -> str:
    """A whole number without decimals and filled to its width, like one of a whole type; NaN is nothing, as in a file."""
    number = f"nullif({name}::numeric, 'NaN')"
    whole = f"trunc({number})::text"
    filled = f"lpad({whole}, greatest(length({whole}), {width}), '0')"
    return f"case when {number} = trunc({number}) then {filled} else {number}::text end"


def _kept_as(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_integer(kind):
        return "bigint"
    return "timestamp" if pa.types.is_timestamp(kind) else "text"


def _query(layout: SourceLayout) -> str:
    return layout.query.strip().rstrip(";")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _told(batches: Iterator[pa.RecordBatch], layout: SourceLayout) -> Iterator[pa.RecordBatch]:
    """The same batches; what goes wrong at the server while they come is told as what it is."""
    try:
        yield from batches
    except (OSError, pa.ArrowException) as error:
        raise _failed(layout, error) from None


def _arrow_stream(reader: pa.RecordBatchReader, layout: SourceLayout) -> Iterator[bytes]:
    """The bytes of an Arrow stream, batch by batch, without what the driver says of types."""
    schema = pa.schema([pa.field(field.name, field.type) for field in reader.schema])
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        for batch in _told(iter(reader), layout):
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.BytesIO) -> bytes:
    content = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return content


def _place(layout: SourceLayout) -> str:
    return f"layout {layout.id}, database {layout.database}"


def _unreachable(layout: SourceLayout, reason: str) -> OperatorError:
    """Why there is no connection, in our words: the driver's may repeat the setting."""
    if any(words in reason for words in ("authentication failed", "no password supplied", "no pg_hba.conf entry")):
        what = "The database refuses the user or the password."
    elif "does not exist" in reason:
        what = "The server has no such database, or no such user."
    elif "connection info string" in reason or "percent-encoded" in reason or "invalid" in reason.lower():
        what = "The setting is no connection URI of PostgreSQL."
    else:
        what = "The database cannot be reached."
    setting = database_setting(layout.database)
    return OperatorError(what, where=_place(layout), next_step=f"Check the server and the setting {setting}.")


def _failed(layout: SourceLayout, error: Exception) -> QonysError:
    state = str(getattr(error, "sqlstate", None) or "")
    if not state.startswith(_OF_THE_QUERY):
        what = f"The query failed while it ran{f' (SQLSTATE {state})' if state else ''}."
        return SupplierError(what, where=_place(layout), next_step="Run it in psql to see why; nothing was taken.")
    _, _, told = str(error).partition("ERROR:")
    what = f"The query cannot be run: {told.splitlines()[0].strip()}." if told else "The query cannot be run."
    return SupplierError(what, where=_place(layout), next_step=f"Mend the query in sources/{layout.id}.yaml.")


class _Pulled(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
