"""The step *collect*: takes files, and whole folders of them, into the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qonys.collect.delivery import Desk, Handed, take_delivery, take_query
from qonys.collect.fitting import fits, layout_for
from qonys.collect.hashing import Hashing
from qonys.datasets.outcome import Finding, Outcome
from qonys.errors import OperatorError, QonysError, StatisticianError, SupplierError
from qonys.production.office import Office
from qonys.production.overlapping import with_overlap
from qonys.store.receipts import Receipt


def collect(
    office: Office,
    files: Iterable[Path],
    *,
    layout: str | None = None,
    received: date | None = None,
    replaces: int | None = None,
    hashing: Hashing | None = None,
) -> Outcome[tuple[Receipt, ...]]:
    """Take deliveries in, one after the other; each is taken whole or not at all.

    The day on which a file came is ``received``, else the name of its folder where that is an ISO date, else today.
    Of several files a bad one does not stop the others, and one that was taken before is passed over. The hash of one
    of them may have been begun before.

    Returns:
        The receipts in the order of the files; measures: ``taken`` and ``again``, numbers of deliveries, and
        ``refused``, an error a file that was not taken.

    Raises:
        SupplierError: the only file cannot be read.
        StatisticianError: it cannot replace the delivery that it is to replace.
        OperatorError: the keys are missing, or not those of the first delivery.
    """
    desk, paths = _desk(office), tuple(_files(office, files))
    if replaces is not None and len(paths) != 1:
        raise StatisticianError(
            f"{len(paths)} files cannot replace one delivery.", next_step="Name the one file that replaces it."
        )
    tray = _Tray()
    for path in paths:
        came = received or _dated_folder(path) or office.today
        try:
            begun = hashing if hashing and hashing.path == path else None
            handed = Handed(path, layout_for(path, office.profile, layout), came, replaces, begun)
            tray.lay(with_overlap(office, take_delivery(desk, handed)), quietly=len(paths) > 1)
        except (SupplierError, StatisticianError) as refusal:
            if len(paths) == 1:
                raise
            tray.refused.append(refusal)
    return tray.outcome()


def collect_query(
    office: Office, layout: str, *, received: date | None = None, replaces: int | None = None
) -> Outcome[tuple[Receipt, ...]]:
    """Take in what the query of a layout gives: one delivery, received today unless another day is named.

    Raises:
        SupplierError: there is no such layout, or its query fails.
        StatisticianError: it cannot replace the delivery that it is to replace.
        OperatorError: the layout is of files and none was named; the database cannot be reached; the keys are missing.
    """
    found = layout_for(Path(layout), office.profile, layout)
    if found.format != "postgresql" or office.connection is None:
        raise OperatorError(
            f"The layout “{layout}” is one of files, and no file was named.",
            next_step=f"Write: qonys collect FILE… --layout {layout}",
        )
    handed = Handed(Path(layout), found, received or office.today, replaces)
    tray, taken = _Tray(), take_query(_desk(office), handed, office.connection(found.database))
    tray.lay(with_overlap(office, taken), quietly=False)
    return tray.outcome()


@dataclass
class _Tray:
    """What came of the files so far."""

    receipts: list[Receipt] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    refused: list[QonysError] = field(default_factory=list)

    def lay(self, outcome: Outcome[Receipt], *, quietly: bool) -> None:
        """A receipt and its findings; of a file that was there already nothing is said where it is one of many."""
        again = bool(outcome.measures.get("again"))
        self.receipts.append(outcome.data)
        (self.again if again else self.taken).append(outcome.data.delivery)
        if not (again and quietly):
            self.findings.extend(outcome.findings)

    def outcome(self) -> Outcome[tuple[Receipt, ...]]:
        measures = {"taken": self.taken, "again": self.again, "refused": self.refused}
        return Outcome(tuple(self.receipts), tuple(self.findings), measures)


def _desk(office: Office) -> Desk:
    keys = office.needed_keys()
    office.store.fail_if_other_keys(keys.fingerprint())
    return Desk(
        profile=office.profile,
        store=office.store,
        engine=lambda: office.engine,
        keys=keys,
        code_version=office.code_version,
        progress=office.progress,
        operator=office.operator,
        instant=office.instant,
        withdrawn=lambda: office.withdrawals,
    )


def _files(office: Office, paths: Iterable[Path]) -> Iterator[Path]:
    """Files as named; of a folder, those whose names fit a layout, in the order of their paths."""
    layouts = [layout for layout in office.profile.layouts.values() if layout.match]
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(p for p in path.rglob("*") if p.is_file() and any(fits(p.name, one) for one in layouts))
        if not found:
            raise SupplierError(
                "No file of the folder fits a layout of the profile.",
                where=str(path),
                next_step=f"Layouts expect names like {', '.join(layout.match for layout in layouts)}.",
            )
        yield from found


def _dated_folder(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.resolve().parent.name)
    except ValueError:
        return None
