"""Takes one delivery in: all of it, or nothing. Every row becomes a registration or stands in quarantine with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.readers import BrokenRow, RowReader, read_rows
from qonys.collect.typing_query import accepted_texts, typing_query
from qonys.concepts.layout import SourceLayout
from qonys.country.profile import Profile
from qonys.datasets.outcome import Engine, Finding, Outcome, Progress
from qonys.datasets.registration import QUARANTINE, REGISTRATION
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


class _RecordKeys:
    """The record keys of a delivery's rows, made as far as they are needed."""

    def __init__(self, keys: Keys, sha256: str) -> None:
        self._keys, self._sha256 = keys, sha256
        self._made = np.zeros(0, dtype=np.int64)

    def of(self, rows: pa.ChunkedArray[Any]) -> pa.Array[Any]:
        numbers = rows.to_numpy()
        highest = int(numbers.max(initial=0))
        if highest >= len(self._made):
            self._made = np.frombuffer(self._keys.record_keys(self._sha256, 2 * highest + 1), dtype="<i8")
        return pa.array(self._made[numbers], pa.int64())


@dataclass
class _Reason:
    """How often a reason set a row aside, and the first row as an example."""

    row: int
    found: str
    rows: int = 0


@dataclass
class _Split:
    """Divides typed rows as they stream by: good ones are handed on, the others are kept with their reasons."""

    delivery: int
    received: date
    record_keys: _RecordKeys
    taken: int = 0
    quarantine: list[pa.Table] = field(default_factory=list)
    reasons: dict[tuple[str, str], _Reason] = field(default_factory=dict)

    def registrations(self, typed: pa.Table) -> pa.Table:
        bad = pc.is_valid(typed["content"])
        if pc.any(bad).as_py():
            self._set_aside(typed.filter(bad))
        good = typed.filter(pc.invert(bad)).drop_columns(["problems", "content"])
        self.taken += good.num_rows
        stamped = good.append_column("delivery", _repeated(self.delivery, pa.int32(), good.num_rows))
        stamped = stamped.append_column("received", _repeated(self.received, pa.date32(), good.num_rows))
        stamped = stamped.append_column("record_key", self.record_keys.of(good["row"]))
        return stamped.select(REGISTRATION.names).cast(REGISTRATION)

    def _set_aside(self, rows: pa.Table) -> None:
        for row, problems in zip(rows["row"].to_pylist(), rows["problems"].to_pylist(), strict=True):
            for problem in problems or ():
                key = (problem["field"], problem["reason"])
                reason = self.reasons.setdefault(key, _Reason(int(row or 0), problem["found"]))
                reason.rows += 1
        aside = rows.select(["row", "date", "problems", "content"])
        aside = aside.append_column("delivery", _repeated(self.delivery, pa.int32(), rows.num_rows))
        aside = aside.append_column("received", _repeated(self.received, pa.date32(), rows.num_rows))
        self.quarantine.append(aside.select(QUARANTINE.names).cast(QUARANTINE))

    def set_broken_aside(self, broken: list[BrokenRow]) -> None:
        rows: list[dict[str, Any]] = [
            {
                "delivery": self.delivery, "received": self.received, "row": one.row, "date": None, "content": None,
                "problems": [{"field": "", "found": "", "reason": one.reason}],
            }
            for one in broken
        ]  # fmt: skip
        if rows:
            self.quarantine.append(pa.Table.from_pylist(rows, schema=QUARANTINE))
            self.reasons["", broken[0].reason] = _Reason(broken[0].row, "", len(rows))


def _repeated(value: object, kind: pa.DataType, rows: int) -> pa.Array[Any]:
    one: Any = pa.scalar(value, kind)
    repeated: pa.Array[Any] = pa.repeat(one, rows)
    return repeated


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
    split = _Split(number, received, _RecordKeys(desk.keys, sha256))
    _append(desk, _registrations(desk, path.name, reader, layout, accepted, split), lineage)
    split.set_broken_aside(reader.broken)
    quarantined = _append_quarantine(desk, split, lineage)
    if split.taken + quarantined == 0:
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
        rows=split.taken + quarantined,
        registrations=split.taken,
        quarantined=quarantined,
        records=layout.records,
        findings=tuple(reader.notes),
        code_version=desk.code_version,
        profile_hash=desk.profile.content_hash,
    )
    desk.store.write_receipt(receipt)
    return Outcome(receipt, tuple(_findings(path, split, reader.notes, layout, accepted)))


def _registrations(
    desk: Desk, name: str, reader: RowReader, layout: SourceLayout, accepted: pa.Table, split: _Split
) -> Iterator[pa.RecordBatch]:
    query = typing_query(layout)
    for raw in _one_ahead(_pseudonymised(desk, reader, layout)):
        yield from split.registrations(desk.engine.run(query, None, raw=raw, accepted=accepted)).to_batches()
        desk.progress(name, split.taken)


def _pseudonymised(desk: Desk, reader: RowReader, layout: SourceLayout) -> Iterator[pa.Table]:
    """The rows of a file with a pseudonym in place of each identifier, before anything else sees them."""
    pseudonyms = Pseudonyms(desk.keys.pseudonym_blocks())
    for batch in reader.batches:
        if batch.num_rows:
            table = pa.Table.from_batches([batch])
            for column in (c.name for c in layout.columns if c.identifier):
                hashed = pseudonyms.of(table[column], layout.missing)
                table = table.set_column(table.schema.get_field_index(column), column, hashed)
            yield table


def _one_ahead(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same tables, the next one being made while this one is worked on."""
    with ThreadPoolExecutor(max_workers=1) as reading:
        coming = reading.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = reading.submit(next, tables, None)
            yield table


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


def _append_quarantine(desk: Desk, split: _Split, lineage: dict[str, str]) -> int:
    if not split.quarantine:
        return 0
    rows = pa.concat_tables(split.quarantine)
    desk.store.append("input/quarantine", rows, lineage)
    return rows.num_rows


def _findings(
    path: Path, split: _Split, notes: list[str], layout: SourceLayout, accepted: pa.Table
) -> Iterator[Finding]:
    for (variable, reason), told in sorted(split.reasons.items(), key=lambda item: -item[1].rows):
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
