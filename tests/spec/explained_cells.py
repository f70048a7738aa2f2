"""Every published cell of a release, explained."""

from __future__ import annotations

from collections.abc import Iterator

from qonys.concepts.period import Period
from qonys.datasets.explanation import Explanation, Waterfall
from qonys.production.explained_release import PublishedTable
from qonys.production.explaining import ExplainedRelease, ExplainedTable
from qonys.production.office import Office


def explained_tables(office: Office, period: Period) -> Iterator[ExplainedTable]:
    """The counted tables; an analysis is computed from one of them."""
    release = ExplainedRelease.of(office, period)
    for name in (name for name in release.files.tables() if name in office.profile.tables):
        yield release.table(release.files.table(name, release.files.languages[0]))


def every_explanation(table: ExplainedTable) -> Iterator[Explanation]:
    for key in table.published.observations:
        yield table.explanation(dict(zip(table.published.labels, key, strict=True)))


def fail_unless_it_sums(waterfall: Waterfall) -> None:
    """Each step is the one before it and its changes, computed here once more."""
    before = waterfall.steps[0].count
    for step in waterfall.steps[1:]:
        before += sum(change.count for change in step.changes)
        assert abs(step.count - before) < 1e-6, (waterfall.side, step)
        assert step.count >= -1e-6
        assert all(change.reason and change.count for change in step.changes)


def rounding(table: PublishedTable, measure: str) -> float:
    """By how much a value differs at most that is only rounded to be shown."""
    return 0.5 * 10.0 ** -int(table.content["measures"][measure]["decimals"]) + 1e-9
