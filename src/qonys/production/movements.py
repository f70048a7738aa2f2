"""Which moves came and went between two data cut-offs, and why: read off slips, deliveries and exceptions, never guessed.

Law: for every stream, persons who came less persons who went is the difference between the two totals.
"""

from __future__ import annotations

from datetime import date

from qonys.datasets.move import EXCEPTION, MOVE
from qonys.datasets.outcome import Table
from qonys.datasets.registration import REGISTRATION
from qonys.datasets.revision import Movement
from qonys.production.accounting import counted_state
from qonys.production.office import Office
from qonys.store.withdrawals import withdrawals_on

_AT = "(m.known_from <= cast($%s as date) and (m.known_to is null or m.known_to > cast($%s as date)))"
_MOVED = f"""
with counted as (
  select m.delivery, m.row, m.line, any_value(m.date) as date, any_value(m.origin) as origin,
    any_value(m.destination) as destination,
    bool_or({_AT % ("before", "before")}) as before, bool_or({_AT % ("after", "after")}) as after
  from moves as m where m.date >= cast($first as date) and m.date <= cast($last as date)
    and (m.known_from > cast($before as date) or m.known_to is not null)
  group by m.delivery, m.row, m.line
),
different as (select * from counted where before <> after),
told as (
  select d.after, case
      when not o.inside then 'external_in' when not e.inside then 'external_out'
      when o.unit = e.unit and o.unit <> '_U' then 'intraregional' else 'interregional'
    end as stream,
    case
      when d.after and y.received <= cast($before as date) then 'returned'
      when d.after and y.replacing then 'redelivery'
      when d.after and r.corrects is not null then 'correction'
      when d.after then 'late'
      else coalesce(x.reasons[1], 'unknown')
    end as why
  from different as d join deliveries as y using (delivery)
  left join registrations as r using (delivery, row)
  left join exceptions as x on x.delivery = d.delivery and x.row = d.row
    and x.since <= cast($after as date) and (x.until is null or x.until > cast($after as date))
  join territory as o on o.code = d.origin and d.date >= o.valid_from and d.date < o.valid_to
  join territory as e on e.code = d.destination and d.date >= e.valid_from and d.date < e.valid_to
)
select after, why, stream, count(*) as persons from told group by all order by all
"""


def movement(office: Office, first: date, last: date, before: date, after: date) -> Movement:
    """The moves of the days from ``first`` to ``last`` that count at one of two data cut-offs alone.

    Args:
        office: the office at work.
        first: first day of the moves.
        last: their last day.
        before: the earlier data cut-off.
        after: the later one.
    """
    days = {"first": first, "last": last, "before": before, "after": after}
    tables: dict[str, Table] = {
        "moves": counted_state(office, "clean/moves", MOVE),
        "registrations": counted_state(office, "input/registrations", REGISTRATION),
        "exceptions": counted_state(office, "clean/exceptions", EXCEPTION),
        "territory": office.territory,
    }
    replacing = sorted({one.by for one in withdrawals_on(office.withdrawals, after).values() if one.by is not None})
    query = _MOVED.replace("y.replacing", f"y.delivery in ({', '.join(map(str, replacing)) or 'null'})")
    parameters = {name: day.isoformat() for name, day in days.items()}
    rows = office.engine.run(query, parameters, deliveries=office.counting_deliveries(), **tables).to_pylist()
    found: dict[bool, dict[str, dict[str, int]]] = {True: {}, False: {}}
    for row in rows:
        found[row["after"]].setdefault(row["why"], {})[row["stream"]] = row["persons"]
    return Movement(found[True], found[False])
