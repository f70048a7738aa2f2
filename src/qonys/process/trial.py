"""Compares two sets of rules of records on the same registrations: what one takes out and the other does not."""

from __future__ import annotations

from collections.abc import Sequence

from qonys.concepts.rule import Rule
from qonys.process.rule_names import judged_query, names_of
from qonys.process.verdicts import Absent, broken_list

_ENDS = ("origin_unit", "destination_unit", "origin_inside", "destination_inside", "children_count")


def changed_query(before: Sequence[Rule], after: Sequence[Rule], absent: Absent, registrations: str) -> str:
    """Slips that other rules break, or that get another fate.

    Columns: delivery, row, persons, origin_unit and destination_unit (null abroad), broke_before and broke_after (ids),
    in_before and in_after (the slip makes a move). Tables: registrations, deliveries, territory.
    """
    names = {name for rule in (*before, *after) for name in names_of(rule)} | {*_ENDS, "layout"}
    return f"""
select delivery, row, 1 + children_count as persons,
  case when origin_inside then origin_unit end as origin_unit,
  case when destination_inside then destination_unit end as destination_unit,
  broke_before, broke_after, len(out_before) = 0 as in_before, len(out_after) = 0 as in_after
from (
  select *, {broken_list(before, absent)} as broke_before, {broken_list(after, absent)} as broke_after,
    {broken_list(_taking_out(before), absent)} as out_before, {broken_list(_taking_out(after), absent)} as out_after
  from ({judged_query(names, registrations)}) as judged
) as compared where broke_before <> broke_after or (len(out_before) = 0) <> (len(out_after) = 0)
order by delivery, row
"""


def differing_query(rule: str) -> str:
    """Slips on which two versions of a rule differ; table ``changed``: delivery, row, newly (it fails since the change)."""
    name = "'" + rule.replace("'", "''") + "'"
    return f"""
select delivery, row, list_contains(broke_after, {name}) as newly
from changed where list_contains(broke_before, {name}) <> list_contains(broke_after, {name}) order by delivery, row
"""


def regions_query() -> str:
    """Persons gained and lost by region; table ``changed``: region, and arrivals and departures gained and lost."""
    sums = ", ".join(
        f"cast(coalesce(sum(persons) filter (where side = '{side}' and {'not ' if now else ''}in_before), 0) as bigint)"
        f" as {side}s_{word}"
        for side in ("arrival", "departure")
        for word, now in (("gained", True), ("lost", False))
    )
    return f"""
select region, {sums}
from (
  select destination_unit as region, 'arrival' as side, persons, in_before from changed where in_before <> in_after
  union all
  select origin_unit, 'departure', persons, in_before from changed where in_before <> in_after
) as ends where region is not null group by region order by region
"""


def _taking_out(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.action in ("quarantine", "set_apart")]
