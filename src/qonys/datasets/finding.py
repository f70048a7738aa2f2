"""The states *clean/findings* and *clean/flags*: what the rules found, and which slips count although they broke one."""

from __future__ import annotations

import pyarrow as pa

EXAMPLE = pa.struct(
    [("delivery", pa.int32()), ("row", pa.int64()), ("values", pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())])))]
)  # fmt: skip
"""A slip that broke a rule, with its place in its source; of a group both are null and the values say which it is."""

_FINDING_COLUMNS: dict[str, pa.DataType] = {
    "rule": pa.string(),
    "version": pa.int32(),
    "scope": pa.string(),
    "severity": pa.string(),
    "action": pa.string(),
    "items": pa.int64(),
    "passes": pa.int64(),
    "fails": pa.int64(),
    "missing": pa.int64(),
    "broken": pa.string(),
    "examples": pa.list_(EXAMPLE),
}
FINDING = pa.schema(_FINDING_COLUMNS)
"""One row a rule: items = passes + fails + missing; ``broken`` says why the rule itself could not be judged.

Examples carry no identifier, and nothing that was read from one.
"""

_FLAG_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "date": pa.date32(),
    "reasons": pa.list_(pa.string()),
}
FLAG = pa.schema(_FLAG_COLUMNS)
"""One row a slip that no rule took out and that broke one or more rules which only flag."""
