"""What rules must find in a synthetic register: the planted faults and nothing else, and warnings by a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from qonys.production.finding_rules import findings_of
from qonys.production.office import Office

FOUND_BY = {
    "future": ("future",),
    "born-after": ("born_after",),
    "number-valid": ("wrong_check_digit",),
    "number-sex": ("sex_against_number",),
    # A slip that is planted as born too late keeps the number of the true date of birth.
    "number-birth-date": ("born_after",),
}
"""Record rule of the severity error -> the planted faults that it finds."""


def planted(deliveries: Path) -> dict[str, int]:
    """How many slips of each fault were planted, in all years."""
    note = msgspec.json.decode((deliveries / "planted.json").read_bytes())
    total: dict[str, int] = {}
    for faults in note["faults"].values():
        for kind, count in faults.items():
            total[kind] = total.get(kind, 0) + count
    return total


def fail_unless_errors_are_the_planted_ones(office: Office, deliveries: Path, rules: Iterable[str]) -> None:
    """Each named rule finds as many slips as were planted for it; no slip without a planted fault breaks an error rule."""
    faults = planted(deliveries)
    found = [f for f in findings_of(office) if f.severity == "error" and f.scope == "record"]
    fails = {finding.rule: finding.fails for finding in found}
    assert [f.rule for f in found if f.broken] == []
    assert {rule: fails[rule] for rule in rules} == {
        rule: sum(faults[kind] for kind in FOUND_BY[rule]) for rule in rules
    }
    others = [finding.rule for finding in found if finding.fails and finding.rule not in rules]
    assert _reasons_without(office, "clean/exceptions", others, rules) == []
    assert _reasons_without(office, "clean/flags", others, rules) == []


def warnings_of(office: Office) -> set[str]:
    """Rules of the severity warning that something broke."""
    return {finding.rule for finding in findings_of(office) if finding.severity == "warning" and finding.fails}


def groups_failing(office: Office) -> Mapping[str, int]:
    return {f.rule: f.fails for f in findings_of(office) if f.scope != "record" and f.fails}


def _reasons_without(office: Office, state: str, others: list[str], rules: Iterable[str]) -> list[list[str]]:
    """Reasons of slips that broke one of the other error rules and none of those for which faults were planted."""
    rows = office.engine.run("select reasons from s", s=office.store.files(state))  # type: ignore[arg-type]
    lists: pa.ChunkedArray = rows["reasons"]
    known = set(rules)
    return [
        reasons
        for reasons in pc.unique(pc.binary_join(lists, " ")).to_pylist()
        for reasons in [str(reasons).split(" ")]
        if set(reasons) & set(others) and not set(reasons) & known
    ]
