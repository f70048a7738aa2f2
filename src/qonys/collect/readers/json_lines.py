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


def read_json_lines(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    """The objects of the lines that hold one, a line being numbered from 1; an empty line is no row."""
    keys: dict[str, None] = {}
    with opened.stream() as stream:
        lines = enumerate(_lines(stream), start=1)
        while chunk := list(islice(lines, _ROWS)):
            rows = [(number, row) for number, line in chunk if (row := _row(line, number, opened, reader)) is not None]
            for _, row in rows:
                if not row.keys() <= keys.keys():
                    keys.update(dict.fromkeys(row))
            yield _batch(rows, layout, reader)
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


def _batch(rows: list[tuple[int, dict[str, Any]]], layout: SourceLayout, reader: RowReader) -> pa.RecordBatch:
    """The rows as columns of text, without those in which a value is no text, number or truth."""
    broken: dict[int, str] = {}
    columns: Columns = {c.name: _texts([row.get(c.name) for _, row in rows], c, broken) for c in layout.columns}
    columns["row"] = pa.array([number for number, _ in rows], pa.int64())
    batch = pa.RecordBatch.from_pydict(columns)
    if not broken:
        return batch
    reader.broken.extend(BrokenRow(rows[place][0], reason) for place, reason in sorted(broken.items()))
    return batch.filter(pa.array([place not in broken for place in range(len(rows))]))


def _texts(values: list[Any], column: Column, broken: dict[int, str]) -> pa.Array[Any]:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, TypeError):
        return pa.array([_text(value, place, column, broken) for place, value in enumerate(values)], pa.string())


def _text(value: object, place: int, column: Column, broken: dict[int, str]) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case int():
            return str(value).zfill(column.width or 0)
        case _:
            # What the value says is not told: it may be an identifier.
            broken.setdefault(place, f"{column.name} holds a list or an object.")
            return None
