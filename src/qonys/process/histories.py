"""What a person did one thing after the other, as it was known on each day on which something became known.

A later delivery can tell of an earlier move. So everything that follows from the order of a person's moves is decided once
for each of these days, and no data cut-off sees what was not known by then.
"""

from __future__ import annotations

from qonys.concepts.integration import Ends
from qonys.process.standing import FOREVER, standing_of

ORDER = "partition by person, epoch order by date, received, delivery, row"


def history_of(ends: Ends, *, linked: bool = False, paired: bool = False, on_one_day: bool = False) -> str:
    """A query: one row a slip that counts and a stretch of days [epoch, next_epoch) on which nothing more became known.

    Columns: person, epoch, next_epoch, delivery, row, date, received, kind, origin_place, destination_place (null where
    not known), has_arrival, has_departure (which sides were delivered). Only persons with two slips or more.

    Args:
        ends: places are areas as the slips name them, or the units that hold them.
        linked: table ``linked`` holds the persons of slips that have no identifier.
        paired: table ``pairs`` holds departures and arrivals that are one move.
        on_one_day: only persons of whom two slips bear one date.
    """
    columns = ("person", "kind", "origin", "destination")
    of_pair = """left join pairs as p on p.left_delivery = m.delivery and p.left_row = m.row
    and p.since <= e.epoch and e.epoch < p.until"""
    other_side = "p.right_row is not null" if paired else "false"
    place = "{}.unit" if ends == "unit" else "m.{}"
    origin = place.format("o" if ends == "unit" else "origin")
    destination = place.format("d" if ends == "unit" else "destination")
    suspect = "person, date" if on_one_day else "person"
    return f"""
with standing as ({standing_of(*columns, linked=linked)}),
suspects as (select hash({suspect}) as hashed from standing where person is not null group by 1 having count(*) > 1),
movers as (select distinct person from standing where person is not null and hash({suspect}) in (select hashed from suspects)),
moves as (select s.* from standing as s semi join movers using (person)),
days as (
  select person, known_from as epoch from moves union select person, known_to from moves where known_to < {FOREVER}
),
epochs as (select person, epoch, lead(epoch, 1, {FOREVER}) over (partition by person order by epoch) as next_epoch from days)
select m.person, e.epoch, e.next_epoch, m.delivery, m.row, m.date, m.received, m.kind,
  nullif({origin}, '_U') as origin_place, nullif({destination}, '_U') as destination_place,
  m.kind = 'arrival' or {other_side} as has_arrival, m.kind = 'departure' or {other_side} as has_departure
from epochs as e
join moves as m on m.person = e.person and m.known_from <= e.epoch and e.epoch < m.known_to
join territory as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
join territory as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
{of_pair if paired else ""}
"""
