"""The log of what became of each release: checked, approved, scheduled, published, corrected, withdrawn; by whom, when.

Laws: an entry is a file of its own that is never changed; entries are numbered without a gap, and each names the hash of
the one before it, so that none can be taken out or changed unseen.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.text import Text
from qonys.errors import OperatorError, told_if_damaged, told_if_disk_full
from qonys.store.disk import write_atomically
from qonys.store.locking import alone_in

_ENTRY = "An entry of the log of releases"
_MEND = "Restore the folder from a backup; nothing is published while its log is broken."
LifecycleAct: TypeAlias = Literal["check", "approve", "schedule", "unschedule", "publish", "withdraw"]


class LifecycleEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was done with a release.

    Args:
        act: what.
        period: period of the release.
        vintage: vintage of the release.
        operator: who did it.
        instant: when, in UTC.
        manifest: hash of the hashes of all its files: what was looked at.
        due: instant for which it is scheduled, or at which it was due.
        note: what is said besides.
        notice: what readers are told, by language.
        replaces: vintage that was the current one before.
        code_version: version of Qonys.
        number: 1, 2, 3 …
        before: SHA-256 of the entry before it.
    """

    act: LifecycleAct
    period: str
    vintage: str
    operator: str
    instant: datetime
    manifest: str = ""
    due: datetime | None = None
    note: str = ""
    notice: Text = {}
    replaces: str = ""
    code_version: str = ""
    number: int = 0
    before: str = ""


class LifecycleLog:
    """The entries of one workspace.

    Args:
        folder: folder of the log.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> int:
        """Number of the last entry; 0 where there is none."""
        return max((int(path.stem) for path in self.folder.glob("[0-9]*.json")), default=0)

    def entries(self) -> tuple[LifecycleEntry, ...]:
        """All entries, in order.

        Raises:
            OperatorError: one of them is missing, was changed, or cannot be read.
        """
        found: list[LifecycleEntry] = []
        before = ""
        for number in range(1, self.last() + 1):
            path = self._path(number)
            with told_if_damaged(_ENTRY, path, _MEND):
                content = path.read_bytes()
                entry = msgspec.json.decode(content, type=LifecycleEntry)
            if (entry.number, entry.before) != (number, before):
                what = f"{_ENTRY} does not follow from the one before it: one of the two was changed."
                raise OperatorError(what, where=str(path), next_step=_MEND)
            before = hashlib.sha256(content).hexdigest()
            found.append(entry)
        return tuple(found)

    def append(self, entry: LifecycleEntry) -> LifecycleEntry:
        """Write an entry; it counts from then on.

        Raises:
            OperatorError: the log is broken, or there is no room.
        """
        with told_if_disk_full(str(self.folder)), alone_in(self.folder):
            entries = self.entries()
            before = hashlib.sha256(self._path(len(entries)).read_bytes()).hexdigest() if entries else ""
            numbered = msgspec.structs.replace(entry, number=len(entries) + 1, before=before)
            write_atomically(self._path(numbered.number), msgspec.json.format(msgspec.json.encode(numbered), indent=2))
        return numbered

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"
