"""Divides typed rows into registrations and quarantine as they stream by, and counts both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.readers import BrokenRow
from qonys.collect.typed_rows import Problem, Respelled, TypedRows
from qonys.datasets.registration import QUARANTINE, REGISTRATION
from qonys.store.keys import Keys


class RecordKeys:
    """The record keys of a delivery's rows."""

    def __init__(self, keys: Keys, sha256: str) -> None:
        self._stream = keys.record_key_stream(sha256)

    def of(self, rows: pa.Array[Any]) -> pa.Array[Any]:
        """The key of each row number."""
        numbers = rows.to_numpy()
        if not len(numbers):
            return pa.array([], pa.int64())
        first = int(numbers.min())
        made = np.frombuffer(self._stream(first, int(numbers.max()) + 1 - first), dtype="<i8")
        return pa.array(made[numbers - first], pa.int64())


@dataclass
class Reason:
    """How often a reason set a row aside, and the first row as an example."""

    row: int
    found: str
    rows: int = 0


@dataclass
class Intake:
    """Divides typed rows as they stream by: good ones are handed on, the others are held until they are fetched."""

    delivery: int
    received: date
    record_keys: RecordKeys
    taken: int = 0
    quarantined: int = 0
    held: list[pa.Table] = field(default_factory=list)
    held_bytes: int = 0
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)
    respelled: dict[str, Respelled] = field(default_factory=dict)
    alike: dict[str, pa.Array[Any]] = field(default_factory=dict)

    def registrations(self, rows: TypedRows) -> pa.RecordBatch:
        """The good rows, those of the columns of `datasets.registration.REGISTRATION` of which the layout says something.

        Codes and texts are dictionaries.
        """
        for name, found in rows.respelled.items():
            first = self.respelled.get(name, replace(found, rows=0))
            used = tuple(sorted({*first.spellings, *found.spellings}))
            self.respelled[name] = replace(first, rows=first.rows + found.rows, spellings=used)
        if not rows.problems:
            batch = self._stamped(rows.numbers, rows.columns)
        else:
            bad = list(rows.problems)
            self._set_aside(rows, self._stamped(*_only(pa.array(bad, pa.int32()), rows, pc.take)))
            good = np.ones(len(rows.numbers), np.bool_)
            good[bad] = False
            batch = self._stamped(*_only(pa.array(good), rows, pc.filter))
        self.taken += batch.num_rows
        return batch

    def _stamped(self, numbers: pa.Array[Any], columns: Mapping[str, pa.Array[Any]]) -> pa.RecordBatch:
        stamped = {
            "delivery": self._alike("delivery", self.delivery, len(numbers)),
            "row": numbers,
            "received": self._alike("received", self.received, len(numbers)),
            "record_key": self.record_keys.of(numbers),
            **columns,
        }
        return pa.RecordBatch.from_pydict({name: stamped[name] for name in REGISTRATION.names if name in stamped})

    def _alike(self, name: str, value: object, rows: int) -> pa.Array[Any]:
        """A column that says the same in every row: made once, and cut to the length of a batch."""
        made = self.alike.get(name)
        if made is None or len(made) < rows:
            made = self.alike[name] = pa.repeat(pa.scalar(value, REGISTRATION.field(name).type), rows)
        return made[:rows]

    def _set_aside(self, rows: TypedRows, bad: pa.RecordBatch) -> None:
        for number, problems in zip(bad.column("row").to_numpy().tolist(), rows.problems.values(), strict=True):
            for problem in problems:
                told = problem["field"], problem["reason"]
                if told not in self.reasons:
                    self.reasons[told] = Reason(number, problem["found"])
                self.reasons[told].rows += 1
        columns = {name: bad.column(name) for name in QUARANTINE.names if name in bad.schema.names}
        columns["problems"] = _listed(rows.problems.values())
        columns["content"] = pa.array([rows.contents[place] for place in rows.problems], pa.string())
        absent = {name: pa.nulls(bad.num_rows) for name in QUARANTINE.names if name not in columns}
        self._hold(pa.table({**columns, **absent}).select(QUARANTINE.names).cast(QUARANTINE))

    def _hold(self, rows: pa.Table) -> None:
        self.quarantined += rows.num_rows
        self.held.append(rows)
        self.held_bytes += rows.nbytes

    def quarantine(self, at_least: int = 1) -> pa.Table | None:
        """The rows that are held, which are then let go; None where they take not so many bytes yet."""
        if self.held_bytes < at_least:
            return None
        rows, self.held, self.held_bytes = pa.concat_tables(self.held), [], 0
        return rows

    def spelling_notes(self) -> Iterator[str]:
        """What is told of texts that were read by the layout's spellings, a note a variable."""
        for name, found in sorted(self.respelled.items()):
            example = f"“{found.written}” as “{found.meant}”"
            yield f"Texts of {name} were respelled by {' and '.join(found.spellings)}: {example} (rows: {found.rows})."

    def set_broken_aside(self, broken: list[BrokenRow]) -> None:
        """Quarantine rows that could not be cut into columns."""
        rows: list[dict[str, Any]] = [
            {
                "delivery": self.delivery, "received": self.received, "row": one.row, "date": None, "content": None,
                "problems": [{"field": "", "found": "", "reason": one.reason}],
            }
            for one in broken
        ]  # fmt: skip
        if rows:
            self._hold(pa.Table.from_pylist(rows, schema=QUARANTINE))
        for one in broken:
            self.reasons.setdefault(("", one.reason), Reason(one.row, "")).rows += 1


def _listed(problems: Collection[list[Problem]]) -> pa.Array[Any]:
    """The problems of each row, made field by field: of dictionaries each would be looked at by itself."""
    every = list(chain.from_iterable(problems))
    fields = {
        name: pa.array([problem[name] for problem in every], pa.string()) for name in ("field", "found", "reason")
    }
    offsets: Any = np.cumsum([0, *map(len, problems)], dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(list(fields.values()), list(fields)))


def _only(
    some: pa.Array[Any], rows: TypedRows, how: Callable[[pa.Array[Any], pa.Array[Any]], pa.Array[Any]]
) -> tuple[pa.Array[Any], dict[str, pa.Array[Any]]]:
    """Numbers and columns of some of the rows, in their order; a few are taken, of nearly all the others are left out."""
    return how(rows.numbers, some), {name: how(column, some) for name, column in rows.columns.items()}
