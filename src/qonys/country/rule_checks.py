"""Confronts the rules of a profile with each other and with its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from qonys.concepts.rule import PublishedFigure, Rule
from qonys.concepts.table_design import TableDesign
from qonys.concepts.variable import VARIABLES, Kind

_TIMES = {"date", "month", "year"}
_UNEDITABLE = (Kind.IDENTIFIER, Kind.ENCODED)


def rule_contradictions(rules: Iterable[Rule], tables: dict[str, TableDesign]) -> Iterator[tuple[str, str, str]]:
    """File, what is wrong, and what is allowed, of every contradiction."""
    listed = tuple(rules)
    yield from _same_id(listed)
    for rule in listed:
        told = [
            *_dates(rule),
            *_edit(rule),
            *(_of_record(rule) if rule.scope == "record" else _of_groups(rule, tables)),
        ]
        yield from (("rules", f"{rule.id}: {what}", next_step) for what, next_step in told)


def _same_id(rules: tuple[Rule, ...]) -> Iterator[tuple[str, str, str]]:
    for one, other in combinations(rules, 2):
        if one.id != other.id:
            continue
        if one.holds_with(other):
            yield "rules", f"{one.id} stands twice for the same days.", "Give each version its valid_from and valid_to."
        elif one.version == other.version:
            yield "rules", f"{one.id}: two rules of other days have one version.", "Count `version` up."


def _dates(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.valid_from and rule.valid_to and rule.valid_from >= rule.valid_to:
        yield "it ends before it begins.", "valid_to is the first day for which it holds no more."


def _edit(rule: Rule) -> Iterator[tuple[str, str]]:
    if (rule.action == "edit") != bool(rule.edit):
        yield "the action edit needs the field `edit`, and no other action has it.", "edit: {variable: expression}"
    allowed = [name for name, variable in VARIABLES.items() if variable.kind not in _UNEDITABLE]
    for name in rule.edit:
        if name not in allowed:
            yield f"“{name}” cannot be edited.", f"Allowed: {', '.join(allowed)}."


def _of_record(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.per or rule.published or rule.count:
        yield (
            "per, count and published are for rules of groups.",
            "Give it the scope file, cross-period or cross-table.",
        )


def _of_groups(rule: Rule, tables: dict[str, TableDesign]) -> Iterator[tuple[str, str]]:
    if not rule.per:
        yield f"a rule of the scope {rule.scope} needs `per`.", "per: [delivery], or [destination_unit, month]"
    if len(set(rule.per) & _TIMES) > 1:
        yield "`per` has more than one time.", "One of date, month, year."
    if rule.action not in ("flag", "reject"):
        yield f"a rule of groups cannot {rule.action}.", "Allowed: flag, reject."
    if rule.action == "reject" and "delivery" not in rule.per:
        yield "to reject a delivery, `per` must have delivery.", "per: [delivery]"
    if rule.published:
        yield from _published(rule.published, rule.per, tables)


def _published(
    wanted: PublishedFigure, per: tuple[str, ...], tables: dict[str, TableDesign]
) -> Iterator[tuple[str, str]]:
    if wanted.table not in tables:
        yield f"there is no table “{wanted.table}”.", f"Tables: {', '.join(tables)}."
        return
    design = tables[wanted.table]
    placed = (*design.rows, *design.columns)
    for name in (*wanted.by, *wanted.at):
        if name not in placed:
            yield f"{name} is no dimension of {design.id}.", f"It has: {', '.join(placed)}."
    for key in wanted.by.values():
        if key not in per:
            yield f"published: {key} is not among its keys.", f"They are: {', '.join(per)}."
    if wanted.measure not in design.measures:
        yield f"{design.id} has no measure “{wanted.measure}”.", f"It has: {', '.join(design.measures)}."
