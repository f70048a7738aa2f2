"""Stays that did not last: a move and the return from it are no migration where the country asks for a length of stay.

Laws:
- Only the person's next move makes a return: it leads from where the move led to back to where it came from.
- A move is in at most one couple of move and return: of O→X, X→O, O→X the first two cancel, the third counts.
- Both are set apart from the day on which the return is known; until then, and at every earlier data cut-off, the move
  counts.
- With ``of_months`` the days at the destination are added up over that window, later stays there included; as long as
  nothing else is known, a person stays where the last move led to.
"""

from __future__ import annotations

from qonys.concepts.integration import Duration, holds_on
from qonys.process.histories import ORDER, history_of


def temporary_query(duration: Duration, *, linked: bool = False, paired: bool = False) -> str:
    """Absences of moves that did not last and of their returns.

    Tables: registrations, deliveries, exceptions, absences, territory; ``pairs`` where both sides are delivered.
    """
    window = duration.of_months or duration.months
    limit = f"date_add(s.date, to_months({window}))"
    needed = f"date_diff('day', s.date, date_add(s.date, to_months({duration.months})))"
    return f"""
with history as ({history_of(duration.ends, linked=linked, paired=paired)}),
stays as (
  select *, row_number() over ({ORDER}) as place, lead(date, 1, date '9999-12-31') over ({ORDER}) as left_on,
    lead(origin_place) over ({ORDER}) as next_origin, lead(destination_place) over ({ORDER}) as next_destination
  from history
),
back as (
  select s.*, coalesce(s.next_origin = s.destination_place and s.next_destination = s.origin_place
    and s.origin_place <> s.destination_place and s.left_on < {limit} and {holds_on(duration, "s.date")}, false) as returns
  from stays as s
),
stayed as (
  select s.person, s.epoch, s.place, sum(date_diff('day', t.date, least(t.left_on, {limit}))) as days, any_value({needed}) as needed
  from back as s join back as t on t.person = s.person and t.epoch = s.epoch and t.place >= s.place
    and t.destination_place = s.destination_place and t.date < {limit}
  where s.returns group by s.person, s.epoch, s.place
),
judged as (
  select b.*, coalesce(d.days < d.needed, false) as short
  from back as b left join stayed as d on d.person = b.person and d.epoch = b.epoch and d.place = b.place
),
runs as (select *, count(*) filter (where not short) over ({ORDER}) as run from judged),
coupled as (
  select *, short and row_number() over (partition by person, epoch, run, short order by place) % 2 = 1 as leaves from runs
),
returned as (select *, coalesce(lag(leaves) over ({ORDER}), false) as comes_back from coupled)
select delivery, row, date, received, epoch as since, next_epoch as until, 'set_apart' as fate, 'temporary' as reason
from returned where leaves or comes_back
"""
