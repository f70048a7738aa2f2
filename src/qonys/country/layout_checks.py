"""Checks layouts and spellings of a profile: every contradiction is told with its file and field."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from qonys.concepts.layout import Column, Source, SourceLayout
from qonys.concepts.personal_number import NumberScheme
from qonys.concepts.variable import BUILT_IN_CODES, VARIABLES, Kind, Variable
from qonys.country.profile import Profile

_DATABASE_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def layouts(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Every contradiction: file, what is wrong, what is allowed."""
    for spelling in profile.spellings.values():
        if any(len(letter) != 1 for letter in spelling.letters):
            yield f"spellings/{spelling.id}.yaml", "letters: what is written must be one letter.", ""
    for scheme in profile.numbers.values():
        yield from ((f"numbers/{scheme.id}.yaml", *told) for told in _scheme(scheme))
    for layout in profile.layouts.values():
        where = f"sources/{layout.id}.yaml"
        for name, source in layout.variables.items():
            if name in VARIABLES:
                yield from ((where, *told) for told in _variable(VARIABLES[name], source, layout, profile))
            else:
                yield where, f"“{name}” is no variable.", f"Allowed: {', '.join(VARIABLES)}."
        for variable in VARIABLES.values():
            if variable.required and variable.name not in layout.variables:
                yield where, f"The variable {variable.name} is missing.", "Every layout needs it; a constant will do."
        yield from ((where, *told) for told in (*_format(layout), *_spellings(layout, profile)))


def _scheme(scheme: NumberScheme) -> Iterator[tuple[str, str]]:
    if any(len(weights) != scheme.digits - 1 for weights in scheme.weights) or not scheme.weights:
        yield "weights: one weight is needed for each digit but the last.", f"There are {scheme.digits} digits."
    ends = (scheme.year + 1, scheme.month + 1, scheme.day + 1, scheme.century_and_sex)
    if min(scheme.year, scheme.month, scheme.day, scheme.century_and_sex) < 1 or max(ends) >= scheme.digits:
        yield "A position lies outside of the number, or on its check digit.", "They are counted from 1."
    if any(not digit.isdecimal() or len(digit) != 1 for digit in scheme.meanings):
        yield "meanings: what is explained must be one digit.", ""


def _format(layout: SourceLayout) -> Iterator[tuple[str, str]]:
    yield from _names_of_columns(layout)
    if layout.format == "fixed" and any(c.start is None or c.width is None for c in layout.columns):
        yield "columns: a fixed-width column needs start and width.", ""
    if layout.format == "fixed" and any(min(c.start or 0, c.width or 0) < 1 for c in layout.columns):
        yield "columns: start and width are counted from 1.", ""
    if layout.short_lines == "padded" and layout.format != "fixed":
        yield "short_lines: only lines of fixed width can be padded.", "Leave `short_lines` out."
    if not layout.header and layout.format != "delimited":
        yield "header: only delimited text can do without a heading.", "Leave `header` out."
    if layout.format == "delimited" and (len(layout.separator) != 1 or len(layout.quote) > 1):
        yield "separator and quote are one character each.", "A `quote` that is empty means that nothing is quoted."
    if layout.format in ("delimited", "fixed", "json_lines") and not _is_encoding(layout.encoding):
        yield (
            f"encoding: there is no encoding “{layout.encoding}”.",
            "Known are utf-8, utf-16, cp1251, latin-1 and more.",
        )
    yield from _query(layout)


def _names_of_columns(layout: SourceLayout) -> Iterator[tuple[str, str]]:
    names = [column.name for column in layout.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        yield f"columns: {', '.join(twice)} stands twice.", "Name every column once."
    if "row" in names:
        yield "columns: “row” is the number of the row.", "Ask the supplier for another name."


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except LookupError:
        return False


def _query(layout: SourceLayout) -> Iterator[tuple[str, str]]:
    if layout.format != "postgresql":
        if not layout.match:
            yield "match: the pattern of the file names is missing.", "Write one such as arrivals_*.csv."
        if layout.query or layout.database:
            yield f"query and database belong to the format postgresql; this is {layout.format}.", ""
        return
    if not _DATABASE_NAME.fullmatch(layout.database):
        yield "database: the name of the database is missing, or is none.", "Small letters, digits and hyphens."
    if not _is_one_query(layout.query):
        yield "query: it must be one query of PostgreSQL that only reads.", "Write: select … from …"


def _is_one_query(text: str) -> bool:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        found = [statement for statement in sqlglot.parse(text, dialect="postgres") if statement is not None]
    except SqlglotError:
        return False
    return len(found) == 1 and isinstance(found[0], exp.Query) and not any(found[0].find_all(exp.DML, exp.Into))


def _spellings(layout: SourceLayout, profile: Profile) -> Iterator[tuple[str, str]]:
    for name in layout.spellings:
        if name not in profile.spellings:
            yield f"spellings: there is no spelling “{name}”.", f"Known: {', '.join(profile.spellings) or 'none'}."


def _variable(variable: Variable, source: Source, layout: SourceLayout, profile: Profile) -> Iterator[tuple[str, str]]:
    name, columns = variable.name, [column.name for column in layout.columns]
    if (source.column is not None) + (source.expr is not None) + (source.constant is not None) != 1:
        yield f"{name} needs exactly one of column, expr, constant.", ""
    if source.column is not None and source.column not in columns:
        yield f"{name}: the file has no column “{source.column}”.", f"Columns: {', '.join(columns)}."
    if source.aliases is not None and source.aliases not in profile.areas.aliases:
        yield f"{name}: there is no list of aliases “{source.aliases}”.", "They stand in areas/aliases.csv."
    if variable.kind in (Kind.IDENTIFIER, Kind.ENCODED) and not _is_identifier_column(layout.columns, source.column):
        yield f"{name} is an identifier: its column must say so.", "Add `identifier: true` to the column."
    if source.scheme is not None and (name != "person" or source.scheme not in profile.numbers):
        yield f"{name}: there is no scheme “{source.scheme}” of personal numbers.", "They stand in numbers/*.yaml."
    if variable.classification and variable.classification not in profile.classifications | BUILT_IN_CODES.keys():
        yield f"{name} needs classifications/{variable.classification}.csv.", "Add it."


def _is_identifier_column(columns: tuple[Column, ...], name: str | None) -> bool:
    return any(column.name == name and column.identifier for column in columns)
