"""Which sheet of a workbook is read, and how the errors found in it are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

ErrorCells: TypeAlias = dict[int, dict[int, str]]
"""Number of a row, from 1 -> place of a cell in it, from 0 -> the error as text."""


@dataclass(frozen=True)
class SheetPlace:
    """A sheet by its name and by its place among the sheets, from 0."""

    name: str
    place: int


class SheetNotFoundError(Exception):
    """The sheet is not where a workbook of its kind keeps it."""
