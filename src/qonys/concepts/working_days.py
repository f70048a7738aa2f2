"""Working days of a country: which days are no working days, and the n-th working day of a month.

Laws: what is a holiday is the profile's; a holiday that moves and falls on a weekend makes the next working day free.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Literal, TypeAlias

import msgspec

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_YEARLY = len("03-08")


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is no working day.

    Args:
        day: every year (``03-08``), or once (``2026-05-27``).
        moves: where it falls on a weekend, the next working day is free instead.
    """

    day: str
    moves: bool = True

    def in_year(self, year: int) -> date | None:
        """Its date in a year; None where it has none."""
        written = f"{year}-{self.day}" if len(self.day) == _YEARLY else self.day
        try:
            found = date.fromisoformat(written)
        except ValueError:  # 29 February
            return None
        return found if found.year == year else None


class WorkingDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which days an office works.

    Args:
        weekend: days of the week that are none.
        holidays: other days that are none.
    """

    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    holidays: tuple[Holiday, ...] = ()

    def is_working_day(self, day: date) -> bool:
        return not self.is_weekend(day) and day not in _free_days(self, day.year)

    def is_weekend(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.weekend

    def next_working_day(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def nth_working_day(self, year: int, month: int, nth: int) -> date:
        """The n-th working day of a month; where it has fewer, it is counted on into the next one."""
        day = self.next_working_day(date(year, month, 1))
        for _ in range(nth - 1):
            day = self.next_working_day(day + _DAY)
        return day


@cache
def _free_days(working: WorkingDays, year: int) -> frozenset[date]:
    """Holidays of a year, and the working days that are free instead of those on weekends."""
    dated = [(day, holiday.moves) for holiday in working.holidays if (day := holiday.in_year(year))]
    free = {day for day, _ in dated}
    for day in sorted(day for day, moves in dated if moves and working.is_weekend(day)):
        instead = day + _DAY
        while working.is_weekend(instead) or instead in free:
            instead += _DAY
        free.add(instead)
    return frozenset(free)
