"""Slips of deliveries that count again after they did not: they are set side by side as if they had come a second time.

Laws: a *life* of a delivery is a stretch of days on which it counts; the first one is the delivery itself, each further one
has a number of its own while slips are set side by side, and none afterwards; what is found in one life holds until the
next one begins. Where no delivery was reinstated, nothing is read and nothing costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pyarrow as pa

from qonys.datasets.outcome import Engine, Overlay, Table
from qonys.datasets.standing import ABSENCE
from qonys.process.pairs import PAIR
from qonys.process.standing import FOREVER

_LIFE_COLUMNS: dict[str, pa.DataType] = {
    "life": pa.int32(),
    "delivery": pa.int32(),
    "received": pa.date32(),
    "begins": pa.date32(),
    "next_begins": pa.date32(),
}
_LIFE = pa.schema(_LIFE_COLUMNS)
"""A life of a delivery that has several: its number, the delivery and when that came, when it and the next one begin."""
_FURTHER = "join (from lives where life <> delivery) as l on l.delivery = r.delivery"
_MERGED = f"""
select coalesce(l.delivery, a.delivery) as delivery, a.row, a.date, coalesce(l.received, a.received) as received, a.since,
  least(a.until, coalesce(l.next_begins, {FOREVER})) as until, a.fate, a.reason
from absences as a left join lives as l on l.life = a.delivery
where a.since < coalesce(l.next_begins, {FOREVER})
"""
_MERGED_PAIRS = """
select p.* replace (coalesce(l.delivery, p.left_delivery) as left_delivery, coalesce(r.delivery, p.right_delivery) as right_delivery)
from pairs as p left join lives as l on l.life = p.left_delivery left join lives as r on r.life = p.right_delivery
"""


@dataclass(frozen=True)
class Lives:
    """The lives of deliveries that were reinstated, as `_LIFE`, and the tables in which each is a delivery of its own."""

    lives: pa.Table
    tables: dict[str, Table]

    def merged(self, engine: Engine, absences: pa.Table) -> pa.Table:
        """Absences of slips by life as absences of the slips of deliveries, as `datasets.standing.ABSENCE`."""
        if not self.lives.num_rows:
            return absences
        return engine.run(_MERGED, None, absences=absences, lives=self.lives).cast(ABSENCE)

    def merged_pairs(self, engine: Engine, pairs: pa.Table) -> pa.Table:
        """Pairs of slips by life as pairs of the slips of deliveries, as `process.pairs.PAIR`."""
        if not self.lives.num_rows:
            return pairs
        return engine.run(_MERGED_PAIRS, None, pairs=pairs, lives=self.lives).cast(PAIR)


def lives_of(engine: Engine, tables: Mapping[str, Table], earlier: pa.Table) -> Lives:
    """The tables in which every life of a delivery is a delivery of its own.

    Args:
        engine: runs the queries.
        tables: registrations, deliveries, exceptions (slips that never count), and ``linked`` where there is one.
        earlier: days on which deliveries did not count that count again, as `datasets.standing.EARLIER`.
    """
    if not earlier.num_rows:
        return Lives(_LIFE.empty_table(), dict(tables))
    deliveries = engine.run("from deliveries", None, deliveries=tables["deliveries"])
    rows, lives = _told_apart(deliveries.to_pylist(), earlier.to_pylist())
    table = pa.Table.from_pylist(lives, schema=_LIFE)
    again = {
        name: engine.run(f"select r.* replace ({said}) from r {_FURTHER}", None, r=tables[name], lives=table)
        for name, said in (
            ("registrations", "l.life as delivery, l.begins as received"),
            ("exceptions", "l.life as delivery, l.begins as since"),
            ("linked", "l.life as delivery"),
        )
        if name in tables
    }
    added: dict[str, Table] = {name: Overlay(tables[name], more) for name, more in again.items()}
    return Lives(table, {**tables, **added, "deliveries": pa.Table.from_pylist(rows, schema=deliveries.schema)})


def _told_apart(
    deliveries: list[dict[str, Any]], earlier: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of deliveries, each life being one, and the lives of those that have several."""
    number = max(row["delivery"] for row in deliveries)
    rows, lives = [], []
    for row in deliveries:
        gone = sorted((one for one in earlier if one["delivery"] == row["delivery"]), key=lambda one: one["since"])
        begins = [row["received"], *(one["until"] for one in gone)]
        ends = [*gone, {"since": row["withdrawn_on"], "replaced_by": row["replaced_by"]}]
        for place, ((day, following), end) in enumerate(zip(pairwise([*begins, date.max]), ends, strict=True)):
            number += place > 0
            life = number if place else row["delivery"]
            told = {"withdrawn_on": end["since"], "replaced_by": end["replaced_by"]}
            rows.append({**row, "delivery": life, "received": day, **told})
            if gone:
                of = {"life": life, "delivery": row["delivery"], "received": row["received"]}
                lives.append({**of, "begins": day, "next_begins": following})
    return rows, lives
