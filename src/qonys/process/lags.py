"""Late registrations: in which month the moves of a month became known.

The event is the move, which is dated by the day of its registration at the local office; it is known from the day on
which the delivery that holds it was received. A nowcast of a month corrects for what will still come, so the table is
kept by both months; `entry_date`, which some suppliers send, lies between the two and is known no sooner.

Law: summed over the months of knowledge up to M, ``moves`` less ``withdrawn`` is the number of moves of the month that
count at a data cut-off on the last day of M.
"""

from __future__ import annotations


def lags_query() -> str:
    """The triangle as `datasets.lag.LAG`, in the order of its months; table ``moves`` (`datasets.move.MOVE`)."""
    return """
select event_month, known_month, sum(came) as moves, sum(went) as withdrawn
from (
  select date_trunc('month', date) as event_month, date_trunc('month', known_from) as known_month,
    count(*) as came, 0 as went
  from moves group by 1, 2
  union all
  select date_trunc('month', date), date_trunc('month', known_to), 0, count(*)
  from moves where known_to is not null group by 1, 2
) as counted
group by 1, 2 order by 1, 2
"""
