"""The states *clean* and *statistics*: moves, what is no move, and flows."""

from __future__ import annotations

import pyarrow as pa

CHARACTERISTICS = ("sex", "ethnicity", "education", "speciality", "marital", "reason", "citizenship")
"""Codes that a move carries over from its slip."""

_MOVE_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "line": pa.int16(),
    "record_key": pa.int64(),
    "known_from": pa.date32(),
    "known_to": pa.date32(),
    "date": pa.date32(),
    "origin": pa.string(),
    "destination": pa.string(),
    "origin_locality": pa.string(),
    "destination_locality": pa.string(),
    "age": pa.int16(),
    **dict.fromkeys(CHARACTERISTICS, pa.string()),
    "edits": pa.list_(pa.string()),
}
MOVE = pa.schema(_MOVE_COLUMNS)
"""One row a person who moved. ``line`` is 0 for the person of the slip, 1, 2 … for children on it.

A move counts at a data cut-off when ``known_from`` ≤ cut-off < ``known_to``; ``known_to`` is null while no later slip
has corrected it. So every cut-off is one condition, and nothing is rewritten. ``edits`` says what is not as delivered:
``sex:imputed``, ``origin:reviewed:12`` (`datasets.decision.AMENDMENT`); null where nothing was touched.
"""

_EXCEPTION_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "date": pa.date32(),
    "since": pa.date32(),
    "fate": pa.string(),
    "reasons": pa.list_(pa.string()),
    "until": pa.date32(),
}
EXCEPTION = pa.schema(_EXCEPTION_COLUMNS)
"""Why a slip makes no move: ``fate`` is quarantine or set_apart, from the day ``since`` until the day before ``until`` (null:
still).

A slip that a later one corrects is set apart since the later one came; until then it is a move. A slip has a row for each
stretch of days for which one reason holds, so on any day it is either a move or one exception.
"""
