"""Parquet files, in place or out of their compression."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qonys.collect.opening import Opened
from qonys.collect.readers.cells import as_text
from qonys.collect.readers.rows import BATCH_ROWS, RowReader, fail_if_columns_absent, unreadable
from qonys.concepts.layout import SourceLayout


def read_parquet(opened: Opened, layout: SourceLayout, reader: RowReader) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, numbered from 1."""
    try:
        with pq.ParquetFile(pa.BufferReader(opened.whole()) if opened.compression else opened.path) as file:
            fail_if_columns_absent(opened, layout, file.schema_arrow.names, reader)
            after = 0
            for batch in file.iter_batches(BATCH_ROWS, columns=[column.name for column in layout.columns]):
                yield as_text(batch, layout, np.arange(after + 1, after + 1 + batch.num_rows, dtype=np.int64))
                after += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise unreadable(opened, layout, str(error)) from error
