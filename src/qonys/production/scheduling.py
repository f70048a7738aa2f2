"""Waits for the hour of scheduled releases, and publishes each at its instant.

Laws: a release never appears early, whatever the clock of the machine does: its hour must have come by the clock on the
wall and by the time that has passed since the wait began. A jump of the clock is told. What could fail is tried before
the hour; afterwards only files are copied and the pointer is moved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from qonys.concepts.period import Period
from qonys.errors import OperatorError
from qonys.production.built_releases import Built, built_releases
from qonys.production.candidates import candidate_of, due_instant, where_it_stands
from qonys.production.office import Office
from qonys.production.publishing import published
from qonys.publish.lifecycle import fail_if_not_approved
from qonys.publish.publication import Publication, whole_release
from qonys.published.bundles import PublishedFolder

_LOOK = 1.0
"""Seconds after which the log is looked at again."""
_CLOSE = 0.02
"""Seconds of the last naps before the hour."""
_JUMP = timedelta(seconds=2)


class Clock(Protocol):
    """The clocks of the machine, handed in."""

    def wall(self) -> datetime:
        """The instant by the clock on the wall, in UTC."""
        ...

    def steady(self) -> float:
        """Seconds of a clock that nobody sets and that goes on while the machine sleeps."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Waiting:
    """The time as it passes, told by two clocks.

    Args:
        clock: the clocks.
        told: is told of a jump.
    """

    def __init__(self, clock: Clock, told: Callable[[str], None]) -> None:
        self._clock, self._told = clock, told
        self._wall, self._steady = clock.wall(), clock.steady()
        self._drift = timedelta()

    def left_until(self, due: datetime) -> timedelta:
        """How long it is until an instant by that of both clocks which is behind; nothing is left where it has come."""
        wall = self._clock.wall()
        passed = self._wall + timedelta(seconds=self._clock.steady() - self._steady)
        drift = wall - passed
        if abs(drift - self._drift) > _JUMP:
            self._drift = drift
            self._told(
                f"The clock of this machine jumped by {drift.total_seconds():+.0f} seconds since the wait began. Nothing "
                "is published before its hour has come by both; if the clock is right now, begin the wait again."
            )
        return due - min(wall, passed)

    def nap(self, left: timedelta) -> None:
        """Sleep for a part of what is left."""
        self._clock.sleep(min(_LOOK, max(_CLOSE, left.total_seconds() / 2)))


def wait(office: Office, period: Period | None, clock: Clock, told: Callable[[str], None]) -> tuple[Publication, ...]:
    """Publish every scheduled release, or that of a period, each at its instant; ends when none is left.

    Args:
        office: the office at work.
        period: only the release of this period.
        clock: the clocks.
        told: is told what is waited for, and of what is odd.

    Raises:
        OperatorError: nothing is scheduled; or a release that was due could not be published.
    """
    waiting, done = Waiting(clock, told), list[Publication]()
    awaited: Built | None = None
    while (following := _next_scheduled(office, period)) is not None:
        built, due = following
        if awaited is None or awaited.record.vintage != built.record.vintage:
            _try_beforehand(office, built)
            told(f"{built.record.essence.period}, vintage {built.record.vintage}, is due at {due.isoformat()}.")
            awaited = built
        if _hour_has_come(office, waiting, due):
            done.append(_published_once(office, built, clock.wall(), told))
    if not done and awaited is None:
        raise OperatorError(
            "No release is scheduled.",
            next_step="Run `qonys release schedule PERIOD` first: `qonys release list` shows all.",
        )
    return tuple(done)


def _hour_has_come(office: Office, waiting: Waiting, due: datetime) -> bool:
    """Whether an instant came; False where the log was written meanwhile, so that what is next must be asked again."""
    last = office.store.lifecycle.last()
    while (left := waiting.left_until(due)) > timedelta():
        waiting.nap(left)
        if office.store.lifecycle.last() != last:
            return False
    return True


def _next_scheduled(office: Office, period: Period | None) -> tuple[Built, datetime] | None:
    entries = office.store.lifecycle.entries()
    found = [
        (due_instant(office, built, entries), built)
        for built in built_releases(office, period)
        if where_it_stands(office, built).stage == "scheduled"
    ]
    if not found:
        return None
    due, built = min(found, key=lambda one: one[0])
    return built, due


def _try_beforehand(office: Office, built: Built) -> None:
    fail_if_not_approved(candidate_of(built), office.store.lifecycle.entries(), office.workspace.approval)
    whole_release(built.bundle)


def _published_once(office: Office, built: Built, now: datetime, told: Callable[[str], None]) -> Publication:
    """Publish; where somebody else did so at the same instant, that is as good."""
    try:
        return published(office, built, now)
    except OperatorError:
        if not _is_public(office, built):
            raise
        told(f"{built.record.essence.period}, vintage {built.record.vintage}, was published by somebody else.")
        essence = built.record.essence
        folder = office.workspace.published / essence.profile / essence.period / built.record.vintage
        return Publication(essence.profile, essence.period, built.record.vintage, str(folder), office.profile.languages)


def _is_public(office: Office, built: Built) -> bool:
    essence = built.record.essence
    public = PublishedFolder(office.workspace.published)
    return public.current_vintage(essence.profile, essence.period) == built.record.vintage
