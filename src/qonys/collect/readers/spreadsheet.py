"""Spreadsheets: XLSX, XLS, XLSB and ODS, told apart by their content, for a file's ending promises nothing.

Titles may stand above the heading: the heading is the first row that holds all columns of the layout. A cell that holds an
error is not empty: it says its error, and so becomes a problem of its row.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from qonys.collect.opening import Opened
from qonys.collect.readers.cells import Columns, cell_reader, date_forms
from qonys.collect.readers.error_cells import ErrorCells, SheetNotFoundError, SheetPlace, error_cells
from qonys.collect.readers.rows import BATCH_ROWS, RowReader, fail_if_columns_absent, unreadable
from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

_HEADING_ROWS = 50
_UNTOLD = "Cells that hold an error (#N/A) could not be told from empty ones in this workbook."
_SINCE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")


def read_spreadsheet(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    """The filled rows below the heading, numbered as the spreadsheet numbers them."""
    file: BinaryIO = io.BytesIO(opened.whole()) if opened.compression else opened.path.open("rb")
    with file:
        try:
            since_1904 = _counts_from_1904(file)
            book = CalamineWorkbook.from_filelike(file)
            sheet, place = _sheet(book, opened, layout)
            errors = _errors(file, place, reader)
        except PasswordError as error:
            what, next_step = "The workbook is locked with a password.", "Ask for a file without a password."
            raise SupplierError(what, where=str(opened.path), next_step=next_step) from error
        except (CalamineError, OSError, ValueError) as error:
            raise unreadable(opened, layout, str(error)) from error
    rows = _with_errors(enumerate(iter(sheet.iter_rows()), start=1), errors, sheet.start)
    heading = _heading(rows, layout)
    _fail_if_another_sheet_is_meant(heading, [name for name in book.sheet_names if name != place.name], opened, layout)
    fail_if_columns_absent(opened, layout, [name for name in heading if name], reader)
    forms = date_forms(layout)
    cells = {
        c.name: (heading.index(c.name), cell_reader(c, forms.get(c.name), since_1904=since_1904))
        for c in layout.columns
    }
    while chunk := list(islice(rows, BATCH_ROWS)):
        filled = [(number, row) for number, row in chunk if any(cell != "" for cell in row)]
        columns: Columns = {
            name: pa.array([read(row[place]) if place < len(row) else "" for _, row in filled], pa.string())
            for name, (place, read) in cells.items()
        }
        columns["row"] = pa.array([number for number, _ in filled], pa.int64())
        yield pa.RecordBatch.from_pydict(columns)


def _sheet(book: CalamineWorkbook, opened: Opened, layout: SourceLayout) -> tuple[CalamineSheet, SheetPlace]:
    if layout.sheet and layout.sheet not in book.sheet_names:
        raise SupplierError(
            f"The workbook has no sheet “{layout.sheet}”.",
            where=str(opened.path),
            next_step=f"It has: {', '.join(book.sheet_names)}. Ask the supplier, or mend the layout {layout.id}.",
        )
    place = SheetPlace(layout.sheet or book.sheet_names[0], book.sheet_names.index(layout.sheet) if layout.sheet else 0)
    return book.get_sheet_by_name(place.name), place


def _errors(file: BinaryIO, place: SheetPlace, reader: RowReader) -> ErrorCells:
    try:
        return error_cells(file, place)
    except SheetNotFoundError:
        reader.notes.append(_UNTOLD)
        return {}


def _with_errors(
    rows: Iterator[tuple[int, Sequence[object]]], errors: ErrorCells, start: tuple[int, int] | None
) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows, each cell that holds an error saying which.

    Columns that are empty throughout stand left of the first. A cell that holds an error may be the last of its row, and a
    row the last of its sheet, without the library's knowing: it passes over the errors of XLSB's formulas.
    """
    left, last = start[1] if start else 0, 0
    for number, row in rows:
        last = number
        yield number, _told(row, errors[number], left) if number in errors else row
    for number in sorted(number for number in errors if number > last):
        yield number, _told((), errors[number], left)


def _told(row: Sequence[object], errors: dict[int, str], left: int) -> list[object]:
    width = max(len(row), max(errors) - left + 1)
    cells = [*row, *("" for _ in range(width - len(row)))]
    return [errors.get(place + left, cell) for place, cell in enumerate(cells)]


def _fail_if_another_sheet_is_meant(
    heading: list[str], others: list[str], opened: Opened, layout: SourceLayout
) -> None:
    """A sheet that holds none of the columns, beside others: an empty one or a cover, as many programs put first."""
    if others and not {column.name for column in layout.columns} & set(heading):
        raise SupplierError(
            f"This is not the layout “{layout.id}”: its {'sheet' if layout.sheet else 'first sheet'} holds none of its columns.",
            where=str(opened.path),
            next_step=f"The workbook has besides: {', '.join(others)[:300]}. Say in the layout which is meant (sheet), name another"
            " layout with --layout, or ask the supplier.",
        )


def _heading(rows: Iterator[tuple[int, Sequence[object]]], layout: SourceLayout) -> list[str]:
    """The names in the first row that holds all columns; else those of the row that holds most of them."""
    wanted = {column.name for column in layout.columns}
    best: list[str] = []
    for _, row in islice(rows, _HEADING_ROWS):
        names = [" ".join(str(cell).split()) for cell in row]
        if len(wanted & set(names)) > len(wanted & set(best)) or not best:
            best = names
        if wanted <= set(names):
            break
    return best


def _counts_from_1904(file: BinaryIO) -> bool:
    """Whether an XLSX workbook says so; another kind of workbook is taken to count from 1900."""
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(_SINCE_1904.search(archive.read("xl/workbook.xml")))
    except (zipfile.BadZipFile, KeyError):
        return False
    finally:
        file.seek(0)
