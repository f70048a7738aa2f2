"""The release calendar for readers: a page a language, iCalendar (RFC 5545), Atom (RFC 4287) and JSON.

Laws: all of them say the same days; an hour is told with its zone; the same announcements give the same bytes. What has
not appeared is late until the next release of its kind is due; from then on it did not appear, and is said so, not left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias
from xml.etree import ElementTree as ET

import msgspec
from babel.dates import format_time
from icalendar import Calendar, Event

from qonys.concepts.period import Period
from qonys.country.profile import Profile
from qonys.disseminate.numbers import MINUS, locale, long_date
from qonys.disseminate.page_templates import frame_files, languages_of, templates
from qonys.disseminate.period_words import period_arguments
from qonys.disseminate.wording import numbered, worded
from qonys.disseminate.words import Words, words_of

_ATOM = "http://www.w3.org/2005/Atom"
_ON_TIME = timedelta(minutes=1)


Standing: TypeAlias = Literal["awaited", "published", "late", "missed"]


class CalendarLine(msgspec.Struct, frozen=True):
    """One release of the calendar.

    Args:
        release: id of its design.
        period: its period.
        announced: instant at which it is to appear, in the time zone of the profile.
        published: instant at which it first appeared; None where it has not yet.
        public: it can be read now.
    """

    release: str
    period: str
    announced: datetime
    published: datetime | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A line in one language."""

    title: str
    iso: str
    day: str
    hour: str
    address: str
    appeared: str


def calendar_files(
    profile: Profile, lines: Sequence[CalendarLine], punctuality: Mapping[str, float | int], written: datetime
) -> dict[str, bytes]:
    """Every file of the calendar.

    Args:
        profile: gives languages, words, titles, zone.
        lines: the releases, in order.
        punctuality: ``published``, ``on_time``, ``mean_delay`` and ``largest_delay`` in seconds.
        written: the instant as of which the calendar is told.

    Returns:
        path below the folder of the calendar -> content.

    Raises:
        ProfileError: a word is missing in a language.
    """
    files: dict[str, bytes] = {}
    for language in profile.languages:
        words = words_of(profile, language)
        files[f"{language}/index.html"] = _page(profile, lines, punctuality, written, words)
        files[f"{language}.ics"] = _icalendar(profile, lines, words)
        files[f"{language}.xml"] = _atom(profile, lines, words)
    files["calendar.json"] = _json(profile, lines, punctuality, written)
    titles = {language: words_of(profile, language)["calendar.title"] for language in profile.languages}
    leading = templates().get_template("leading.html")
    files["index.html"] = leading.render(
        languages=languages_of(profile), titles=titles, first=profile.languages[0]
    ).encode()
    return files | frame_files()


def title_of(profile: Profile, release: str, period: str, words: Words) -> str:
    """The title of a release that may not exist yet, in one language."""
    rule = next((rule for rule in profile.publication.rules if rule.release == release), None)
    design, language = profile.releases.get(release), words.language
    pattern = design.title[language] if design else rule.title[language] if rule else "{period}"
    arguments = period_arguments(Period.parse(period), words)
    return worded(pattern, arguments, language, where=f"title of {release} ({language})")


def _page(
    profile: Profile, lines: Sequence[CalendarLine], punctuality: Mapping[str, float | int], written: datetime, words: Words
) -> bytes:  # fmt: skip
    language = words.language
    awaited = [line for line in lines if line.published is None and line.announced >= written]
    past = [line for line in lines if line not in awaited]
    appeared, on_time = int(punctuality["published"]), int(punctuality["on_time"])
    summary = words("calendar.punctuality", published=numbered(appeared, language), on_time=numbered(on_time, language))
    page = templates().get_template("calendar.html").render(
        w=words, profile=profile, language=language,
        languages=languages_of(profile),
        title=f"{words['calendar.title']}: {profile.identity.names[language]}", page="index.html",
        office=profile.identity.office[language], notice=profile.identity.notice[language],
        awaited=[_row(profile, line, "awaited", words) for line in awaited],
        past=[_row(profile, line, standing_of(line, lines, written), words) for line in reversed(past)],
        zone=words("calendar.zone", zone=_zone(profile, written, language)),
        punctuality=summary if appeared else "",
        as_of=words("calendar.as_of", date=long_date(_local(written, profile).date(), language)),
    )  # fmt: skip
    return page.encode()


def standing_of(line: CalendarLine, lines: Sequence[CalendarLine], written: datetime) -> Standing:
    """Whether a release appeared, is awaited or late as of an instant, or was overtaken by the next one of its kind."""
    if line.published is not None:
        return "published"
    if line.announced >= written:
        return "awaited"
    overtaken = any(one.release == line.release and line.announced < one.announced <= written for one in lines)
    return "missed" if overtaken else "late"


def _row(profile: Profile, line: CalendarLine, standing: Standing, words: Words) -> _Row:
    language = words.language
    local = _local(line.announced, profile)
    return _Row(
        title=title_of(profile, line.release, line.period, words),
        iso=local.isoformat(timespec="minutes"),
        day=long_date(local.date(), language),
        hour=format_time(local, "HH:mm", locale=locale(language)),
        address=f"../../{line.period}/latest/{language}/index.html" if line.public else "",
        appeared=_appeared(line, standing, profile, words),
    )


def _appeared(line: CalendarLine, standing: Standing, profile: Profile, words: Words) -> str:
    if line.published is None:
        return words["calendar.missed" if standing == "missed" else "calendar.not_yet"]
    if abs(line.published - line.announced) < _ON_TIME:
        return words["calendar.on_time"]
    local = _local(line.published, profile)
    hour = format_time(local, "HH:mm", locale=locale(words.language))
    return words("calendar.appeared", date=long_date(local.date(), words.language), hour=hour)


def _icalendar(profile: Profile, lines: Sequence[CalendarLine], words: Words) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Qonys//Release calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{words['calendar.title']}: {profile.identity.names[words.language]}")
    for line in lines:
        event = Event()
        event.add("uid", f"{profile.id}-{line.release}-{line.period}@qonys.example")
        # Whoever asks again takes an entry as changed when its stamp moved: it moves with what the entry says.
        event.add("dtstamp", max(line.announced, line.published or line.announced).astimezone(UTC))
        event.add("dtstart", line.announced.astimezone(UTC))
        event.add("summary", title_of(profile, line.release, line.period, words))
        event.add("description", profile.identity.notice[words.language])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _atom(profile: Profile, lines: Sequence[CalendarLine], words: Words) -> bytes:
    """What was published, the newest first."""
    language = words.language
    done = [line for line in reversed(lines) if line.published is not None]
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _child(feed, "id", f"urn:qonys:{profile.id}:calendar:{language}")
    _child(feed, "title", f"{words['calendar.title']}: {profile.identity.names[language]}")
    latest = max((line.published for line in done if line.published), default=datetime(1970, 1, 1, tzinfo=UTC))
    _child(feed, "updated", latest.astimezone(UTC).isoformat())
    _child(_child(feed, "author"), "name", profile.identity.office[language])
    _child(feed, "link", rel="self", href=f"{language}.xml")
    for line in done:
        entry = _child(feed, "entry")
        _child(entry, "id", f"urn:qonys:{profile.id}:{line.release}:{line.period}:{language}")
        _child(entry, "title", title_of(profile, line.release, line.period, words))
        _child(entry, "updated", (line.published or line.announced).astimezone(UTC).isoformat())
        _child(entry, "link", rel="alternate", href=f"../{line.period}/latest/{language}/index.html")
        _child(entry, "summary", profile.identity.notice[language])
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _child(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    if text:
        child.text = text
    return child


def _json(
    profile: Profile, lines: Sequence[CalendarLine], punctuality: Mapping[str, float | int], written: datetime
) -> bytes:
    content = {
        "profile": profile.id,
        "time_zone": profile.publication.time_zone,
        "as_of": written.astimezone(UTC).isoformat(timespec="seconds"),
        "punctuality": dict(punctuality),
        "releases": [_json_line(profile, line, standing_of(line, lines, written)) for line in lines],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2)


def _json_line(profile: Profile, line: CalendarLine, standing: Standing) -> dict[str, Any]:
    return {
        "release": line.release,
        "period": line.period,
        "title": {
            language: title_of(profile, line.release, line.period, words_of(profile, language))
            for language in profile.languages
        },
        "announced": line.announced.isoformat(),
        "standing": standing,
        "published": line.published.astimezone(UTC).isoformat(timespec="seconds") if line.published else None,
        "delay_seconds": round((line.published - line.announced).total_seconds()) if line.published else None,
        "address": f"../{line.period}/latest/" if line.public else None,
    }


def _zone(profile: Profile, written: datetime, language: str) -> str:
    """The time zone by its country and its distance from UTC: ``Kazakhstan, UTC+5``."""
    offset = _local(written, profile).utcoffset() or timedelta()
    if not offset:
        return "UTC"
    hours, minutes = divmod(round(abs(offset).total_seconds()) // 60, 60)
    distance = f"UTC{MINUS if offset < timedelta() else '+'}{hours}" + (f":{minutes:02}" if minutes else "")
    return f"{profile.identity.names[language]}, {distance}"


def _local(instant: datetime, profile: Profile) -> datetime:
    return instant.astimezone(profile.publication.zone)
