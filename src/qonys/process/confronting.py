"""Runs the pass of the rules of records, and tells the rules that broke from the data that broke them.

Law: a rule that fails on its own (an expression that cannot be computed for some value, a table that is missing) is
reported with its error and judges nothing; all others judge as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from qonys.concepts.rule import Rule
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Engine, RuleResult, Table
from qonys.errors import QueryError
from qonys.process.verdicts import FAILS, MISSING, PASSES, Absent, Verdicts, verdicts_of, verdicts_query

_SLIP = pa.struct([("delivery", pa.int32()), ("row", pa.int64()), ("date", pa.date32()), ("received", pa.date32())])
_NOTHING = pa.schema([("n", pa.int64()), ("slips", pa.list_(_SLIP))]).empty_table()
"""The result of a pass without a rule."""


@dataclass(frozen=True)
class Confronted:
    """The verdicts of the rules that could be judged, and the errors of those that could not.

    Args:
        rules: the rules that judged, in their order.
        verdicts: what they say.
        broken: the rules that broke and why, in their order.
    """

    rules: tuple[Rule, ...]
    verdicts: Verdicts
    broken: tuple[tuple[Rule, str], ...]

    def results(self) -> tuple[RuleResult, ...]:
        """The counts of each rule that judged, then those that broke."""
        judged = tuple(
            result_of(rule, *(int(states[state]) for state in (PASSES, FAILS, MISSING)))
            for rule, states in zip(self.rules, self.verdicts.states, strict=True)
        )
        return judged + tuple(result_of(rule, 0, 0, 0, broken=why) for rule, why in self.broken)


def result_of(rule: Rule, passes: int, fails: int, missing: int, *, broken: str = "") -> RuleResult:
    """A rule with its counts."""
    items = passes + fails + missing
    return RuleResult(
        rule.id, rule.action, items, passes, fails, missing, rule.version, rule.severity, rule.scope, broken
    )


def confronted(
    engine: Engine,
    rules: Sequence[Rule],
    absent: Absent,
    tables: Mapping[str, Table],
    *,
    registrations: str = "registrations",
    withdrawn: Collection[int] = (),
) -> Confronted:
    """Confront registrations with rules of records.

    Args:
        engine: runs the pass.
        rules: rules of the scope record.
        absent: rule id -> layouts that do not state what it names.
        tables: registrations, deliveries, territory.
        registrations: table or subquery of the registrations to judge.
        withdrawn: deliveries that do not count any more: judged, but neither counted nor shown.
    """

    def run(some: Sequence[Rule]) -> pa.Table:
        return engine.run(verdicts_query(some, absent, registrations, withdrawn), None, **tables)

    told, sound, broken = without_broken(run, rules)
    return Confronted(tuple(sound), verdicts_of(sound, told), broken)


def without_broken(
    run: Callable[[Sequence[Rule]], pa.Table], rules: Sequence[Rule]
) -> tuple[pa.Table, Sequence[Rule], tuple[tuple[Rule, str], ...]]:
    """Run rules together; where that fails, find those that fail alone and run the others, if there are any.

    Raises:
        QueryError: the rules fail together though none of them fails alone.
    """
    try:
        return run(rules), rules, ()
    except QueryError:
        broken = tuple(_broken(run, rules))
        failing = [rule for rule, _ in broken]
        sound = [rule for rule in rules if rule not in failing]
        if not broken:
            raise
        return (run(sound) if sound else _NOTHING), sound, broken


def with_rejected(
    engine: Engine, verdicts: Verdicts, rejected: Mapping[int, Sequence[str]], **tables: Table
) -> pa.Table:
    """The exceptions, every slip of a rejected delivery being quarantined with the reasons of the rejection besides its own.

    Args:
        engine: runs the query.
        verdicts: what the rules of records say.
        rejected: delivery -> ids of the rules for which it is rejected.
        tables: registrations.
    """
    if not rejected:
        return verdicts.exceptions
    told = {
        "delivery": pa.array(list(rejected), pa.int32()),
        "why": pa.array(list(rejected.values()), pa.list_(pa.string())),
    }
    query = """
select r.delivery, r.row, r.date, r.received as since, 'quarantine' as fate,
  case when e.fate = 'quarantine' then list_concat(e.reasons, t.why) else t.why end as reasons, cast(null as date) as until
from registrations as r join rejected as t on t.delivery = r.delivery
left join exceptions as e on e.delivery = r.delivery and e.row = r.row
union all
select delivery, row, date, since, fate, reasons, until from exceptions anti join rejected using (delivery)
"""
    return engine.run(query, None, exceptions=verdicts.exceptions, rejected=pa.table(told), **tables).cast(EXCEPTION)


def _broken(run: Callable[[Sequence[Rule]], pa.Table], rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    """The rules that fail alone, by halves: most of many rules are sound."""
    try:
        run(rules)
    except QueryError as error:
        if len(rules) == 1:
            return [(rules[0], error.what)]
        half = len(rules) // 2
        return _broken(run, rules[:half]) + _broken(run, rules[half:])
    return []
