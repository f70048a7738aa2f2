"""When releases appear: the time zone and the hour of an office, and the rules of its calendar.

Laws: an instant is told with its zone; what a zone was on a day is the zone's own knowledge (IANA), never ours. A rule
says on which day a release appears unless calendar.yaml or an exception says otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.text import Text
from qonys.concepts.working_days import WEEKDAYS, Weekday, WorkingDays


class ReleaseRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which day the releases of one kind appear: one of ``working_day``, ``weekday`` with ``nth``, or ``day``.

    Args:
        release: id of the release design.
        every: a release for every year, or for every month.
        first: first period of which the rule speaks.
        last: last one; empty while it goes on.
        month: of a yearly release, the month of the year after in which it appears.
        months_after: of a monthly release, how many months after its month it appears.
        working_day: the n-th working day of that month.
        weekday: a day of the week …
        nth: … the n-th of that month.
        day: a day of that month.
        title: its title with ``{period}``, where no design has it yet.
        exceptions: period -> day, where a release appears on another day than the rule says.
    """

    release: str
    every: Literal["year", "month"]
    first: str
    last: str = ""
    month: int = 1
    months_after: int = 1
    working_day: int | None = None
    weekday: Weekday | None = None
    nth: int = 1
    day: int | None = None
    title: Text = {}
    exceptions: dict[str, date] = {}

    def day_of(self, period: Period, working: WorkingDays) -> date:
        """The day on which the release of a period appears; a working day, unless an exception says otherwise."""
        if str(period) in self.exceptions:
            return self.exceptions[str(period)]
        year, month = self._month_of(period)
        if self.working_day is not None:
            return working.nth_working_day(year, month, self.working_day)
        if self.weekday is not None:
            first = date(year, month, 1)
            ahead = (WEEKDAYS.index(self.weekday) - first.weekday()) % 7
            return working.next_working_day(first + timedelta(days=ahead + 7 * (self.nth - 1)))
        return working.next_working_day(
            Period(year, month).last_day if self.day is None else date(year, month, self.day)
        )

    def periods(self) -> tuple[Period, Period | None]:
        """First and last period."""
        return Period.parse(self.first), Period.parse(self.last) if self.last else None

    def _month_of(self, period: Period) -> tuple[int, int]:
        if period.month is None:
            return period.year + 1, self.month
        months = period.month - 1 + self.months_after
        return period.year + months // 12, months % 12 + 1


class PublicationPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """publication.yaml.

    Args:
        time_zone: IANA name of the zone in which the office announces, such as ``Asia/Almaty``.
        hour: hour of publication on the wall of the office, such as ``"10:00"``.
        working_days: on which days the office works.
        rules: on which day the releases of each kind appear.
    """

    time_zone: str = "UTC"
    hour: str = "00:00"
    working_days: WorkingDays = WorkingDays()
    rules: tuple[ReleaseRule, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone.

        Raises:
            ZoneInfoNotFoundError: there is no such zone (`country.publication_checks` tells it first).
        """
        return ZoneInfo(self.time_zone)

    def instant(self, day: date) -> datetime:
        """The instant at which a release of a day appears."""
        return datetime.combine(day, time.fromisoformat(self.hour), self.zone)
