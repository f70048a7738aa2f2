"""The life of a release: draft, checked, approved, scheduled, published, superseded or withdrawn.

Laws: where a release stands follows from the log alone; what was looked at is named by its manifest, so a build that
differs in one byte is a draft again; nothing is published that is not approved where approval is asked for, nor before
its hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

from qonys.errors import OperatorError
from qonys.store.lifecycle import LifecycleEntry

Stage: TypeAlias = Literal["draft", "checked", "approved", "scheduled", "published", "superseded", "withdrawn"]
Approval: TypeAlias = Literal["off", "any", "other"]

_CLOCK_SLACK = timedelta(seconds=60)


class Candidate(msgspec.Struct, frozen=True):
    """A build that is to be published: what it is of, its manifest, and who built it."""

    period: str
    vintage: str
    manifest: str
    builder: str


class Standing(msgspec.Struct, frozen=True):
    """Where a release stands.

    Args:
        stage: its state.
        operator: who brought it there; empty for a draft.
        instant: when.
        due: instant for which it is scheduled.
    """

    stage: Stage
    operator: str = ""
    instant: datetime | None = None
    due: datetime | None = None


def standing(candidate: Candidate, entries: Sequence[LifecycleEntry]) -> Standing:
    """Where a build stands, by the log."""
    found = Standing("draft")
    for entry in entries:
        if entry.period != candidate.period:
            continue
        if entry.vintage == candidate.vintage:
            found = _after(found, entry, candidate)
        elif entry.act == "publish" and found.stage == "published":
            found = Standing("superseded", entry.operator, entry.instant)
    return found


def _after(before: Standing, entry: LifecycleEntry, candidate: Candidate) -> Standing:
    """Where a build stands after an entry about its vintage."""
    if entry.act == "withdraw":
        return Standing("withdrawn", entry.operator, entry.instant)
    if entry.act == "publish":
        return Standing("published", entry.operator, entry.instant)
    if entry.manifest != candidate.manifest or before.stage in ("published", "superseded", "withdrawn"):
        return before
    if entry.act == "check":
        return Standing("checked", entry.operator, entry.instant) if before.stage == "draft" else before
    if entry.act == "schedule":
        return Standing("scheduled", entry.operator, entry.instant, entry.due)
    return Standing("approved", entry.operator, entry.instant)


def fail_if_not_to_be_approved(
    candidate: Candidate, entries: Sequence[LifecycleEntry], operator: str, approval: Approval
) -> None:
    """Somebody wants to approve a build.

    Raises:
        OperatorError: it was not checked, or whoever approves built it, or does not say who they are.
    """
    where = _where(candidate)
    found = standing(candidate, entries).stage
    if found == "draft":
        raise OperatorError(
            "This build was not checked yet.",
            where=where,
            next_step=f"Run `qonys release check {candidate.period}` first; after a new build, again.",
        )
    if found not in ("checked", "approved", "scheduled"):
        raise OperatorError(f"The release is {found} already.", where=where)
    if not operator:
        raise OperatorError("It is not known who approves.", where=where, next_step="Set QONYS_OPERATOR to your name.")
    if approval == "other" and operator == candidate.builder:
        raise OperatorError(
            f"{operator} built this release, so somebody else must approve it.",
            where=where,
            next_step="Let a colleague run `qonys release approve`; who it is stands in QONYS_OPERATOR, else it is the "
            'login name. The rule stands in qonys.toml: approval = "other".',
        )


def fail_if_not_approved(candidate: Candidate, entries: Sequence[LifecycleEntry], approval: Approval) -> None:
    """A build is to be scheduled or published.

    Raises:
        OperatorError: it must be approved and is not, or it was withdrawn.
    """
    found = standing(candidate, entries).stage
    if found == "withdrawn":
        raise OperatorError(
            "This vintage was withdrawn; it does not come back.",
            where=_where(candidate),
            next_step="Put right what was wrong, build again, and publish the new vintage with `qonys release correct`.",
        )
    if approval != "off" and found in ("draft", "checked"):
        raise OperatorError(
            f"This build is not approved: it is {found}.",
            where=_where(candidate),
            next_step=f"Run `qonys release check {candidate.period}` and let it be approved with "
            f"`qonys release approve {candidate.period}`. After a new build both are needed again.",
        )


def fail_if_embargoed(candidate: Candidate, due: datetime, now: datetime) -> None:
    """A build is to be published now.

    Raises:
        OperatorError: its hour has not come.
    """
    if now < due:
        raise OperatorError(
            f"The release is under embargo until {due.isoformat()}; it is {now.astimezone(due.tzinfo).isoformat()} now.",
            where=_where(candidate),
            next_step=f"Run `qonys release wait {candidate.period}`: it publishes at that instant. To look at it before, "
            "open index.html of its bundle in the workspace.",
        )


def fail_if_clock_went_back(entries: Sequence[LifecycleEntry], now: datetime) -> None:
    """The clock of the machine is behind what the log says was done.

    Raises:
        OperatorError: it is; nothing may be dated by it.
    """
    if entries and now < entries[-1].instant - _CLOCK_SLACK:
        raise OperatorError(
            f"The clock says {now.isoformat()}, but the last entry of the log was written at "
            f"{entries[-1].instant.isoformat()}: the clock went back.",
            next_step="Set the clock of this machine, then run the command again. Nothing was published.",
        )


def _where(candidate: Candidate) -> str:
    return f"release {candidate.period}, vintage {candidate.vintage}"
