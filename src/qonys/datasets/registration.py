"""The state *input*: registrations as delivered and typed, and the rows that could not be typed."""

from __future__ import annotations

import pyarrow as pa

from qonys.concepts.variable import VARIABLES, Kind

CHILDREN = pa.list_(pa.struct([("sex", pa.string()), ("birth_date", pa.date32())]))

_TYPES: dict[Kind, pa.DataType] = {
    Kind.IDENTIFIER: pa.binary(),
    Kind.DATE: pa.date32(),
    Kind.INTEGER: pa.int32(),
    Kind.CODE: pa.string(),
    Kind.AREA: pa.string(),
    Kind.CHILDREN: CHILDREN,
    Kind.TEXT: pa.string(),
}

_REGISTRATION_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "received": pa.date32(),
    "record_key": pa.int64(),
    **{variable.name: _TYPES[variable.kind] for variable in VARIABLES.values()},
}
REGISTRATION = pa.schema(_REGISTRATION_COLUMNS)
"""One row a slip. ``delivery`` and ``row`` say where it stands in its source; identifiers are keyed hashes of 32 bytes."""

_QUARANTINE_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "received": pa.date32(),
    "date": pa.date32(),
    "problems": pa.list_(pa.struct([("field", pa.string()), ("found", pa.string()), ("reason", pa.string())])),
    "content": pa.string(),
}
QUARANTINE = pa.schema(_QUARANTINE_COLUMNS)
"""One row a slip that cannot be used, with every reason; ``content`` is the row as JSON, identifiers left out."""
