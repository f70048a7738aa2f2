"""A cell as one language says it: what stands in it, what is spoken of it, and its marks. Page and bulletin say the same.

Law: a cell whose data status is not the table's prevailing one carries a mark, and so does every status of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from qonys.concepts.status import DataStatus
from qonys.disseminate.shown_cells import EMPTY
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words


@dataclass(frozen=True, slots=True)
class SaidCell:
    """What a reader sees and hears of a cell.

    Args:
        text: the number as the language writes it, or the sign in its place.
        spoken: what the sign means; empty beside a number, which speaks for itself.
        marks: signs beside it, each with its meaning.
        empty: the table has no such figure.
    """

    text: str
    spoken: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    empty: bool = False


def said_cell(layout: TableLayout, row: tuple[str, ...], column: tuple[str, ...], prevailing: DataStatus) -> SaidCell:
    """A cell of a table in the language of its layout."""
    cell, said, words = layout.cell(row, column), layout.shown(row, column), layout.words
    marks = _marks(None if cell is None or said.value is None else cell.data, said.marks, words, prevailing)
    if said.value is None:
        meaning = words[f"symbol.{said.symbol}.meaning"]
        return SaidCell(words[f"symbol.{said.symbol}"], meaning, marks, said.symbol == EMPTY)
    return SaidCell(layout.written(row, column), marks=marks)


def _marks(
    data: DataStatus | None, keys: tuple[str, ...], words: Words, prevailing: DataStatus
) -> tuple[tuple[str, str], ...]:
    loose = [] if data is None or data is prevailing else [f"status.{data.value}"]
    named = [(words[f"{key}.mark"], words[key]) for key in loose]
    return (*named, *((words[f"symbol.{key}"], words[f"symbol.{key}.meaning"]) for key in keys))
