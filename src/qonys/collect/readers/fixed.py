"""Fixed width: every column by its first character and its width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from qonys.collect.opening import Opened
from qonys.collect.readers.cells import Columns
from qonys.collect.readers.rows import BrokenRow, RowReader, unreadable
from qonys.concepts.layout import SourceLayout

_BLOCK_BYTES = 16 << 20
_NO_SEPARATOR = "\x1f"
"""A line is read as one column; a line that holds this control character (unit separator) is broken."""
_END_OF_DOS_FILE = "\x1a"


def read_fixed(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    """The lines that are as wide as the layout needs; an empty line is no row."""
    width = max((column.start or 0) + (column.width or 0) - 1 for column in layout.columns)
    cut: set[int] = set()
    read = 0
    try:
        with opened.stream() as stream:
            for batch in _lines(stream, cut):
                numbers = _numbers(read, batch.num_rows, cut)
                read = int(numbers[-1]) if len(numbers) else read
                lines: Any = _padded(batch.column(0), width) if layout.short_lines == "padded" else batch.column(0)
                widths = pc.utf8_length(lines).to_numpy(zero_copy_only=False)
                reader.broken.extend(_short(lines, numbers, widths, width))
                whole = pa.array(widths >= width)
                yield _columns(lines.filter(whole), numbers[widths >= width], layout)
    except pa.ArrowException as error:
        opened.fail_if_wrongly_encoded()
        raise unreadable(opened, layout, "it has no ends of lines, or is no text") from error
    reader.broken.extend(BrokenRow(number, "The row holds a control character.") for number in sorted(cut))


def _lines(stream: Any, cut: set[int]) -> pa_csv.CSVStreamingReader:  # noqa: ANN401 a stream of bytes
    def tell(row: pa_csv.InvalidRow) -> Literal["skip"]:
        cut.add(row.number or 0)
        return "skip"

    return pa_csv.open_csv(
        stream,
        read_options=pa_csv.ReadOptions(column_names=["line"], use_threads=False, block_size=_BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(
            delimiter=_NO_SEPARATOR, quote_char=False, ignore_empty_lines=False, invalid_row_handler=tell
        ),
        convert_options=pa_csv.ConvertOptions(column_types={"line": pa.string()}, strings_can_be_null=False),
    )


def _numbers(after: int, count: int, cut: set[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of the next lines after ``after``, those that were cut being left out."""
    skipped = np.fromiter((number for number in cut if number > after), dtype=np.int64)
    candidates = np.arange(after + 1, after + 1 + count + len(skipped), dtype=np.int64)
    return candidates[~np.isin(candidates, skipped)][:count]


def _short(lines: Any, numbers: Any, widths: Any, width: int) -> Iterator[BrokenRow]:  # noqa: ANN401
    for at in np.flatnonzero((widths > 0) & (widths < width)).tolist():
        if lines[at].as_py() != _END_OF_DOS_FILE:
            told = f"The row has {widths[at]} characters, the layout needs {width}."
            yield BrokenRow(int(numbers[at]), told)


def _padded(lines: Any, width: int) -> Any:  # noqa: ANN401 strings
    """Lines with the blanks at their end that were left out; an empty line and the end of a DOS file are no rows still."""
    none = pc.is_in(lines, pa.array(["", _END_OF_DOS_FILE]))
    return pc.if_else(none, lines, pc.utf8_rpad(lines, width, " "))


def _columns(lines: Any, numbers: Any, layout: SourceLayout) -> pa.RecordBatch:  # noqa: ANN401
    columns: Columns = {
        c.name: pc.utf8_slice_codeunits(lines, (c.start or 1) - 1, (c.start or 1) - 1 + (c.width or 0))
        for c in layout.columns
    }
    columns["row"] = pa.array(numbers, pa.int64())
    return pa.RecordBatch.from_pydict(columns)
