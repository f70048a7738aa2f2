"""Confronts every registration with the rules: which slips make no move, and why.

A slip ends in exactly one place: it is quarantined, or set apart, or it is a move. The order decides: what is broken is
quarantined before it is asked whether it is a migration, and that before it is compared with other slips.
"""

from __future__ import annotations

from qonys.concepts.layout import Rule, RuleSet
from qonys.concepts.variable import VARIABLES
from qonys.queries.expressions import parsed_condition

DERIVED = ("received", "origin_level", "destination_level", "origin_inside", "destination_inside")
"""What a rule may name besides the variables of a registration."""

_NAMES = (*VARIABLES, *DERIVED)


def judged(registrations: str = "registrations") -> str:
    """Registrations with what the rules need besides: age, and what their ends are on the day.

    Tables: the registrations, ``deliveries`` (column delivery: those that count), ``territory``.
    """
    columns = ", ".join(f"r.{name}" for name in VARIABLES if name != "age")
    return f"""
select r.delivery, r.row, r.received, {columns},
  coalesce(r.age, date_sub('year', r.birth_date, r.date)) as age,
  o.level as origin_level, d.level as destination_level,
  coalesce(o.inside, false) as origin_inside, coalesce(d.inside, false) as destination_inside
from {registrations} as r
semi join deliveries using (delivery)
left join territory as o on o.code = r.origin and r.date >= o.valid_from and r.date < o.valid_to
left join territory as d on d.code = r.destination and r.date >= d.valid_from and r.date < d.valid_to
"""


def verdict_query(rules: RuleSet) -> str:
    """The slips that make no move, or stopped making one: the columns of `datasets.move.EXCEPTION`."""
    broken = ", ".join([*_built_in(), *(_fails(rule) for rule in rules.rules if rule.action == "quarantine")])
    apart = ", ".join(["null", *(_fails(rule) for rule in rules.rules if rule.action == "set_apart")])
    return f"""
with judged as ({judged()}),
verdicts as (
  select delivery, row, received, date, slip, corrects, {_key_columns(rules)},
    list_filter([{broken}], lambda reason: reason is not null) as broken,
    list_filter([{apart}], lambda reason: reason is not null) as apart
  from judged
),
sound as (select * from verdicts where len(broken) = 0 and len(apart) = 0),
corrections as (select corrects as slip, min(received) as since from sound where corrects is not null group by corrects),
corrected as (
  select s.delivery, s.row, s.date, c.since from sound as s join corrections as c using (slip)
),
{_repeated(rules)}
select delivery, row, date, received as since, 'quarantine' as fate, broken as reasons from verdicts where len(broken) > 0
union all
select delivery, row, date, received, 'set_apart', apart from verdicts where len(broken) = 0 and len(apart) > 0
union all
select delivery, row, date, received, 'set_apart', ['duplicate'] from repeated
union all
select c.delivery, c.row, c.date, c.since, 'set_apart', ['corrected'] from corrected as c anti join repeated using (delivery, row)
"""


def rule_result_query(rules: RuleSet) -> str:
    """One row: for the i-th rule its items, passes, fails and missing as columns items_i, passes_i, fails_i, missing_i."""
    counts = []
    for number, rule in enumerate(rules.rules):
        applies, holds = _applies(rule), _holds(rule)
        counts.append(f"count(*) filter (where {applies}) as items_{number}")
        counts.append(f"count(*) filter (where {applies} and {holds}) as passes_{number}")
        counts.append(f"count(*) filter (where {applies} and not {holds}) as fails_{number}")
        counts.append(f"count(*) filter (where {applies} and ({holds}) is null) as missing_{number}")
    return f"with judged as ({judged()}) select {', '.join(counts) or 'count(*) as items'} from judged"


def _built_in() -> tuple[str, ...]:
    """What holds in every country: codes mean something on the day, and nobody moves before birth."""
    born_later = "len(list_filter(children, lambda child: child.birth_date > date)) > 0"
    return (
        "case when origin_level is null then 'origin-not-valid-on-date' end",
        "case when destination_level is null then 'destination-not-valid-on-date' end",
        f"case when {born_later} then 'child-born-after-move' end",
    )


def _applies(rule: Rule) -> str:
    return f"coalesce({_sql(rule, rule.when)}, false)" if rule.when else "true"


def _holds(rule: Rule) -> str:
    return f"({_sql(rule, rule.expr)})"


def _fails(rule: Rule) -> str:
    unknown = "false" if rule.on_null == "fail" else "true"
    return f"case when {_applies(rule)} and not coalesce({_holds(rule)}, {unknown}) then '{rule.id}' end"


def _sql(rule: Rule, text: str) -> str:
    return f"({parsed_condition(text, names=_NAMES, where=f'rules, {rule.id}').sql(dialect='duckdb')})"


def _key_columns(rules: RuleSet) -> str:
    return ", ".join(rules.duplicate_key) if rules.duplicate_key else "null as no_key"


def _repeated(rules: RuleSet) -> str:
    """Slips that say again what an earlier one says. The hash only picks candidates; equality decides."""
    if not rules.duplicate_key:
        return "repeated as (select delivery, row, date, received from sound where false)"
    keys = [key for key in rules.duplicate_key if key not in ("delivery", "row", "received")]
    key, known = ", ".join(keys), " and ".join(f"{name} is not null" for name in keys)
    return f"""
keyed as (select delivery, row, date as day, received, corrects, hash({key}) as hashed from sound where {known}),
suspects as (select hashed from keyed group by hashed having count(*) > 1),
ranked as (
  select s.delivery, s.row, s.date, s.received, s.corrects,
    row_number() over (partition by {", ".join(f"s.{name}" for name in keys)} order by s.received, s.delivery, s.row) as place
  from sound as s semi join (select k.delivery, k.row from keyed as k semi join suspects using (hashed)) as c
    using (delivery, row)
),
repeated as (select delivery, row, date, received from ranked where place > 1 and corrects is null)
"""
