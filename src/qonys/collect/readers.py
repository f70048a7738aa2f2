"""Reads a delivered file by its layout, whatever its format, as batches of text.

Every reader gives the columns of the layout as text and ``row``, the number of the row in the file as its supplier
counts it (the heading is row 1 where there is one). A row that cannot be cut into columns is not dropped: it is told.
A file is refused as a whole only when its layout cannot be read.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from qonys.collect.csv_lines import UnreadLines, unread_lines, without_lines
from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

Columns: TypeAlias = dict[str, "pa.Array[Any]"]

BATCH_ROWS = 262_144
_BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be cut into columns. Its text is not kept here: it may hold an identifier."""

    row: int
    reason: str


@dataclass
class RowReader:
    """A file being read: iterate ``batches`` once; ``broken`` and ``notes`` are complete afterwards."""

    batches: Iterator[pa.RecordBatch]
    broken: list[BrokenRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(path: Path, layout: SourceLayout) -> RowReader:
    """Open a delivery.

    Raises:
        SupplierError: the file is missing, empty, or not of this layout.
    """
    if not path.is_file():
        raise SupplierError("There is no such file.", where=str(path), next_step="Check the name and the folder.")
    if path.stat().st_size == 0:
        raise SupplierError("The file is empty.", where=str(path), next_step="Ask the supplier to send it again.")
    reader = RowReader(iter(()))
    read = {"delimited": _delimited, "fixed": _fixed, "spreadsheet": _spreadsheet, "parquet": _parquet}[layout.format]
    reader.batches = read(path, layout, reader)
    return reader


def _delimited(path: Path, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    broken: dict[int, str] = {}

    def tell(row: pa_csv.InvalidRow) -> Literal["skip"]:
        wanted, found = row.expected_columns, row.actual_columns
        broken[row.number or 0] = f"The row has {found} columns, the heading has {wanted}."
        return "skip"

    try:
        _fail_if_not_encoded(path, layout)
        heading = _heading(path, layout)
        _fail_if_columns_absent(path, layout, heading, reader)
        unread = unread_lines(path, encoding=layout.encoding, separator=layout.separator, quote=layout.quote)
        stream = pa_csv.open_csv(
            without_lines(path, unread.open_quotes) if unread.open_quotes else path,
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
            yield _as_text(batch, layout, unread.line_numbers(numbers))
    except (pa.ArrowException, UnicodeError, LookupError, csv.Error) as error:
        raise _unreadable(path, layout, str(error)) from error
    reader.broken.extend(_broken_rows(broken, unread))
    if not _ends_with_line_break(path):
        reader.notes.append("The file does not end with a line break: its last row may be cut off.")


def _fail_if_not_encoded(path: Path, layout: SourceLayout) -> None:
    """Read all bytes once: an engine that meets a wrong one midway would repeat the row in its message."""
    decoder, rows = codecs.getincrementaldecoder(layout.encoding)(), 1
    with path.open("rb") as file:
        while chunk := file.read(_BLOCK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                row = rows + error.object[: error.start].count(b"\n")
                raise _unreadable(path, layout, f"row {row} holds bytes that are not {layout.encoding}.") from error
            rows += chunk.count(b"\n")


def _heading(path: Path, layout: SourceLayout) -> list[str]:
    with path.open(encoding=layout.encoding, newline="") as file:
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


def _fixed(path: Path, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    width = max((column.start or 0) + (column.width or 0) - 1 for column in layout.columns)
    try:
        with path.open(encoding=layout.encoding, newline=None) as file:
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
        raise _unreadable(path, layout, str(error)) from error


def _cut(lines: list[tuple[int, str]], layout: SourceLayout) -> pa.RecordBatch:
    text = pa.array([line for _, line in lines], pa.string())
    columns: Columns = {
        c.name: pc.utf8_slice_codeunits(text, (c.start or 1) - 1, (c.start or 1) - 1 + (c.width or 0))
        for c in layout.columns
    }
    columns["row"] = pa.array([number for number, _ in lines], pa.int64())
    return pa.RecordBatch.from_pydict(columns)


def _spreadsheet(path: Path, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_name(layout.sheet) if layout.sheet else book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, layout, str(error)) from error
    heading = [str(cell).strip() for cell in rows[0]] if rows else []
    _fail_if_columns_absent(path, layout, heading, reader)
    positions = {name: heading.index(name) for name in (column.name for column in layout.columns)}
    for start in range(1, len(rows), BATCH_ROWS):
        chunk = rows[start : start + BATCH_ROWS]
        filled = [(start + i + 1, row) for i, row in enumerate(chunk) if any(cell != "" for cell in row)]
        columns: Columns = {
            name: pa.array([_cell_text(row[at]) for _, row in filled], pa.string()) for name, at in positions.items()
        }
        columns["row"] = pa.array([number for number, _ in filled], pa.int64())
        yield pa.RecordBatch.from_pydict(columns)


def _cell_text(cell: object) -> str:
    """What a person sees in a cell; a whole number has no decimals, a date is ISO."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).removesuffix("T00:00:00")
    return str(cell)


def _parquet(path: Path, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    try:
        file = pq.ParquetFile(path)
        _fail_if_columns_absent(path, layout, file.schema_arrow.names, reader)
        after = 0
        for batch in file.iter_batches(BATCH_ROWS, columns=[column.name for column in layout.columns]):
            yield _as_text(batch, layout, np.arange(after + 1, after + 1 + batch.num_rows, dtype=np.int64))
            after += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, layout, str(error)) from error


def _as_text(batch: pa.RecordBatch, layout: SourceLayout, numbers: npt.NDArray[np.int64]) -> pa.RecordBatch:
    columns: Columns = {c.name: pc.cast(batch.column(c.name), pa.string()) for c in layout.columns}
    columns["row"] = pa.array(numbers, pa.int64())
    return pa.RecordBatch.from_pydict(columns)


def _fail_if_columns_absent(path: Path, layout: SourceLayout, found: list[str], reader: RowReader) -> None:
    wanted = [column.name for column in layout.columns]
    absent = [name for name in wanted if name not in found]
    if absent:
        # A first row that holds none of the names is no heading but a slip: what it says is not repeated.
        told = f"found are {', '.join(found)[:300]}" if len(absent) < len(wanted) else "none of them was found"
        raise SupplierError(
            f"This is not the layout “{layout.id}”: the columns {', '.join(absent)} are missing; {told}.",
            where=str(path),
            next_step=_encoding_hint(path, layout) or "Name the right layout with --layout, or ask the supplier.",
        )
    twice = [name for name in wanted if found.count(name) > 1]
    if twice:
        raise SupplierError(
            f"The columns {', '.join(twice)} stand in the heading more than once.",
            where=str(path),
            next_step="Ask the supplier which of them counts.",
        )
    unknown = [name for name in found if name not in wanted]
    if unknown:
        reader.notes.append(f"Columns that the layout does not know were left aside: {', '.join(unknown)}.")


def _encoding_hint(path: Path, layout: SourceLayout) -> str:
    if layout.format not in ("delimited", "fixed"):
        return ""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    fitting = [name for name in ("utf-8", "utf-16", "cp1251", "latin-1") if _decodes(head, name, layout)]
    others = [name for name in fitting if name != layout.encoding.lower()]
    return f"With the encoding {others[0]} the heading would fit; the layout says {layout.encoding}." if others else ""


def _decodes(head: bytes, encoding: str, layout: SourceLayout) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return False
    return all(column.name in text for column in layout.columns)


def _ends_with_line_break(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"


def _unreadable(path: Path, layout: SourceLayout, reason: str) -> SupplierError:
    return SupplierError(
        f"The file cannot be read by the layout “{layout.id}” ({layout.format}, {layout.encoding}): {reason[:300]}",
        where=str(path),
        next_step=_encoding_hint(path, layout) or "Check that it is the right file, and that it arrived whole.",
    )
