"""What a supplier owes: a delivery of one layout for every month or year, due some days after that has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import msgspec

from qonys.concepts.period import Period

Rhythm = Literal["month", "year"]


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of deliveries.yaml.

    Args:
        layout: whose deliveries are expected.
        every: ``month`` or ``year``.
        due: days after the last day of the period; the delivery is late on the day after.
        first: first period that is expected (``2024-01``, or ``2024`` where every year is).
        last: last one; empty while there is no end.
        regions: areas of the publishing level from which a slip must be in it.
        offices: registering offices from which a slip must be in it.
    """

    layout: str
    every: Rhythm
    due: int
    first: str
    last: str = ""
    regions: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()

    def due_day(self, period: Period) -> date:
        return period.last_day + timedelta(days=self.due)

    def periods(self, day: date) -> Iterator[Period]:
        """The periods that have ended by a day, in their order."""
        period, last = Period.parse(self.first), Period.parse(self.last) if self.last else None
        while period.last_day < day and (last is None or period <= last):
            yield period
            period = period.following
