"""The triangle of late registrations: event month × month of knowledge."""

from __future__ import annotations

import pyarrow as pa

_LAG_COLUMNS: dict[str, pa.DataType] = {
    "event_month": pa.date32(),
    "known_month": pa.date32(),
    "moves": pa.int64(),
    "withdrawn": pa.int64(),
}
LAG = pa.schema(_LAG_COLUMNS)
"""One row a pair of months, each as its first day: moves of the one that became known in the other, and moves that a
correction or a redelivery took back in it. A pair without either has no row."""
