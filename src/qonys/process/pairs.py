"""Departure and arrival of one internal move, where a country delivers both: they are one move.

Laws:
- A slip is in at most one pair on any day of knowledge. What was known earlier goes first, then the smaller distance of the
  dates, then the order of delivery; so a later slip never changes a pair that stands.
- A pair stands while both slips count. Where one of them leaves, the other is unpaired again and may find another.
- The slip that counts keeps its own ends and day; the other one is set apart as ``paired``.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pyarrow as pa

from qonys.concepts.integration import Pairing, holds_on
from qonys.datasets.outcome import Engine, Table
from qonys.process.standing import FOREVER, standing_of

_PAIR_COLUMNS: dict[str, pa.DataType] = {
    "left_delivery": pa.int32(),
    "left_row": pa.int64(),
    "left_line": pa.int64(),
    "right_delivery": pa.int32(),
    "right_row": pa.int64(),
    "right_date": pa.date32(),
    "right_received": pa.date32(),
    "since": pa.date32(),
    "until": pa.date32(),
}
PAIR = pa.schema(_PAIR_COLUMNS)
"""Two slips that belong together from the day ``since`` until the day before ``until``; ``left`` is the one that counts."""


def matched(engine: Engine, query: str, **tables: Table) -> pa.Table:
    """The pairs, as `PAIR`, among the candidates that a query finds.

    Args:
        engine: runs the query.
        query: candidates with the columns of `PAIR`, ``family`` (candidates of two families share no slip) and
            ``distance`` (the smaller, the better).
        tables: what the query reads.
    """
    counted = f"""
select *, count(*) over (partition by left_delivery, left_row, left_line) = 1
  and count(*) over (partition by right_delivery, right_row) = 1 as alone
from ({query}) as candidates
"""
    candidates = engine.run(counted, None, **tables)
    alone = candidates["alone"].combine_chunks()
    several = candidates.filter(pa.compute.invert(alone)).to_pylist()
    families: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for candidate in several:
        families[candidate["family"]].append(candidate)
    chosen = [pair for family in families.values() for pair in _matched_family(family)]
    found = candidates.filter(alone).select(PAIR.names).cast(PAIR)
    return pa.concat_tables([found, pa.Table.from_pylist(chosen, schema=PAIR)])


def _matched_family(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs among candidates that share slips: each day on which something becomes known is decided by itself."""
    ordered = sorted(candidates, key=lambda c: (c["since"], c["distance"], *_left(c), *_right(c)))
    days = sorted({c["since"] for c in candidates} | {c["until"] for c in candidates})
    pairs = []
    for day, next_day in pairwise(days):
        taken: set[tuple[int, ...]] = set()
        for candidate in ordered:
            ends = {(0, *_left(candidate)), (1, *_right(candidate))}
            if candidate["since"] <= day < candidate["until"] and not ends & taken:
                taken |= ends
                pairs.append({**candidate, "since": day, "until": next_day})
    return pairs


def _left(candidate: dict[str, Any]) -> tuple[int, int, int]:
    return candidate["left_delivery"], candidate["left_row"], candidate["left_line"]


def _right(candidate: dict[str, Any]) -> tuple[int, int]:
    return candidate["right_delivery"], candidate["right_row"]


def pairs_query(pairing: Pairing, *, linked: bool = False) -> str:
    """Candidates for `matched`: tables registrations, deliveries, exceptions, absences, territory."""
    other = "departure" if pairing.counts == "arrival" else "arrival"
    same = " and ".join(f"c.{name} = o.{name}" for name in pairing.key)
    return f"""
with internal as ({_internal(pairing, linked=linked)})
select hash({", ".join(f"c.{name}" for name in pairing.key)}) as family,
  c.delivery as left_delivery, c.row as left_row, 0 as left_line, o.delivery as right_delivery, o.row as right_row,
  o.date as right_date, o.received as right_received, greatest(c.known_from, o.known_from) as since,
  least(c.known_to, o.known_to) as until, abs(c.date - o.date) as distance
from internal as c join internal as o on {same} and c.date between o.date - {pairing.days} and o.date + {pairing.days}
where c.kind = '{pairing.counts}' and o.kind = '{other}' and greatest(c.known_from, o.known_from) < least(c.known_to, o.known_to)
  and {holds_on(pairing, "c.date")}
"""


def paired_query(reason: str, fate: str = "set_apart") -> str:
    """Absences of the right slips of table ``pairs``."""
    return f"""
select distinct right_delivery as delivery, right_row as row, right_date as date, right_received as received, since, until,
  '{fate}' as fate, '{reason}' as reason
from pairs
"""


def unpaired_query(pairing: Pairing, *, linked: bool = False) -> str:
    """The spans in which internal slips stand alone, as absences without a fate; tables as above, and ``pairs``.

    A slip that has no pair at all stands alone in all of its spans.
    """
    return f"""
with internal as ({_internal(pairing, linked=linked)}),
together as (
  select left_delivery as delivery, left_row as row, since, until from pairs
  union all select right_delivery, right_row, since, until from pairs
),
reached as (
  select delivery, row, since, until, coalesce(max(until) over (
    partition by delivery, row order by since, until rows between unbounded preceding and 1 preceding
  ), date '0001-01-01') as open_from
  from together
),
open as (
  select delivery, row, open_from, since as open_to from reached where since > open_from
  union all select delivery, row, max(until), {FOREVER} from reached group by delivery, row having max(until) < {FOREVER}
),
alone as (
  select i.*, i.known_from as since, i.known_to as until from internal as i anti join together using (delivery, row)
  union all
  select i.*, greatest(i.known_from, o.open_from), least(i.known_to, o.open_to)
  from internal as i join open as o using (delivery, row)
)
select delivery, row, date, received, kind, since, until from alone where since < until and {holds_on(pairing)}
"""


def waiting_query(pairing: Pairing, *, linked: bool = False) -> str:
    """Absences of the unpaired slips that wait for the other side."""
    waiting = {"arrival": pairing.unpaired_arrivals, "departure": pairing.unpaired_departures}
    kinds = [kind for kind, rule in waiting.items() if rule == "wait"]
    return f"""
select delivery, row, date, received, since, until, 'set_apart' as fate, 'unpaired' as reason
from ({unpaired_query(pairing, linked=linked)}) as unpaired where list_contains({kinds}::varchar[], kind)
"""


def unpaired_count_query(pairing: Pairing, *, linked: bool = False) -> str:
    """How many slips stand alone at the end, by kind."""
    return f"""
select kind, count(*) as n from ({unpaired_query(pairing, linked=linked)}) as unpaired where until = {FOREVER}
group by kind order by kind
"""


def _internal(pairing: Pairing, *, linked: bool) -> str:
    columns = tuple(dict.fromkeys(("kind", "origin", "destination", *pairing.key)))
    known = " and ".join(f"s.{name} is not null" for name in pairing.key)
    return f"""
select s.* from ({standing_of(*columns, linked=linked)}) as s
join territory as o on o.code = s.origin and s.date >= o.valid_from and s.date < o.valid_to and o.inside
join territory as d on d.code = s.destination and s.date >= d.valid_from and s.date < d.valid_to and d.inside
where {known}
"""
