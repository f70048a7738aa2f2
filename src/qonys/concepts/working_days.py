"""Working days of a country: which days are no working days, and the n-th working day of a month.

Laws: what is a holiday is the profile's, with its source; a holiday that moves and falls on a weekend makes the next
working day free; a holiday of the lunar calendar is listed year by year, never computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.text import Text

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_YEARLY = len("03-08")


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is no working day: ``day``, or else ``dates``.

    Args:
        day: every year (``03-08``), or once (``2026-05-27``).
        moves: where it falls on a weekend, the next working day is free instead.
        id: name of one with ``dates`` in a model: a letter, then letters, digits and underscores.
        names: of one with ``dates``, in every language.
        dates: its day in each year, where it has another one every year; of all years from the first to the last.
        since: first year in which a yearly day is one; at all times if not given.
        until: last such year.
        source: where its days are told, if not in that of all days.
    """

    day: str = ""
    moves: bool = True
    id: str = ""
    names: Text = {}
    dates: tuple[date, ...] = ()
    since: int | None = None
    until: int | None = None
    source: str = ""

    def in_year(self, year: int) -> tuple[date, ...]:
        """Its days in a year, where it has any."""
        if self.dates:
            return tuple(day for day in self.dates if day.year == year)
        if not (self.since or year) <= year <= (self.until or year):
            return ()
        written = f"{year}-{self.day}" if len(self.day) == _YEARLY else self.day
        try:
            found = date.fromisoformat(written)
        except ValueError:  # 29 February
            return ()
        return (found,) if found.year == year else ()


class WorkingDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which days an office works.

    Args:
        weekend: days of the week that are none.
        holidays: other days that are none.
        source: the law or the official calendar that says so.
    """

    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    holidays: tuple[Holiday, ...] = ()
    source: str = ""

    def is_working_day(self, day: date) -> bool:
        return not self.is_weekend(day) and day not in self.days_off(day.year)

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

    def days_off(self, year: int) -> Mapping[date, Holiday]:
        """Days of a year that are no working days though they are none of the weekend, and the holiday of each."""
        dated = [(day, holiday) for holiday in self.holidays for day in holiday.in_year(year)]
        free = {day: holiday for day, holiday in reversed(dated) if not self.is_weekend(day)}
        for day, holiday in sorted(dated, key=lambda one: one[0]):
            if holiday.moves and self.is_weekend(day):
                instead = day + _DAY
                while self.is_weekend(instead) or instead in free:
                    instead += _DAY
                free[instead] = holiday
        return free
