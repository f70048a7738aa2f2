"""Validation rules: what must hold of registrations, and what happens where it does not."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from qonys.concepts.text import Text

Scope = Literal["record", "file", "cross-period", "cross-table"]
Action = Literal["reject", "quarantine", "set_apart", "flag", "edit"]
Severity = Literal["error", "warning", "info"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold of a registration, and what happens to one of which it does not.

    Args:
        id: short name, unique in the profile among the rules of one day.
        message: what is wrong with a row that breaks it, in every language.
        expr: condition over the variables of a registration that every good row meets.
        when: condition under which the rule applies at all.
        on_null: what a row is worth of which the condition cannot be told.
        severity: how bad a break is.
        action: ``reject`` the delivery, ``quarantine`` the slip, ``set_apart`` what is no migration, ``edit`` it, or only
            ``flag`` it.
        source: where the rule comes from.
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
    source: str = ""
    version: int = 1
    scope: Scope = "record"
    valid_from: date | None = None
    valid_to: date | None = None


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of a profile and what makes two slips the same registration.

    ``duplicate_key`` names variables; slips that agree in all of them, none being unknown, are one registration. Empty:
    the source has no personal identifier, so equal rows are different persons.
    """

    rules: tuple[Rule, ...] = ()
    duplicate_key: tuple[str, ...] = ()
