"""The step *process*: confronts all registrations with the rules and makes moves of the good ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa

from qonys.concepts.layout import RuleSet
from qonys.datasets.move import MOVE
from qonys.datasets.outcome import Finding, Outcome, RuleResult
from qonys.process.moves import moves_query
from qonys.process.verdicts import exceptions, rule_result_query
from qonys.production.office import Office
from qonys.production.streams import cast_stream


def process(office: Office) -> Outcome[tuple[RuleResult, ...]]:
    """Make the clean state anew from all registrations; earlier versions of it stay.

    Returns:
        What each rule found; findings name the rules that some row broke; measures count moves and exceptions.
    """
    rules = office.profile.rules
    tables: dict[str, Any] = {
        "registrations": office.store.files("input/registrations"),
        "deliveries": office.counting_deliveries(),
        "territory": office.territory,
    }
    office.progress("rules", 0)
    aside = exceptions(office.engine, rules, **tables)
    results = _rule_results(rules, office.engine.run(rule_result_query(rules), **tables))
    office.progress("rules", results[0].items if results else 0)
    moves = cast_stream(office.engine.stream(moves_query(), **tables, exceptions=aside), MOVE, "moves", office.progress)
    lineage = {**office.lineage(), "deliveries": str(tables["deliveries"].num_rows)}
    office.store.replace("clean/moves", moves, lineage)
    office.store.replace("clean/exceptions", aside, lineage)
    return Outcome(results, _findings(rules, aside), {"exceptions": aside.num_rows})


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
