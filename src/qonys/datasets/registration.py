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
    Kind.ENCODED: pa.list_(pa.int32()),
}

NUMBER_SAYS: dict[str, tuple[pa.DataType, str]] = {
    "number_valid": (pa.bool_(), "the personal number has the digits and the check digit that it must have"),
    "number_birth_date": (pa.date32(), "date of birth that the personal number says"),
    "number_sex": (pa.string(), "sex that the personal number says"),
}
"""What is read from a personal number before it is hashed; null where the layout names no scheme, or nothing is said."""

_REGISTRATION_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "received": pa.date32(),
    "record_key": pa.int64(),
    **{variable.name: _TYPES[variable.kind] for variable in VARIABLES.values()},
    **{name: kind for name, (kind, _) in NUMBER_SAYS.items()},
}
REGISTRATION = pa.schema(_REGISTRATION_COLUMNS)
"""One row a slip. ``delivery`` and ``row`` say where it stands in its source; identifiers are keyed hashes of 16 bytes.

An encoded variable is the ascending list of the keyed hashes of its bigrams.
"""

_QUARANTINE_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "received": pa.date32(),
    "date": pa.date32(),
    "record_key": pa.int64(),
    "slip": pa.binary(),
    "corrects": pa.binary(),
    "person": pa.binary(),
    **{variable.name: _TYPES[variable.kind] for variable in VARIABLES.values() if variable.kind is Kind.ENCODED},
    **{name: kind for name, (kind, _) in NUMBER_SAYS.items()},
    "problems": pa.list_(pa.struct([("field", pa.string()), ("found", pa.string()), ("reason", pa.string())])),
    "content": pa.string(),
}
QUARANTINE = pa.schema(_QUARANTINE_COLUMNS)
"""One row a slip that cannot be used, with every reason; ``content`` is the row as JSON, identifiers left out.

Its pseudonyms, its record key, its encoded names and what its personal number says are those that it has once it is
released; null where it could not be cut into columns. Encodings and what a number says are null, too, where an identifier
stood in a column where none belongs.
"""
