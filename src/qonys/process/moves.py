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
    It is written once for its person and once for each child.

    Args:
        amended: the registrations have a column ``edits``, what was done to them.
    """
    own = ", ".join(map(_characteristic, CHARACTERISTICS))
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
lines as (select *, unnest(range(coalesce(len(children), 0) + 1)) as line from slips),
persons as (select *, case when line > 0 then children[line] end as child from lines)
select delivery, row, cast(line as smallint) as line, xor(record_key, line * {_CHILD_KEY_STEP}) as record_key,
  known_from, known_to, date, origin, destination, origin_kind as origin_locality, destination_kind as destination_locality,
  cast(case when line > 0 then date_sub('year', child.birth_date, date)
    else coalesce(age, date_sub('year', birth_date, date)) end as smallint) as age, {own}, {_edits(amended=amended)} as edits
from persons
"""


def _characteristic(name: str) -> str:
    if name == "sex":
        return "case when line > 0 then child.sex else sex end as sex"
    return f"case when line = 0 then {name} end as {name}" if name in _PARENTS_ONLY else name


def _edits(*, amended: bool) -> str:
    """What was done to what the line says: of the children not to the parent, of a child not to what it has of its own."""
    if not amended:
        return "cast(null as varchar[])"
    field = "split_part(e, ':', 1)"
    return f"nullif(list_filter(edits, lambda e: case when line > 0 then {field} not in {_OWN} else {field} <> 'children' end), [])"
