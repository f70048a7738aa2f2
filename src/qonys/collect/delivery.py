"""Takes one delivery in: all of it, or nothing. Every row becomes a registration or stands in quarantine with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.ahead import at_once, begun, in_order
from qonys.collect.coding import accepted_texts
from qonys.collect.extraction import extract, read_extract
from qonys.collect.hashing import FileHash, Hashing
from qonys.collect.intake import Intake, RecordKeys
from qonys.collect.name_encodings import NameEncodings
from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.readers import RowReader, read_rows
from qonys.collect.tally import Tally
from qonys.collect.typed_rows import RowCoder, TypedRows
from qonys.concepts.layout import SourceLayout
from qonys.country.profile import Profile
from qonys.datasets.outcome import Engine, Finding, Outcome, Progress
from qonys.datasets.registration import REGISTRATION
from qonys.errors import OperatorError, StatisticianError, SupplierError
from qonys.store.key_ring import ring_of
from qonys.store.keys import Keys
from qonys.store.receipts import Receipt, fail_if_a_row_is_lost
from qonys.store.sealed import seal
from qonys.store.states import Store
from qonys.store.withdrawals import Withdrawal, open_withdrawals, reinstated_later, replacement_fault

_FEW = 12
_MOST_HELD = 64 << 20
"""Bytes of quarantined rows that are held in memory at once."""
_SAY_OTHERWISE = (
    "Say it of the delivery as it stands: qonys withdraw {replaced} --replaced-by {by} --reason OWNER --note “…”. "
    "`qonys status` shows which deliveries stand for the month."
)


@dataclass(frozen=True)
class Desk:
    """Where deliveries are taken in: the country, the store, what gives an engine, the keys; by whom and when.

    ``withdrawn`` tells which deliveries do not count any more.
    """

    profile: Profile
    store: Store
    engine: Callable[[], Engine]
    keys: Keys
    code_version: str
    progress: Progress
    operator: str
    instant: datetime
    withdrawn: Callable[[], tuple[Withdrawal, ...]]


@dataclass(frozen=True)
class Handed:
    """A file that is handed in, or a query that is to be run.

    Args:
        path: the file; of a query, the id of its layout.
        layout: layout by which it is read.
        received: day on which it came.
        replaces: number of the delivery that it replaces.
        hashing: the hash of the file, where it was begun before.
    """

    path: Path
    layout: SourceLayout
    received: date
    replaces: int | None = None
    hashing: Hashing | None = None


@dataclass(frozen=True)
class _Source:
    """What came: hash and size of its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class _Reading:
    """The rows of what came, being read and typed ahead of what asks for them."""

    reader: RowReader
    tally: Tally
    accepted: pa.Table
    rows: Iterator[TypedRows]


def take_delivery(desk: Desk, handed: Handed) -> Outcome[Receipt]:
    """Take one file into the register: rows and the sealed source first; its receipt is what makes them count.

    The same bytes are not taken twice: the earlier receipt is given back, and ``again`` stands in the measures. While
    the file is hashed, its first rows are read and typed.

    Raises:
        SupplierError: the file cannot be read by its layout; nothing of it counts.
        StatisticianError: it cannot replace the delivery that it is to replace.
    """
    path = handed.path
    with closing(handed.hashing or Hashing(path)) as hashing, ThreadPoolExecutor(max_workers=1) as beside:
        reading = _begun(desk, handed, read_rows(path, handed.layout), hashing.goes_on)
        file = _hashed(hashing)
        source = _Source(file.sha256, file.size)
        if earlier := _taken_before(desk.store, source.sha256):
            return _again(desk, earlier, handed)
        _fail_if_not_replaceable(desk, handed)
        number, folder = desk.store.reserve_delivery()
        sealing = beside.submit(_seal, path, folder / "source.sealed", desk.keys.source_key())
        intake = _take_rows(desk, handed, number, source, reading)
        sealing.result()
    if _state(path) != (file.size, file.changed):
        raise SupplierError("The file changed while it was read.", where=str(path), next_step="Collect it again.")
    return _counted(desk, handed, _receipt(desk, handed, number, source, reading, intake), intake, reading)


def _seal(path: Path, sealed: Path, key: bytes) -> None:
    with path.open("rb") as file:
        seal(file, sealed, key)


def take_query(desk: Desk, handed: Handed, connection: str) -> Outcome[Receipt]:
    """Take what a layout's query gives into the register, as a file is taken; it stands on the disk sealed only.

    Raises:
        SupplierError: the query fails, or gives no rows or not the columns of its layout; nothing of it counts.
        StatisticianError: it cannot replace the delivery that it is to replace.
        OperatorError: the database cannot be reached.
    """
    _fail_if_not_replaceable(desk, handed)
    number, folder = desk.store.reserve_delivery()
    sealed, key = folder / "source.sealed", desk.keys.source_key()
    given = extract(handed.layout, connection, sealed, key)
    if earlier := _taken_before(desk.store, given.sha256):
        sealed.unlink()
        return _again(desk, earlier, handed)
    source = _Source(given.sha256, given.size)
    reading = _begun(desk, handed, read_extract(sealed, handed.layout, key))
    intake = _take_rows(desk, handed, number, source, reading)
    return _counted(desk, handed, _receipt(desk, handed, number, source, reading, intake), intake, reading)


def _counted(desk: Desk, handed: Handed, receipt: Receipt, intake: Intake, reading: _Reading) -> Outcome[Receipt]:
    """Write the receipt by which the delivery counts, unless another process took the same bytes meanwhile."""
    with desk.store.locked():
        if earlier := _taken_before(desk.store, receipt.sha256):
            return _again(desk, earlier, handed)
        _fail_if_not_replaceable(desk, handed)
        _fail_if_key_was_rotated(desk)
        desk.store.write_receipt(receipt)
    found = _findings(handed.path, intake, reading.reader.notes, handed.layout, reading.accepted)
    return Outcome(receipt, tuple(found))


def _fail_if_key_was_rotated(desk: Desk) -> None:
    """The map of a rotation knows no pseudonym of a delivery that was being taken meanwhile."""
    if ring_of(desk.store.folder).fingerprint != desk.keys.fingerprint():
        raise OperatorError(
            "The key was rotated while the delivery was taken.",
            next_step="Set QONYS_KEY to the new key; take it again.",
        )


def _begun(desk: Desk, handed: Handed, reader: RowReader, waits: Callable[[], bool] = at_once) -> _Reading:
    """The rows of a reader, of which the first ones are typed already; many while their use ``waits``."""
    tally, accepted = Tally(handed.received), accepted_texts(desk.profile, handed.layout)
    pseudonyms = Pseudonyms(desk.keys.pseudonym_blocks())
    names = NameEncodings(ring_of(desk.store.folder).name_key(desk.keys))
    coder = RowCoder(desk.profile, handed.layout, accepted, pseudonyms, desk.engine, names)
    reader.batches = tally.rows(reader.batches)
    batches = (batch for batch in reader.batches if batch.num_rows)
    return _Reading(reader, tally, accepted, begun(in_order(coder, batches, waits)))


def _take_rows(desk: Desk, handed: Handed, number: int, source: _Source, reading: _Reading) -> Intake:
    """Write registrations as one commit and quarantine as one, or as several where it would fill the memory."""
    path, layout = handed.path, handed.layout
    lineage = {
        "delivery": str(number),
        "sha256": source.sha256,
        "layout": layout.id,
        "operator": desk.operator,
        "code_version": desk.code_version,
        "day": desk.instant.date().isoformat(),
    }
    intake = Intake(number, handed.received, RecordKeys(desk.keys, source.sha256))
    batches = reading.tally.registrations(intake.registrations(rows) for rows in reading.rows)
    rows = _told(desk, path.name, batches, intake, lineage)
    desk.store.append("input/registrations", rows, lineage, schema=REGISTRATION)
    intake.set_broken_aside(reading.reader.broken)
    reading.reader.notes.extend(intake.spelling_notes())
    _append_quarantine(desk, intake.quarantine(), lineage)
    if reading.tally.read + len(reading.reader.broken) == 0:
        what = "The query gives no rows." if layout.format == "postgresql" else "The file holds no rows."
        raise SupplierError(what, where=str(path), next_step="Ask the supplier to send it again.")
    return intake


def _receipt(desk: Desk, handed: Handed, number: int, source: _Source, reading: _Reading, intake: Intake) -> Receipt:
    reader, tally = reading.reader, reading.tally
    receipt = Receipt(
        delivery=number,
        file=handed.path.name,
        layout=handed.layout.id,
        supplier=handed.layout.supplier,
        sha256=source.sha256,
        size=source.size,
        received=handed.received,
        rows=intake.taken + intake.quarantined,
        registrations=intake.taken,
        quarantined=intake.quarantined,
        records=handed.layout.records,
        findings=tuple(reader.notes),
        code_version=desk.code_version,
        profile_hash=desk.profile.content_hash,
        first_day=tally.first_day,
        last_day=tally.last_day,
        months=dict(sorted(tally.months.items())),
        corrections=tally.corrections,
        operator=desk.operator,
        taken=desk.instant,
        key_version=ring_of(desk.store.folder).version,
        replaces=handed.replaces,
    )
    fail_if_a_row_is_lost(receipt, tally.read + len(reader.broken))
    return receipt


def _taken_before(store: Store, sha256: str) -> Receipt | None:
    return next((receipt for receipt in store.receipts() if receipt.sha256 == sha256), None)


def _again(desk: Desk, earlier: Receipt, handed: Handed) -> Outcome[Receipt]:
    what = "The query gave what" if handed.layout.format == "postgresql" else "The file"
    taken = f"{what} was taken before, as delivery {earlier.delivery} on {earlier.received}"
    replaced_by_it = [one.delivery for one in open_withdrawals(desk.withdrawn()).values() if one.by == earlier.delivery]
    if handed.replaces not in (None, *replaced_by_it):
        replaced = f"replaces delivery {replaced_by_it[0]}" if replaced_by_it else "replaces none"
        otherwise = _SAY_OTHERWISE.format(replaced=handed.replaces, by=earlier.delivery)
        raise _refused(handed, f"{taken}, which {replaced}.", otherwise)
    note = f"{taken}; nothing was done."
    return Outcome(earlier, (Finding(note, where=str(handed.path), severity="info"),), {"again": True})


def _fail_if_not_replaceable(desk: Desk, handed: Handed) -> None:
    if handed.replaces is None:
        return
    receipts, layout, withdrawn = desk.store.receipts(), handed.layout.id, desk.withdrawn()
    fault = replacement_fault(handed.replaces, "this file", layout, handed.received, receipts, withdrawn)
    if fault := fault or reinstated_later(handed.replaces, handed.received, withdrawn):
        raise _refused(handed, *fault)


def _refused(handed: Handed, what: str, next_step: str) -> StatisticianError:
    return StatisticianError(what, where=str(handed.path), next_step=next_step)


def _told(
    desk: Desk, name: str, batches: Iterator[pa.RecordBatch], intake: Intake, lineage: dict[str, str]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        _append_quarantine(desk, intake.quarantine(at_least=_MOST_HELD), lineage)
        desk.progress(name, intake.taken)


def _append_quarantine(desk: Desk, rows: pa.Table | None, lineage: dict[str, str]) -> None:
    if rows is not None:
        desk.store.append("input/quarantine", rows, lineage)


def _findings(
    path: Path, intake: Intake, notes: list[str], layout: SourceLayout, accepted: pa.Table
) -> Iterator[Finding]:
    for (variable, reason), told in sorted(intake.reasons.items(), key=lambda item: -item[1].rows):
        found = f", found “{told.found}”" if told.found else ""
        source = layout.variables[variable].column if variable else None
        named = f"{variable} (column {source})" if source else variable
        yield Finding(
            f"{named}: {reason}{found}." if named else reason,
            where=f"{path.name}, row {told.row}",
            count=told.rows,
            next_step=f"{_allowed(variable, accepted)}Quarantined; ask the supplier, or mend the layout {layout.id}.",
        )
    for note in notes:
        yield Finding(note, where=path.name)


def _allowed(variable: str, accepted: pa.Table) -> str:
    """The texts that a coded variable may hold, where they are few enough to be read."""
    texts = accepted.filter(pc.equal(accepted["variable"], pa.scalar(variable)))["text"].to_pylist()
    return f"Allowed: {', '.join(str(text) for text in texts)}. " if 0 < len(texts) <= _FEW else ""


def _hashed(hashing: Hashing) -> FileHash:
    with _told_if_unreadable(hashing.path):
        return hashing.found()


def _state(path: Path) -> tuple[int, int]:
    """Size and time of the last change: what was hashed, read and sealed must be one and the same."""
    with _told_if_unreadable(path):
        told = path.stat()
    return told.st_size, told.st_mtime_ns


@contextmanager
def _told_if_unreadable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise _not_opened(path, "There is no such file.", "Check the name and the folder.") from None
    except OSError as error:
        raise _not_opened(path, f"The file cannot be opened: {error.strerror}.", "Check that it may be read.") from None


def _not_opened(path: Path, what: str, next_step: str) -> SupplierError:
    return SupplierError(what, where=str(path), next_step=next_step)
