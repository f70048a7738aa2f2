"""Turns the rows of a file into registrations as they stream by; what cannot be read is kept aside with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.misplaced import identifier_pattern, without_misplaced_identifiers
from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.readers import BrokenRow, RowReader
from qonys.collect.typing_query import typing_query
from qonys.concepts.layout import SourceLayout
from qonys.datasets.outcome import Engine
from qonys.datasets.registration import NUMBER_SAYS, QUARANTINE, REGISTRATION
from qonys.store.keys import Keys


class RecordKeys:
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
class Reason:
    """How often a reason set a row aside, and the first row as an example."""

    row: int
    found: str
    rows: int = 0


@dataclass
class Intake:
    """Divides typed rows as they stream by: good ones are handed on, the others are kept with their reasons."""

    delivery: int
    received: date
    record_keys: RecordKeys
    taken: int = 0
    quarantine: list[pa.Table] = field(default_factory=list)
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)

    def registrations(self, typed: pa.Table) -> pa.Table:
        bad = pc.is_valid(typed["content"])
        if pc.any(bad).as_py():
            self._set_aside(typed.filter(bad))
        good = typed.filter(pc.invert(bad)).drop_columns(["problems", "content"])
        self.taken += good.num_rows
        stamped = good.append_column("delivery", _repeated(self.delivery, pa.int32(), good.num_rows))
        stamped = stamped.append_column("received", _repeated(self.received, pa.date32(), good.num_rows))
        stamped = stamped.append_column("record_key", self.record_keys.of(good["row"]))
        for name, (kind, _) in NUMBER_SAYS.items():
            stamped = stamped.append_column(name, _repeated(None, kind, good.num_rows))
        return stamped.select(REGISTRATION.names).cast(REGISTRATION)

    def _set_aside(self, rows: pa.Table) -> None:
        for row, problems in zip(rows["row"].to_pylist(), rows["problems"].to_pylist(), strict=True):
            for problem in problems or ():
                key = (problem["field"], problem["reason"])
                reason = self.reasons.setdefault(key, Reason(int(row or 0), problem["found"]))
                reason.rows += 1
        aside = rows.select(["row", "date", "slip", "corrects", "person", "problems", "content"])
        aside = aside.append_column("delivery", _repeated(self.delivery, pa.int32(), rows.num_rows))
        aside = aside.append_column("received", _repeated(self.received, pa.date32(), rows.num_rows))
        aside = aside.append_column("record_key", self.record_keys.of(rows["row"]))
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
        for one in broken:
            self.reasons.setdefault(("", one.reason), Reason(one.row, "")).rows += 1


def _repeated(value: object, kind: pa.DataType, rows: int) -> pa.Array[Any]:
    one: Any = pa.scalar(value, kind)
    repeated: pa.Array[Any] = pa.repeat(one, rows)
    return repeated


def registrations(
    engine: Engine, keys: Keys, reader: RowReader, layout: SourceLayout, accepted: pa.Table, intake: Intake
) -> Iterator[pa.RecordBatch]:
    """The registrations of a file, batch by batch, as `datasets.registration.REGISTRATION`; ``intake`` keeps the rest."""
    query, pattern = typing_query(layout), identifier_pattern(layout)
    for raw in _one_ahead(_pseudonymised(keys, reader, layout)):
        typed = without_misplaced_identifiers(engine.run(query, None, raw=raw, accepted=accepted), pattern)
        yield from intake.registrations(typed).to_batches()


def _pseudonymised(keys: Keys, reader: RowReader, layout: SourceLayout) -> Iterator[pa.Table]:
    """The rows of a file with a pseudonym in place of each identifier, before anything else sees them."""
    pseudonyms = Pseudonyms(keys.pseudonym_blocks())
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
