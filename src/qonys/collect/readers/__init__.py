"""Reads a delivered file by its layout, whatever its format, as batches of text.

Every reader gives the columns of the layout as text and ``row``, the number of the row in the file as its supplier
counts it (the heading is row 1 where there is one). A row that cannot be cut into columns is not dropped: it is told.
A file is refused as a whole only when its layout cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from qonys.collect.opening import Opened, opened
from qonys.collect.readers.delimited import read_delimited
from qonys.collect.readers.fixed import read_fixed
from qonys.collect.readers.json_lines import read_json_lines
from qonys.collect.readers.parquet import read_parquet
from qonys.collect.readers.rows import BATCH_ROWS, BrokenRow, RowReader
from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

__all__ = ["BATCH_ROWS", "BrokenRow", "RowReader", "read_rows"]


def read_rows(path: Path, layout: SourceLayout) -> RowReader:
    """Open a delivery.

    Raises:
        SupplierError: the file is missing, empty, or not of this layout.
    """
    file = opened(path, layout)
    reader = RowReader(iter(()), notes=file.notes)
    reader.batches = _reader_of(layout)(file, layout, reader)
    return reader


def _reader_of(layout: SourceLayout) -> Callable[[Opened, SourceLayout, RowReader], Iterator[pa.RecordBatch]]:
    match layout.format:
        case "delimited":
            return read_delimited
        case "fixed":
            return read_fixed
        case "json_lines":
            return read_json_lines
        case "parquet":
            return read_parquet
        case "spreadsheet":
            from qonys.collect.readers.spreadsheet import read_spreadsheet

            return read_spreadsheet
        case "postgresql":
            raise SupplierError(
                f"The layout “{layout.id}” is a query, not a file.",
                next_step=f"Write: qonys collect --layout {layout.id}",
            )
