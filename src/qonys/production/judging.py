"""Confronts the registrations with the rules: the first half of *process*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.rule import Rule
from qonys.datasets.finding import FINDING
from qonys.datasets.outcome import Finding, Outcome, RuleResult, Table
from qonys.process.built_in_rules import record_rules
from qonys.process.confronting import confronted, with_rejected
from qonys.process.rule_names import is_stated, judged_names, judged_query, names_of, shown_names
from qonys.process.verdicts import Absent, Verdicts
from qonys.production.group_judging import judge_groups
from qonys.production.office import Office
from qonys.store.withdrawals import open_withdrawals

Place: TypeAlias = tuple[int, int]
"""Delivery and row of a slip."""


@dataclass(frozen=True)
class Judgement:
    """What the rules say.

    Args:
        exceptions: the slips that make no move, as `datasets.move.EXCEPTION`.
        flags: the slips that count and broke a rule that only flags, as `datasets.finding.FLAG`.
        results: the count of each rule.
        findings: the same with examples, as `datasets.finding.FINDING`.
    """

    exceptions: pa.Table
    flags: pa.Table
    results: tuple[RuleResult, ...]
    findings: pa.Table


def judge(office: Office, tables: Mapping[str, Table]) -> Outcome[Judgement]:
    """Confront the registrations with the rules of the profile.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
    """
    rules = record_rules(office.profile.rules)
    office.progress("rules", 0)
    absent = absent_layouts(office, rules)
    withdrawn = open_withdrawals(office.withdrawals)
    of_records = confronted(office.engine, rules, absent, tables, withdrawn=withdrawn)
    verdicts, results = of_records.verdicts, of_records.results()
    office.progress("rules", max((result.items for result in results), default=0))
    groups = judge_groups(office, tables, verdicts.exceptions)
    rejected = {
        d: [*verdicts.rejected.get(d, ()), *groups.rejected.get(d, ())]
        for d in {**verdicts.rejected, **groups.rejected}
    }
    exceptions = with_rejected(office.engine, verdicts, rejected, registrations=tables["registrations"])
    flags = _without(verdicts.flags, rejected)
    every = (*results, *groups.results)
    examples = {**_examples(office, rules, verdicts, tables), **groups.examples}
    judgement = Judgement(exceptions, flags, every, findings_table(every, examples))
    findings = (*_findings(every, _without(exceptions, withdrawn)), *_broken_rules(every))
    return Outcome(judgement, findings, {"flags": _without(flags, withdrawn).num_rows})


def _without(slips: pa.Table, deliveries: Collection[int]) -> pa.Table:
    """The slips of other deliveries than these."""
    return slips.filter(pc.invert(pc.is_in(slips["delivery"], pa.array(list(deliveries), pa.int32()))))


def absent_layouts(office: Office, rules: Sequence[Rule]) -> Absent:
    """For each rule, the layouts that do not state what its ``expr`` names."""
    layouts = office.profile.layouts.values()
    found = {
        rule.id: frozenset(one.id for one in layouts if not all(is_stated(name, one) for name in judged_names(rule)))
        for rule in rules
    }
    return {rule: without for rule, without in found.items() if without}


def findings_table(results: Sequence[RuleResult], examples: Mapping[str, list[dict[str, object]]]) -> pa.Table:
    """The results as the state *clean/findings*."""
    rows = [
        {
            "rule": r.rule, "version": r.version, "scope": r.scope, "severity": r.severity, "action": r.action,
            "items": r.items, "passes": r.passes, "fails": r.fails, "missing": r.missing, "broken": r.broken or None,
            "examples": examples.get(r.rule, []) if r.fails or r.missing else [],
        }
        for r in results
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FINDING)


def _examples(
    office: Office, rules: Sequence[Rule], verdicts: Verdicts, tables: Mapping[str, Table]
) -> dict[str, list[dict[str, object]]]:
    """For each broken rule some slips."""
    named = {rule.id: shown_names(names_of(rule)) for rule in rules}
    places = sorted({place for found in verdicts.broken_by.values() for place in found})
    values = _values(office, places, {name for rule in verdicts.broken_by for name in named[rule]}, tables)
    return {rule: _shown(found, named[rule], values) for rule, found in verdicts.broken_by.items()}


def slips_shown(
    office: Office, places: Mapping[str, Sequence[Place]], rule: Rule, tables: Mapping[str, Table]
) -> dict[str, list[dict[str, object]]]:
    """Slips (delivery, row) with the values of what a rule names that may be shown."""
    names = shown_names(names_of(rule))
    values = _values(office, [place for some in places.values() for place in some], set(names), tables)
    return {what: _shown(some, names, values) for what, some in places.items()}


def _values(
    office: Office, places: Sequence[Place], names: Collection[str], tables: Mapping[str, Table]
) -> dict[Place, dict[str, object]]:
    if not places:
        return {}
    columns = {
        "delivery": pa.array([delivery for delivery, _ in places], pa.int32()),
        "row": pa.array([row for _, row in places], pa.int64()),
    }
    some = "(select * from registrations semi join wanted using (delivery, row))"
    values = "".join(f", cast({name} as varchar) as {name}" for name in sorted(set(names)))
    query = f"select delivery, row{values} from ({judged_query(names, some)}) as j"
    rows = office.engine.run(query, None, wanted=pa.table(columns), **tables).to_pylist()
    return {(row["delivery"], row["row"]): row for row in rows}


def _shown(
    places: Sequence[Place], names: Sequence[str], values: Mapping[Place, Mapping[str, object]]
) -> list[dict[str, object]]:
    return [
        {"delivery": d, "row": r, "values": [{"name": name, "value": values[d, r][name]} for name in names]}
        for d, r in places
    ]


def _findings(results: Sequence[RuleResult], exceptions: pa.Table) -> tuple[Finding, ...]:
    """The rules that something broke, by how many slips are out for them; groups and flags by how many broke them.

    Args:
        results: the count of each rule.
        exceptions: the slips of the deliveries that count which make no move, as `datasets.move.EXCEPTION`.
    """
    told = pc.value_counts(pc.list_flatten(exceptions["reasons"]))
    reasons, times = told.field("values").to_pylist(), told.field("counts").to_numpy()
    counts = Counter({str(reason): int(count) for reason, count in zip(reasons, times, strict=True)})
    counts.update({r.rule: r.fails for r in results if r.fails and r.rule not in counts})
    severity = {result.rule: result.severity for result in results}
    return tuple(
        Finding(reason, count=count, severity=severity.get(reason, "error")) for reason, count in counts.most_common()
    )


def _broken_rules(results: Sequence[RuleResult]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            f"The rule itself broke and judged nothing: {result.broken}",
            where=f"rules, {result.rule}",
            severity="error",
            next_step="Mend its expression; `qonys rules try` shows what it does.",
        )
        for result in results
        if result.broken
    )
