"""Sets registrations side by side: which of them say again, or take back, what another one says."""

from __future__ import annotations

import pyarrow as pa

from qonys.concepts.rule import RuleSet
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Engine, Table

_NO_EXCEPTION = """
select delivery, row, date, since, fate, reasons from exceptions where false
"""


def integrated(engine: Engine, rules: RuleSet, exceptions: pa.Table, **tables: Table) -> pa.Table:
    """The exceptions so far and those that show only beside other registrations, as `datasets.move.EXCEPTION`.

    Args:
        engine: runs the queries.
        rules: the rules of the profile.
        exceptions: the slips that are out already.
        tables: registrations, deliveries, territory.
    """
    found = exceptions
    for query in (repeated_query(rules), corrected_query()):
        more = engine.run(query, None, **tables, exceptions=found).cast(EXCEPTION)
        found = pa.concat_tables([found, more])
    return found


def repeated_query(rules: RuleSet) -> str:
    """Slips that say again what an earlier one says; table ``exceptions`` holds those that are out already.

    A hash picks candidates, equality decides. A slip that corrects another one repeats it on purpose.
    """
    if not rules.duplicate_key:
        return _NO_EXCEPTION
    key, known = ", ".join(rules.duplicate_key), " and ".join(f"{name} is not null" for name in rules.duplicate_key)
    return f"""
with counted as (select r.* from registrations as r semi join deliveries using (delivery)),
suspects as (select hash({key}) as hashed from counted where {known} group by 1 having count(*) > 1),
candidates as (
  select * from counted where {known} and hash({key}) in (select hashed from suspects)
),
ranked as (
  select c.*, row_number() over (partition by {key} order by received, delivery, row) as place
  from candidates as c anti join exceptions using (delivery, row)
)
select delivery, row, date, received as since, 'set_apart' as fate, ['duplicate'] as reasons
from ranked where place > 1 and corrects is null
"""


def corrected_query() -> str:
    """Slips that a later sound slip corrects, from the day on which that one came.

    A correction may say that there was no migration: it is set apart itself, and still takes the move back. Of two
    corrections of one slip the later counts: it takes the earlier one's place.
    """
    return """
with corrections as (
  select r.delivery, r.row, r.date, r.corrects, r.received,
    lead(r.received) over (partition by r.corrects order by r.received, r.delivery, r.row) as replaced
  from registrations as r semi join deliveries using (delivery)
  anti join (select delivery, row from exceptions where fate = 'quarantine') as broken using (delivery, row)
  where r.corrects is not null
),
taken_back as (
  select r.delivery, r.row, r.date, c.received as since
  from registrations as r semi join deliveries using (delivery) join corrections as c on c.corrects = r.slip
  union all
  select delivery, row, date, replaced from corrections where replaced is not null
)
select t.delivery, t.row, t.date, min(t.since) as since, 'set_apart' as fate, ['corrected'] as reasons
from taken_back as t anti join exceptions using (delivery, row)
group by t.delivery, t.row, t.date
"""
