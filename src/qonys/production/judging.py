"""Confronts the registrations with the rules: the first half of *process*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from qonys.concepts.rule import RuleSet
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Finding, Outcome, RuleResult, Table
from qonys.process.verdicts import rule_exceptions_query, rule_result_query
from qonys.production.office import Office


@dataclass(frozen=True)
class Judgement:
    """What the rules say: the slips that make no move, as `datasets.move.EXCEPTION`, and the count of each rule."""

    exceptions: pa.Table
    results: tuple[RuleResult, ...]


def judge(office: Office, tables: Mapping[str, Table]) -> Outcome[Judgement]:
    """Confront the registrations with the rules of the profile.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
    """
    rules = office.profile.rules
    office.progress("rules", 0)
    aside = office.engine.run(rule_exceptions_query(rules), None, **tables).cast(EXCEPTION)
    results = _rule_results(rules, office.engine.run(rule_result_query(rules), None, **tables))
    office.progress("rules", results[0].items if results else 0)
    return Outcome(Judgement(aside, results), _findings(rules, aside))


def _rule_results(rules: RuleSet, counted: pa.Table) -> tuple[RuleResult, ...]:
    row = counted.to_pylist()[0]
    return tuple(
        RuleResult(
            rule.id,
            rule.action,
            row[f"items_{number}"],
            row[f"passes_{number}"],
            row[f"fails_{number}"],
            row[f"missing_{number}"],
        )
        for number, rule in enumerate(rules.rules)
    )


def _findings(rules: RuleSet, exceptions: pa.Table) -> tuple[Finding, ...]:
    counts = Counter(reason for reasons in exceptions["reasons"].to_pylist() for reason in reasons or ())
    severity = {rule.id: rule.severity for rule in rules.rules}
    found = [
        Finding(reason, count=count, severity=severity.get(reason, "error")) for reason, count in counts.most_common()
    ]
    return tuple(found)
