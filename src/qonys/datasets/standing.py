"""When slips count: the days from which and until which something is known, as *process* sets slips side by side."""

from __future__ import annotations

import pyarrow as pa

_ABSENCE_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "date": pa.date32(),
    "received": pa.date32(),
    "since": pa.date32(),
    "until": pa.date32(),
    "fate": pa.string(),
    "reason": pa.string(),
}
ABSENCE = pa.schema(_ABSENCE_COLUMNS)
"""A slip does not count from the day ``since`` until the day before ``until`` (9999-12-31: for good), for a reason.

A slip may have several absences, and they may overlap. ``received`` ≤ ``since`` < ``until``.
"""

_EARLIER_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "since": pa.date32(),
    "until": pa.date32(),
    "replaced_by": pa.int32(),
}
EARLIER = pa.schema(_EARLIER_COLUMNS)
"""A delivery that counts again did not from ``since`` until the day before ``until``; another stood in its place, or none.

``received`` ≤ ``since`` < ``until`` ≤ ``since`` of the next one of the delivery.
"""

_SPAN_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "known_from": pa.date32(),
    "known_to": pa.date32(),
}
SPAN = pa.schema(_SPAN_COLUMNS)
"""The days on which a slip counts that does not simply count from its receipt on; ``known_to`` null: still.

A slip of which a later one takes the place and is itself replaced has two spans; those of one slip never touch.
"""

_LINK_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "other_delivery": pa.int32(),
    "other_row": pa.int64(),
    "probability": pa.float64(),
    "status": pa.string(),
}
LINK = pa.schema(_LINK_COLUMNS)
"""Two slips, the first without an identifier, that are of one person (``linked``), may be (``review``), or are not, as a
person said (``different``). ``probability`` is null where a person alone brought them together."""
