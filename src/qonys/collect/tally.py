"""Counts the rows of a delivery as they stream by: how many were read, which months they fall in, which correct others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


@dataclass
class Tally:
    """What a receipt says of the rows of a delivery; complete once both streams have been read.

    A slip dated after the day of its delivery is a mistake: it widens no period.

    Args:
        received: day of the delivery.
        read: rows that the reader could cut into columns.
        first_day: first day of a registration taken; None while there is none.
        last_day: the last one, not after ``received``.
        months: month (``2024-03``) -> registrations taken.
        corrections: registrations taken that correct another slip.
    """

    received: date
    read: int = 0
    first_day: date | None = None
    last_day: date | None = None
    months: Counter[str] = field(default_factory=Counter)
    corrections: int = 0

    def rows(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same rows, counted as the reader gives them."""
        for batch in batches:
            self.read += batch.num_rows
            yield batch

    def registrations(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same registrations (``datasets.registration.REGISTRATION``), counted by month."""
        for batch in batches:
            self.corrections += batch.num_rows - batch.column("corrects").null_count
            self._days(batch.column("date"))
            yield batch

    def _days(self, dates: pa.Array[Any]) -> None:
        """Registrations of many slips fall on few days, so the days are counted first and looked at once each."""
        counted: Any = pc.value_counts(dates)
        for day, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            if day is None or day > self.received:
                continue
            self.first_day = min(day, self.first_day or day)
            self.last_day = max(day, self.last_day or day)
            self.months[day.isoformat()[:7]] += count
