"""What every reader gives: batches of text, the rows that could not be cut, and what is to be told of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from qonys.collect.misplaced import headings_shown
from qonys.collect.opening import Opened
from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

BATCH_ROWS = 262_144


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be cut into columns. Its text is not kept here: it may hold an identifier."""

    row: int
    reason: str


@dataclass
class RowReader:
    """A file being read: iterate ``batches`` once; ``broken`` and ``notes`` are complete afterwards."""

    batches: Iterator[pa.RecordBatch]
    broken: list[BrokenRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def fail_if_columns_absent(opened: Opened, layout: SourceLayout, found: list[str], reader: RowReader) -> None:
    wanted = [column.name for column in layout.columns]
    absent = [name for name in wanted if name not in found]
    if absent:
        # A first row that holds none of the names is no heading but a slip: what it says is not repeated.
        told = f"found are {headings_shown(found, layout)}" if len(absent) < len(wanted) else "none of them was found"
        raise opened.refused(
            f"This is not the layout “{layout.id}”: the columns {', '.join(absent)} are missing; {told}.",
            "Name the right layout with --layout, or ask the supplier.",
        )
    twice = [name for name in wanted if found.count(name) > 1]
    if twice:
        raise SupplierError(
            f"The columns {', '.join(twice)} stand in the heading more than once.",
            where=str(opened.path),
            next_step="Ask the supplier which of them counts.",
        )
    unknown = [name for name in found if name not in wanted]
    if unknown:
        reader.notes.append(
            f"Columns that the layout does not know were left aside: {headings_shown(unknown, layout)}."
        )


def unreadable(opened: Opened, layout: SourceLayout, reason: str) -> SupplierError:
    return opened.refused(
        f"The file cannot be read by the layout “{layout.id}” ({layout.format}, {layout.encoding}): "
        f"{reason[:300].rstrip('.')}.",
        "Check that it is the right file, and that it arrived whole.",
    )
