"""Spreadsheets: XLSX, XLS, XLSB and ODS."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from qonys.collect.opening import Opened
from qonys.collect.readers.rows import BATCH_ROWS, Columns, RowReader, fail_if_columns_absent, unreadable
from qonys.concepts.layout import SourceLayout


def read_spreadsheet(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(opened.path))
        sheet = book.get_sheet_by_name(layout.sheet) if layout.sheet else book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise unreadable(opened, layout, str(error)) from error
    heading = [str(cell).strip() for cell in rows[0]] if rows else []
    fail_if_columns_absent(opened, layout, heading, reader)
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
