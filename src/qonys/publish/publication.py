"""Publishes a built release: checks that it is whole, copies it, and moves the pointer. No reader sees half of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from qonys.concepts.text import Text
from qonys.errors import OperatorError, told_if_disk_full
from qonys.publish.signing import SigningKey, needed_signature
from qonys.published.bundles import RELEASE_FILE, PeriodStatus, PublishedFolder, ReleaseFile, VintageStatus


class Publication(msgspec.Struct, frozen=True):
    """A release that is public."""

    profile: str
    period: str
    vintage: str
    folder: str
    languages: tuple[str, ...]


class Replacement(msgspec.Struct, frozen=True):
    """How a vintage takes the place of the one before it.

    Args:
        instant: when.
        state: what becomes of the one before.
        notice: what readers of the one before are told, by language.
        latest: how the link to the new one is worded, by language.
        tells: the new vintage has no figures: it tells of a withdrawal.
    """

    instant: datetime | None = None
    state: Literal["superseded", "withdrawn"] = "superseded"
    notice: Text = {}
    latest: Text = {}
    tells: bool = False


def publish_bundle(
    bundle: Path,
    public: PublishedFolder,
    how: Replacement = Replacement(),  # noqa: B008 it is frozen
    key: SigningKey | None = None,
) -> Publication:
    """Make a built release the current one of its period. Whoever calls holds `PublishedFolder.publishing`.

    Raises:
        OperatorError: the release is not whole: a file is missing or was changed after it was built; or it
            says that it is signed, and the key is not given.
        DiskFullError: there is no room; what was public is so still.
    """
    release = whole_release(bundle)
    facts = release.facts
    before = public.status(facts.profile, facts.period) or PeriodStatus("")
    signature = needed_signature(release.public_key, key, (bundle / RELEASE_FILE).read_bytes())
    with told_if_disk_full(str(public.folder)):
        folder = public.add(bundle, release, signature)
        public.point_to(release, _status(before, facts.vintage, how))
    return Publication(facts.profile, facts.period, facts.vintage, str(folder), tuple(release.titles))


def whole_release(bundle: Path) -> ReleaseFile:
    """What a built release says of itself, once every file of it was found to be as it was built.

    Raises:
        OperatorError: a file is missing or was changed.
    """
    release = _description(bundle / RELEASE_FILE)
    for name, wanted in release.files.items():
        path = bundle / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != wanted:
            raise OperatorError(
                "The file is not as it was built.", where=str(path), next_step="Build the release again, then publish."
            )
    return release


def _status(before: PeriodStatus, vintage: str, how: Replacement) -> PeriodStatus:
    if before.current == vintage:
        return before
    instant = how.instant.astimezone(UTC).isoformat(timespec="seconds") if how.instant else ""
    known = before.of(vintage)
    new = VintageStatus(vintage, "notice" if how.tells else "published", known.published if known else instant)
    others = [_left(one, before.current, how) for one in before.vintages if one.vintage != vintage]
    return PeriodStatus(vintage, (*others, new), how.latest or before.latest)


def _left(one: VintageStatus, current: str, how: Replacement) -> VintageStatus:
    """What becomes of a vintage that is there already: of the current one, what is said; the others stay."""
    if one.vintage != current:
        return one
    state = "superseded" if one.state == "notice" else how.state
    return VintageStatus(one.vintage, state, one.published, how.notice)


def _description(path: Path) -> ReleaseFile:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ReleaseFile)
    except (FileNotFoundError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise OperatorError(
            "The release does not say what it is.", where=str(path), next_step="Build the release again, then publish."
        ) from error
