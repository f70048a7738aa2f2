"""The pass over all rules says of every row what a slow, clear judgement of one rule after the other says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qonys.concepts.rule import Rule
from qonys.datasets.registration import REGISTRATION
from qonys.engine.duck import DuckDBEngine
from qonys.process.confronting import Confronted, confronted

Row = Mapping[str, Any]
Told = bool | None
"""True, false, or None: cannot be told."""

ENGINE = DuckDBEngine(threads=1)
FIRST = date(2024, 1, 1)
TERRITORY = pa.table(
    {
        "code": ["N11", "C11"], "level": ["district"] * 2, "inside": [True] * 2, "unit": ["N1", "C1"],
        "locality": ["R", "U"], "valid_from": [date(1, 1, 1)] * 2, "valid_to": [date(9999, 12, 31)] * 2,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """A condition as a rule writes it, and as Python says it."""

    text: str
    told: Callable[[Row], Told]


def _compared(name: str, holds: Callable[[Any], bool]) -> Callable[[Row], Told]:
    return lambda row: None if row[name] is None else holds(row[name])


def _unit(row: Row) -> str | None:
    return {"N11": "N1", "C11": "C1"}.get(row["origin"])


def _same_sex(row: Row) -> Told:
    return None if None in (row["sex"], row["number_sex"]) else row["sex"] == row["number_sex"]


CONDITIONS = (
    Condition("age >= 18", _compared("age", lambda age: age >= 18)),
    Condition("age between 0 and 115", _compared("age", lambda age: 0 <= age <= 115)),
    Condition("sex = 'F'", _compared("sex", lambda sex: sex == "F")),
    Condition("sex is not null", lambda row: row["sex"] is not None),
    Condition("reason in ('work', 'study')", _compared("reason", lambda reason: reason in ("work", "study"))),
    Condition("date <= received", lambda row: row["date"] <= row["received"]),
    Condition("number_sex = sex", _same_sex),
    Condition("origin_level is not null", lambda row: _unit(row) is not None),
    Condition("origin_unit = 'N1'", lambda row: None if _unit(row) is None else _unit(row) == "N1"),
    Condition("children_count = 0", lambda row: not row["children"]),
)
CODES = st.sampled_from([None, "F", "M"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "delivery": st.integers(1, 3), "received": st.just(date(2024, 2, 1)),
            "date": st.integers(0, 60).map(lambda days: FIRST + timedelta(days)),
            "age": st.sampled_from([None, -1, 0, 17, 18, 40, 116]), "sex": CODES, "number_sex": CODES,
            "reason": st.sampled_from([None, "work", "study", "family"]),
            "origin": st.sampled_from(["N11", "C11", "Nowhere"]),
            "children": st.sampled_from([None, [], [{"sex": "F", "birth_date": FIRST}]]),
        }
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@st.composite
def _rules(draw: st.DrawFn) -> list[tuple[Rule, Condition | None, Condition]]:
    """Up to 70 rules, so that their states fill up to three words."""
    found = []
    for number in range(draw(st.integers(1, 70))):
        when, holds = draw(st.sampled_from([None, *CONDITIONS])), draw(st.sampled_from(CONDITIONS))
        first = draw(st.sampled_from([None, FIRST + timedelta(20)]))
        end = draw(st.sampled_from([None, FIRST + timedelta(40)]))
        rule = Rule(
            id=f"rule-{number}", message={}, expr=holds.text, when=when.text if when else None,
            action=draw(st.sampled_from(["quarantine", "set_apart", "flag", "reject", "edit"])),
            on_null=draw(st.sampled_from(["pass", "fail"])), valid_from=first, valid_to=end,
        )  # fmt: skip
        found.append((rule, when, holds))
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, rules=_rules(), without=st.sets(st.integers(0, 69), max_size=3))
def test_one_pass_says_what_one_rule_after_the_other_says(
    rows: list[dict[str, Any]], rules: list[tuple[Rule, Condition | None, Condition]], without: set[int]
) -> None:
    absent = {rule.id: frozenset({"layout-2"}) for n, (rule, _, _) in enumerate(rules) if n in without}
    slips = [{**row, "row": place} for place, row in enumerate(rows)]
    told = _one_pass(slips, [rule for rule, _, _ in rules], absent)
    broken: dict[tuple[int, int], list[Rule]] = {}
    for place, (rule, when, holds) in enumerate(rules):
        states = Counter(_state(row, rule, when, holds, absent) for row in slips)
        assert told.verdicts.states[place].tolist() == [states[name] for name in ("not", "passes", "fails", "missing")]
        for row in slips:
            state = _state(row, rule, when, holds, absent)
            if state == "fails" or (state == "missing" and rule.on_null == "fail"):
                broken.setdefault((row["delivery"], row["row"]), []).append(rule)
    assert _exceptions(told) == {slip: _fate(found) for slip, found in broken.items() if _fate(found)}
    assert _flags(told) == {slip: _flagged(found) for slip, found in broken.items() if _flagged(found)}
    rejecting = {(slip[0], rule.id) for slip, found in broken.items() for rule in found if rule.action == "reject"}
    assert {(delivery, rule) for delivery, ids in told.verdicts.rejected.items() for rule in ids} == rejecting


def _one_pass(slips: list[dict[str, Any]], rules: list[Rule], absent: Mapping[str, frozenset[str]]) -> Confronted:
    registrations = pa.Table.from_pylist(slips, schema=REGISTRATION)
    deliveries = pa.table({"delivery": pa.array([1, 2, 3], pa.int32()), "layout": ["layout-1", "layout-2", "layout-3"]})
    tables = {"registrations": registrations, "deliveries": deliveries, "territory": TERRITORY}
    return confronted(ENGINE, rules, absent, tables)


def _state(row: Row, rule: Rule, when: Condition | None, holds: Condition, absent: Mapping[str, frozenset[str]]) -> str:
    days = (rule.valid_from is None or rule.valid_from <= row["date"]) and (
        rule.valid_to is None or row["date"] < rule.valid_to
    )
    stated = f"layout-{row['delivery']}" not in absent.get(rule.id, ())
    if not days or not stated or (when is not None and when.told(row) is not True):
        return "not"
    return {True: "passes", False: "fails", None: "missing"}[holds.told(row)]


def _fate(found: list[Rule]) -> tuple[str, list[str]] | None:
    for fate in ("quarantine", "set_apart"):
        reasons = [rule.id for rule in found if rule.action == fate]
        if reasons:
            return fate, reasons
    return None


def _flagged(found: list[Rule]) -> list[str]:
    return [] if _fate(found) else [rule.id for rule in found if rule.action in ("flag", "edit")]


def _exceptions(told: Confronted) -> dict[tuple[int, int], tuple[str, list[str]]]:
    rows = told.verdicts.exceptions.to_pylist()
    return {(row["delivery"], row["row"]): (row["fate"], row["reasons"]) for row in rows}


def _flags(told: Confronted) -> dict[tuple[int, int], list[str]]:
    return {(row["delivery"], row["row"]): row["reasons"] for row in told.verdicts.flags.to_pylist()}
