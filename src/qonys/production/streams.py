"""A stream of rows on its way into the store: cast to the schema of its state, and told of as it goes."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from qonys.datasets.outcome import Progress


def cast_stream(reader: pa.RecordBatchReader, schema: pa.Schema, what: str, progress: Progress) -> pa.RecordBatchReader:
    """The same rows in the types of a schema, batch by batch."""

    def batches() -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in reader:
            rows += batch.num_rows
            yield from pa.Table.from_batches([batch]).select(schema.names).cast(schema).to_batches()
            progress(what, rows)

    return pa.RecordBatchReader.from_batches(schema, batches())
