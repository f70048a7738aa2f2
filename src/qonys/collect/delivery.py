"""Takes one delivery in: all of it, or nothing. Every row becomes a registration or stands in quarantine with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.readers import BrokenRow, read_rows
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

_HASH_BLOCK = 1 << 20


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
class _Split:
    """Divides typed rows as they stream by: good ones are handed on, the others are kept with their reasons."""

    delivery: int
    received: date
    record_keys: _RecordKeys
    taken: int = 0
    quarantine: list[pa.Table] = field(default_factory=list)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def registrations(self, typed: pa.Table) -> pa.Table:
        bad = pc.is_valid(typed["content"])
        if pc.any(bad).as_py():
            self._set_aside(typed.filter(bad))
        good = typed.filter(pc.invert(bad)).drop_columns(["problems", "content"])
        self.taken += good.num_rows
        stamped = good.append_column("delivery", pa.array(np.full(good.num_rows, self.delivery), pa.int32()))
        stamped = stamped.append_column("received", pa.array([self.received] * good.num_rows, pa.date32()))
        stamped = stamped.append_column("record_key", self.record_keys.of(good["row"]))
        return stamped.select(REGISTRATION.names).cast(REGISTRATION)

    def _set_aside(self, rows: pa.Table) -> None:
        for problems in rows["problems"].to_pylist():
            for problem in problems or ():
                key = (problem["field"], problem["reason"])
                self.reasons[key] = self.reasons.get(key, 0) + 1
        aside = rows.select(["row", "date", "problems", "content"])
        aside = aside.append_column("delivery", pa.array(np.full(rows.num_rows, self.delivery), pa.int32()))
        aside = aside.append_column("received", pa.array([self.received] * rows.num_rows, pa.date32()))
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
            self.reasons["", "the row cannot be cut into columns"] = len(rows)


def take_delivery(
    path: Path,
    layout: SourceLayout,
    *,
    profile: Profile,
    store: Store,
    engine: Engine,
    keys: Keys,
    received: date,
    code_version: str,
    progress: Progress,
) -> Outcome[Receipt]:
    """Take one file into the register.

    The same bytes are not taken twice: the earlier receipt is given back with a finding.

    Raises:
        SupplierError: the file cannot be read by its layout; nothing of it is kept.
    """
    reader = read_rows(path, layout)
    sha256 = _sha256(path)
    earlier = next((receipt for receipt in store.receipts() if receipt.sha256 == sha256), None)
    if earlier is not None:
        note = f"The file was taken before, as delivery {earlier.delivery} on {earlier.received}; nothing was done."
        return Outcome(earlier, (Finding(note, where=str(path), severity="info"),), {"again": True})
    query, accepted = typing_query(layout), accepted_texts(profile, layout)
    blocks = keys.pseudonym_blocks() if any(column.identifier for column in layout.columns) else {}
    number, folder = store.reserve_delivery()
    split = _Split(number, received, _RecordKeys(keys, sha256))

    refusals: list[SupplierError] = []

    def registrations() -> Iterator[pa.RecordBatch]:
        try:
            for batch in reader.batches:
                if batch.num_rows:
                    raw = pa.Table.from_batches([batch])
                    typed = engine.run(query, blocks, raw=raw, accepted=accepted)
                    yield from split.registrations(typed).to_batches()
                    progress(path.name, split.taken)
        except SupplierError as refusal:
            refusals.append(refusal)
            raise

    lineage = {"delivery": str(number), "sha256": sha256, "layout": layout.id, "code_version": code_version}
    try:
        store.append("input/registrations", pa.RecordBatchReader.from_batches(REGISTRATION, registrations()), lineage)
    except Exception:
        if refusals:
            raise refusals[0] from None
        raise
    split.set_broken_aside(reader.broken)
    set_aside = pa.concat_tables(split.quarantine) if split.quarantine else QUARANTINE.empty_table()
    if split.taken + set_aside.num_rows == 0:
        raise SupplierError("The file holds no rows.", where=str(path), next_step="Ask the supplier to send it again.")
    if set_aside.num_rows:
        store.append("input/quarantine", set_aside, lineage)
    with path.open("rb") as file:
        seal(file, folder / "source.sealed", keys.source_key())
    receipt = Receipt(
        delivery=number,
        file=path.name,
        layout=layout.id,
        supplier=layout.supplier,
        sha256=sha256,
        size=path.stat().st_size,
        received=received,
        rows=split.taken + set_aside.num_rows,
        registrations=split.taken,
        quarantined=set_aside.num_rows,
        records=layout.records,
        findings=tuple(reader.notes),
        code_version=code_version,
        profile_hash=profile.content_hash,
    )
    store.write_receipt(receipt)
    return Outcome(receipt, tuple(_findings(path, split, reader.notes)))


def _findings(path: Path, split: _Split, notes: list[str]) -> Iterator[Finding]:
    for (variable, reason), count in sorted(split.reasons.items(), key=lambda item: -item[1]):
        what = f"{variable}: {reason}" if variable else reason
        yield Finding(what, where=path.name, count=count, next_step="Quarantined; `qonys status` counts them.")
    for note in notes:
        yield Finding(note, where=path.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
