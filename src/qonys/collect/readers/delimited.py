"""Delimited text: one slip a line, its columns between separators.

Blocks of whole lines are cut one after the other and parsed side by side. A column that is no identifier is read as a
dictionary: every text once, and its place in every row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from queue import SimpleQueue
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from qonys.collect.ahead import in_order
from qonys.collect.csv_lines import Block, Bytes, LineCutter, LineTooLongError, whole_lines
from qonys.collect.opening import Opened
from qonys.collect.plain_lines import PlainLines
from qonys.collect.readers.rows import BrokenRow, RowReader, fail_if_columns_absent, unreadable
from qonys.collect.single_byte import SingleByte, single_byte
from qonys.concepts.layout import SourceLayout

_BLOCK_BYTES = 16 << 20
_FIRST_LINE = 1 << 20
_LARGEST_IN_UTF_8 = 3
"""Bytes of UTF-8 that a byte of another encoding becomes at most."""
Telling: TypeAlias = Callable[[pa_csv.InvalidRow], Literal["skip"]]
"""What is called with each row of the wrong length."""
_OPEN_QUOTE = "A quotation mark is opened and not closed."


def read_delimited(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    codec = single_byte(opened.encoding.name)
    try:
        with opened.unpacked() if codec else opened.stream() as stream:
            watched = _Watched(stream)
            heading, before = _heading(watched, opened, codec, reader)
            used: SimpleQueue[bytearray] = SimpleQueue()
            pieces = whole_lines(watched, _piece_bytes(opened), used)  # type: ignore[arg-type]  # only readinto is asked of it
            first = next(pieces, bytearray())
            parser = _Parser(opened, codec, heading, used, sample=bytes(first[:_FIRST_LINE]))
            for parsed in in_order(parser, chain([first] if first else [], pieces)):
                if parsed.wrong is not None:
                    raise opened.wrong_bytes(before + parsed.wrong.row, parsed.wrong.content)
                reader.broken.extend(BrokenRow(before + row.row, row.reason) for row in parsed.broken)
                if parsed.batch is not None and parsed.batch.num_rows:
                    yield _numbered(parsed.batch, before)
                before += parsed.lines
    except LineTooLongError as error:
        raise unreadable(opened, layout, "it has no ends of lines") from error
    except (pa.ArrowException, LookupError, csv.Error) as error:
        raise unreadable(opened, layout, str(error)) from error
    if watched.last not in b"\r\n":
        reader.notes.append("The file does not end with a line break: its last row may be cut off.")


def _piece_bytes(opened: Opened) -> int:
    """Room for a piece; of a small file for all of it, as room that nothing fills takes time too."""
    if opened.compression:
        return _BLOCK_BYTES
    return min(_BLOCK_BYTES, _LARGEST_IN_UTF_8 * opened.path.stat().st_size + _FIRST_LINE)


class _Watched:
    """A stream of which lines can be put back, and which knows its last byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._put_back, self.last = stream, b"", b""

    def read(self, size: int) -> bytes:
        if self._put_back:
            content, self._put_back = self._put_back[:size], self._put_back[size:]
            return content
        content = self._stream.read(size)
        self.last = content[-1:] or self.last
        return content

    def readinto(self, room: memoryview) -> int:
        """Fill some of the room; 0 at the end."""
        if self._put_back:
            content = self.read(len(room))
            room[: len(content)] = content
            return len(content)
        taken: int = self._stream.readinto(room)  # type: ignore[attr-defined]  # any buffered stream has it
        self.last = bytes(room[taken - 1 : taken]) or self.last
        return taken

    def put_back(self, content: bytes) -> None:
        self._put_back = content


def _heading(stream: _Watched, opened: Opened, codec: SingleByte | None, reader: RowReader) -> tuple[list[str], int]:
    """The names of the columns, and how many lines stand before the first row."""
    layout = opened.layout
    if not layout.header:
        return [column.name for column in layout.columns], 0
    head = stream.read(_FIRST_LINE)
    while b"\n" not in head.lstrip(b"\r\n") and (more := stream.read(_FIRST_LINE)) and len(head) < _FIRST_LINE * 8:
        head += more
    lines = head.splitlines(keepends=True)
    before = next((number for number, line in enumerate(lines, start=1) if line.strip(b"\r\n")), len(lines))
    stream.put_back(b"".join(lines[before:]))
    try:
        text = (lines[before - 1] if lines else b"").decode(codec.name if codec else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise opened.wrong_bytes(before, lines[before - 1]) from None
    quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
    names = [name.strip() for name in next(csv.reader([text], delimiter=layout.separator, **quoting), [])]
    fail_if_columns_absent(opened, layout, names, reader)
    return names, before


@dataclass(frozen=True)
class _WrongBytes:
    row: int
    content: bytes


@dataclass(frozen=True)
class _Parsed:
    """A piece of the file; rows are numbered from 1 in it."""

    lines: int
    batch: pa.RecordBatch | None = None
    broken: list[BrokenRow] = field(default_factory=list)
    wrong: _WrongBytes | None = None


def _numbered(batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
    """The batch, its rows numbered as lines of the file."""
    place = batch.schema.get_field_index("row")
    numbers: Any = batch.column(place)
    return batch.set_column(place, "row", pc.add(numbers, pa.scalar(before, pa.int64())))


class _Parser:
    """Parses one block; several threads may call it at once."""

    def __init__(
        self, opened: Opened, codec: SingleByte | None, heading: list[str], used: SimpleQueue[bytearray], sample: bytes
    ) -> None:
        self._opened, self._layout, self._codec, self._columns = opened, opened.layout, codec, len(heading)
        self._used = used
        self._cutter = LineCutter(self._layout.separator.encode(), self._layout.quote.encode())
        wanted = [column.name for column in self._layout.columns]
        # A name that the layout does not know may stand twice, so columns go by their places.
        self._places = {name: str(heading.index(name)) for name in wanted}
        text = pa.binary() if codec else pa.string()
        self._types: dict[str, pa.DataType] = {
            self._places[c.name]: text if c.identifier else pa.dictionary(pa.int32(), text)
            for c in self._layout.columns
        }
        whole = [heading.index(c.name) for c in self._layout.columns if c.identifier]
        coded = [heading.index(c.name) for c in self._layout.columns if not c.identifier]
        self._plain = PlainLines(self._layout.separator.encode(), len(heading), coded, whole, text, sample)

    def __call__(self, piece: bytearray) -> _Parsed:
        parsed = self._cut(piece)
        self._used.put(piece)
        return parsed

    def _cut(self, piece: Bytes) -> _Parsed:
        """The rows of a piece, of whose memory they keep nothing."""
        block = self._cutter.block(piece)
        if wrong := self._wrong_bytes(block):
            return _Parsed(block.lines, wrong=wrong)
        if (plain := self._plain_columns(block)) is not None:
            return _Parsed(block.lines, self._batch(plain, block.numbers))
        table, broken = self._parsed(block.content)
        if table.num_rows + len(broken) != len(block.numbers):
            # The parser passes over blank lines, so the numbers of the lines are not those of its rows.
            block = self._cutter.cut(block.content)
            table, broken = self._parsed(block.content)
        numbers = block.numbers
        whole = np.ones(len(numbers), dtype=np.bool_)
        whole[[number - 1 for number in broken]] = False
        told = [BrokenRow(int(numbers[number - 1]), reason) for number, reason in broken.items()]
        told += [BrokenRow(line, _OPEN_QUOTE) for line in block.open_quotes]
        batch = self._batch(table, numbers[whole])
        return _Parsed(block.lines, batch, sorted(told, key=lambda row: row.row))

    def _wrong_bytes(self, block: Block) -> _WrongBytes | None:
        """The parser itself would repeat a wrong row in its message."""
        content = block.content
        wrong = self._codec.first_wrong_byte(content) if self._codec else _first_byte_not_utf8(content)
        if wrong is None:
            return None
        return _WrongBytes(int(block.numbers[content.count(b"\n", 0, wrong)]), bytes(content))

    def _plain_columns(self, block: Block) -> pa.Table | None:
        """The rows of a block of plain lines; None where the parser has to look at it."""
        columns = None if block.marks is None else self._plain.columns(block.content, block.marks)
        return None if columns is None else pa.table({str(place): column for place, column in columns.items()})

    def _parsed(self, content: Bytes) -> tuple[pa.Table, dict[int, str]]:
        """The rows that could be cut, and what is wrong with each of the others by its number from 1."""
        broken: dict[int, str] = {}
        if _is_blank(content):
            return pa.schema(list(self._types.items())).empty_table(), broken

        def tell(row: pa_csv.InvalidRow) -> Literal["skip"]:
            broken[row.number or 0] = (
                f"The row has {row.actual_columns} columns, the heading has {row.expected_columns}."
            )
            return "skip"

        if self._codec is None:
            return self._cells(content, self._types, tell), broken
        try:
            return self._cells(content, self._types, None), broken
        except pa.ArrowInvalid:
            # Rows of the wrong length: the parser tells them as UTF-8 only, and repeats in its message what it cannot tell.
            in_utf_8 = {place: _of_strings(kind) for place, kind in self._types.items()}
            return self._cells(content.decode(self._codec.name).encode(), in_utf_8, tell), broken

    def _cells(self, content: Bytes, types: dict[str, pa.DataType], tell: Telling | None) -> pa.Table:
        """The rows of some lines, read by the parser.

        Raises:
            pa.ArrowInvalid: a row has the wrong length, and nobody is to be told.
        """
        layout = self._layout
        quoted = bool(layout.quote) and layout.quote.encode() in content
        return pa_csv.read_csv(
            pa.BufferReader(content),  # type: ignore[arg-type]  # any file of Arrow's is one
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                column_names=[str(place) for place in range(self._columns)],
                block_size=len(content) + 1,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.separator, quote_char=layout.quote if quoted else False, invalid_row_handler=tell
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=list(types), strings_can_be_null=False, check_utf8=False
            ),
        )

    def _batch(self, table: pa.Table, numbers: npt.NDArray[np.int64]) -> pa.RecordBatch:
        named = table.select(list(self._places.values())).rename_columns(list(self._places))
        numbered = named.append_column("row", pa.array(numbers, pa.int64()))
        if any(column.num_chunks > 1 for column in numbered.columns):
            numbered = numbered.unify_dictionaries().combine_chunks()
        whole = numbered.to_batches()
        batch = whole[0] if whole else pa.RecordBatch.from_pylist([], schema=numbered.schema)
        if self._codec is None or not batch.num_rows:
            return batch
        decoded = {name: _decoded(batch.column(name), self._codec) for name in self._places}
        return pa.RecordBatch.from_pydict({**decoded, "row": batch.column("row")})


def _of_strings(kind: pa.DataType) -> pa.DataType:
    return pa.dictionary(pa.int32(), pa.string()) if pa.types.is_dictionary(kind) else pa.string()


def _decoded(texts: pa.Array[Any], codec: SingleByte) -> pa.Array[Any]:
    """The texts of a column, which may be read as strings already."""
    return texts if texts.type == _of_strings(texts.type) else codec.decoded(texts)


def _is_blank(content: Bytes) -> bool:
    """Nothing but ends of lines; a row is told by its first bytes, without a copy of them all."""
    return not content[:_FIRST_LINE].strip(b"\r\n") and not content.strip(b"\r\n")


def _first_byte_not_utf8(content: Bytes) -> int | None:
    offsets = pa.py_buffer(np.array([0, len(content)], np.int32).tobytes())
    text: Any = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(content)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        try:
            content.decode()
        except UnicodeDecodeError as error:
            return error.start
    return None
