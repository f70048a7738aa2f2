"""Makes moves of the slips that are left: one row a person, children on a parent's slip being persons of their own."""

from __future__ import annotations

from qonys.datasets.move import CHARACTERISTICS

_CHILD_KEY_STEP = 0x0123456789ABCD
"""Sets the record keys of children on one slip apart."""

_PARENTS_ONLY = ("education", "speciality", "marital")
_OWN = ("sex", "birth_date", "age", *_PARENTS_ONLY)
"""What a child does not have from its parent: what was done to these is not said of the child."""


def moves_query(*, amended: bool = False) -> str:
    """Moves, the columns of `datasets.move.MOVE`; tables registrations, deliveries, territory, exceptions, spans.

    A slip counts from its receipt on, or in its spans (`datasets.standing.SPAN`), or, as an exception without one, never.

    Args:
        amended: the registrations have a column ``edits``, what was done to them.
    """
    edits = "edits" if amended else "cast(null as varchar[])"
    edits_of_child = f"nullif(list_filter({edits}, lambda e: split_part(e, ':', 1) not in {_OWN}), [])"
    own = ", ".join(CHARACTERISTICS)
    on_child = ", ".join(_of_child(name) for name in CHARACTERISTICS)
    return f"""
with slips as (
  select r.*, coalesce(s.known_from, r.received) as known_from, s.known_to,
    coalesce(r.origin_locality, o.locality) as origin_kind, coalesce(r.destination_locality, d.locality) as destination_kind
  from registrations as r
  semi join deliveries using (delivery)
  anti join (select delivery, row from exceptions anti join spans using (delivery, row)) as gone using (delivery, row)
  left join spans as s using (delivery, row)
  join territory as o on o.code = r.origin and r.date >= o.valid_from and r.date < o.valid_to
  join territory as d on d.code = r.destination and r.date >= d.valid_from and r.date < d.valid_to
),
persons as (
  select delivery, row, cast(0 as smallint) as line, record_key, known_from, known_to, date, origin, destination,
    origin_kind, destination_kind, coalesce(age, date_sub('year', birth_date, date)) as age, {own},
    nullif(list_filter({edits}, lambda e: split_part(e, ':', 1) <> 'children'), []) as edits
  from slips
  union all
  select delivery, row, cast(line as smallint), xor(record_key, line * {_CHILD_KEY_STEP}), known_from, known_to, date, origin,
    destination, origin_kind, destination_kind, date_sub('year', child.birth_date, date), {on_child},
    {edits_of_child}
  from (select *, unnest(children) as child, unnest(range(1, len(children) + 1)) as line from slips where len(children) > 0)
)
select delivery, row, line, record_key, known_from, known_to, date, origin, destination,
  origin_kind as origin_locality, destination_kind as destination_locality, cast(age as smallint) as age, {own}, edits
from persons
"""


def _of_child(name: str) -> str:
    if name == "sex":
        return "child.sex"
    return f"null as {name}" if name in _PARENTS_ONLY else name
