"""JSON lines: every line one object, whose keys are the columns.

A key may be left out where a slip states nothing, but a column that stands in no row at all is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from qonys.collect.opening import Opened
from qonys.collect.readers.cells import Columns
from qonys.collect.readers.rows import BrokenRow, RowReader, fail_if_columns_absent, unreadable
from qonys.concepts.layout import Column, SourceLayout

_ROWS = 65_536
_LINE_BYTES = 1 << 24


class _NoRowError(Exception):
    """A line that is no row, and why; its text is not told, for it may hold an identifier."""


def read_json_lines(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    """The objects of the lines that hold one, a line being numbered from 1; an empty line is no row."""
    keys: dict[str, None] = {}
    with opened.stream() as stream:
        lines = enumerate(_lines(stream), start=1)
        while chunk := list(islice(lines, _ROWS)):
            rows = [(number, row) for number, line in chunk if (row := _row(line, number, opened, reader)) is not None]
            taken = list(_taken(rows, layout, keys, reader))
            columns: Columns = {
                c.name: pa.array([texts[place] for _, texts in taken], pa.string())
                for place, c in enumerate(layout.columns)
            }
            columns["row"] = pa.array([number for number, _ in taken], pa.int64())
            yield pa.RecordBatch.from_pydict(columns)
    if reader.broken and not keys:
        raise unreadable(opened, layout, "no line of it is a JSON object.")
    if keys:
        fail_if_columns_absent(opened, layout, list(keys), reader)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(_LINE_BYTES):
        yield line


def _row(line: bytes, number: int, opened: Opened, reader: RowReader) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        line.decode()
    except UnicodeDecodeError:
        raise opened.wrong_bytes(number, line) from None
    try:
        found = _DECODER.decode(line)
    except msgspec.DecodeError:
        reader.broken.append(BrokenRow(number, "The row is no JSON object."))
        return None
    return found


_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=str)
"""A number with decimals is kept as it is written."""


def _taken(
    rows: list[tuple[int, dict[str, Any]]], layout: SourceLayout, keys: dict[str, None], reader: RowReader
) -> Iterator[tuple[int, list[str | None]]]:
    for number, row in rows:
        keys.update(dict.fromkeys(row))
        try:
            yield number, [_text(row.get(column.name), column) for column in layout.columns]
        except _NoRowError as error:
            reader.broken.append(BrokenRow(number, str(error)))


def _text(value: object, column: Column) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case int():
            return str(value).zfill(column.width or 0)
        case _:
            raise _NoRowError(f"{column.name} holds a list or an object.")
