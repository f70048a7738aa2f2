"""Delimited text: one slip a line, its columns between separators."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from qonys.collect.csv_lines import UnreadLines, unread_lines, without_lines
from qonys.collect.opening import Opened
from qonys.collect.readers.rows import BrokenRow, RowReader, as_text, fail_if_columns_absent, unreadable
from qonys.concepts.layout import SourceLayout

_BLOCK_BYTES = 16 << 20


def read_delimited(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    broken: dict[int, str] = {}

    def tell(row: pa_csv.InvalidRow) -> Literal["skip"]:
        wanted, found = row.expected_columns, row.actual_columns
        broken[row.number or 0] = f"The row has {found} columns, the heading has {wanted}."
        return "skip"

    try:
        _fail_if_not_encoded(opened, layout)
        heading = _heading(opened, layout)
        fail_if_columns_absent(opened, layout, heading, reader)
        unread = unread_lines(opened.path, encoding=layout.encoding, separator=layout.separator, quote=layout.quote)
        stream = pa_csv.open_csv(
            without_lines(opened.path, unread.open_quotes) if unread.open_quotes else opened.path,
            read_options=pa_csv.ReadOptions(encoding=layout.encoding, use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.separator, quote_char=layout.quote or False, invalid_row_handler=tell
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(heading, pa.string()), strings_can_be_null=False
            ),
        )
        rows_read = 1
        for batch in stream:
            numbers = _numbers_of_whole_rows(rows_read, batch.num_rows, broken)
            rows_read = int(numbers[-1]) if len(numbers) else rows_read
            yield as_text(batch, layout, unread.line_numbers(numbers))
    except (pa.ArrowException, UnicodeError, LookupError, csv.Error) as error:
        raise unreadable(opened, layout, str(error)) from error
    reader.broken.extend(_broken_rows(broken, unread))
    if not _ends_with_line_break(opened):
        reader.notes.append("The file does not end with a line break: its last row may be cut off.")


def _fail_if_not_encoded(opened: Opened, layout: SourceLayout) -> None:
    """Read all bytes once: an engine that meets a wrong one midway would repeat the row in its message."""
    decoder, rows = codecs.getincrementaldecoder(layout.encoding)(), 1
    with opened.path.open("rb") as file:
        while chunk := file.read(_BLOCK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                row = rows + error.object[: error.start].count(b"\n")
                raise unreadable(opened, layout, f"row {row} holds bytes that are not {layout.encoding}.") from error
            rows += chunk.count(b"\n")


def _heading(opened: Opened, layout: SourceLayout) -> list[str]:
    with opened.path.open(encoding=layout.encoding, newline="") as file:
        first = next((line for line in file if line.strip("\r\n")), "").removeprefix("\ufeff").rstrip("\r\n")
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    return next(csv.reader([first], delimiter=layout.separator, **quoting), [])


def _broken_rows(cut_wrongly: dict[int, str], unread: UnreadLines) -> list[BrokenRow]:
    lines = unread.line_numbers(np.fromiter(cut_wrongly, dtype=np.int64))
    told = [BrokenRow(int(line), reason) for line, reason in zip(lines, cut_wrongly.values(), strict=True)]
    told += [BrokenRow(line, "A quotation mark is opened and not closed.") for line in unread.open_quotes]
    return sorted(told, key=lambda row: row.row)


def _numbers_of_whole_rows(after: int, count: int, broken: dict[int, str]) -> npt.NDArray[np.int64]:
    """Numbers of the next rows after ``after``, those of broken rows being left out."""
    skipped = np.fromiter((number for number in broken if number > after), dtype=np.int64)
    candidates = np.arange(after + 1, after + 1 + count + len(skipped), dtype=np.int64)
    return candidates[~np.isin(candidates, skipped)][:count]


def _ends_with_line_break(opened: Opened) -> bool:
    with opened.path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"
