"""The release calendar: what was and will be announced, from explicit entries and rules, and how punctual it was.

Laws: an entry of calendar.yaml comes before a rule, and so does the day that it announces for the release after it; every
release of a period is announced once. How punctual a release was is the time from its announced instant to its first
publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.publication import PublicationPlan, ReleaseRule
from qonys.concepts.release import CalendarEntry
from qonys.store.lifecycle import LifecycleEntry

AnnouncedBy: TypeAlias = Literal["entry", "next", "exception", "rule"]
"""Where a day comes from: an entry of calendar.yaml, ``next`` of the entry before it, an exception of a rule, a rule."""


class Announcement(msgspec.Struct, frozen=True):
    """One release of the calendar.

    Args:
        release: id of its design.
        period: its period.
        announced: instant at which it is to appear, in the time zone of the profile.
        by: where its day comes from.
        published: instant at which it first appeared; None where it has not yet.
    """

    release: str
    period: str
    announced: datetime
    by: AnnouncedBy
    published: datetime | None = None

    @property
    def delay(self) -> timedelta | None:
        """How much later than announced it appeared."""
        return self.published - self.announced if self.published else None


def announcements(
    plan: PublicationPlan, entries: Sequence[CalendarEntry], log: Iterable[LifecycleEntry], first: date, last: date
) -> tuple[Announcement, ...]:
    """Every release that appears within two days, in order.

    Args:
        plan: zone, hour and rules.
        entries: explicit entries.
        log: what was published, and when.
        first: first day.
        last: last day.
    """
    published: dict[str, datetime] = {}
    for entry in log:
        if entry.act == "publish":
            published.setdefault(entry.period, entry.instant)
    days: dict[str, tuple[str, date, AnnouncedBy]] = {}
    for period, announced in _announced(plan, entries, last):
        days.setdefault(period, announced)
    found = [
        Announcement(release, period, plan.instant(day), by, published.get(period))
        for period, (release, day, by) in days.items()
        if first <= day <= last
    ]
    return tuple(sorted(found, key=lambda one: (one.announced, one.period)))


def _announced(
    plan: PublicationPlan, entries: Sequence[CalendarEntry], last: date
) -> Iterator[tuple[str, tuple[str, date, AnnouncedBy]]]:
    """Period, and its release, day and where that comes from; what comes first counts."""
    for entry in entries:
        yield entry.period, (entry.release, entry.published, "entry")
    for entry in entries:
        yield str(Period.parse(entry.period).following), (entry.release, entry.next, "next")
    for rule in plan.rules:
        for period in _periods(rule, last):
            by: AnnouncedBy = "exception" if str(period) in rule.exceptions else "rule"
            yield str(period), (rule.release, rule.day_of(period, plan.working_days), by)


def _periods(rule: ReleaseRule, until: date) -> Iterator[Period]:
    period, end = rule.periods()
    while period.first_day <= until and (end is None or period <= end):
        yield period
        period = period.following


def punctuality(found: Iterable[Announcement]) -> Mapping[str, float | int]:
    """How punctual the releases were that appeared: how many, how many within a minute, mean and largest delay.

    Returns:
        ``published``, ``on_time``, ``mean_delay`` and ``largest_delay`` in seconds.
    """
    delays = [one.delay.total_seconds() for one in found if one.delay is not None]
    on_time = sum(abs(delay) < 60 for delay in delays)
    mean = sum(delays) / len(delays) if delays else 0.0
    return {"published": len(delays), "on_time": on_time, "mean_delay": mean, "largest_delay": max(delays, default=0.0)}
