"""Slips that say again what another one says: the same registration twice, or nearly, or a child on two slips.

A hash picks candidates, equality decides. A slip that corrects another one repeats it on purpose and is none. While the
slip that is repeated does not count, because its delivery was withdrawn, the repetition does.
"""

from __future__ import annotations

from qonys.concepts.integration import ChildSlips, NearDuplicates, holds_on
from qonys.concepts.variable import VARIABLES
from qonys.process.standing import slips_of, standing_of

_COMPLETENESS = (
    "sex",
    "birth_date",
    "age",
    "citizenship",
    "birth_country",
    "ethnicity",
    "marital",
    "education",
    "speciality",
    "reason",
)


def shared_key(key: tuple[str, ...], near_duplicates: tuple[NearDuplicates, ...]) -> tuple[str, ...]:
    """The variables, besides the date, in which slips agree that are duplicates or near duplicates of each other."""
    first = (key, *(near.key for near in near_duplicates))
    return tuple(name for name in first[0] or first[-1] if name != "date" and all(name in one for one in first if one))


def rivals_query(shared: tuple[str, ...], named: tuple[str, ...], *, linked: bool = False) -> str:
    """Slips that may repeat each other, with what tells them apart: one pass over all, so that later ones are over few.

    Args:
        shared: variables in which slips that repeat each other agree.
        named: variables that the definitions name besides.
        linked: table ``linked`` holds the persons of slips that have no identifier.
    """
    columns = rivals_columns(shared, named)
    return f"""
with slips as ({slips_of(*_named(shared), linked=linked)}),
{_candidates(shared)},
rivals as (select delivery, row from candidates)
select s.* from ({slips_of(*columns, linked=linked)}) as s semi join rivals using (delivery, row)
"""


def rivals_columns(shared: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...]:
    """The variables by which slips that may repeat each other are compared; see `rivals_query`."""
    return tuple(dict.fromkeys(("corrects", "person", *_named(shared), *_named(named), *_COMPLETENESS)))


def duplicates_query(key: tuple[str, ...], *, linked: bool = False) -> str:
    """Absences of slips that agree with an earlier one in all variables of a key, none being unknown.

    Tables: registrations, deliveries, exceptions (slips that never count).
    """
    return f"""
with slips as ({slips_of("corrects", *_named(key), linked=linked)}),
{_candidates(key)},
ranked as (
  select *, max(gone) over (
    partition by {", ".join(key)} order by received, delivery, row rows between unbounded preceding and 1 preceding
  ) as until
  from candidates anti join exceptions using (delivery, row)
)
select delivery, row, date, received, received as since, until, 'set_apart' as fate, 'duplicate' as reason
from ranked where until > received and corrects is null
"""


def near_duplicates_query(near: NearDuplicates, sources: tuple[str, ...], *, linked: bool = False) -> str:
    """Absences of slips that lie within some days of one that agrees in the key and goes before it.

    Tables: registrations, deliveries, exceptions, absences (those of exact duplicates and withdrawn deliveries).
    """
    columns = ("corrects", *_named(near.key), *(_COMPLETENESS if near.counts == "most_complete" else ()))
    same = " and ".join(f"i.{name} = j.{name}" for name in near.key)
    return f"""
with slips as ({slips_of(*dict.fromkeys(columns), linked=linked)}),
{_candidates(near.key)},
placed as (
  select c.*, row_number() over (partition by {", ".join(near.key)} order by {_order(near, sources)}) as place
  from candidates as c join deliveries as d on d.delivery = c.delivery
  anti join exceptions on exceptions.delivery = c.delivery and exceptions.row = c.row
),
counting as (select delivery, row, known_from, known_to from ({standing_of(linked=linked)}) as standing),
leaders as (select p.*, s.known_from, s.known_to from placed as p join counting as s on s.delivery = p.delivery and s.row = p.row)
select distinct i.delivery, i.row, i.date, i.received, greatest(i.received, j.known_from) as since, j.known_to as until,
  'set_apart' as fate, 'near-duplicate' as reason
from placed as i
join leaders as j on {same} and j.place < i.place and j.known_to > i.received
  and j.date between i.date - {near.days} and i.date + {near.days}
where i.corrects is null and {holds_on(near, "i.date")}
"""


def child_slips_query(children: ChildSlips, *, linked: bool = False) -> str:
    """Candidates for a child's line and the child's own slip, as `pairs.matched` takes them: left line, right own slip.

    Tables: registrations, deliveries, exceptions, absences.
    """
    standing = standing_of("kind", "sex", "birth_date", "origin", "destination", "children", linked=linked)
    return f"""
with standing as ({standing}),
lines as (
  select delivery, row, date, kind, origin, destination, known_from, known_to, line, child.sex as sex,
    child.birth_date as birth_date
  from (
    select *, unnest(children) as child, unnest(range(1, len(children) + 1)) as line from standing where len(children) > 0
  )
)
select hash(o.sex, o.birth_date, o.kind, o.origin, o.destination) as family,
  l.delivery as left_delivery, l.row as left_row, l.line as left_line, o.delivery as right_delivery, o.row as right_row,
  o.date as right_date, o.received as right_received, greatest(l.known_from, o.known_from) as since,
  least(l.known_to, o.known_to) as until, abs(l.date - o.date) as distance
from lines as l join standing as o using (sex, birth_date, kind, origin, destination)
where (l.delivery <> o.delivery or l.row <> o.row) and greatest(l.known_from, o.known_from) < least(l.known_to, o.known_to)
  and abs(l.date - o.date) <= {children.days} and {holds_on(children, "o.date")}
"""


def _named(key: tuple[str, ...]) -> tuple[str, ...]:
    """Variables of a key that slips do not carry anyhow."""
    return tuple(name for name in key if name not in ("delivery", "row", "date", "received") and name in VARIABLES)


def _candidates(key: tuple[str, ...]) -> str:
    hashed, known = f"hash({', '.join(key)})", " and ".join(f"{name} is not null" for name in key)
    return f"""
suspects as (select {hashed} as hashed from slips where {known} group by 1 having count(*) > 1),
candidates as (select * from slips where {known} and {hashed} in (select hashed from suspects))
"""


def _order(near: NearDuplicates, sources: tuple[str, ...]) -> str:
    """Which of two slips goes before the other: by source, then by what the definition says."""
    believed = f"coalesce(list_position({list(sources)}, d.layout), {len(sources) + 1}), " if sources else ""
    if near.counts == "last":
        return f"{believed}c.received desc, c.delivery desc, c.row desc"
    filled = " + ".join(f"(c.{name} is not null)::integer" for name in _COMPLETENESS)
    complete = f"({filled}) desc, " if near.counts == "most_complete" else ""
    return f"{believed}{complete}c.received, c.delivery, c.row"
