"""Rules of records as a datapoint ruleset of VTL, for other programs and for offices that exchange their checks.

The ruleset judges a data set with a row a slip, whose columns are what the rules name: variables and what is derived from
them (`rule_names.RECORD_NAMES`). It says what is wrong and how bad that is, not what becomes of the slip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from qonys.concepts.rule import Rule
from qonys.process.rule_names import names_of, parsed
from qonys.queries.vtl import UnsayableError, vtl_day, vtl_name, vtl_of

ERROR_LEVELS = {"error": 3, "warning": 2, "info": 1}
"""Severity -> ``errorlevel``."""
_OF_GROUPS = "it judges counts of slips, a datapoint ruleset single ones"


class LeftOut(msgspec.Struct, frozen=True):
    """A rule that VTL cannot say, and why."""

    rule: str
    version: int
    reason: str


@dataclass(frozen=True)
class VtlRules:
    """A ruleset as text, with comments.

    Args:
        text: ends with a comment for each rule that is not in it.
        rules: how many rules it holds.
        left_out: the others.
    """

    text: str
    rules: int
    left_out: tuple[LeftOut, ...]


def vtl_rules(rules: Sequence[Rule], name: str, language: str) -> VtlRules:
    """Rules as a datapoint ruleset.

    Where a condition cannot be told, the result is null and no error; a rule whose ``on_null`` is *fail* says so itself.

    Args:
        rules: of any scope; those of groups are left out.
        name: name of the ruleset.
        language: language of the comments.
    """
    said: list[tuple[Rule, str]] = []
    left_out = []
    for rule in rules:
        try:
            said.append((rule, _condition(rule)))
        except UnsayableError as error:
            left_out.append(LeftOut(rule.id, rule.version, str(error)))
    named = dict.fromkeys(column for rule, _ in said for column in (*names_of(rule), *_of_days(rule)))
    names = _rule_names(rule for rule, _ in said)
    lines = [_line(rule, condition, one, language) for (rule, condition), one in zip(said, names, strict=True)]
    variables = ", ".join(vtl_name(column) for column in named)
    head = f"define datapoint ruleset {vtl_name(name)} (variable {variables}) is"
    text = f"{head}\n" + " ;\n".join(lines) + "\nend datapoint ruleset;\n" if said else ""
    notes = "".join(f"/* Not here: {_comment(f'{one.rule}: {one.reason}')}. */\n" for one in left_out)
    return VtlRules(text + notes, len(said), tuple(left_out))


def _condition(rule: Rule) -> str:
    if rule.scope != "record":
        raise UnsayableError(_OF_GROUPS)
    expected = vtl_of(parsed(rule, rule.expr))
    if rule.on_null == "fail":
        expected = f"nvl({expected}, false)"
    applies = [f"({vtl_of(parsed(rule, rule.when))})"] if rule.when else []
    applies += [f"{vtl_name('date')} >= {vtl_day(str(rule.valid_from))}"] if rule.valid_from else []
    applies += [f"{vtl_name('date')} < {vtl_day(str(rule.valid_to))}"] if rule.valid_to else []
    return f"when {' and '.join(applies)} then {expected}" if applies else expected


def _of_days(rule: Rule) -> tuple[str, ...]:
    return ("date",) if rule.valid_from or rule.valid_to else ()


def _rule_names(rules: Iterable[Rule]) -> list[str]:
    """A name each: the id in letters that VTL allows, with a number where a rule stands in several versions."""
    found: Counter[str] = Counter()
    names = []
    for rule in rules:
        name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in rule.id)
        found[name] += 1
        names.append(f"{name}_{found[name]}" if found[name] > 1 else name)
    return names


def _line(rule: Rule, condition: str, name: str, language: str) -> str:
    message = rule.message.get(language) or next(iter(rule.message.values()), "")
    judged = f'errorcode "{rule.id}" errorlevel {ERROR_LEVELS[rule.severity]}'
    return f"  /* {_comment(message)} */\n  {vtl_name(name)}: {condition}\n    {judged}"


def _comment(text: str) -> str:
    return text.replace("*/", "* /")
