"""The commands that prove a release: build it again and compare, check it as a reader, compare two of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, progress_shown, says

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonys.evaluate.differences import Difference
    from qonys.production.examining import Examination

_SHOWN = 20


def verify(period: str, /, *, vintage: str = "", workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Build a release again from what its record pins, elsewhere and otherwise, and compare every byte.

    It is built by other processes in an empty folder, under another locale, time zone and hash seed. Exit code 4 if
    anything differs; what differs is named: the file and its cell, or the record that was changed.

    Args:
        period: the period of the release (2024).
        vintage: first digits of a vintage; the published one where not given, else the one built last.
        workspace: folder of the workspace.
        json: print what was found as JSON.
    """
    import os

    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.errors import StatisticianError
    from qonys.production.verifying import verify as verified

    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        found = verified(office, Period.parse(period), vintage, environment=dict(os.environ))
    if json:
        as_json({"holds": found.holds, "verification": found})
    else:
        how = ", ".join(f"{name}={value}" for name, value in found.environment.items())
        says.print(f"Built {found.period}, vintage {found.vintage}, again under {how}.", markup=False, soft_wrap=True)
        _show_differences([*found.damaged, *found.records, *found.differences])
        if found.holds:
            says.print(f"All {found.files} files ({found.bytes:,} bytes) are the same, byte for byte.")
    if not found.holds:
        sys.exit(StatisticianError.exit_code)


def check_release(place: str, /, *, key: str = "", workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Check a release as any reader can: hashes, sums, and that every file and language says the same numbers.

    Needs no workspace and no key. Exit code 4 if something does not hold. Of a period, the build in the workspace is
    checked, and it is written down that it was.

    Args:
        place: folder or address of one vintage (https://…/kz/2024/4b90b08cf995/); or a period (2024), for the latest
            build in the workspace.
        key: fingerprint of the key by which the release must be signed; where not given, a signature is checked against the
            key that the release names.
        workspace: folder of the workspace, where a period is named.
        json: print what was found as JSON.
    """
    from qonys.errors import StatisticianError
    from qonys.production.examining import examine
    from qonys.published.sources import source_of

    found = _checked_build(place, workspace) or examine(source_of(place), fingerprint=key)
    if json:
        as_json({"holds": found.holds, "examination": found})
    else:
        _show_differences(found.faults)
        says.print(
            f"{found.profile} {found.period}, vintage {found.vintage}: {found.files} files ({found.bytes:,} bytes), "
            f"{found.sums:,} sums in {found.tables} tables; "
            f"{len(found.faults)} fault{'' if len(found.faults) == 1 else 's'}."
        )
        says.print(f"Signed by {found.signed_by}." if found.signed_by else "No signature was checked.")
    if not found.holds:
        sys.exit(StatisticianError.exit_code)


def _checked_build(place: str, workspace: Path) -> Examination | None:
    """The check of a build, where a period is named and no folder of that name is there."""
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.errors import StatisticianError
    from qonys.production.approving import check_build

    if Path(place).exists():
        return None
    try:
        period = Period.parse(place)
    except StatisticianError:
        return None
    with progress_shown() as progress:
        return check_build(line_of(workspace, progress).office, period)


def compare(one: str, other: str, /, *, json: AsJson = False) -> None:
    """Compare two releases, or two vintages of one: files, tables, cells.

    Exit code 0, whether they differ or not.

    Args:
        one: folder or address of a vintage.
        other: folder or address of another one.
        json: print the comparison as JSON.
    """
    from qonys.cli.show import show_table
    from qonys.production.comparing import compare as compared
    from qonys.published.sources import source_of

    found = compared(source_of(one), source_of(other))
    if json:
        as_json({"is_same": found.is_same, "comparison": found})
        return
    says.print(f"{found.one} against {found.other}")
    says.print(
        f"{found.same} files are the same, {len(found.changed)} differ, {len(found.only_one)} are only in the first, "
        f"{len(found.only_other)} only in the second."
    )
    if found.tables:
        show_table("Tables", ["Table", "Cells that differ", "Cells"], [[t.table, t.cells, t.of] for t in found.tables])
    _show_differences(difference for table in found.tables for difference in table.differences)


def _show_differences(differences: Iterable[Difference]) -> None:
    listed = list(differences)
    for one in listed[:_SHOWN]:
        where = ": ".join(part for part in (one.file, one.at) if part)
        says.print(f"  ! {where}: {one.what}", style="yellow", markup=False, soft_wrap=True)
    if len(listed) > _SHOWN:
        says.print(f"  … and {len(listed) - _SHOWN} more: use --json to see all")
