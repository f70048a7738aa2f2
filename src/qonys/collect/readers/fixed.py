"""Fixed width: every column by its first character and its width."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.opening import Opened
from qonys.collect.readers.rows import BATCH_ROWS, BrokenRow, Columns, RowReader, unreadable
from qonys.concepts.layout import SourceLayout


def read_fixed(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    width = max((column.start or 0) + (column.width or 0) - 1 for column in layout.columns)
    try:
        with io.TextIOWrapper(opened.stream(), encoding="utf-8", newline=None) as file:
            numbered = ((number, line.rstrip("\n")) for number, line in enumerate(file, start=1))
            while chunk := list(islice(numbered, BATCH_ROWS)):
                whole = [(number, line) for number, line in chunk if len(line) >= width]
                reader.broken.extend(
                    BrokenRow(number, f"The row has {len(line)} characters, the layout needs {width}.")
                    for number, line in chunk
                    if 0 < len(line) < width and line != "\x1a"
                )
                yield _cut(whole, layout)
    except (UnicodeDecodeError, LookupError) as error:
        raise unreadable(opened, layout, str(error)) from error


def _cut(lines: list[tuple[int, str]], layout: SourceLayout) -> pa.RecordBatch:
    text = pa.array([line for _, line in lines], pa.string())
    columns: Columns = {
        c.name: pc.utf8_slice_codeunits(text, (c.start or 1) - 1, (c.start or 1) - 1 + (c.width or 0))
        for c in layout.columns
    }
    columns["row"] = pa.array([number for number, _ in lines], pa.int64())
    return pa.RecordBatch.from_pydict(columns)
