"""Late registrations: the triangle that *process* keeps and that a nowcast reads."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qonys.datasets.lag import LAG
from qonys.process.lags import lags_query
from qonys.production.office import Office


class Lag(msgspec.Struct, frozen=True):
    """Moves of a month (``2024-03``) that became known in a month, and those that were taken back in it."""

    event_month: str
    known_month: str
    moves: int
    withdrawn: int


def keep_lags(office: Office, lineage: Mapping[str, str]) -> None:
    """Count the moves that were just made by month and month of knowledge, as the state ``clean/lags``."""
    counted = office.engine.run(lags_query(), moves=office.store.files("clean/moves"))
    office.store.replace("clean/lags", counted.cast(LAG), lineage)


def lags(office: Office) -> tuple[Lag, ...]:
    """The triangle as the last `qonys process` left it, in the order of its months.

    Raises:
        OperatorError: nothing was processed yet.
    """
    found = office.engine.run(_AS_TEXT, lags=office.store.files("clean/lags"))
    return tuple(msgspec.convert(row, Lag) for row in found.to_pylist())


_AS_TEXT = """
select strftime(event_month, '%Y-%m') as event_month, strftime(known_month, '%Y-%m') as known_month, moves, withdrawn
from lags order by 1, 2
"""
