"""How an identifier is known where none belongs, so that it is neither kept nor shown there.

A row whose columns are moved carries its personal number in the place of a date. Such a row is told and counted like any
other, but nothing of what it says is kept or shown: its text stays in the sealed source alone. A slip that stands in the
place of the heading is no list of names either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qonys.concepts.layout import SourceLayout

ANY_NUMBER = "[0-9]{10}"
"""What an identifier looks like where a layout does not say: ten digits or more on end, longer than any date or code."""
REASON = "an identifier stands in a column where none belongs: the row is moved, or mistyped"
_MOST_SHOWN = 300


def identifier_pattern(layout: SourceLayout) -> str:
    """The forms of a layout's identifiers as one regular expression; nothing where it has no identifier."""
    forms = {column.form or ANY_NUMBER for column in layout.columns if column.identifier}
    return "|".join(f"(?:{form})" for form in sorted(forms))


def headings_shown(names: Iterable[str], layout: SourceLayout) -> str:
    """The names of columns as they may be shown: an identifier among them becomes three dots, a long list ends so."""
    pattern = re.compile(identifier_pattern(layout) or "(?!)")
    told = ", ".join("…" if pattern.search(name) else name.strip("\ufeff") for name in names)
    return told if len(told) <= _MOST_SHOWN else f"{told[:_MOST_SHOWN]}…"
