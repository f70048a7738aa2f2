"""Validation rules: what must hold of registrations, and what happens where it does not."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from qonys.concepts.text import Text

Scope = Literal["record", "file", "cross-period", "cross-table"]
Action = Literal["reject", "quarantine", "set_apart", "flag", "edit"]
Severity = Literal["error", "warning", "info"]


class PublishedFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figure of a published table with which a group is compared: ``published`` in the rule's expressions.

    Args:
        table: id of a table of the profile.
        measure: what is read from it.
        by: dimension of the table -> key of the group whose value it must have.
        at: dimension of the table -> fixed code; a dimension named in neither stands at its total.
    """

    table: str
    measure: str
    by: dict[str, str]
    at: dict[str, str] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold of a registration, or of a group of them, and what happens where it does not.

    Args:
        id: short name, unique in the profile among the rules of one day.
        message: what is wrong with a row or group that breaks it, in every language.
        expr: condition that every good row or group meets.
        when: condition under which the rule applies at all.
        on_null: what a row is worth of which the condition cannot be told.
        severity: how bad a break is.
        action: ``reject`` the delivery, ``quarantine`` the slip, ``set_apart`` what is no migration, ``edit`` it, or only
            ``flag`` it.
        edit: for the action ``edit``: variable -> expression of its new value; empty otherwise.
        per: for the other scopes: what the registrations are grouped by.
        count: for the other scopes: condition of the registrations that ``n`` and ``persons`` count; those that no rule
            of records took out where empty.
        published: for the other scopes: the published figure with which a group is compared.
        source: where the rule comes from, and why it says what it says.
        version: counted up with every change of what the rule says.
        scope: ``record`` judges one registration; the others judge counts of registrations.
        valid_from: first day of registration for which it holds; always where empty.
        valid_to: first day for which it holds no more.
    """

    id: str
    message: Text
    expr: str
    action: Action
    when: str | None = None
    on_null: Literal["pass", "fail"] = "pass"
    severity: Severity = "error"
    edit: dict[str, str] = {}
    per: tuple[str, ...] = ()
    count: str = ""
    published: PublishedFigure | None = None
    source: str = ""
    version: int = 1
    scope: Scope = "record"
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_with(self, other: Rule) -> bool:
        """Some day of registration is under both rules."""
        mine, theirs = (self.valid_from, self.valid_to), (other.valid_from, other.valid_to)
        return _begins_before(mine[0], theirs[1]) and _begins_before(theirs[0], mine[1])


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of a profile."""

    rules: tuple[Rule, ...] = ()

    def of_records(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.scope == "record")

    def of_groups(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.scope != "record")


def _begins_before(first: date | None, end: date | None) -> bool:
    return first is None or end is None or first < end
