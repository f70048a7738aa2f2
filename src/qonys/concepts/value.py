"""A number that a sentence says, or a figure's title: read from a table of the release, never typed."""

from __future__ import annotations

from typing import Literal

import msgspec


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number of a key point, read from a table of the release, never typed.

    ``compute`` says what is made of the cell:
    ``value`` the cell itself; ``growth`` its change on the previous year in percent; ``times`` the same, but where it grew at
    least 1.5-fold, how many times as large it is; ``share`` its percentage of the
    total over ``over``; ``positive`` the codes of ``over`` whose cell is above zero, largest first; ``largest`` and
    ``smallest`` the code of ``over`` with the largest and with the smallest cell, totals and groups left aside.
    """

    table: str
    measure: str
    at: dict[str, str] = {}
    compute: Literal["value", "growth", "times", "share", "positive", "largest", "smallest"] = "value"
    over: str | None = None
