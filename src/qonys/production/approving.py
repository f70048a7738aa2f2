"""What is done with a build before it is public: check it, approve it, set its hour; and where every build stands."""

from __future__ import annotations

from datetime import datetime

import msgspec

from qonys.concepts.period import Period
from qonys.errors import OperatorError
from qonys.production.built_releases import Built, built_release, built_releases
from qonys.production.candidates import (
    announced_instant,
    candidate_of,
    where_it_stands,
    written_down,
)
from qonys.production.examining import Examination, examine
from qonys.production.office import Office
from qonys.publish.lifecycle import (
    Stage,
    fail_if_clock_went_back,
    fail_if_not_approved,
    fail_if_not_to_be_approved,
)
from qonys.published.sources import FolderSource


class ReleaseStanding(msgspec.Struct, frozen=True):
    """Where one build stands.

    Args:
        period: its period.
        vintage: its vintage.
        stage: its state.
        operator: who brought it there; who built it, for a draft.
        instant: when.
        due: instant at which it is due: announced, or scheduled.
        builder: who built it.
    """

    period: str
    vintage: str
    stage: Stage
    operator: str
    instant: datetime | None
    due: datetime
    builder: str


def standings(office: Office) -> tuple[ReleaseStanding, ...]:
    """Every build of the workspace, by period, the latest build last."""
    return tuple(_told(office, built) for built in built_releases(office))


def check_build(office: Office, period: Period) -> Examination:
    """Check the latest build of a period as a reader would; that it held is written down.

    Raises:
        OperatorError: nothing was built.
    """
    built = built_release(office, period)
    found = examine(FolderSource(built.bundle), draft=True)
    if found.holds:
        written_down(office, "check", candidate_of(built), note=f"{found.files} files, {found.sums} sums")
    return found


def approve(office: Office, period: Period, note: str = "") -> ReleaseStanding:
    """Approve the latest build of a period.

    Raises:
        OperatorError: it was not checked; or whoever approves built it, and the workspace asks for somebody else.
    """
    built, log = built_release(office, period), office.store.lifecycle
    candidate, entries = candidate_of(built), log.entries()
    fail_if_clock_went_back(entries, office.instant)
    fail_if_not_to_be_approved(candidate, entries, office.operator, office.workspace.approval)
    written_down(office, "approve", candidate, note=note)
    return _told(office, built)


def schedule(office: Office, period: Period, at: datetime | None = None) -> ReleaseStanding:
    """Set the instant at which the latest build of a period is published: the announced one, or a later one.

    Raises:
        OperatorError: it is not approved; or the instant has passed, or is before the announced one.
    """
    built = built_release(office, period)
    candidate, entries, announced = (
        candidate_of(built),
        office.store.lifecycle.entries(),
        announced_instant(office, built),
    )
    fail_if_clock_went_back(entries, office.instant)
    fail_if_not_approved(candidate, entries, office.workspace.approval)
    due = announced if at is None else at if at.tzinfo else at.replace(tzinfo=announced.tzinfo)
    if due < announced:
        raise OperatorError(
            f"{due.isoformat()} is before the instant that the calendar announced, {announced.isoformat()}.",
            where=f"release {period}",
            next_step="Name a later one; or change calendar.yaml and build again.",
        )
    if due <= office.instant:
        raise OperatorError(
            f"{due.isoformat()} has passed.", where=f"release {period}",
            next_step=f"Publish it now with `qonys release publish {period}`, or name a later instant with --at.",
        )  # fmt: skip
    written_down(office, "schedule", candidate, due=due)
    return _told(office, built)


def unschedule(office: Office, period: Period) -> ReleaseStanding:
    """Take the hour of the latest build of a period back.

    Raises:
        OperatorError: it has none.
    """
    built = built_release(office, period)
    if where_it_stands(office, built).stage != "scheduled":
        raise OperatorError("The release is not scheduled.", where=f"release {period}")
    written_down(office, "unschedule", candidate_of(built))
    return _told(office, built)


def _told(office: Office, built: Built) -> ReleaseStanding:
    stands, record = where_it_stands(office, built), built.record
    draft = stands.stage == "draft"
    return ReleaseStanding(
        record.essence.period, record.vintage, stands.stage,
        record.operator if draft else stands.operator, record.built if draft else stands.instant,
        stands.due or announced_instant(office, built), record.operator,
    )  # fmt: skip
