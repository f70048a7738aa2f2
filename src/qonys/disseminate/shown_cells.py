"""What a cell shows, the same on the page, in the workbook and in every file.

Laws: *empty* (the table has no such figure), *zero*, *negligible* (not zero, but rounded to it), *not available*, *not
applicable*, *too few persons* and *confidential* are seven different things, and none is ever shown as another; a
confidential value is never shown, and nothing else is said of it; a value keeps all its marks.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from qonys.concepts.status import ConfidentialityStatus, ObservationStatus
from qonys.datasets.output import Cell
from qonys.disseminate.numbers import rounded

EMPTY = "empty"
CONFIDENTIAL = "C"
SYMBOLS = ("L", "M", "U", CONFIDENTIAL, EMPTY, "N", "P", "E", "B")
"""Keys of all symbols, first those that stand in place of a value, then those that stand beside one."""
_NORMAL = ObservationStatus.NORMAL
_ALMOST_NOTHING = 1e-9
"""What is nearer to zero is zero: the rest of a computation."""


class Shown(NamedTuple):
    """What is shown of a cell.

    Args:
        value: the number, rounded to the decimals of its measure; None where a symbol stands in its place.
        symbol: key of the symbol in place of a value; empty where there is one.
        marks: keys of the symbols beside it.
    """

    value: Decimal | None
    symbol: str = ""
    marks: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all its symbols."""
        return (*filter(None, (self.symbol,)), *self.marks)


def shown(cell: Cell | None, decimals: int) -> Shown:
    """What is shown of a cell of a measure with so many decimals; of None, that the table has no such figure.

    >>> shown(Cell(0.004), 2).marks, shown(Cell(0.0), 2).marks
    (('N',), ())
    """
    if cell is None:
        return Shown(None, EMPTY)
    if cell.confidentiality is ConfidentialityStatus.CONFIDENTIAL:
        return Shown(None, CONFIDENTIAL)
    marks = _marks(cell)
    if cell.value is None:
        symbol, *others = marks or (ObservationStatus.NOT_AVAILABLE.value,)
        return Shown(None, symbol, tuple(others))
    value = rounded(cell.value, decimals)
    negligible = not value and abs(cell.value) > _ALMOST_NOTHING
    return Shown(value, "", (*marks, ObservationStatus.NEGLIGIBLE.value) if negligible else marks)


def _marks(cell: Cell) -> tuple[str, ...]:
    if cell.observation is _NORMAL and not cell.also:
        return ()
    return tuple(status.value for status in cell.statuses if status is not _NORMAL)


def status_codes(said: Shown) -> str:
    """The observation statuses of what is shown for a machine, separated by ``;``; ``A`` where nothing is special."""
    codes = [key for key in said.keys if key not in (CONFIDENTIAL, EMPTY)]
    return ";".join(codes) or _NORMAL.value
