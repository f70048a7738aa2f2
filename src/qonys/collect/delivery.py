"""Takes one delivery in: all of it, or nothing. Every row becomes a registration or stands in quarantine with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.intake import Intake, RecordKeys, registrations
from qonys.collect.readers import read_rows
from qonys.collect.typing_query import accepted_texts
from qonys.concepts.layout import SourceLayout
from qonys.country.profile import Profile
from qonys.datasets.outcome import Engine, Finding, Outcome, Progress
from qonys.datasets.registration import REGISTRATION
from qonys.errors import SupplierError
from qonys.store.keys import Keys
from qonys.store.receipts import Receipt
from qonys.store.sealed import seal
from qonys.store.states import Store

_FEW = 12


def layout_for(path: Path, profile: Profile, wanted: str | None = None) -> SourceLayout:
    """The layout of a file: the one that was asked for, or the only one whose pattern its name fits.

    Raises:
        SupplierError: no layout fits, or more than one does, or the one asked for does not exist.
    """
    known = ", ".join(f"{layout.id} ({layout.match})" for layout in profile.layouts.values())
    if wanted is not None:
        if wanted not in profile.layouts:
            raise SupplierError(f"There is no layout “{wanted}”.", where=str(path), next_step=f"Layouts: {known}.")
        return profile.layouts[wanted]
    fitting = [layout for layout in profile.layouts.values() if fnmatch(path.name, layout.match)]
    if len(fitting) != 1:
        found = "No layout fits" if not fitting else f"{len(fitting)} layouts fit"
        raise SupplierError(
            f"{found} the name of the file.", where=str(path), next_step=f"Name one with --layout. Layouts: {known}."
        )
    return fitting[0]


@dataclass(frozen=True)
class Desk:
    """Where deliveries are taken in: the country, the store, an engine, the keys."""

    profile: Profile
    store: Store
    engine: Engine
    keys: Keys
    code_version: str
    progress: Progress


def take_delivery(desk: Desk, path: Path, layout: SourceLayout, received: date) -> Outcome[Receipt]:
    """Take one file into the register.

    The same bytes are not taken twice: the earlier receipt is given back with a finding.

    Raises:
        SupplierError: the file cannot be read by its layout; nothing of it is kept.
    """
    reader = read_rows(path, layout)
    sha256 = _sha256(path)
    earlier = next((receipt for receipt in desk.store.receipts() if receipt.sha256 == sha256), None)
    if earlier is not None:
        note = f"The file was taken before, as delivery {earlier.delivery} on {earlier.received}; nothing was done."
        return Outcome(earlier, (Finding(note, where=str(path), severity="info"),), {"again": True})
    accepted = accepted_texts(desk.profile, layout)
    number, folder = desk.store.reserve_delivery()
    lineage = {"delivery": str(number), "sha256": sha256, "layout": layout.id, "code_version": desk.code_version}
    intake = Intake(number, received, RecordKeys(desk.keys, sha256))
    batches = registrations(desk.engine, desk.keys, reader, layout, accepted, intake)
    _append(desk, _told(desk, path.name, batches, intake), lineage)
    intake.set_broken_aside(reader.broken)
    quarantined = _append_quarantine(desk, intake, lineage)
    if intake.taken + quarantined == 0:
        raise SupplierError("The file holds no rows.", where=str(path), next_step="Ask the supplier to send it again.")
    with path.open("rb") as file:
        seal(file, folder / "source.sealed", desk.keys.source_key())
    receipt = Receipt(
        delivery=number,
        file=path.name,
        layout=layout.id,
        supplier=layout.supplier,
        sha256=sha256,
        size=path.stat().st_size,
        received=received,
        rows=intake.taken + quarantined,
        registrations=intake.taken,
        quarantined=quarantined,
        records=layout.records,
        findings=tuple(reader.notes),
        code_version=desk.code_version,
        profile_hash=desk.profile.content_hash,
    )
    desk.store.write_receipt(receipt)
    return Outcome(receipt, tuple(_findings(path, intake, reader.notes, layout, accepted)))


def _told(desk: Desk, name: str, batches: Iterator[pa.RecordBatch], intake: Intake) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        desk.progress(name, intake.taken)


def _append(desk: Desk, batches: Iterator[pa.RecordBatch], lineage: dict[str, str]) -> None:
    """Write registrations as one commit. The store hides what goes wrong in a stream, so it is brought out here."""
    refusals: list[SupplierError] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except SupplierError as refusal:
            refusals.append(refusal)
            raise

    try:
        desk.store.append("input/registrations", pa.RecordBatchReader.from_batches(REGISTRATION, watched()), lineage)
    except Exception:
        if refusals:
            raise refusals[0] from None
        raise


def _append_quarantine(desk: Desk, intake: Intake, lineage: dict[str, str]) -> int:
    if not intake.quarantine:
        return 0
    rows = pa.concat_tables(intake.quarantine)
    desk.store.append("input/quarantine", rows, lineage)
    return rows.num_rows


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
