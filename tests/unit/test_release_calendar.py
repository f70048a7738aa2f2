"""The release calendar: rules and exceptions, working days, entries that come before rules, punctuality, its files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest
from icalendar import Calendar

from qonys.concepts.period import Period
from qonys.concepts.publication import PublicationPlan, ReleaseRule
from qonys.concepts.working_days import Holiday, WorkingDays
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.country.publication_checks import publication
from qonys.disseminate.release_calendar import CalendarLine, calendar_files
from qonys.publish.announcements import Announcement, announcements, punctuality
from qonys.store.lifecycle import LifecycleEntry

WORKING = WorkingDays(holidays=(Holiday("03-08"), Holiday("01-07", moves=False), Holiday("2026-05-27", moves=False)))
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-03-07", True),
        ("2025-03-08", False),  # a Saturday, and a holiday that moves
        ("2025-03-10", False),  # the Monday after it
        ("2025-03-11", True),
        ("2024-03-08", False),  # a Friday
        ("2024-03-11", True),
        ("2024-01-07", False),  # a Sunday, and a holiday that does not move
        ("2024-01-08", True),
        ("2026-05-27", False),
        ("2025-05-27", True),
    ],
)
def test_a_holiday_on_a_weekend_frees_the_next_working_day_where_it_moves(day: str, works: bool) -> None:
    assert WORKING.is_working_day(date.fromisoformat(day)) is works


def test_working_days_are_counted_over_holidays_and_into_the_next_month() -> None:
    assert WORKING.nth_working_day(2025, 3, 1) == date(2025, 3, 3)
    assert WORKING.nth_working_day(2025, 3, 6) == date(2025, 3, 11)
    assert WORKING.nth_working_day(2025, 2, 21) == date(2025, 3, 3)


@pytest.mark.parametrize(
    ("rule", "period", "day"),
    [
        (ReleaseRule("a", "year", "2020", month=3, weekday="wednesday", nth=2), "2024", "2025-03-12"),
        (
            ReleaseRule("a", "year", "2020", month=3, weekday="saturday", nth=2),
            "2024",
            "2025-03-11",
        ),  # Saturday, free Monday
        (ReleaseRule("m", "month", "2020-01", working_day=6), "2025-02", "2025-03-11"),
        (ReleaseRule("m", "month", "2020-01", months_after=2, day=15), "2024-12", "2025-02-17"),
        (
            ReleaseRule("m", "month", "2020-01", working_day=1, exceptions={"2025-02": date(2025, 3, 9)}),
            "2025-02",
            "2025-03-09",
        ),
    ],
)
def test_a_rule_gives_the_day_of_a_period(rule: ReleaseRule, period: str, day: str) -> None:
    assert rule.day_of(Period.parse(period), WORKING) == date.fromisoformat(day)


def announced(
    profile: Profile, *log: LifecycleEntry, first: str = "2025-03-01", last: str = "2026-03-31"
) -> dict[str, Announcement]:
    found = announcements(
        profile.publication, profile.calendar, log, date.fromisoformat(first), date.fromisoformat(last)
    )
    return {one.period: one for one in found}


def test_an_entry_comes_before_a_rule_and_so_does_the_day_that_it_announces_next() -> None:
    kz = load_profile("kz")
    found = announced(kz, last="2028-03-31")
    assert (found["2024"].by, found["2024"].announced.isoformat()) == ("entry", "2025-03-12T10:00:00+05:00")
    assert (found["2025"].by, found["2025"].announced.isoformat()) == ("entry", "2026-03-13T10:00:00+05:00")
    assert (found["2026"].by, found["2026"].announced.isoformat()) == ("next", "2027-03-12T10:00:00+05:00")
    assert (found["2027"].by, found["2027"].announced.isoformat()) == ("rule", "2028-03-09T10:00:00+05:00"), (
        "the 8th is free"
    )
    assert kz.calendar_entry("2024").published == date(2025, 3, 12), "what is explicit means what it meant"


def test_a_year_ahead_has_every_month_once_and_its_exception(mini: Profile) -> None:
    found = announced(mini)
    months = [period for period in found if len(period) == len("2025-01")]
    assert months == [f"2025-{month:02}" for month in range(1, 13)] + ["2026-01"]
    assert (found["2025-06"].by, found["2025-06"].announced.date()) == ("exception", date(2025, 8, 18))


def test_punctuality_is_the_time_from_the_announced_hour_to_the_first_publication() -> None:
    kz = load_profile("kz")
    due = datetime(2025, 3, 12, 5, tzinfo=UTC)

    def entry(minutes: float, period: str = "2024") -> LifecycleEntry:
        return LifecycleEntry("publish", period, "v", "A", due + timedelta(minutes=minutes))

    found = announced(kz, entry(12), entry(90))
    assert found["2024"].delay == timedelta(minutes=12), "a correction later on changes nothing"
    assert punctuality(found.values()) == {"published": 1, "on_time": 0, "mean_delay": 720.0, "largest_delay": 720.0}
    assert punctuality(announced(kz, entry(0.5)).values())["on_time"] == 1
    assert punctuality(()) == {"published": 0, "on_time": 0, "mean_delay": 0.0, "largest_delay": 0.0}


def files_of(profile: Profile) -> dict[str, bytes]:
    due = profile.publication.instant(date(2025, 3, 12))
    lines = [
        CalendarLine("annual", "2024", due, due.astimezone(UTC), public=True),
        CalendarLine("monthly", "2025-02", profile.publication.instant(date(2025, 4, 21))),
    ]
    told = {"published": 1, "on_time": 1, "mean_delay": 0.0, "largest_delay": 0.0}
    return calendar_files(profile, lines, told, due + timedelta(days=1))


def test_every_language_has_a_page_and_all_files_say_the_same_hours() -> None:
    kz = load_profile("kz")
    files = files_of(kz)
    assert set(files) == {"index.html", "calendar.json"} | {
        name for language in kz.languages for name in (f"{language}/index.html", f"{language}.ics", f"{language}.xml")
    } | {"assets/page.css", "assets/inter.woff2", "assets/inter-licence.txt"}  # fmt: skip
    wanted = {"2025-03-12T10:00+05:00", "2025-04-21T10:00+05:00"}
    for language in kz.languages:
        page = files[f"{language}/index.html"].decode()
        assert all(f'<time datetime="{instant}">' in page for instant in wanted)
        assert 'href="../../2024/latest/' in page
        events = Calendar.from_ical(files[f"{language}.ics"]).walk("VEVENT")
        assert {event["DTSTART"].dt for event in events} == {datetime.fromisoformat(instant) for instant in wanted}
        assert len({event["UID"] for event in events}) == 2
    assert {
        line["announced"][:16] + line["announced"][19:] for line in json.loads(files["calendar.json"])["releases"]
    } == wanted
    assert "Миграция населения Республики Казахстан, январь–февраль 2025" in files["ru/index.html"].decode()
    assert "UTC+5" in files["kk/index.html"].decode()


def test_the_feed_has_what_appeared_and_is_whole_atom() -> None:
    feed = ET.fromstring(files_of(load_profile("kz"))["kk.xml"])  # noqa: S314 our own
    assert feed.tag == f"{ATOM}feed"
    for part in ("id", "title", "updated", f"author/{ATOM}name"):
        assert feed.findtext(f"{ATOM}{part}"), part
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2025-03-12T05:00:00+00:00"
    assert entry.find(f"{ATOM}link").get("href") == "../2024/latest/kk/index.html"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "late", "missed"),
    [
        ("en", "not yet", "did not appear"),
        ("ru", "еще не вышла", "не вышла"),
        ("kk", "әлі шыққан жоқ", "шыққан жоқ"),
    ],
)
def test_what_was_overtaken_by_the_next_of_its_kind_is_not_awaited_any_more(
    language: str, late: str, missed: str
) -> None:
    kz = load_profile("kz")
    at = kz.publication.instant
    lines = [
        CalendarLine("annual", "2024", at(date(2025, 3, 12))),
        CalendarLine("monthly", "2025-01", at(date(2025, 3, 12))),
        CalendarLine("monthly", "2025-02", at(date(2025, 4, 14)), at(date(2025, 4, 15))),
        CalendarLine("monthly", "2025-03", at(date(2025, 5, 12))),
        CalendarLine("monthly", "2025-04", at(date(2025, 6, 12))),
    ]
    files = calendar_files(kz, lines, punctuality(()), at(date(2025, 5, 20)))
    standings = {line["period"]: line["standing"] for line in json.loads(files["calendar.json"])["releases"]}
    assert standings == {
        "2024": "late", "2025-01": "missed", "2025-02": "published", "2025-03": "late", "2025-04": "awaited",
    }  # fmt: skip
    page = files[f"{language}/index.html"].decode()
    assert (page.count(f">{late}</td>"), page.count(f">{missed}</td>")) == (2, 1)


def test_the_calendar_of_spain_goes_on_every_july_on_a_working_day() -> None:
    es = load_profile("es")
    found = announced(es, first="2017-01-01", last="2029-12-31")
    assert (found["2016"].by, found["2017"].by, found["2018"].by) == ("entry", "next", "rule")
    days = {period: one.announced for period, one in found.items()}
    assert days["2025"].isoformat() == "2026-07-28T09:00:00+02:00", "the summer time of Madrid"
    assert all(day.month == 7 and day.weekday() < 5 for day in days.values())
    assert not es.publication.working_days.is_working_day(date(2027, 3, 26)), "Good Friday"
    assert es.publication.working_days.is_working_day(date(2027, 8, 16)), "no holiday of Spain moves to a Monday"
    assert b"2026-07-28T09:00+02:00" in files_of_spain(es)["es/index.html"]


def files_of_spain(es: Profile) -> dict[str, bytes]:
    lines = [CalendarLine("annual", "2025", es.publication.instant(date(2026, 7, 28)))]
    return calendar_files(es, lines, punctuality(()), es.publication.instant(date(2026, 1, 2)))


def test_the_same_calendar_is_the_same_bytes(mini: Profile) -> None:
    assert files_of(mini) == files_of(load_profile("mini"))


RULE = ReleaseRule("annual", "year", "2024", day=1)


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024"),)), "the day is told in no way"),
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024", day=1, working_day=2),)), "or in several"),
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024", day=30),)), "day is 30"),
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024", month=13, day=1),)), "month is 13"),
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024-01", day=1),)), "first is “2024-01”"),
        (PublicationPlan(rules=(ReleaseRule("annual", "year", "2024", last="soon", day=1),)), "last is “soon”"),
        (
            PublicationPlan(rules=(ReleaseRule("novel", "year", "2024", day=1, title={"en": "x"}),)),
            "title is missing in es",
        ),
        (PublicationPlan(working_days=WorkingDays(holidays=(Holiday("13-01"),))), "“13-01” is no day"),
        (
            PublicationPlan(
                working_days=WorkingDays(
                    weekend=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
                )
            ),
            "Every day of the week",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_told(mini: Profile, plan: PublicationPlan, told: str) -> None:
    import dataclasses

    found = [what for _, what, _ in publication(dataclasses.replace(mini, publication=plan))]
    assert any(told in what for what in found), found
    assert list(publication(dataclasses.replace(mini, publication=PublicationPlan(rules=(RULE,))))) == []
    assert msgspec.convert(msgspec.to_builtins(RULE), ReleaseRule) == RULE
