"""Finds identifiers that stand in a column where none belongs, and keeps them out of the quarantine.

A row whose columns are moved carries its personal number in the place of a date. Such a row is told and counted like any
other, but nothing of what it says is kept or shown: its text stays in the sealed source alone.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.layout import SourceLayout
from qonys.concepts.variable import VARIABLES, Kind

ANY_NUMBER = "[0-9]{10}"
"""What an identifier looks like where a layout does not say: ten digits or more on end, longer than any date or code."""
REASON = "an identifier stands in a column where none belongs: the row is moved, or mistyped"

_TEXTS = tuple(variable.name for variable in VARIABLES.values() if variable.kind is Kind.TEXT)


def identifier_pattern(layout: SourceLayout) -> str:
    """The forms of a layout's identifiers as one regular expression."""
    forms = {column.form or ANY_NUMBER for column in layout.columns if column.identifier}
    return "|".join(f"(?:{form})" for form in sorted(forms))


def without_misplaced_identifiers(typed: pa.Table, pattern: str) -> pa.Table:
    """Typed rows, those with a misplaced identifier being quarantined for it, with empty content.

    Args:
        typed: with ``problems`` and ``content`` of rows that cannot be read, as the typing query gives them.
        pattern: of `identifier_pattern`; nothing where the layout has no identifier.
    """
    if not pattern:
        return typed
    found = _holds(typed["content"], pattern)
    for name in _TEXTS:
        found = pc.or_(found, _holds(typed[name], pattern))
    if not pc.any(found).as_py():
        return typed
    told = pa.scalar([{"field": "", "found": "", "reason": REASON}], typed.schema.field("problems").type)
    for name, value in (
        ("problems", told),
        ("content", pa.scalar("{}")),
        *((name, pa.scalar(None, pa.string())) for name in _TEXTS),
    ):
        typed = typed.set_column(typed.schema.get_field_index(name), name, pc.if_else(found, value, typed[name]))
    return typed


def _holds(texts: pa.ChunkedArray[Any], pattern: str) -> pa.BooleanArray:
    """Flags of the texts in which the pattern is found; each distinct text is searched once."""
    distinct = pc.unique(texts)
    flags = pc.match_substring_regex(distinct, pattern)
    return pc.is_in(texts, value_set=distinct.filter(flags))
