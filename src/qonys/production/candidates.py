"""A build on its way to the public: where it stands by the log, when it is due, and what is written down of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from qonys.concepts.text import Text
from qonys.errors import OperatorError
from qonys.production.built_releases import Built
from qonys.production.office import Office
from qonys.publish.lifecycle import Candidate, Standing, standing
from qonys.store.lifecycle import LifecycleAct, LifecycleEntry


def candidate_of(built: Built) -> Candidate:
    """The build by what tells it from every other one."""
    record = built.record
    manifest = hashlib.sha256(msgspec.json.encode(record.manifest, order="sorted")).hexdigest()
    return Candidate(record.essence.period, record.vintage, manifest, record.operator)


def announced_instant(office: Office, built: Built) -> datetime:
    """The instant that the calendar announced for a build, in the time zone of the profile."""
    return office.profile.publication.instant(date.fromisoformat(built.record.essence.published))


def due_instant(office: Office, built: Built, entries: Sequence[LifecycleEntry]) -> datetime:
    """The instant before which a build is not published: the announced one, or a later one for which it is scheduled."""
    announced, stands = announced_instant(office, built), standing(candidate_of(built), entries)
    return max(announced, stands.due.astimezone(announced.tzinfo)) if stands.due else announced


def where_it_stands(office: Office, built: Built) -> Standing:
    """Where a build stands."""
    return standing(candidate_of(built), office.store.lifecycle.entries())


def written_down(
    office: Office, act: LifecycleAct, candidate: Candidate, *, instant: datetime | None = None,
    due: datetime | None = None, note: str = "", notice: Text | None = None, replaces: str = "",
) -> LifecycleEntry:  # fmt: skip
    """Write an entry of the log about a build."""
    entry = LifecycleEntry(
        act, candidate.period, candidate.vintage, office.operator, instant or office.instant, candidate.manifest, due, note,
        notice or {}, replaces, office.code_version,
    )  # fmt: skip
    return office.store.lifecycle.append(entry)


def fail_if_not_in_every_language(notice: Text, languages: Sequence[str]) -> None:
    """Readers of every language must be told.

    Raises:
        OperatorError: a language is missing, or one is not of the profile.
    """
    missing = [language for language in languages if not notice.get(language, "").strip()]
    unknown = [language for language in notice if language not in languages]
    if missing or unknown:
        raise OperatorError(
            f"The notice is missing in {', '.join(missing)}."
            if missing
            else f"The profile has no {', '.join(unknown)}.",
            where="--notice",
            next_step="Write what readers shall be told in each language: "
            + " ".join(f'--notice.{language} "…"' for language in languages),
        )
