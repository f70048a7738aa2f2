"""A period of time: a year or a month of it."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from qonys.errors import StatisticianError

_WRITTEN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar year (``month`` is None) or one of its months."""

    year: int
    month: int | None = None

    @classmethod
    def parse(cls, written: str) -> Period:
        """Read ``2024`` or ``2024-09``.

        Raises:
            StatisticianError: written is neither.
        """
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            raise StatisticianError(
                f"“{written}” is not a period.", next_step="Write a year (2024) or a month (2024-09)."
            )
        return cls(int(match[1]), int(match[2]) if match[2] else None)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def last_day(self) -> date:
        last_month = self.month or 12
        return date(self.year, last_month, monthrange(self.year, last_month)[1])

    @property
    def months(self) -> tuple[Period, ...]:
        if self.month is not None:
            return (self,)
        return tuple(Period(self.year, month) for month in range(1, 13))

    @property
    def following(self) -> Period:
        if self.month is None:
            return Period(self.year + 1)
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    def days_until(self, last: Period) -> tuple[date, date]:
        """First day of what a series that ends with ``last`` counts of this period, and the first day after.

        A series of years that ends with a month counts each year up to that month:

        >>> Period(2023).days_until(Period(2024, 8))
        (datetime.date(2023, 1, 1), datetime.date(2023, 9, 1))
        """
        end = Period(self.year, last.month) if self.month is None else self
        return self.first_day, end.following.first_day

    def years_back(self, years: int) -> Period:
        return Period(self.year - years, self.month)

    def __str__(self) -> str:
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"
