"""Confronts publication.yaml with what zones, hours, days and releases there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.publication import ReleaseRule
from qonys.concepts.working_days import WEEKDAYS, Holiday
from qonys.country.profile import Profile
from qonys.errors import StatisticianError

_WHERE = "publication.yaml"
_LEAP = 2024
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def publication(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """What publication.yaml says that cannot be: file, what, and what is allowed."""
    plan = profile.publication
    try:
        ZoneInfo(plan.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield (
            _WHERE,
            f"“{plan.time_zone}” is no time zone.",
            "Write its IANA name, such as Asia/Almaty or Europe/Madrid.",
        )
    if not _can_be_read(plan.hour, time.fromisoformat):
        yield _WHERE, f"“{plan.hour}” is no hour.", 'Write it as "10:00".'
    if set(plan.working_days.weekend) >= set(WEEKDAYS):
        yield _WHERE, "Every day of the week is a weekend.", "Leave a day on which the office works."
    for holiday in plan.working_days.holidays:
        yield from ((_WHERE, what, next_step) for what, next_step in _wrong_holiday(holiday, profile.languages))
    ids = [holiday.id for holiday in plan.working_days.holidays if holiday.id]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        yield _WHERE, f"Two holidays are called {repeated[0]}.", "Give each an id of its own."
    for rule in plan.rules:
        yield from ((_WHERE, f"{rule.release}: {what}", next_step) for what, next_step in _wrong_rule(rule, profile))


def _wrong_holiday(holiday: Holiday, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    if not holiday.dates:
        as_yearly = msgspec.structs.replace(holiday, since=None, until=None)
        if not as_yearly.in_year(_LEAP) and not _can_be_read(holiday.day, date.fromisoformat):
            yield f"“{holiday.day}” is no day.", 'Write it as "03-08" (every year) or "2026-05-27" (once).'
        return
    years = {day.year for day in holiday.dates}
    if not _ID.fullmatch(holiday.id):
        yield (
            f"A holiday with dates has the id “{holiday.id}”.",
            "Take a letter, then letters, digits and underscores, 32 in all.",
        )
    if holiday.day or holiday.since or holiday.until:
        yield f"{holiday.id} has dates, so neither `day` nor `since` nor `until`.", "Leave them out."
    if gaps := sorted(set(range(min(years), max(years) + 1)) - years):
        yield f"{holiday.id} has no date in {gaps[0]}.", "Give its day in every year from the first to the last."
    if missing := [language for language in languages if not holiday.names.get(language)]:
        yield f"{holiday.id}: the name is missing in {', '.join(missing)}.", "Add it under `names`."


def _wrong_rule(rule: ReleaseRule, profile: Profile) -> Iterator[tuple[str, str]]:
    told = [rule.working_day is not None, rule.weekday is not None, rule.day is not None]
    if sum(told) != 1:
        yield "the day is told in no way, or in several.", "Write one of working_day, weekday (with nth), day."
    limits = {
        "month": (rule.month, 12),
        "nth": (rule.nth, 4),
        "day": (rule.day, 28),
        "working_day": (rule.working_day, 20),
    }
    for name, (value, most) in limits.items():
        if value is not None and not 1 <= value <= most:
            yield f"{name} is {value}.", f"Allowed: 1 to {most}, which every month has."
    for name, written in (("first", rule.first), ("last", rule.last)):
        if (written or name == "first") and not _is_period(written, rule.every):
            example = "2024-01" if rule.every == "month" else "2024"
            yield f"{name} is “{written}”.", f"Every {rule.every} is announced: write it as {example}."
    missing = [language for language in profile.languages if not rule.title.get(language)]
    if rule.release not in profile.releases and missing:
        yield f"its title is missing in {', '.join(missing)}, and no release design of that id has one.", "Add `title`."


def _is_period(written: str, every: str) -> bool:
    try:
        return (Period.parse(written).month is None) == (every == "year")
    except StatisticianError:
        return False


def _can_be_read(written: str, read: Callable[[str], object]) -> bool:
    try:
        read(written)
    except ValueError:
        return False
    return True
