"""What an analysis gives: a table as a release publishes it, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from qonys.concepts.text import Text
from qonys.datasets.output import OutputTable

Said: TypeAlias = "int | tuple[float, int] | str | Text"
"""What a sentence says of a value: a whole number, a number with its decimals, or words."""


class Sentences(Protocol):
    """Words of an analysis in every language."""

    def __call__(self, key: str, arguments: Mapping[str, Said] | None = None, /) -> Text: ...


class Analysed(msgspec.Struct, frozen=True):
    """The result of one analysis.

    Args:
        id: of the analysis.
        method: by which it was made.
        title: in every language.
        table: its figures; None where it was refused.
        drawn: what its picture draws, where that is another table.
        refused: why, in every language; empty where it was not.
    """

    id: str
    method: str
    title: Text
    table: OutputTable | None = None
    refused: Text = {}
    drawn: OutputTable | None = None

    @property
    def tables(self) -> tuple[OutputTable, ...]:
        """The tables that a release publishes of it."""
        return tuple(table for table in (self.table, self.drawn) if table is not None)


def drawn_table(analysis: str) -> str:
    """Id of the table that the picture of an analysis draws, where it is not the table of the result."""
    return f"{analysis}-drawn"


class LagCount(NamedTuple):
    """Moves of a month, as its first day, that became known in a month, less those that were taken back in it."""

    event: date
    known: date
    moves: int


class Centre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The centre of an area from which distances are measured, in degrees; ``source`` says what was taken for it."""

    area: str
    longitude: float
    latitude: float
    status: str
    source: str
