"""Reads what the rules found when the register was last processed."""

from __future__ import annotations

import msgspec

from qonys.evaluate.findings import RuleFinding, worst_first
from qonys.process.built_in_rules import every_rule
from qonys.production.office import Office


def findings_of(office: Office) -> tuple[RuleFinding, ...]:
    """What each rule found, worst first.

    Raises:
        OperatorError: the register was never processed.
    """
    rows = office.engine.run("select * from f", f=office.store.files("clean/findings")).to_pylist()
    messages = {rule.id: rule.message for rule in every_rule(office.profile.rules)}
    return worst_first(
        msgspec.convert({**row, "broken": row["broken"] or "", "message": messages.get(row["rule"], {})}, RuleFinding)
        for row in rows
    )


def day_of_findings(office: Office) -> str:
    """ISO date on which the register was last processed."""
    return office.store.lineage("clean/findings").get("day", "")
