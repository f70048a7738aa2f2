"""When releases appear: the time zone and the hour of an office.

Law: an instant is told with its zone; what a zone was on a day is the zone's own knowledge (IANA), never ours.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec


class PublicationPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """publication.yaml.

    Args:
        time_zone: IANA name of the zone in which the office announces, such as ``Asia/Almaty``.
        hour: hour of publication on the wall of the office, such as ``"10:00"``.
    """

    time_zone: str = "UTC"
    hour: str = "00:00"

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
