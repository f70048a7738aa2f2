"""Parquet files of a state: written in flat memory while the rows still come, brought to the disk, and hashed.

Laws: a file that is handed back is whole and on the disk; when writing fails, nothing of it is left. Dictionary columns
are written as such and read as plain ones. A column that rows do not have is null in them, and their file is without it.
Rows keep no order. Hashes of identifiers and numbers that hardly repeat get no dictionary, and text no statistics: neither
would save anything, and both take time (docs/decisions/0021). The thread that writes waits for the disk at the end only.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qonys.store.disk import bring_to_disk

GROUP_ROWS = 122_880
"""Rows of a row group: what DuckDB reads as one piece of work."""
_PENDING = 3
"""Row groups that wait to be written at most, while the next ones are made."""
_WRITTEN_AT_ONCE = 8 << 20
"""Bytes that are gathered before they are hashed and written: each time, the thread waits for its turn among the others."""
FILE_ROWS = 40 * GROUP_ROWS
"""Rows after which a file is closed and the next one begun."""


class WrittenFile(msgspec.Struct, frozen=True):
    """A Parquet file on the disk: its name in the folder, bytes, rows, SHA-256."""

    name: str
    size: int
    rows: int
    sha256: str


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """A schema as the state has it: dictionary columns by their values, bytes of a fixed length as bytes."""
    return pa.schema([pa.field(field.name, _plain(field.type)) for field in schema])


def write_files(
    folder: Path, batches: Iterable[pa.Table], schema: pa.Schema, *, file_rows: int = FILE_ROWS
) -> tuple[WrittenFile, ...]:
    """Write rows into new files of a folder; none where there are no rows.

    Args:
        folder: folder of the state.
        batches: the rows, in tables of any size; what they raise is raised as it is.
        schema: schema of the state; a column of a table may be its dictionary form, or be absent.
        file_rows: rows after which the next file is begun.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file: _File | None = None
    ended: dict[Path, Future[WrittenFile]] = {}
    try:
        for group in _groups(batches, schema):
            if file is None or file.rows >= file_rows or file.fits_not(group):
                if file:
                    ended[file.path] = file.finish()
                file = _File(folder / f"{uuid4()}.parquet", group)
            file.add(group)
        if file:
            ended[file.path] = file.finish()
        written = tuple(one.result() for one in ended.values())
    except BaseException:
        if file:
            file.drop()
        wait(ended.values())
        for path in ended:
            path.unlink(missing_ok=True)
        raise
    if written:
        bring_to_disk(folder)
    return written


def remove(folder: Path, files: Iterable[WrittenFile]) -> None:
    """Delete files that were written and shall not be seen."""
    for file in files:
        (folder / file.name).unlink(missing_ok=True)


class _File:
    """A file being written, a row group at a time, while the next one is being made."""

    def __init__(self, path: Path, first: pa.Table) -> None:
        self.path, self.schema, self.rows = path, first.schema, 0
        self._worker, self._beside = ThreadPoolExecutor(max_workers=1), ThreadPoolExecutor(max_workers=1)
        self._running: deque[Future[None]] = deque()
        self._on_its_way: Future[None] | None = None
        self._sink = _HashedSink(path)
        self._stream = pa.BufferedOutputStream(pa.PythonFile(self._sink, mode="w"), _WRITTEN_AT_ONCE)
        self._writer = _writer(self._stream, self.schema, _ascending(first))

    def fits_not(self, group: pa.Table) -> bool:
        return not self.schema.equals(group.schema)

    def add(self, group: pa.Table) -> None:
        while len(self._running) >= _PENDING:
            self._running.popleft().result()
        self._running.append(self._worker.submit(self._write, group))
        self.rows += group.num_rows

    def _write(self, group: pa.Table) -> None:
        """Row groups go to the disk while the next ones are made, which never wait for it; at the end little is left."""
        self._writer.write_table(group, row_group_size=group.num_rows)
        if self._on_its_way is None or self._on_its_way.done():
            self._raise_what_the_disk_said()
            self._on_its_way = self._beside.submit(self._sink.bring_to_disk)

    def _raise_what_the_disk_said(self) -> None:
        if self._on_its_way:
            self._on_its_way.result()

    def finish(self) -> Future[WrittenFile]:
        """The file is closed when its groups are written; the next one may be begun meanwhile.

        Whoever waits should hold nothing but what this gives: threads and room go with the last of the file.
        """
        finished = self._worker.submit(self._finished)
        self._worker.shutdown(wait=False)
        return finished

    def _finished(self) -> WrittenFile:
        try:
            for group in self._running:
                group.result()
            self._raise_what_the_disk_said()
            self._writer.close()
            self._stream.close()
            self._sink.close()
            bring_to_disk(self.path)
        except BaseException:
            self._close()
            raise
        finally:
            self._beside.shutdown()
        return WrittenFile(self.path.name, self.path.stat().st_size, self.rows, self._sink.sha256())

    def drop(self) -> None:
        self._worker.shutdown(cancel_futures=True)
        self._beside.shutdown()
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        """Close what is open of a file that is given up."""
        with suppress(OSError):
            self._writer.close()
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._sink.close()


class _HashedSink(RawIOBase):
    """A file that is written once from its beginning to its end, and hashed meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file, self._digest = path.open("wb"), hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:  # noqa: ANN401 any buffer
        self._digest.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def tell(self) -> int:
        return self._file.tell()

    def bring_to_disk(self) -> None:
        self._file.flush()
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        super().close()

    def sha256(self) -> str:
        return self._digest.hexdigest()


def _writer(stream: pa.NativeFile, schema: pa.Schema, ascending: list[str]) -> pq.ParquetWriter:
    short = [field.name for field in schema if _repeats(field.type)]
    encodings: Any = {field.name: "DELTA_LENGTH_BYTE_ARRAY" for field in schema if pa.types.is_binary(field.type)}
    encodings |= dict.fromkeys(ascending, "DELTA_BINARY_PACKED")
    counted = [field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_date(field.type)]
    statistics: Any = counted or False
    dictionaries: Any = short or False
    return pq.ParquetWriter(
        stream,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=dictionaries,
        column_encoding=encodings or None,
        write_statistics=statistics,
        store_schema=False,
        # A column of a row group is encoded in one go, as a page unless it takes more than a mebibyte.
        write_batch_size=GROUP_ROWS,
        max_rows_per_page=GROUP_ROWS,
    )


def _ascending(rows: pa.Table) -> list[str]:
    """The columns of long numbers that count upwards: their steps take less room and time than the numbers."""
    long = [field.name for field in rows.schema if pa.types.is_int64(field.type)]
    return [name for name in long if rows[name].null_count == 0 and (np.diff(rows[name].to_numpy()) > 0).all()]


def _repeats(kind: pa.DataType) -> bool:
    """Whether values of this type are likely to come again within a row group."""
    plain = (pa.types.is_binary, pa.types.is_int64, pa.types.is_floating, pa.types.is_boolean, pa.types.is_nested)
    return not any(is_plain(kind) for is_plain in plain)


def _groups(batches: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in row groups; within one, a dictionary column has one dictionary."""
    kept: list[pa.Table] = []
    rows = 0
    for batch in batches:
        table = _fitted(batch, schema)
        if kept and not kept[0].schema.equals(table.schema):
            yield _one(kept)
            kept, rows = [], 0
        kept.append(table)
        rows += table.num_rows
        if rows >= GROUP_ROWS:
            whole, full = _one(kept), rows - rows % GROUP_ROWS
            for start in range(0, full, GROUP_ROWS):
                yield whole.slice(start, GROUP_ROWS)
            kept, rows = [whole.slice(full)], rows - full
    if rows:
        yield _one(kept)


def _one(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries()


def _fitted(batch: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in the order and types of the state; a dictionary of the right values stays one."""
    fields = []
    for field in (field for field in schema if field.name in batch.schema.names):
        found = batch.schema.field(field.name).type
        stays = pa.types.is_dictionary(found) and found.value_type == field.type
        fields.append(pa.field(field.name, found if stays else field.type))
    return batch.select([field.name for field in fields]).cast(pa.schema(fields))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_large_binary(kind):
        return pa.binary()
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind
