"""The quality report of a release: what the register and the released tables say of their own quality."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.release import CalendarEntry
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import QualityReport, RegisterCounts, ReleaseDays
from qonys.disseminate.quality_texts import texts_by_concept
from qonys.evaluate.quality.report import ReleaseInput, quality_report
from qonys.process.built_in_rules import every_rule
from qonys.production.office import Office
from qonys.published.bundles import PublishedFolder


def release_quality(
    office: Office,
    entry: CalendarEntry,
    tables: Mapping[str, OutputTable],
    other: Mapping[str, OutputTable],
    utility: Mapping[str, Any],
    register: RegisterCounts,
    *,
    published: date | None = None,
) -> QualityReport:
    """The measures of a release.

    Args:
        office: the office at work.
        entry: dates and data cut-offs of the release.
        tables: the tables as they are published.
        other: those that are compared, at the other data cut-off.
        utility: what protection changed, by table and side.
        register: what was counted in the register as of the last data cut-off.
        published: day on which the period was first published; a release that is built does not know it.
    """
    profile, period = office.profile, Period.parse(entry.period)
    telling = set(profile.protection.sensitive)
    report = quality_report(
        ReleaseInput(
            period=entry.period,
            days=ReleaseDays(period.last_day, _first_results(office, period, entry), entry.published, published),
            register=register,
            threshold=profile.protection.threshold,
            tables=tables,
            other=other,
            designs={name: profile.tables[name] for name in tables},
            utility=utility,
            sensitive=[
                name for name in utility if telling & {*profile.tables[name].dimensions, *profile.tables[name].only}
            ],
            mirror=profile.mirror,
            texts=texts_by_concept(profile, entry),
        )
    )
    told = {code for one in report.measures for name, code in one.of.items() if name in ("rule", "reason")}
    rules = {rule.id: rule.message for rule in every_rule(profile.rules) if rule.id in told}
    return msgspec.structs.replace(report, rules=rules)


def first_published(office: Office, period: Period) -> date | None:
    """The day, in the office's time zone, on which something of a period was first published; None: nothing was."""
    profile = office.profile
    status = PublishedFolder(office.workspace.published).status(profile.id, str(period))
    instants = [one.published for one in status.vintages if one.published] if status else []
    return datetime.fromisoformat(min(instants)).astimezone(profile.publication.zone).date() if instants else None


def _first_results(office: Office, period: Period, entry: CalendarEntry) -> date | None:
    """The first day on which the calendar publishes the last month of a year, where that is before the release of the year."""
    if period.month is not None:
        return None
    last = str(Period(period.year, 12))
    days = [other.published for other in office.profile.calendar if other.period == last]
    return min((day for day in days if day < entry.published), default=None)
