"""Confronts counts of registrations with the rules of files, of periods and of tables.

Registrations are grouped by the keys of a rule; what it says is judged once for each group. A month or year in which a
group has no registration at all is a group with n = 0, as long as the rule counts one of some other group in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qonys.concepts.rule import Rule
from qonys.process.rule_names import RECORD_NAMES, judged_query
from qonys.process.verdicts import FAILS, MISSING, NOT_APPLICABLE
from qonys.queries.expressions import Expression, names_in, parsed_condition

PERIODS = {
    "month": "cast(date_trunc('month', date) as date)",
    "year": "cast(date_trunc('year', date) as date)",
    "date": "date",
}
"""Keys that are a time, as the first day of it."""
_COLUMNS = tuple(name for name in RECORD_NAMES if name not in ("slip", "corrects", "person", "row"))
KEYS = (*(name for name in _COLUMNS if name != "date"), *PERIODS)
"""What registrations may be grouped by."""
GROUP_NAMES = ("n", "rows", "persons", "share", "before", "previous", "typical", "published", "delivered", "refused")
"""What a rule of groups may name besides its keys.

``n`` registrations that the rule counts, ``rows`` all of the group, ``persons`` on those that it counts (children too),
``share`` = n / rows; ``before`` the n of the same group a year earlier, ``previous`` that of the period just before;
``typical`` the median of n over the periods of the same group, or over all groups where no key is a period;
``published`` the published figure; ``delivered`` and ``refused`` rows of the file and those quarantined at entry, where
the group is a delivery.
"""
_STEPS = {"month": "interval 1 month", "year": "interval 1 year", "date": "interval 1 day"}


def group_expression(rule: Rule, text: str) -> Expression:
    """The syntax tree of ``expr`` or ``when`` of a rule of groups.

    Raises:
        ProfileError: it is none, or names what there is not.
    """
    return parsed_condition(text, names=(*rule.per, *GROUP_NAMES), where=f"rules, {rule.id}")


def counted_expression(rule: Rule) -> Expression:
    """The syntax tree of ``count``: over what a rule of records may name, and ``fate``.

    Raises:
        ProfileError: it is none, or names what there is not.
    """
    return parsed_condition(rule.count or "fate is null", names=(*RECORD_NAMES, "fate"), where=f"rules, {rule.id}")


def counts_query(rules: Sequence[Rule]) -> str:
    """Counts of the groups of rules that have the same keys: the keys, rows, and n_i and persons_i of the i-th rule.

    Children are read only where some rule uses ``persons``; ``persons_i`` is of no use to the others.

    Tables: registrations, deliveries, exceptions (``fate``: what the rules of records say), and territory where it is
    needed. Registrations of a replaced delivery are not counted. A period is the first day of it.
    """
    per = rules[0].per
    named = {name for rule in rules for name in names_in(counted_expression(rule))} - {"fate"}
    columns = named | {name for name in per if name not in PERIODS}
    counts_persons = any("persons" in used_names(rule) for rule in rules)
    columns |= {"children_count"} if counts_persons else set()
    persons = "1 + children_count" if counts_persons else "1"
    keys = ", ".join(f"{PERIODS.get(key, key)} as {key}_" for key in per)
    conditions = ", ".join(
        f"{_condition(counted_expression(rule), _bounds(rule))} as c_{i}" for i, rule in enumerate(rules)
    )
    counts = ", ".join(
        f"count(*) filter (where c_{i}) as n_{i}, cast(coalesce(sum(persons) filter (where c_{i}), 0) as bigint) as persons_{i}"
        for i in range(len(rules))
    )
    listed = ", ".join(f"{key}_ as {key}" for key in per)
    current = "(select * from registrations semi join (from deliveries where replaced_on is null) using (delivery))"
    return f"""
select {listed}, count(*) as rows, {counts}
from (
  select {keys}, {persons} as persons, {conditions}
  from (
    select judged.*, e.fate from ({judged_query(columns, current)}) as judged
    left join exceptions as e on e.delivery = judged.delivery and e.row = judged.row
  ) as judged
) as counted
group by {", ".join(str(place) for place in range(1, len(per) + 1))}
"""


def judged_groups_query(rule: Rule, number: int) -> str:
    """Every group of one rule with its state; tables ``groups`` (result of `counts_query`), deliveries, ``published``.

    Columns: the keys as text, ``n``, every name that the rule uses, and ``state``.
    """
    period = next((key for key in rule.per if key in PERIODS), None)
    rest = [key for key in rule.per if key != period]
    names = ", ".join(GROUP_NAMES)
    shown = ", ".join(f"{_as_text(key)} as {key}" for key in rule.per)
    applies = _condition(group_expression(rule, rule.when)) if rule.when else "true"
    told = f"coalesce(2 - cast(cast({_condition(group_expression(rule, rule.expr))} as boolean) as bigint), {MISSING})"
    return f"""
with counted as (
  select {", ".join(rule.per)}, rows, n_{number} as n, persons_{number} as persons from groups where rows > 0
),
{_filled(rest, period)},
compared as (
  select g.*, {_neighbours(period)}, {_typical(rest, period)},
    {"y.delivered, y.refused" if "delivery" in rule.per else "null::bigint as delivered, null::bigint as refused"},
    {"p.value" if rule.published else "null::double"} as published, g.n / nullif(g.rows, 0) as share
  from filled as g {_join_neighbours(rest, period)}
  {"left join deliveries as y on y.delivery = g.delivery" if "delivery" in rule.per else ""}
  {_join_published(rule)}
)
select {shown}, {names}, case when {applies} then {told} else {NOT_APPLICABLE} end as state
from compared
"""


def failing_groups_query(rule: Rule) -> str:
    """The groups that break a rule, largest n first; table ``judged`` is the result of `judged_groups_query`."""
    states = (FAILS, MISSING) if rule.on_null == "fail" else (FAILS,)
    keys = ", ".join(rule.per)
    return (
        f"select * exclude (state) from judged where state in ({', '.join(map(str, states))}) order by n desc, {keys}"
    )


def used_names(rule: Rule) -> tuple[str, ...]:
    """The names other than keys that ``expr`` and ``when`` use."""
    trees = [group_expression(rule, text) for text in (rule.when, rule.expr) if text]
    used = frozenset[str]().union(*(names_in(tree) for tree in trees))
    return tuple(name for name in GROUP_NAMES if name in used)


def by_keys(rules: Sequence[Rule]) -> Mapping[tuple[str, ...], list[Rule]]:
    """Rules that group registrations in the same way, which one scan counts."""
    found: dict[tuple[str, ...], list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.per, []).append(rule)
    return found


def _bounds(rule: Rule) -> list[str]:
    bounds = [f"date >= date '{rule.valid_from}'"] if rule.valid_from else []
    return bounds + ([f"date < date '{rule.valid_to}'"] if rule.valid_to else [])


def _condition(tree: Expression, more: Sequence[str] = ()) -> str:
    told = f"({tree.sql(dialect='duckdb')})"
    return f"({' and '.join([told, *more])})"


def _as_text(key: str, of: str = "") -> str:
    forms = {"month": "%Y-%m", "year": "%Y"}
    name = f"{of}.{key}" if of else key
    return f"strftime({name}, '{forms[key]}')" if key in forms else f"cast({name} as varchar)"


def _filled(rest: Sequence[str], period: str | None) -> str:
    """Months and years without a registration are groups too; days are not."""
    if period not in ("month", "year"):
        return "filled as (select * from counted)"
    others = f"(select distinct {', '.join(rest)} from counted) as o cross join" if rest else ""
    same = " and ".join(f"c.{key} is not distinct from o.{key}" for key in rest)
    chosen = "".join(f"o.{key}, " for key in rest)
    return f"""filled as (
  select {chosen}t.{period}, coalesce(c.rows, 0) as rows, coalesce(c.n, 0) as n, coalesce(c.persons, 0) as persons
  from {others} (select distinct {period} from counted where n > 0) as t
  left join counted as c on c.{period} = t.{period}{f" and {same}" if same else ""}
)"""


def _neighbours(period: str | None) -> str:
    return "b.n as before, v.n as previous" if period else "null::bigint as before, null::bigint as previous"


def _join_neighbours(rest: Sequence[str], period: str | None) -> str:
    if not period:
        return ""
    return " ".join(
        f"left join filled as {alias} on {alias}.{period} = g.{period} - {step}"
        + "".join(f" and {alias}.{key} is not distinct from g.{key}" for key in rest)
        for alias, step in (("b", "interval 1 year"), ("v", _STEPS[period]))
    )


def _typical(rest: Sequence[str], period: str | None) -> str:
    within = f"partition by {', '.join(f'g.{key}' for key in rest)}" if period and rest else ""
    return f"median(g.n) over ({within}) as typical"


def _join_published(rule: Rule) -> str:
    if rule.published is None:
        return ""
    same = " and ".join(f"p.{key} = {_as_text(key, 'g')}" for key in rule.published.by.values())
    return f"left join published as p on {same}"
