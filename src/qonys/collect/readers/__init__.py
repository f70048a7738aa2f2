"""Reads a delivered file by its layout, whatever its format, as batches of text.

Every reader gives the columns of the layout as text and ``row``, the number of the row in the file as its supplier
counts it (the heading is row 1 where there is one). A row that cannot be cut into columns is not dropped: it is told.
A file is refused as a whole only when its layout cannot be read.
"""

from __future__ import annotations

from pathlib import Path

from qonys.collect.opening import opened
from qonys.collect.readers.delimited import read_delimited
from qonys.collect.readers.fixed import read_fixed
from qonys.collect.readers.parquet import read_parquet
from qonys.collect.readers.rows import BATCH_ROWS, BrokenRow, RowReader
from qonys.collect.readers.spreadsheet import read_spreadsheet
from qonys.concepts.layout import SourceLayout

__all__ = ["BATCH_ROWS", "BrokenRow", "RowReader", "read_rows"]


def read_rows(path: Path, layout: SourceLayout) -> RowReader:
    """Open a delivery.

    Raises:
        SupplierError: the file is missing, empty, or not of this layout.
    """
    file = opened(path, layout)
    reader = RowReader(iter(()), notes=file.notes)
    read = {"delimited": read_delimited, "fixed": read_fixed, "spreadsheet": read_spreadsheet, "parquet": read_parquet}[
        layout.format
    ]
    reader.batches = read(file, layout, reader)
    return reader
