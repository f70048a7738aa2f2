"""Which cells of a sheet hold an error, for the library that reads a workbook gives them as empty ones.

Each kind of workbook keeps an error in a way of its own, told here from the file beside the library: XLSX and ODS in
`error_cells_of_markup`, XLS and XLSB in `error_cells_of_records`. A sheet without errors is only looked through.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from qonys.collect.readers.error_cells_of_markup import errors_of_ods, errors_of_xlsx
from qonys.collect.readers.error_cells_of_records import COMPOUND_FILE, errors_of_xls, errors_of_xlsb
from qonys.collect.readers.sheet_place import ErrorCells, SheetNotFoundError, SheetPlace

__all__ = ["ErrorCells", "SheetNotFoundError", "SheetPlace", "error_cells"]


def error_cells(file: BinaryIO, sheet: SheetPlace) -> ErrorCells:
    """Number of a row, from 1 -> place of a cell in it, from 0 -> the error as text.

    Raises:
        SheetNotFoundError: the sheet is not where a workbook of its kind keeps it, so its errors cannot be told.
    """
    try:
        return _error_cells(file, sheet)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SheetNotFoundError from error


def _error_cells(file: BinaryIO, sheet: SheetPlace) -> ErrorCells:
    file.seek(0)
    if file.read(len(COMPOUND_FILE)) == COMPOUND_FILE:
        file.seek(0)
        return errors_of_xls(file.read(), sheet)
    with zipfile.ZipFile(file) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "xl/workbook.bin" in names:
            return errors_of_xlsb(archive, names, sheet)
        return errors_of_xlsx(archive, names, sheet) if "xl/workbook.xml" in names else errors_of_ods(archive, sheet)
