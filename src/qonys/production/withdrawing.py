"""Withdraws a release: a vintage without figures takes its place and tells why; its files stay where they were."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.text import Text
from qonys.datasets.output import ReleaseFacts
from qonys.disseminate.vintage_notices import latest_link, replaced_notice, withdrawal_bundle
from qonys.errors import OperatorError
from qonys.production.candidates import fail_if_not_in_every_language, written_down
from qonys.production.office import Office
from qonys.publish.lifecycle import Candidate, fail_if_clock_went_back
from qonys.publish.manifest import manifest_file
from qonys.publish.publication import Publication, Replacement, publish_bundle, whole_release
from qonys.published.bundles import RELEASE_FILE, PublishedFolder, ReleaseFile
from qonys.store.release_record import VINTAGE_DIGITS


def withdraw(office: Office, period: Period, notice: Text) -> Publication:
    """Withdraw what is public of a period.

    Args:
        office: the office at work.
        period: the period.
        notice: why, in every language of the profile.

    Raises:
        OperatorError: nothing of the period is public, or it is withdrawn already; a language is missing; or somebody
            else publishes now.
    """
    profile, public = office.profile, PublishedFolder(office.workspace.published)
    fail_if_not_in_every_language(notice, profile.languages)
    fail_if_clock_went_back(office.store.lifecycle.entries(), office.instant)
    with public.publishing():
        release = _current(public, profile.id, str(period))
        day = office.instant.astimezone(profile.publication.zone).date()
        said = replaced_notice(profile, "withdrawn", day, notice)
        titles, pages = withdrawal_bundle(profile, release.titles, said)
        facts = msgspec.structs.replace(release.facts, vintage=_vintage(release.facts, said))
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in pages.items()}
        how = Replacement(office.instant, "withdrawn", said, latest_link(profile), tells=True)
        with tempfile.TemporaryDirectory(prefix="qonys-withdraw-") as folder:
            for name, content in {
                **pages,
                RELEASE_FILE: manifest_file(facts, titles, hashes, signer=office.signer),
            }.items():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / name).write_bytes(content)
            done = publish_bundle(Path(folder), public, how, office.signing)
        withdrawn = Candidate(str(period), release.facts.vintage, "", "")
        written_down(office, "withdraw", withdrawn, note=f"notice {facts.vintage}", notice=notice)
    return done


def _current(public: PublishedFolder, profile: str, period: str) -> ReleaseFile:
    status = public.status(profile, period)
    known = status.of(status.current) if status else None
    if status is None or known is None:
        raise OperatorError(f"Nothing of {period} is public.", where=str(public.folder))
    if known.state == "notice":
        raise OperatorError(f"The release of {period} is withdrawn already.", where=str(public.folder))
    return whole_release(public.folder / profile / period / status.current)


def _vintage(facts: ReleaseFacts, notice: Text) -> str:
    told = msgspec.json.encode({"withdraws": facts.vintage, "notice": notice}, order="sorted")
    return hashlib.sha256(told).hexdigest()[:VINTAGE_DIGITS]
