"""Confronts every registration with the rules: which slips make no move, and why.

A slip ends in exactly one place: it is quarantined, or set apart, or it is a move. The order decides: what is broken is
quarantined before it is asked whether it is a migration, and that before it is compared with other slips.
"""

from __future__ import annotations

from qonys.concepts.rule import Rule, RuleSet
from qonys.concepts.variable import VARIABLES
from qonys.queries.expressions import parsed_condition

DERIVED = (
    "received",
    "origin_level",
    "destination_level",
    "origin_unit",
    "destination_unit",
    "origin_inside",
    "destination_inside",
)
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
  o.level as origin_level, d.level as destination_level, o.unit as origin_unit, d.unit as destination_unit,
  coalesce(o.inside, false) as origin_inside, coalesce(d.inside, false) as destination_inside
from {registrations} as r
semi join deliveries using (delivery)
left join territory as o on o.code = r.origin and r.date >= o.valid_from and r.date < o.valid_to
left join territory as d on d.code = r.destination and r.date >= d.valid_from and r.date < d.valid_to
"""


def rule_exceptions_query(rules: RuleSet) -> str:
    """Slips that break a rule whose action is quarantine or set_apart, with every reason."""
    broken = {**_built_in(), **{rule.id: _fails(rule) for rule in rules.rules if rule.action == "quarantine"}}
    apart = {rule.id: _fails(rule) for rule in rules.rules if rule.action == "set_apart"}
    return f"""
select delivery, row, date, received as since,
  case when len(broken) > 0 then 'quarantine' else 'set_apart' end as fate,
  case when len(broken) > 0 then broken else apart end as reasons
from (
  select delivery, row, date, received, {_reasons(broken)} as broken, {_reasons(apart)} as apart
  from ({judged()}) as judged
  where {" or ".join([*broken.values(), *apart.values()])}
) as verdicts
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


def _built_in() -> dict[str, str]:
    """What holds in every country: codes mean something on the day, and nobody moves before birth."""
    return {
        "origin-not-valid-on-date": "origin_level is null",
        "destination-not-valid-on-date": "destination_level is null",
        "child-born-after-move": "coalesce(len(list_filter(children, lambda child: child.birth_date > date)) > 0, false)",
    }


def _reasons(conditions: dict[str, str]) -> str:
    """The list of the ids whose condition is true."""
    told = [f"case when {condition} then '{reason}' end" for reason, condition in conditions.items()]
    return f"list_filter([{', '.join(['null', *told])}], lambda reason: reason is not null)"


def _applies(rule: Rule) -> str:
    return f"coalesce({_sql(rule, rule.when)}, false)" if rule.when else "true"


def _holds(rule: Rule) -> str:
    return f"({_sql(rule, rule.expr)})"


def _fails(rule: Rule) -> str:
    unknown = "false" if rule.on_null == "fail" else "true"
    return f"({_applies(rule)} and not coalesce({_holds(rule)}, {unknown}))"


def _sql(rule: Rule, text: str) -> str:
    return f"({parsed_condition(text, names=_NAMES, where=f'rules, {rule.id}').sql(dialect='duckdb')})"
