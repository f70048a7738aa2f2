"""The releases that stand in the workspace as they were built, each with its record."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from qonys.concepts.period import Period
from qonys.errors import OperatorError, told_if_damaged
from qonys.production.office import Office
from qonys.store.release_record import ReleaseRecord


class Built(NamedTuple):
    """A release as it was built: its folder, with the files in ``bundle``, and its record."""

    folder: Path
    record: ReleaseRecord

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"


def built_release(office: Office, period: Period | None = None, vintage: str = "") -> Built:
    """The release that was built last, of a period where one is named; or the one of a vintage.

    Args:
        office: the office at work.
        period: the period.
        vintage: first digits of a vintage; empty for the last one.

    Raises:
        OperatorError: nothing of that kind was built, or its record cannot be read.
    """
    pattern = f"{period or '*'}/{vintage}*/record.json"
    records = sorted(office.workspace.releases.glob(pattern), key=lambda path: path.stat().st_mtime_ns)
    if not records:
        of_what = "".join([f" of {period}" if period else "", f" with the vintage {vintage}" if vintage else ""])
        raise OperatorError(
            f"No release{of_what} was built.", next_step=f"Run `qonys release build {period or 'PERIOD'}` first."
        )
    return Built(records[-1].parent, _record(records[-1]))


def built_releases(office: Office, period: Period | None = None) -> tuple[Built, ...]:
    """Every build of the workspace, or of a period: by period, the latest build of one last.

    Raises:
        OperatorError: a record cannot be read.
    """
    paths = sorted(
        office.workspace.releases.glob(f"{period or '*'}/*/record.json"),
        key=lambda path: (path.parts[-3], path.stat().st_mtime_ns),
    )
    return tuple(Built(path.parent, _record(path)) for path in paths)


def _record(path: Path) -> ReleaseRecord:
    next_step = "Restore it from a backup, or build the release again."
    with told_if_damaged("The record of the release", path, next_step):
        return msgspec.json.decode(path.read_bytes(), type=ReleaseRecord)
