"""The release calendar of an office: what is announced, what appeared and how punctually; and its files for the public."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from qonys.disseminate.release_calendar import CalendarLine, calendar_files
from qonys.production.office import Office
from qonys.publish.announcements import Announcement, announcements, punctuality
from qonys.published.bundles import PublishedFolder

_AHEAD = timedelta(days=366)
_BACK = timedelta(days=366)


class ReleaseCalendar(msgspec.Struct, frozen=True):
    """The calendar as of an instant: a year back and a year ahead.

    Args:
        releases: what is announced, in order.
        punctuality: ``published``, ``on_time``, ``mean_delay`` and ``largest_delay`` in seconds.
        folder: where its files lie for the public; empty where none were written.
    """

    releases: tuple[Announcement, ...]
    punctuality: dict[str, float | int]
    folder: str = ""


def release_calendar(office: Office, instant: datetime | None = None) -> ReleaseCalendar:
    """What is announced from a year ago until a year ahead, and what else appeared."""
    profile, log = office.profile, office.store.lifecycle.entries()
    day = (instant or office.instant).astimezone(profile.publication.zone).date()
    found = announcements(profile.publication, profile.calendar, log, day - _BACK, day + _AHEAD)
    earlier = announcements(
        profile.publication, profile.calendar, log, day - 30 * _BACK, day - _BACK - timedelta(days=1)
    )
    known = (*(one for one in earlier if one.published), *found)
    return ReleaseCalendar(known, dict(punctuality(known)))


def publish_calendar(office: Office, instant: datetime | None = None) -> ReleaseCalendar:
    """Write the calendar into the published folder: ``<profile>/calendar/``. Whoever calls publishes alone.

    Raises:
        DiskFullError: there is no room; each file is whole, the new one or the one before.
    """
    found, profile = release_calendar(office, instant), office.profile
    public = PublishedFolder(office.workspace.published)
    lines = [
        CalendarLine(
            one.release, one.period, one.announced, one.published,
            public.current_vintage(profile.id, one.period) is not None,
        )
        for one in found.releases
    ]  # fmt: skip
    files = calendar_files(profile, lines, found.punctuality, instant or office.instant)
    folder = public.replace_calendar(profile.id, files)
    return msgspec.structs.replace(found, folder=str(folder))
