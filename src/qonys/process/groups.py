"""Confronts counts of registrations with the rules of files, of periods and of tables.

Registrations are grouped by the keys of a rule; what it says is judged once for each group. A month or year in which a
group has no registration at all is a group with n = 0, as long as the rule counts one of some other group in it.

Scans of all registrations are what costs, so rules share them: a scan counts by the keys of several rules at once, and the
groups of each rule are added up from these finer ones, which are few. Rules by days have scans of their own, for days
make many groups.
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
_KEYS_A_SCAN = 4
"""So many keys together leave few groups of months, years, units; with more there may be nearly as many as slips."""
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


def families(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules that share a scan, each in the order given: by days or not, and by at most `_KEYS_A_SCAN` keys together."""
    found: list[list[Rule]] = []
    for rule in rules:
        family = next((one for one in found if _fits(rule, one)), None)
        if family is None:
            found.append([rule])
        else:
            family.append(rule)
    return found


def counts_query(rules: Sequence[Rule]) -> str:
    """Counts that rules share: their keys, rows, and n_i of the i-th rule, and persons_i where that uses ``persons``.

    Of the periods that are keys only the finest is one, as its first day in the column ``date``.

    Tables: registrations, deliveries, exceptions (``fate``: what the rules of records say), and territory where it is
    needed. Registrations of a withdrawn delivery are not counted.
    """
    keys = _shared_keys(rules)
    named = {name for rule in rules for name in names_in(counted_expression(rule))} - {"fate"}
    columns = named | {name for name in keys if name not in PERIODS}
    of_persons = [i for i, rule in enumerate(rules) if "persons" in used_names(rule)]
    columns |= {"children_count"} if of_persons else set()
    counted = [_condition(counted_expression(rule), _bounds(rule)) for rule in rules]
    place = {condition: number for number, condition in enumerate(dict.fromkeys(counted))}
    conditions = "".join(f", {condition} as c_{number}" for condition, number in place.items())
    counts = [f"count(*) filter (where c_{place[counted[i]]}) as n_{i}" for i in range(len(rules))]
    counts += [f"sum(1 + children_count) filter (where c_{place[counted[i]]}) as persons_{i}" for i in of_persons]
    made = ", ".join(f"{PERIODS.get(key, key)} as {key}_" for key in keys)
    listed = ", ".join(f"{key}_ as {'date' if key in PERIODS else key}" for key in keys)
    children = ", children_count" if of_persons else ""
    current = "(select * from registrations semi join (from deliveries where withdrawn_on is null) using (delivery))"
    return f"""
select {listed}, count(*) as rows, {", ".join(counts)}
from (
  select {made}{children}{conditions}
  from (
    select judged.*, e.fate from ({judged_query(columns, current)}) as judged
    left join exceptions as e on e.delivery = judged.delivery and e.row = judged.row
  ) as judged
) as counted
group by {", ".join(str(number) for number in range(1, len(keys) + 1))}
"""


def judged_groups_query(rule: Rule, number: int) -> str:
    """Every group of one rule with its state; tables ``groups`` (result of `counts_query`), deliveries, ``published``.

    Columns: the keys as text, ``n``, every name that the rule uses (others may be null), and ``state``.
    """
    period = next((key for key in rule.per if key in PERIODS), None)
    rest = [key for key in rule.per if key != period]
    names, used = ", ".join(GROUP_NAMES), used_names(rule)
    shown = ", ".join(f"{_as_text(key)} as {key}" for key in rule.per)
    applies = _condition(group_expression(rule, rule.when)) if rule.when else "true"
    told = f"coalesce(2 - cast(cast({_condition(group_expression(rule, rule.expr))} as boolean) as bigint), {MISSING})"
    return f"""
with counted as ({_added_up(rule, number)}),
{_filled(rest, period)},
compared as (
  select g.*, {_neighbours(period, used)}, {_typical(rest, period) if "typical" in used else "null::double as typical"},
    {"y.delivered, y.refused" if "delivery" in rule.per else "null::bigint as delivered, null::bigint as refused"},
    {"p.value" if rule.published else "null::double"} as published, g.n / nullif(g.rows, 0) as share
  from filled as g {_join_neighbours(rest, period, used)}
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
    """Rules that group registrations in the same way."""
    found: dict[tuple[str, ...], list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.per, []).append(rule)
    return found


def _fits(rule: Rule, family: Sequence[Rule]) -> bool:
    by_days = "date" in rule.per
    return by_days == ("date" in family[0].per) and len(_shared_keys([*family, rule])) <= _KEYS_A_SCAN


def _shared_keys(rules: Sequence[Rule]) -> tuple[str, ...]:
    """All keys of some rules, of the periods the finest only."""
    every = dict.fromkeys(key for rule in rules for key in rule.per)
    finest = [period for period in ("date", "month", "year") if period in every][:1]
    return (*(key for key in every if key not in PERIODS), *finest)


def _added_up(rule: Rule, number: int) -> str:
    """The groups of a rule out of finer ones: its keys, rows, n, persons."""
    keys = ", ".join(f"{PERIODS.get(key, key)} as {key}_" for key in rule.per)
    named = ", ".join(f"{key}_ as {key}" for key in rule.per)
    persons = f"persons_{number}" if "persons" in used_names(rule) else f"n_{number}"
    return f"""
  select {named}, cast(sum(rows) as bigint) as rows, cast(sum(n) as bigint) as n,
    cast(coalesce(sum(persons), 0) as bigint) as persons
  from (select {keys}, rows, n_{number} as n, {persons} as persons from groups) as finer
  group by {", ".join(str(place) for place in range(1, len(rule.per) + 1))}
"""


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


def _neighbours(period: str | None, used: Sequence[str]) -> str:
    told = ("before", "b.n"), ("previous", "v.n")
    return ", ".join(f"{n if period and name in used else 'null::bigint'} as {name}" for name, n in told)


def _join_neighbours(rest: Sequence[str], period: str | None, used: Sequence[str]) -> str:
    if not period:
        return ""
    return " ".join(
        f"left join filled as {alias} on {alias}.{period} = g.{period} - {step}"
        + "".join(f" and {alias}.{key} is not distinct from g.{key}" for key in rest)
        for name, alias, step in (("before", "b", "interval 1 year"), ("previous", "v", _STEPS[period]))
        if name in used
    )


def _typical(rest: Sequence[str], period: str | None) -> str:
    within = f"partition by {', '.join(f'g.{key}' for key in rest)}" if period and rest else ""
    return f"median(g.n) over ({within}) as typical"


def _join_published(rule: Rule) -> str:
    if rule.published is None:
        return ""
    same = " and ".join(f"p.{key} = {_as_text(key, 'g')}" for key in rule.published.by.values())
    return f"left join published as p on {same}"
