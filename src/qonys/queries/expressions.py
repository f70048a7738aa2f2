"""The language of conditions in profiles: SQL expressions cut down to a list of what is allowed.

No table, no subquery, no function with an effect can be written in it. Every name must be one that the place offers.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from qonys.errors import ProfileError

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Neg,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between,
    exp.Like, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Case, exp.If, exp.Coalesce, exp.Nullif,
    exp.Left, exp.Right, exp.Substring, exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.Abs,
    exp.Year, exp.Month, exp.Day, exp.Cast, exp.TryCast, exp.DataType, exp.DateDiff, exp.Var,
)  # fmt: skip
_ALLOWED_TYPES = {exp.DType.INT, exp.DType.BIGINT, exp.DType.DATE, exp.DType.TEXT, exp.DType.VARCHAR}
ALLOWED_IN_WORDS = (
    "comparisons, and, or, not, in, between, like, is null, case, arithmetic, ||, coalesce, nullif, left, right, "
    "substring, upper, lower, trim, length, abs, year, month, day, date_diff, cast to integer, date or text"
)


def parsed_condition(text: str, *, names: Collection[str], where: str) -> exp.Expr:
    """The syntax tree of an expression that uses nothing but what is allowed.

    Args:
        text: the expression as the profile writes it.
        names: the columns or variables that it may use, in their exact spelling.
        where: file and rule or variable, for the message.

    Raises:
        ProfileError: it is no expression, or it uses something that is not allowed.
    """
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


def _fail_if_not_allowed(node: exp.Expr, text: str, where: str) -> None:
    if not isinstance(node, _ALLOWED) or (isinstance(node, exp.DataType) and node.this not in _ALLOWED_TYPES):
        raise ProfileError(
            f"“{text}”: {node.sql() or type(node).__name__} is not allowed in an expression.",
            where=where,
            next_step=f"Allowed: {ALLOWED_IN_WORDS}.",
        )
