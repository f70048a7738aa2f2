"""Counts the rows of a delivery as they stream by: how many were read, which months they fall in, which correct others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
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
        known: Any = pc.drop_null(dates)
        days = known.cast(pa.int32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
        days = days[days <= np.datetime64(self.received)]
        if not len(days):
            return
        first, last = days.min().item(), days.max().item()
        self.first_day = min(first, self.first_day or first)
        self.last_day = max(last, self.last_day or last)
        months = days.astype("datetime64[M]").astype(np.int64)
        counts = np.bincount(months - months.min())
        for place in np.flatnonzero(counts):
            self.months[str(np.datetime64(int(months.min() + place), "M"))] += int(counts[place])
