"""Delimited text: one slip a line, its columns between separators.

Blocks of whole lines are cut one after the other and parsed side by side. A column that is no identifier is read as a
dictionary: every text once, and its place in every row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from qonys.collect.ahead import in_order
from qonys.collect.csv_lines import Block, LineTooLongError, blocks_of_lines
from qonys.collect.opening import Opened
from qonys.collect.readers.rows import BrokenRow, RowReader, fail_if_columns_absent, unreadable
from qonys.concepts.layout import SourceLayout

_BLOCK_BYTES = 16 << 20
_FIRST_LINE = 1 << 20
_OPEN_QUOTE = "A quotation mark is opened and not closed."


def read_delimited(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    try:
        with opened.stream() as stream:
            watched = _Watched(stream)
            heading, before = _heading(watched, opened, layout, reader)
            blocks = blocks_of_lines(
                watched,  # type: ignore[arg-type]  # all that is asked of it is read
                after=before,
                block_bytes=_BLOCK_BYTES,
                separator=layout.separator.encode(),
                quote=layout.quote.encode(),
            )
            for batch, broken in in_order(_Parser(opened, layout, heading), blocks):
                reader.broken.extend(broken)
                if batch.num_rows:
                    yield batch
    except LineTooLongError as error:
        raise unreadable(opened, layout, "it has no ends of lines") from error
    except (pa.ArrowException, LookupError, csv.Error) as error:
        raise unreadable(opened, layout, str(error)) from error
    if watched.last not in b"\r\n":
        reader.notes.append("The file does not end with a line break: its last row may be cut off.")


class _Watched:
    """A stream of which lines can be put back, and which knows its last byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._put_back, self.last = stream, b"", b""

    def read(self, size: int) -> bytes:
        if self._put_back:
            content, self._put_back = self._put_back, b""
            return content
        content = self._stream.read(size)
        self.last = content[-1:] or self.last
        return content

    def put_back(self, content: bytes) -> None:
        self._put_back = content


def _heading(stream: _Watched, opened: Opened, layout: SourceLayout, reader: RowReader) -> tuple[list[str], int]:
    """The names of the columns, and how many lines stand before the first row."""
    if not layout.header:
        return [column.name for column in layout.columns], 0
    head = stream.read(_FIRST_LINE)
    while b"\n" not in head.lstrip(b"\r\n") and (more := stream.read(_FIRST_LINE)) and len(head) < _FIRST_LINE * 8:
        head += more
    lines = head.splitlines(keepends=True)
    before = next((number for number, line in enumerate(lines, start=1) if line.strip(b"\r\n")), len(lines))
    stream.put_back(b"".join(lines[before:]))
    try:
        text = (lines[before - 1] if lines else b"").decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise opened.wrong_bytes(before, lines[before - 1]) from None
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    names = [name.strip() for name in next(csv.reader([text], delimiter=layout.separator, **quoting), [])]
    fail_if_columns_absent(opened, layout, names, reader)
    return names, before


class _Parser:
    """Parses one block; several threads may call it at once."""

    def __init__(self, opened: Opened, layout: SourceLayout, heading: list[str]) -> None:
        self._opened, self._layout, self._columns = opened, layout, len(heading)
        wanted = [column.name for column in layout.columns]
        # A name that the layout does not know may stand twice, so columns go by their places.
        self._places = {name: str(heading.index(name)) for name in wanted}
        self._types: dict[str, pa.DataType] = {
            self._places[c.name]: pa.string() if c.identifier else pa.dictionary(pa.int32(), pa.string())
            for c in layout.columns
        }

    def __call__(self, block: Block) -> tuple[pa.RecordBatch, list[BrokenRow]]:
        broken: dict[int, str] = {}

        def tell(row: pa_csv.InvalidRow) -> Literal["skip"]:
            broken[row.number or 0] = (
                f"The row has {row.actual_columns} columns, the heading has {row.expected_columns}."
            )
            return "skip"

        self._fail_if_not_encoded(block)
        table = self._parsed(block.content, tell)
        whole = np.ones(len(block.lines), dtype=np.bool_)
        whole[[number - 1 for number in broken]] = False
        told = [BrokenRow(int(block.lines[number - 1]), reason) for number, reason in broken.items()]
        told += [BrokenRow(line, _OPEN_QUOTE) for line in block.open_quotes]
        return self._batch(table, block.lines[whole]), sorted(told, key=lambda row: row.row)

    def _fail_if_not_encoded(self, block: Block) -> None:
        """The parser itself would repeat a wrong row in its message."""
        size = len(block.content)
        offsets = pa.py_buffer(np.array([0, size], np.int32).tobytes())
        text: Any = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(block.content)])
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            start = _first_wrong_byte(block.content)
            row = int(block.lines[block.content.count(b"\n", 0, start)])
            raise self._opened.wrong_bytes(row, block.content) from None

    def _parsed(self, content: bytes, tell: Callable[[pa_csv.InvalidRow], Literal["skip"]]) -> pa.Table:
        if not content:
            return pa.schema(list(self._types.items())).empty_table()
        layout = self._layout
        return pa_csv.read_csv(
            pa.BufferReader(content),  # type: ignore[arg-type]  # any file of Arrow's is one
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                column_names=[str(place) for place in range(self._columns)],
                block_size=len(content) + 1,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.separator, quote_char=layout.quote or False, invalid_row_handler=tell
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=self._types, include_columns=list(self._types), strings_can_be_null=False, check_utf8=False
            ),
        )

    def _batch(self, table: pa.Table, numbers: npt.NDArray[np.int64]) -> pa.RecordBatch:
        named = table.select(list(self._places.values())).rename_columns(list(self._places))
        numbered = named.append_column("row", pa.array(numbers, pa.int64()))
        whole = numbered.unify_dictionaries().combine_chunks().to_batches()
        return whole[0] if whole else pa.RecordBatch.from_pylist([], schema=numbered.schema)


def _first_wrong_byte(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0
