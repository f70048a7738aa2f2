"""A period of time: a year, a month of it, or the part of it up to the end of a month.

A part of a year is written as SDMX writes a time range: ``2024-01-01/P9M`` is January to September 2024. There is one
way to write each period: the part up to December is the year, the part up to January is the month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from qonys.errors import StatisticianError

_WRITTEN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
_REMEMBERED = 2**12
_PART = re.compile(r"(\d{4})-01-01/P([2-9]|1[01])M")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar year (``month`` is None), one of its months, or its months up to one (``from_january``)."""

    year: int
    month: int | None = None
    from_january: bool = False

    @classmethod
    def parse(cls, written: str) -> Period:
        """Read ``2024``, ``2024-09`` or ``2024-01-01/P9M``.

        Raises:
            StatisticianError: written is none of them.
        """
        return _parsed(written)

    @property
    def first_day(self) -> date:
        return date(self.year, 1 if self.from_january else self.month or 1, 1)

    @property
    def last_day(self) -> date:
        last_month = self.month or 12
        return date(self.year, last_month, monthrange(self.year, last_month)[1])

    @property
    def months(self) -> tuple[Period, ...]:
        return _months_of(self)

    @property
    def is_month(self) -> bool:
        return self.month is not None and not self.from_january

    @property
    def year_so_far(self) -> Period:
        """What has gone of the year when this period ends: itself for a year.

        >>> str(Period(2024, 9).year_so_far), str(Period(2024, 1).year_so_far), str(Period(2024, 12).year_so_far)
        ('2024-01-01/P9M', '2024-01', '2024')
        """
        if self.month in (None, 12):
            return Period(self.year)
        return Period(self.year, self.month, from_january=self.month != 1)

    @property
    def following(self) -> Period:
        if self.month is None:
            return Period(self.year + 1)
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def span(self) -> tuple[date, date]:
        """First day of the period, and the first day after it."""
        return self.first_day, self.last_day + timedelta(days=1)

    def years_back(self, years: int) -> Period:
        return Period(self.year - years, self.month, self.from_january)

    def __str__(self) -> str:
        if self.from_january:
            return f"{self.year}-01-01/P{self.month}M"
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"


# A release has some dozens of periods, and asks of each of its ten thousand cells what its period is and which months it has.


@lru_cache(_REMEMBERED)
def _parsed(written: str) -> Period:
    if part := _PART.fullmatch(written.strip()):
        return Period(int(part[1]), int(part[2]), from_january=True)
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        raise StatisticianError(f"“{written}” is not a period.", next_step="Write a year (2024) or a month (2024-09).")
    return Period(int(match[1]), int(match[2]) if match[2] else None)


@lru_cache(_REMEMBERED)
def _months_of(period: Period) -> tuple[Period, ...]:
    if period.is_month:
        return (period,)
    return tuple(Period(period.year, month) for month in range(1, (period.month or 12) + 1))


def months_between(first: date, later: date) -> int:
    """How many months the month of a day is after that of another one.

    >>> months_between(date(2024, 11, 30), date(2025, 2, 1))
    3
    """
    return (later.year - first.year) * 12 + later.month - first.month
