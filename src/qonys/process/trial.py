"""Compares two sets of rules of records on the same slips: what one takes out and the other does not, and what they edit.

Where the rules edit differently the slips are read twice: as they stand (table ``registrations``), and as they would be
(table ``edited``, the same registrations after other edits). Slips of a month are those that it has as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from qonys.concepts.rule import Rule
from qonys.process.edits import as_text
from qonys.process.rule_names import judged_query, names_of
from qonys.process.verdicts import Absent, broken_list

_ENDS = ("origin_unit", "destination_unit", "origin_inside", "destination_inside", "children_count")


def changed_query(before: Sequence[Rule], after: Sequence[Rule], absent: Absent, stands: str, would: str) -> str:
    """Slips that other rules break, or that get another fate or other ends.

    Columns: delivery, row, and each with ``_before`` and ``_after``: broke (ids), is_in (the slip makes a move), persons,
    arrival and departure (units of its ends; null abroad). Tables: those of ``stands`` and ``would``, deliveries, territory.

    Args:
        before: the rules that stand.
        after: the rules as they would be.
        absent: rule id -> layouts that do not state what it names.
        stands: table or subquery of the slips as they stand.
        would: the same slips as they would be.
    """
    compared = ("broke", "is_in", "persons", "arrival", "departure")
    columns = ", ".join(f"b.{name} as {name}_before, a.{name} as {name}_after" for name in compared)
    differ = " or ".join(f"b.{name} is distinct from a.{name}" for name in compared)
    return f"""
select delivery, row, {columns}
from ({_fates(before, absent, stands)}) as b join ({_fates(after, absent, would)}) as a using (delivery, row)
where {differ} order by delivery, row
"""


def edits_query(fields: Sequence[str], slips: str) -> str:
    """Values that slips have now and would have otherwise: delivery, row, field, before, after, and ``edit``: by what.

    Tables: registrations, edited; ``notes_before`` and ``notes_after`` (delivery, row, edits) of the amended slips among
    them.

    Args:
        fields: variables to compare.
        slips: subquery of the keys of the slips.
    """
    texts = ", ".join(f"{as_text(field)} as {field}" for field in fields)
    both = ", ".join(
        f"{{'field': '{f}', 'before': b.{f}, 'after': a.{f}, 'edit': coalesce({_note('x', f)}, {_note('y', f)})}}"
        for f in fields
    )
    return f"""
with touched as (
  select * from (select delivery, row from notes_before union select delivery, row from notes_after)
  semi join {slips} using (delivery, row)
),
b as (select delivery, row, {texts} from registrations semi join touched using (delivery, row)),
a as (select delivery, row, {texts} from edited semi join touched using (delivery, row)),
values_ as (
  select delivery, row, unnest([{both}]) as v
  from b join a using (delivery, row)
  left join notes_after as x using (delivery, row) left join notes_before as y using (delivery, row)
)
select delivery, row, v.field, v.before, v.after, v.edit from values_ where v.before is distinct from v.after
order by delivery, row, v.field
"""


def _note(table: str, field: str) -> str:
    """By what a field of a slip was amended, of the notes of a table."""
    found = f"list_filter({table}.edits, lambda e: starts_with(e, '{field}:'))[1]"
    return f"substring({found}, {len(field) + 2})"


def _fates(rules: Sequence[Rule], absent: Absent, slips: str) -> str:
    names = {name for rule in rules for name in names_of(rule)} | {*_ENDS, "layout"}
    out = [rule for rule in rules if rule.action in ("quarantine", "set_apart")]
    return f"""
select delivery, row, 1 + children_count as persons, {broken_list(rules, absent)} as broke,
  len({broken_list(out, absent)}) = 0 as is_in,
  case when destination_inside then destination_unit end as arrival,
  case when origin_inside then origin_unit end as departure
from ({judged_query(names, slips)}) as judged
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
        f"cast(coalesce(sum(persons) filter (where side = '{side}' and word = '{word}'), 0) as bigint) as {side}s_{word}"
        for side in ("arrival", "departure")
        for word in ("gained", "lost")
    )
    ends = " union all ".join(
        f"select {side}_{when} as region, '{side}' as side, '{word}' as word, persons_{when} as persons from changed"
        f" where is_in_{when} and not ({_same(side)})"
        for side in ("arrival", "departure")
        for when, word in (("before", "lost"), ("after", "gained"))
    )
    return f"""
select region, {sums} from ({ends}) as ends where region is not null group by region order by region
"""


def _same(side: str) -> str:
    """Condition: the slip counts the same persons at the same end as before."""
    end = f"{side}_before is not distinct from {side}_after"
    return f"is_in_before and is_in_after and {end} and persons_before = persons_after"
