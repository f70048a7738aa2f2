"""Confronts publication.yaml with what zones, hours and days there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qonys.country.profile import Profile

_WHERE = "publication.yaml"


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
    try:
        time.fromisoformat(plan.hour)
    except ValueError:
        yield _WHERE, f"“{plan.hour}” is no hour.", 'Write it as "10:00".'
