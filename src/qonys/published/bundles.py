"""The published folder: ``<profile>/<period>/<vintage>/`` for good, ``<profile>/<period>/current.json`` points to one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import msgspec

from qonys.concepts.text import Text
from qonys.datasets.identities import Identities
from qonys.datasets.output import ReleaseFacts
from qonys.errors import OperatorError

RELEASE_FILE = "release.json"
_POINTER = "current.json"


class ReleaseFile(msgspec.Struct, frozen=True):
    """release.json: the facts of a release, its title by language, the hash of each other file, what adds up in it."""

    facts: ReleaseFacts
    titles: Text
    files: dict[str, str]
    identities: Identities = Identities()


class _Pointer(msgspec.Struct, frozen=True):
    vintage: str


class PublishedFolder:
    """What the public may see; whoever serves it needs nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, bundle: Path, release: ReleaseFile) -> Path:
        """Copy a release in, the files that it lists and no other; it appears at once and whole.

        A vintage that is there already stays as it is.
        """
        facts = release.facts
        target = self.folder / facts.profile / facts.period / facts.vintage
        if target.is_dir():
            return target
        beside = target.with_name(f".{facts.vintage}.{os.getpid()}")
        shutil.rmtree(beside, ignore_errors=True)
        for name in (RELEASE_FILE, *release.files):
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(bundle / name, beside / name)
        beside.replace(target)
        return target

    def point_to(self, release: ReleaseFile) -> None:
        """Make a vintage the current one of its period, atomically."""
        facts = release.facts
        pointer = self.folder / facts.profile / facts.period / _POINTER
        beside = pointer.with_name(f".{_POINTER}.{os.getpid()}")
        beside.write_bytes(msgspec.json.encode(_Pointer(facts.vintage)))
        beside.replace(pointer)

    def current(self) -> tuple[ReleaseFile, ...]:
        """The current release of every profile and period, the newest period of a profile first."""
        found = [self._release(pointer) for pointer in sorted(self.folder.glob(f"*/*/{_POINTER}"), reverse=True)]
        return tuple(sorted(found, key=lambda release: release.facts.profile))

    def current_vintage(self, profile: str, period: str) -> str | None:
        """The vintage to which the pointer of a period leads; None where nothing is published."""
        pointer = self.file(f"{profile}/{period}/{_POINTER}")
        return msgspec.json.decode(pointer.read_bytes(), type=_Pointer).vintage if pointer else None

    def observations(self, release: ReleaseFile, table: str) -> list[dict[str, Any]]:
        """The observations of a table of a release, of its JSON file in any language, as all say the same; none: []."""
        facts = release.facts
        for name in release.files:
            if name.endswith(".json") and f"-{table}-" in name:
                path = self.file(f"{facts.profile}/{facts.period}/{facts.vintage}/{name}")
                content = msgspec.json.decode(path.read_bytes()) if path else {}
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

    def _release(self, pointer: Path) -> ReleaseFile:
        vintage = msgspec.json.decode(pointer.read_bytes(), type=_Pointer).vintage
        path = pointer.parent / vintage / RELEASE_FILE
        try:
            return msgspec.json.decode(path.read_bytes(), type=ReleaseFile)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise OperatorError(
                "The published release cannot be read.", where=str(path), next_step="Publish it again."
            ) from error
