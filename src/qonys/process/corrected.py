"""Slips that a later slip corrects.

Laws:
- A correction takes one slip back, from the day on which both are known, as long as the delivery of the correction counts.
- It may say that there was no migration: it is set apart itself, and still takes the move back. A quarantined one does not.
- A number that two slips bear at the same time is corrected once: of those known when the correction comes, the slip of the
  same person goes first, then the one delivered first.
- Of two corrections of one slip the later counts: it takes the earlier one's place. A ← B ← C leaves C. They are held for
  such from the day on which both are known, but on the days on which both are known to correct different slips.
- Of two slips that correct each other the later one corrects.
"""

from __future__ import annotations

from qonys.process.standing import FOREVER, slips_of, standing_of

_HOLDING = f"""
holding as (
  select c.delivery, c.row, c.date, c.received, c.gone, c.corrects, null as aim_delivery, null as aim_row,
    c.received as since, coalesce(min(a.since), {FOREVER}) as until
  from corrections as c left join aimed as a on a.delivery = c.delivery and a.row = c.row group by all
  union all
  select c.delivery, c.row, c.date, c.received, c.gone, c.corrects, a.aim_delivery, a.aim_row,
    a.since, coalesce(lead(a.since) over (partition by c.delivery, c.row order by a.since), {FOREVER})
  from corrections as c join aimed as a on a.delivery = c.delivery and a.row = c.row
),
superseded as (
  select e.delivery, e.row, e.date, e.received, greatest(e.since, l.since) as since, least(e.until, l.until, l.gone) as until
  from holding as e
  join holding as l on l.corrects = e.corrects and (l.received, l.delivery, l.row) > (e.received, e.delivery, e.row)
  where not coalesce(e.aim_delivery <> l.aim_delivery or e.aim_row <> l.aim_row, false)
)
"""
"""Which correction holds of a slip from when until when, and which a later one of the same slip supersedes."""


def corrected_query(*, linked: bool = False) -> str:
    """Absences of corrected slips; tables registrations, deliveries, exceptions (slips that never count)."""
    return f"""
with named as (select distinct corrects from registrations where corrects is not null),
counting as (
  select * from ({slips_of("slip", "corrects", "person", linked=linked)}) as slips
  where gone > received and (corrects is not null or slip in (select corrects from named))
),
corrections as (
  select * from counting
  anti join (select delivery, row from exceptions where fate = 'quarantine') as broken using (delivery, row)
  where corrects is not null
),
{_BORNE},
aims as (
  select c.*, b.delivery as aim_delivery, b.row as aim_row, b.date as aim_date, b.received as aim_received,
    b.gone as aim_gone, greatest(c.received, b.received) as both_known,
    max(b.gone) over (
      partition by c.delivery, c.row
      order by greatest(c.received, b.received), b.person is distinct from c.person, b.received, b.delivery, b.row
      rows between unbounded preceding and 1 preceding
    ) as borne_until
  from corrections as c left join borne as b on b.by_delivery = c.delivery and b.by_row = c.row
),
aimed as (
  select delivery, row, aim_delivery, aim_row, aim_date, aim_received, gone, greatest(both_known, borne_until) as since
  from aims
  where aim_row is not null and greatest(both_known, borne_until) < least(gone, aim_gone)
),
{_HOLDING.strip()},
taken_back as (
  select a.aim_delivery as delivery, a.aim_row as row, a.aim_date as date, a.aim_received as received, a.since, a.gone as until
  from aimed as a
  union
  select * from superseded where since < until
)
select delivery, row, date, received, since, until, 'set_apart' as fate, 'corrected' as reason
from taken_back anti join exceptions using (delivery, row)
"""


def number_twice_query() -> str:
    """One row: how many numbers two slips bear that both count; tables as above, and absences.

    A correction may bear the number of the slip that it corrects.
    """
    return f"""
with suspects as (select hash(slip) as hashed from registrations where slip is not null group by 1 having count(*) > 1),
bearing as (
  select slip, known_to from ({standing_of("slip")}) as standing
  where slip is not null and hash(slip) in (select hashed from suspects)
)
select count(*) as n from (
  select slip from bearing where known_to = {FOREVER} group by slip having count(*) > 1
) as twice
"""


_BORNE = """
borne as (
  select c.delivery as by_delivery, c.row as by_row, b.*
  from corrections as c join counting as b on b.slip = c.corrects
  where (b.delivery <> c.delivery or b.row <> c.row)
    and not (coalesce(b.corrects in (c.slip, b.slip), false) and (b.received, b.delivery, b.row) > (c.received, c.delivery, c.row))
)
"""
"""For each correction the slips that bear the number it names; of two that correct each other the later one corrects. A later
slip that bears the number which it corrects itself is another correction of that number, and not what is corrected."""
