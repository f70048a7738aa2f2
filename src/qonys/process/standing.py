"""From absences to spans and exceptions: on which days of knowledge a slip counts, and why not on the others.

Laws: a slip counts on [received, withdrawn) less its absences; on every day from its receipt on it makes a move, or is an
exception with the reason that holds on that day. So a data cut-off sees what would have been made of the deliveries up to
that day alone.
"""

from __future__ import annotations

import pyarrow as pa

from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Engine, Table
from qonys.datasets.standing import ABSENCE, SPAN

FOREVER = "date '9999-12-31'"
PRECEDENCE = (
    "replaced", "withdrawn", "duplicate", "corrected", "near-duplicate", "on-parents-slip", "paired", "unpaired", "after-death",
    "two-places-on-one-day", "origin-elsewhere", "arrival-without-departure", "departure-without-arrival", "temporary",
)  # fmt: skip
"""Of two reasons that hold on one day the earlier is told."""


def slips_of(*columns: str, linked: bool = False) -> str:
    """A query for the slips of the deliveries that count, with the day ``gone`` from which on they do not.

    Args:
        columns: variables besides delivery, row, date, received.
        linked: table ``linked`` holds the persons of slips that have no identifier.
    """
    person = "coalesce(r.person, l.person) as person" if linked else "r.person"
    chosen = "".join(f", {person if name == 'person' else f'r.{name}'}" for name in columns)
    join = "left join linked as l on l.delivery = r.delivery and l.row = r.row" if linked else ""
    return f"""
select r.delivery, r.row, r.date, r.received, coalesce(d.withdrawn_on, {FOREVER}) as gone{chosen}
from registrations as r join deliveries as d on d.delivery = r.delivery {join}
"""


def standing_of(*columns: str, linked: bool = False) -> str:
    """A query for the spans in which slips count as far as ``absences`` tells: known_from, known_to (9999-12-31: still).

    Tables: registrations, deliveries, exceptions (slips that never count), absences.
    """
    return f"""
select s.*, s.received as known_from, {FOREVER} as known_to
from ({slips_of(*columns, linked=linked)}) as s
anti join exceptions using (delivery, row) anti join absences using (delivery, row)
union all
select s.*, p.known_from, p.known_to
from ({slips_of(*columns, linked=linked)}) as s join ({_SPANS}) as p using (delivery, row)
"""


def spans_of(engine: Engine, absences: pa.Table) -> pa.Table:
    """The spans of all slips that have absences, as `datasets.standing.SPAN`."""
    query = f"select delivery, row, known_from, nullif(known_to, {FOREVER}) as known_to from ({_SPANS}) as spans"
    return engine.run(query, None, absences=absences).cast(SPAN)


def exceptions_of(engine: Engine, absences: pa.Table) -> pa.Table:
    """On which days slips do not count and why, as `datasets.move.EXCEPTION`."""
    order = f"list_position({list(PRECEDENCE)}, reason)"
    query = f"""
with days as (
  select delivery, row, since as day from absences union select delivery, row, until from absences where until < {FOREVER}
),
steps as (select *, lead(day, 1, {FOREVER}) over (partition by delivery, row order by day) as next_day from days),
held as (
  select delivery, row, day, next_day, any_value(date) as date, arg_min(fate, {order}) as fate, arg_min(reason, {order}) as reason
  from steps join absences using (delivery, row) where since <= day and day < until group by delivery, row, day, next_day
),
told as (
  select *, lag(next_day) over slip is distinct from day or lag(reason) over slip <> reason as is_new
  from held window slip as (partition by delivery, row order by day)
),
stretches as (select *, count(*) filter (where is_new) over (partition by delivery, row order by day) as stretch from told)
select delivery, row, any_value(date) as date, min(day) as since, any_value(fate) as fate, [any_value(reason)] as reasons,
  nullif(max(next_day), {FOREVER}) as until
from stretches group by delivery, row, stretch
"""
    return engine.run(query, None, absences=absences).cast(EXCEPTION)


def withdrawn_query() -> str:
    """Absences of the slips of withdrawn deliveries, for another stands in their place or for none does: tables registrations, deliveries, exceptions."""
    return f"""
select delivery, row, date, received, greatest(received, gone) as since, {FOREVER} as until, 'set_apart' as fate,
  case when d.replaced_by is null then 'withdrawn' else 'replaced' end as reason
from ({slips_of()}) as slips join (select delivery, replaced_by from deliveries) as d using (delivery)
anti join exceptions using (delivery, row)
where gone < {FOREVER}
"""


def run_absences(engine: Engine, query: str, **tables: Table) -> pa.Table:
    """The absences that a query finds, as `datasets.standing.ABSENCE`."""
    return engine.run(query, None, **tables).select(ABSENCE.names).cast(ABSENCE)


_MARKS = """
select *, coalesce(
  max(until) over (partition by delivery, row order by since, until rows between unbounded preceding and 1 preceding),
  received
) as open_from
from absences
"""
"""Absences in their order, each with the day up to which those before it reach."""

_SPANS = f"""
with marks as ({_MARKS})
select delivery, row, open_from as known_from, since as known_to from marks where since > open_from
union all
select delivery, row, max(until), {FOREVER} from marks group by delivery, row having max(until) < {FOREVER}
"""
