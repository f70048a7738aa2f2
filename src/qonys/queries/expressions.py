"""The language of conditions in profiles: SQL expressions cut down to a list of what is allowed.

No table, no subquery, no function with an effect can be written in it. Every name must be one that the place offers.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from qonys.errors import ProfileError

Expression: TypeAlias = exp.Expr

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Neg,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between,
    exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.Like, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Case, exp.If, exp.Coalesce,
    exp.Nullif, exp.Left, exp.Right, exp.Substring, exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.Abs,
    exp.Greatest, exp.Least, exp.Round, exp.Floor, exp.Ceil,
    exp.RegexpLike, exp.RegexpFullMatch, exp.StartsWith, exp.EndsWith, exp.Contains,
    exp.Year, exp.Quarter, exp.Month, exp.Day, exp.DayOfWeekIso, exp.LastDay, exp.Interval,
    exp.Cast, exp.TryCast, exp.DataType, exp.DateDiff, exp.Var,
)  # fmt: skip
_ALLOWED_TYPES = {exp.DType.INT, exp.DType.BIGINT, exp.DType.DATE, exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.DOUBLE}
_ALLOWED_ANONYMOUS = {"date_sub"}
ALLOWED_IN_WORDS = (
    "comparisons, and, or, not, in, between, like, is null, is distinct from, case, arithmetic, ||, coalesce, nullif, "
    "greatest, least, abs, round, floor, ceil, left, right, substring, upper, lower, trim, length, starts_with, "
    "ends_with, contains, regexp_matches, regexp_full_match, year, quarter, month, day, isodow, last_day, date_diff, "
    "date_sub, date + interval 3 month, cast to integer, double, date or text"
)


def parsed_condition(text: str, *, names: Collection[str], where: str) -> exp.Expr:
    """The syntax tree of an expression that uses nothing but what is allowed; who changes it copies it first.

    Args:
        text: the expression as the profile writes it.
        names: the columns or variables that it may use, in their exact spelling.
        where: file and rule or variable, for the message.

    Raises:
        ProfileError: it is no expression, or it uses something that is not allowed.
    """
    return _parsed(text, frozenset(names), where)


@lru_cache(maxsize=4096)
def _parsed(text: str, names: frozenset[str], where: str) -> exp.Expr:
    """Rules are asked over and over for what they name and say; a tree depends on nothing but what is given here."""
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb", into=exp.Condition)
    except SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise ProfileError(f"“{text}” is no expression: {reason}", where=where) from error
    known = {name.lower(): name for name in names}
    for node in tree.walk():
        _fail_if_not_allowed(node, text, where)
        if isinstance(node, exp.Column):
            spelled = known.get(node.name.lower())
            if spelled is None or node.table:
                raise ProfileError(
                    f"“{text}”: there is no {node.sql()}.",
                    where=where,
                    next_step=f"Allowed: {', '.join(sorted(names))}.",
                )
            node.set("this", exp.to_identifier(spelled, quoted=True))
    return tree


def names_in(tree: exp.Expr) -> frozenset[str]:
    """The names that an expression uses."""
    return frozenset(column.name for column in tree.find_all(exp.Column))


def _fail_if_not_allowed(node: exp.Expr, text: str, where: str) -> None:
    if isinstance(node, exp.Anonymous):
        allowed = node.name.lower() in _ALLOWED_ANONYMOUS
    elif isinstance(node, exp.DataType):
        allowed = node.this in _ALLOWED_TYPES
    elif isinstance(node, exp.RegexpLike | exp.RegexpFullMatch):
        allowed = isinstance(node.expression, exp.Literal)
    else:
        allowed = isinstance(node, _ALLOWED)
    if not allowed:
        raise ProfileError(
            f"“{text}”: {node.sql() or type(node).__name__} is not allowed in an expression.",
            where=where,
            next_step=f"Allowed: {ALLOWED_IN_WORDS}.",
        )
