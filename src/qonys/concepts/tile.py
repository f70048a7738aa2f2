"""A map of equal squares: where each area has its square, and what it is called in it."""

from __future__ import annotations

from dataclasses import dataclass

from qonys.concepts.text import Text


@dataclass(frozen=True, slots=True)
class Tile:
    """The square of one area.

    Args:
        code: code of the area.
        row: row, from 1 at the top.
        column: column, from 1 at the left.
        names: short name in every language.
    """

    code: str
    row: int
    column: int
    names: Text
