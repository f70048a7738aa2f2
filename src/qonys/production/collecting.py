"""The step *collect*: takes files, and whole folders of them, into the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from qonys.collect.delivery import Desk, layout_for, take_delivery
from qonys.datasets.outcome import Finding, Outcome
from qonys.errors import SupplierError
from qonys.production.office import Office
from qonys.store.receipts import Receipt


def collect(
    office: Office, files: Iterable[Path], *, layout: str | None = None, received: date | None = None
) -> Outcome[tuple[Receipt, ...]]:
    """Take deliveries in, one after the other; each is taken whole or not at all.

    The day on which a file came is ``received``, else the name of its folder where that is an ISO date, else today.

    Raises:
        SupplierError: a file cannot be read; those before it are taken, which their receipts show.
        OperatorError: the keys are missing, or not those of the first delivery.
    """
    keys = office.needed_keys()
    office.store.fail_if_other_keys(keys.fingerprint())
    desk = Desk(office.profile, office.store, office.engine, keys, office.code_version, office.progress)
    receipts: list[Receipt] = []
    findings: list[Finding] = []
    for path in _files(office, files):
        came = received or _dated_folder(path) or office.today
        taken = take_delivery(desk, path, layout_for(path, office.profile, layout), came)
        receipts.append(taken.data)
        findings.extend(taken.findings)
    return Outcome(tuple(receipts), tuple(findings))


def _files(office: Office, paths: Iterable[Path]) -> Iterator[Path]:
    """Files as named; of a folder, those whose names fit a layout, in the order of their paths."""
    patterns = [layout.match for layout in office.profile.layouts.values()]
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(p for p in path.rglob("*") if p.is_file() and any(fnmatch(p.name, m) for m in patterns))
        if not found:
            raise SupplierError(
                "No file of the folder fits a layout of the profile.",
                where=str(path),
                next_step=f"Layouts expect names like {', '.join(patterns)}.",
            )
        yield from found


def _dated_folder(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.resolve().parent.name)
    except ValueError:
        return None
