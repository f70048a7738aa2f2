"""Conditions of profiles in the Validation and Transformation Language (VTL 2.1, SDMX Technical Working Group).

Law: what is written means the same in both languages, null included, or it is not written at all: `UnsayableError` says
why. Null is neither true nor false in both. A date is a date there, a text stands in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from qonys.queries.expressions import Expression

_WORDS = frozenset(
    [
        "aggregate",
        "all",
        "any",
        "attribute",
        "avg",
        "boolean",
        "by",
        "case",
        "cast",
        "check",
        "component",
        "condition",
        "count",
        "current",
        "data",
        "date",
        "default",
        "diff",
        "drop",
        "duration",
        "else",
        "end",
        "filter",
        "first",
        "from",
        "group",
        "hierarchy",
        "identifier",
        "if",
        "in",
        "input",
        "integer",
        "invalid",
        "is",
        "key",
        "language",
        "last",
        "length",
        "level",
        "list",
        "max",
        "measure",
        "median",
        "min",
        "not",
        "null",
        "number",
        "on",
        "operator",
        "or",
        "order",
        "output",
        "over",
        "partition",
        "period",
        "points",
        "range",
        "rank",
        "rename",
        "replace",
        "round",
        "rows",
        "rule",
        "scalar",
        "set",
        "single",
        "string",
        "sub",
        "sum",
        "then",
        "time",
        "to",
        "type",
        "union",
        "using",
        "value",
        "variable",
        "when",
        "with",
    ]
)
"""Words of the language that a variable may be called by; such a name stands in single quotes."""
_REGULAR = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLAIN_PATTERN = re.compile(r"[^\\\"]*")
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.And: "and", exp.Or: "or", exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.DPipe: "||",
}  # fmt: skip
_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Upper: "upper", exp.Lower: "lower", exp.Length: "length", exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil",
    exp.Year: "getyear", exp.Month: "getmonth", exp.Day: "dayofmonth",
}  # fmt: skip


class UnsayableError(Exception):
    """What VTL has no words for; the message names it."""


def vtl_of(tree: Expression) -> str:
    """A condition in VTL.

    Args:
        tree: of `expressions.parsed_condition`.

    Raises:
        UnsayableError: something in it cannot be said, or would mean something else there.
    """
    kind = type(tree)
    if kind in _COMPARISONS:
        return f"{_operand(tree.this)} {_COMPARISONS[kind]} {_operand(tree.expression)}"
    if kind in _FUNCTIONS:
        return f"{_FUNCTIONS[kind]}({vtl_of(tree.this)})"
    said = _SAID.get(kind)
    if said is None:
        raise UnsayableError(_in_words(tree))
    return said(tree)


def vtl_name(name: str) -> str:
    """A name as VTL writes it: in single quotes where it is a word of the language, or holds other than letters and digits."""
    return name if _REGULAR.fullmatch(name) and name.lower() not in _WORDS else f"'{name}'"


def vtl_text(text: str) -> str:
    """A text constant.

    Raises:
        UnsayableError: it holds a double quotation mark, for which VTL has no sign inside a text.
    """
    if '"' in text:
        raise UnsayableError("a text with a double quotation mark in it")
    return f'"{text}"'


def vtl_day(day: str) -> str:
    """A date constant of a day such as 2024-01-31."""
    return f"cast({vtl_text(day)}, date)"


def _operand(tree: Expression) -> str:
    """An operand, in brackets unless it is one word or one call."""
    said = vtl_of(tree)
    whole = isinstance(tree, exp.Column | exp.Literal | exp.Boolean | exp.Null | exp.Paren | exp.Cast | exp.Between)
    return said if whole or type(tree) in _FUNCTIONS else f"({said})"


def _in_words(tree: Expression) -> str:
    name = tree.name if isinstance(tree, exp.Anonymous) else type(tree).__name__
    words = {"RegexpLike": "regexp_matches", "IntDiv": "//", "Mod": "%", "DayOfWeekIso": "isodow", "EndsWith": "ends_with",
             "LastDay": "last_day", "TryCast": "try_cast", "Div": "/"}  # fmt: skip
    return words.get(name, name.lower())


def _literal(tree: Expression) -> str:
    return vtl_text(tree.name) if tree.args.get("is_string") else tree.name


def _not(tree: Expression) -> str:
    return f"not ({vtl_of(tree.this.this if isinstance(tree.this, exp.Paren) else tree.this)})"


def _is(tree: Expression) -> str:
    match tree.expression:
        case exp.Null():
            return f"isnull({vtl_of(tree.this)})"
        case exp.Boolean() as truth:
            # A comparison with null is null, which "is true" and "is false" are not.
            if truth.this:
                return f"nvl({vtl_of(tree.this)}, false)"
            return f"not (nvl({vtl_of(tree.this)}, true))"
        case _:
            raise UnsayableError("is")


def _in(tree: Expression) -> str:
    values = tree.expressions
    if not values or not all(isinstance(value, exp.Literal) for value in values):
        raise UnsayableError("in with other than constants")
    return f"{_operand(tree.this)} in {{{', '.join(map(vtl_of, values))}}}"


def _between(tree: Expression) -> str:
    return f"between({vtl_of(tree.this)}, {vtl_of(tree.args['low'])}, {vtl_of(tree.args['high'])})"


def _same(tree: Expression) -> str:
    one, two = _operand(tree.this), _operand(tree.expression)
    missing = f"isnull({vtl_of(tree.this)})", f"isnull({vtl_of(tree.expression)})"
    return f"if {missing[0]} or {missing[1]} then {missing[0]} and {missing[1]} else {one} = {two}"


def _coalesce(tree: Expression) -> str:
    *before, last = (tree.this, *tree.expressions)
    said = vtl_of(last)
    for value in reversed(before):
        said = f"nvl({vtl_of(value)}, {said})"
    return said


def _case(tree: Expression) -> str:
    """A case whose condition is null goes on to the next, as one whose condition is false."""
    if tree.this is not None:
        raise UnsayableError("case of a value")
    default = tree.args.get("default")
    said = vtl_of(default) if default is not None else "null"
    for branch in reversed(tree.args["ifs"]):
        said = f"if nvl({vtl_of(branch.this)}, false) then {_operand(branch.args['true'])} else ({said})"
    return said


def _beginning(tree: Expression) -> str:
    start = tree.args.get("start")
    length = tree.args.get("length") if isinstance(tree, exp.Substring) else tree.expression
    first = vtl_of(start) if start is not None else "1"
    if not (first.isdigit() and first != "0" and isinstance(length, exp.Literal) and length.name.isdigit()):
        raise UnsayableError("substring from or of other than a constant")
    return f"substr({vtl_of(tree.this)}, {first}, {length.name})"


def _starts_with(tree: Expression) -> str:
    if not isinstance(tree.expression, exp.Literal) or not tree.expression.name:
        raise UnsayableError("starts_with of other than a constant")
    text = tree.expression.name
    return f"substr({vtl_of(tree.this)}, 1, {len(text)}) = {vtl_text(text)}"


def _contains(tree: Expression) -> str:
    if not isinstance(tree.expression, exp.Literal) or not tree.expression.name:
        raise UnsayableError("contains of other than a constant")
    return f"instr({vtl_of(tree.this)}, {vtl_text(tree.expression.name)}) > 0"


def _matches(tree: Expression) -> str:
    """Of patterns those without a backslash are written: its classes differ from one engine to the other."""
    if not _PLAIN_PATTERN.fullmatch(tree.expression.name):
        raise UnsayableError("a pattern with a backslash or a quotation mark")
    return f"match_characters({vtl_of(tree.this)}, {vtl_text(tree.expression.name)})"


def _trim(tree: Expression) -> str:
    if tree.expression is not None or tree.args.get("position"):
        raise UnsayableError("trim of other than blanks")
    return f"trim({vtl_of(tree.this)})"


def _cast(tree: Expression) -> str:
    if not isinstance(tree.this, exp.Literal) or tree.args["to"].this != exp.DType.DATE:
        raise UnsayableError("cast of other than a constant to a date")
    return vtl_day(tree.this.name)


def _days_between(tree: Expression) -> str:
    """VTL's own difference of dates has no sign."""
    start, end = _operand(tree.expression), _operand(tree.this)
    match tree.args["unit"].name.upper():
        case "DAY":
            return f"if {start} <= {end} then datediff({start}, {end}) else -datediff({start}, {end})"
        case "MONTH":
            return f"12 * (getyear({end}) - getyear({start})) + getmonth({end}) - getmonth({start})"
        case "YEAR":
            return f"getyear({end}) - getyear({start})"
        case unit:
            raise UnsayableError(f"date_diff in the unit {unit.lower()}")


def _complete_parts(tree: Expression) -> str:
    """Complete years; from 29 February they are complete on the last day of February."""
    unit, *days = tree.expressions if tree.name.lower() == "date_sub" else (None,)
    if unit is None or unit.name.lower() != "year":
        raise UnsayableError(f"{tree.name.lower()} in another unit than the year")
    start, end = map(_operand, days)
    return f"if {start} <= {end} then {_years(start, end)} else -({_years(end, start)})"


def _years(start: str, end: str) -> str:
    leap = f"mod(getyear({end}), 4) = 0 and (mod(getyear({end}), 100) <> 0 or mod(getyear({end}), 400) = 0)"
    last = f"getmonth({end}) = 2 and dayofmonth({end}) = 28 and dayofmonth({start}) = 29 and not ({leap})"
    earlier = f"dayofmonth({end}) < dayofmonth({start}) and not ({last})"
    same_month = f"getmonth({end}) = getmonth({start})"
    incomplete = f"getmonth({end}) < getmonth({start}) or ({same_month} and {earlier})"
    return f"getyear({end}) - getyear({start}) - (if {incomplete} then 1 else 0)"


_SAID: dict[type[exp.Expr], Callable[[Expression], str]] = {
    exp.Column: lambda tree: vtl_name(tree.name),
    exp.Literal: _literal,
    exp.Boolean: lambda tree: "true" if tree.this else "false",
    exp.Null: lambda _: "null",
    exp.Paren: lambda tree: f"({vtl_of(tree.this)})",
    exp.Neg: lambda tree: f"-{_operand(tree.this)}",
    exp.Not: _not,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.NullSafeEQ: _same,
    exp.NullSafeNEQ: lambda tree: f"not ({_same(tree)})",
    exp.Coalesce: _coalesce,
    exp.Nullif: lambda tree: (
        f"if nvl({vtl_of(exp.EQ(this=tree.this, expression=tree.expression))}, false) then null "
        f"else {_operand(tree.this)}"
    ),
    exp.Case: _case,
    exp.Left: _beginning,
    exp.Substring: _beginning,
    exp.StartsWith: _starts_with,
    exp.Contains: _contains,
    exp.RegexpFullMatch: _matches,
    exp.Trim: _trim,
    exp.Cast: _cast,
    exp.DateDiff: _days_between,
    exp.Anonymous: _complete_parts,
}
