"""Counts the rows of a delivery as they stream by: how many were read, which months they fall in, which correct others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_FIRST = date(1970, 1, 1)
"""The day that has the number 0."""


@dataclass
class Tally:
    """What a receipt says of the rows of a delivery; complete once both streams have been read.

    A slip dated after the day of its delivery is a mistake: it widens no period.

    Args:
        received: day of the delivery.
        read: rows that the reader could cut into columns.
        corrections: registrations taken that correct another slip.
    """

    received: date
    read: int = 0
    corrections: int = 0
    _by_day: Counter[int] = field(default_factory=Counter)

    @property
    def first_day(self) -> date | None:
        """First day of a registration taken; None where there is none."""
        return min(self._days(), default=None)

    @property
    def last_day(self) -> date | None:
        """The last one, not after the day of the delivery."""
        return max(self._days(), default=None)

    @property
    def months(self) -> Counter[str]:
        """Month (``2024-03``) -> registrations taken."""
        months: Counter[str] = Counter()
        for day, count in self._days().items():
            months[day.isoformat()[:7]] += count
        return months

    def rows(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same rows, counted as the reader gives them."""
        for batch in batches:
            self.read += batch.num_rows
            yield batch

    def registrations(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same registrations (columns of ``datasets.registration.REGISTRATION``), counted by month."""
        for batch in batches:
            if "corrects" in batch.schema.names:
                self.corrections += batch.num_rows - batch.column("corrects").null_count
            self._count(batch.column("date"))
            yield batch

    def _count(self, dates: pa.Array[Any]) -> None:
        """Registrations of many slips fall on few days, each of which is a number until all were read."""
        counted: Any = pc.value_counts(dates.cast(pa.int32()))
        for day, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            if day is not None:
                self._by_day[day] += count

    def _days(self) -> dict[date, int]:
        """How many registrations fall on each day that is not after the day of the delivery."""
        last = (self.received - _FIRST).days
        return {_FIRST + timedelta(day): count for day, count in self._by_day.items() if day <= last}
