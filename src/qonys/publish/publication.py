"""Publishes a built release: checks that it is whole, copies it, and moves the pointer. No reader sees half of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from qonys.errors import OperatorError
from qonys.published.bundles import RELEASE_FILE, PublishedFolder, ReleaseFile


class Publication(msgspec.Struct, frozen=True):
    """A release that is public."""

    profile: str
    period: str
    vintage: str
    folder: str
    languages: tuple[str, ...]


def publish_bundle(bundle: Path, public: PublishedFolder) -> Publication:
    """Make a built release the current one of its period.

    Raises:
        OperatorError: the release is not whole: a file is missing or was changed after it was built.
    """
    release = _description(bundle / RELEASE_FILE)
    _fail_if_not_as_built(bundle, release)
    folder = public.add(bundle, release)
    public.point_to(release)
    facts = release.facts
    return Publication(facts.profile, facts.period, facts.vintage, str(folder), tuple(release.titles))


def _description(path: Path) -> ReleaseFile:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ReleaseFile)
    except (FileNotFoundError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise OperatorError(
            "The release does not say what it is.", where=str(path), next_step="Build the release again, then publish."
        ) from error


def _fail_if_not_as_built(bundle: Path, release: ReleaseFile) -> None:
    for name, wanted in release.files.items():
        path = bundle / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != wanted:
            raise OperatorError(
                "The file is not as it was built.", where=str(path), next_step="Build the release again, then publish."
            )
