"""The published folder: ``<profile>/<period>/<vintage>/`` for good, and one file a period that says which one counts.

Laws: the files of a vintage never change; ``status.json`` is the one mutable file of a period, and it is replaced at
once: with it the pointer moves and every earlier vintage learns what became of it. ``latest/`` repeats it for hosts that
serve files only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from qonys.concepts.text import Text
from qonys.datasets.identities import Identities
from qonys.datasets.output import ReleaseFacts
from qonys.errors import OperatorError, told_if_damaged
from qonys.published.signatures import SIGNATURE_FILE

RELEASE_FILE = "release.json"
STATUS_FILE = "status.json"
LATEST = "latest"
CALENDAR = "calendar"
_LOCK = ".publishing"

Read = TypeVar("Read")

VintageState: TypeAlias = Literal["published", "superseded", "withdrawn", "notice"]
"""``notice`` is the vintage that tells of a withdrawal, and has no figures."""


class ReleaseFile(msgspec.Struct, frozen=True):
    """release.json: the facts of a release, its title by language, the hash of each other file, what adds up in it,
    and where it is signed the public key and its fingerprint.
    """

    facts: ReleaseFacts
    titles: Text
    files: dict[str, str]
    identities: Identities = Identities()
    signed_by: str = ""
    public_key: str = ""


class VintageStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a vintage.

    Args:
        vintage: the vintage.
        state: where it stands.
        published: ISO instant at which it appeared.
        notice: what its readers are told, by language; empty for the current one.
    """

    vintage: str
    state: VintageState
    published: str = ""
    notice: Text = {}


class PeriodStatus(msgspec.Struct, frozen=True):
    """status.json: which vintage of a period counts, and what became of the others.

    Args:
        current: the vintage that counts.
        vintages: every vintage that was ever published, the first one first.
        latest: how the link to the current one is worded, by language.
    """

    current: str
    vintages: tuple[VintageStatus, ...] = ()
    latest: Text = {}

    def of(self, vintage: str) -> VintageStatus | None:
        """What became of a vintage; None where it was never published."""
        return next((one for one in self.vintages if one.vintage == vintage), None)


class PublishedFolder:
    """What the public may see; whoever serves it needs nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """One publishes at a time; a second one is refused. A process that dies lets go.

        Raises:
            OperatorError: somebody else publishes into this folder now.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OperatorError(
                    "Somebody else publishes into this folder now.",
                    where=str(self.folder),
                    next_step="Look what is public when they have finished, then run the command again if it is needed.",
                ) from None
            _remove_leftovers(self.folder)
            yield

    def add(self, bundle: Path, release: ReleaseFile, signature: bytes | None = None) -> Path:
        """Copy a release in, the files that it lists and no other, with its signature; it appears at once and whole.

        A vintage that is there already stays as it is.
        """
        facts = release.facts
        target = self.folder / facts.profile / facts.period / facts.vintage
        if target.is_dir():
            return target
        beside = target.with_name(f".{facts.vintage}.{os.getpid()}")
        try:
            for name in (RELEASE_FILE, *release.files):
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(bundle / name, beside / name)
            if signature is not None:
                (beside / SIGNATURE_FILE).write_bytes(signature)
            beside.replace(target)
        except OSError:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return target

    def point_to(self, release: ReleaseFile, status: PeriodStatus) -> None:
        """Make the current vintage of a status the one that counts, atomically; then renew ``latest/``."""
        facts = release.facts
        folder = self.folder / facts.profile / facts.period
        _replaced(folder / STATUS_FILE, msgspec.json.format(msgspec.json.encode(status), indent=2))
        for language, title in {"": next(iter(release.titles.values())), **release.titles}.items():
            page = folder / LATEST / language / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            _replaced(page, _leading_page(language or next(iter(release.titles)), title, facts.vintage, language))

    def replace_calendar(self, profile: str, files: Mapping[str, bytes]) -> Path:
        """Renew the files of a profile's release calendar, each at once; its folder."""
        folder = self.folder / profile / CALENDAR
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not (path.is_file() and path.read_bytes() == content):
                _replaced(path, content)
        return folder

    def status(self, profile: str, period: str) -> PeriodStatus | None:
        """What became of the vintages of a period; None where nothing is published.

        Raises:
            OperatorError: the file that tells it, or any other that is published, cannot be read.
        """
        file = self.file(f"{profile}/{period}/{STATUS_FILE}")
        return _decoded(file, PeriodStatus) if file else None

    def current(self) -> tuple[ReleaseFile, ...]:
        """The current release of every profile and period, the newest period of a profile first."""
        found = [self._release(status) for status in sorted(self.folder.glob(f"*/*/{STATUS_FILE}"), reverse=True)]
        return tuple(sorted(found, key=lambda release: release.facts.profile))

    def current_vintage(self, profile: str, period: str) -> str | None:
        """The vintage of a period that counts; None where nothing is published."""
        status = self.status(profile, period)
        return status.current if status else None

    def vintage_with_figures(self, profile: str, period: str) -> str | None:
        """The vintage of a period that counts; where it tells of a withdrawal, the one that was withdrawn."""
        status = self.status(profile, period)
        shown = [one for one in status.vintages if one.state == "withdrawn"] if status else []
        told = status is not None and any(
            one.vintage == status.current and one.state == "notice" for one in status.vintages
        )
        return shown[-1].vintage if told and shown else self.current_vintage(profile, period)

    def release(self, profile: str, period: str, vintage: str) -> ReleaseFile | None:
        """A published vintage of a period, the current one or an earlier; None where it is not there."""
        path = self.file(f"{profile}/{period}/{vintage}/{RELEASE_FILE}")
        return _decoded(path, ReleaseFile) if path else None

    def observations(self, release: ReleaseFile, table: str) -> list[dict[str, Any]]:
        """The observations of a table of a release, of its JSON file in any language, as all say the same; none: []."""
        facts = release.facts
        for name in release.files:
            if name.endswith(".json") and f"-{table}-" in name:
                path = self.file(f"{facts.profile}/{facts.period}/{facts.vintage}/{name}")
                content = _decoded(path, dict[str, Any]) if path else {}
                if content.get("id") == table:
                    return list(content["observations"])
        return []

    def file(self, path: str) -> Path | None:
        """A published file by its address; None where there is none, and for whatever lies outside of the folder."""
        try:
            wanted = (self.folder / path.lstrip("/")).resolve()
            inside = wanted.is_relative_to(self.folder.resolve())
            hidden = any(part.startswith(".") for part in Path(path).parts)
            return wanted if inside and not hidden and wanted.is_file() else None
        except (OSError, ValueError):  # no name of a file: too long, or with a character that none has
            return None

    def _release(self, status: Path) -> ReleaseFile:
        return _decoded(status.parent / _decoded(status, PeriodStatus).current / RELEASE_FILE, ReleaseFile)


def _decoded(path: Path, kind: type[Read]) -> Read:
    with told_if_damaged("A published file", path, "Restore it from a backup of the published folder."):
        return msgspec.json.decode(path.read_bytes(), type=kind)


def _replaced(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _remove_leftovers(folder: Path) -> None:
    """What interrupted publications left: hidden files and folders that end with the number of a process."""
    for place in ("*/*", f"*/*/{LATEST}", f"*/*/{LATEST}/*", f"*/{CALENDAR}/*"):
        for path in folder.glob(f"{place}/.*.[0-9]*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _leading_page(language: str, title: str, vintage: str, folder: str) -> bytes:
    """A page that leads to the current vintage, for hosts that serve files only; in a folder of a language or above."""
    address = f"../../{vintage}/{folder}/index.html" if folder else f"../{vintage}/index.html"
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="refresh" content="0; url={address}"></head>'
        f'<body><main><h1><a href="{address}">{escape(title)}</a></h1></main></body></html>'
    ).encode()
