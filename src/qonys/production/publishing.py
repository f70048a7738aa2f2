"""The step *publish*: an approved build becomes public at its hour; with a notice where it corrects what was public.

Laws: one publishes at a time; what others published meanwhile is not overwritten unseen; the pointer moves first and the
log follows, and a run that was cut off between the two is finished by the next one.
"""

from __future__ import annotations

from datetime import datetime

from qonys.concepts.period import Period
from qonys.concepts.text import Text
from qonys.datasets.outcome import Outcome
from qonys.disseminate.vintage_notices import latest_link, replaced_notice
from qonys.errors import OperatorError, told_if_disk_full
from qonys.production.announcing import publish_calendar
from qonys.production.built_releases import Built, built_release
from qonys.production.candidates import (
    candidate_of,
    due_instant,
    fail_if_not_in_every_language,
    where_it_stands,
    written_down,
)
from qonys.production.office import Office
from qonys.publish.lifecycle import fail_if_clock_went_back, fail_if_embargoed, fail_if_not_approved
from qonys.publish.publication import Publication, Replacement, publish_bundle
from qonys.published.bundles import PeriodStatus, PublishedFolder


def publish(office: Office, period: Period | None = None) -> Outcome[Publication]:
    """Publish the release of a period that was built last; of the period built last where none is named.

    Args:
        office: the office at work.
        period: the period.

    Raises:
        OperatorError: nothing was built, or the build is not whole, not approved, or under embargo; or somebody else
            publishes, or did meanwhile; or the clock went back.
    """
    return Outcome(published(office, built_release(office, period), office.instant))


def correct(office: Office, period: Period, notice: Text) -> Outcome[Publication]:
    """Publish the latest build of a period in the place of what is public, and tell readers why.

    Args:
        office: the office at work.
        period: the period.
        notice: what was wrong, in every language of the profile.

    Raises:
        OperatorError: as `publish`; or nothing is public that could be corrected, or a language is missing.
    """
    fail_if_not_in_every_language(notice, office.profile.languages)
    built = built_release(office, period)
    current = PublishedFolder(office.workspace.published).current_vintage(office.profile.id, str(period))
    if current in (None, built.record.vintage):
        raise OperatorError(
            "Nothing else is public that this build could correct.",
            where=f"release {period}, vintage {built.record.vintage}",
            next_step=f"Put right what was wrong, run `qonys release build {period}`, then correct.",
        )
    return Outcome(published(office, built, office.instant, notice))


def published(office: Office, built: Built, instant: datetime, reason: Text | None = None) -> Publication:
    """Publish one build. See `publish` for what may stand against it."""
    public, candidate = PublishedFolder(office.workspace.published), candidate_of(built)
    seen, entries = public.status(office.profile.id, candidate.period), office.store.lifecycle.entries()
    fail_if_clock_went_back(entries, instant)
    fail_if_not_approved(candidate, entries, office.workspace.approval)
    fail_if_embargoed(candidate, due_instant(office, built, entries), instant)
    with public.publishing():
        _fail_if_others_published(public, office.profile.id, candidate.period, seen)
        done = publish_bundle(built.bundle, public, _replacement(office, instant, reason), office.signing)
        if where_it_stands(office, built).stage != "published":
            written_down(
                office, "publish", candidate, instant=instant, due=due_instant(office, built, entries),
                note="" if office.workspace.approval != "off" else "without approval: it is off in qonys.toml",
                notice=reason, replaces=seen.current if seen and seen.current != candidate.vintage else "",
            )  # fmt: skip
        with told_if_disk_full(str(public.folder)):
            publish_calendar(office, instant)
    return done


def _replacement(office: Office, instant: datetime, reason: Text | None) -> Replacement:
    profile = office.profile
    day = instant.astimezone(profile.publication.zone).date()
    notice = replaced_notice(profile, "corrected" if reason else "superseded", day, reason or {})
    return Replacement(instant, "superseded", notice, latest_link(profile))


def _fail_if_others_published(public: PublishedFolder, profile: str, period: str, seen: PeriodStatus | None) -> None:
    now = public.status(profile, period)
    if now != seen:
        raise OperatorError(
            f"Somebody else published {period} meanwhile: the current vintage is {now.current if now else 'none'}.",
            where=str(public.folder),
            next_step="Look at it; run the command again if yours shall take its place.",
        )
