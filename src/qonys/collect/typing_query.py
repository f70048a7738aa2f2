"""The query that turns rows of text into registrations: one pass types every variable and says what it could not read.

A text that stands in the layout's list of missing ones is *not stated* and no error. A text that is stated but cannot be
read (no date, no known code) is a problem of the row; a row with problems is quarantined whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from sqlglot import exp

from qonys.concepts.layout import Source, SourceLayout
from qonys.concepts.variable import BUILT_IN_CODES, VARIABLES, Kind, Variable
from qonys.country.profile import Profile
from qonys.queries.expressions import parsed_condition

_CHILD = r"[FM][0-9]{8}"
_FIRST_YEAR = 1000


def accepted_texts(profile: Profile, layout: SourceLayout) -> pa.Table:
    """Every text that a coded variable of a layout may hold: columns variable, text, code (one row a text)."""
    accepted: dict[tuple[str, str], str] = {}
    for name, source in layout.variables.items():
        variable = VARIABLES[name]
        if variable.kind in (Kind.CODE, Kind.AREA):
            for code in _codes_of(profile, variable):
                accepted[name, code] = code
            if source.aliases:
                accepted.update({(name, text): code for text, code in profile.areas.aliases[source.aliases].items()})
            accepted.update({(name, text): code for text, code in source.recode.items()})
    keys = list(accepted)
    return pa.table(
        {
            "variable": pa.array([variable for variable, _ in keys], pa.string()),
            "text": pa.array([text for _, text in keys], pa.string()),
            "code": pa.array([accepted[key] for key in keys], pa.string()),
        }
    )


def typing_query(layout: SourceLayout) -> str:
    """Query over tables ``raw`` (columns of text, pseudonyms in place of identifiers, and row) and ``accepted``.

    It gives row, the variables of a registration, ``problems`` (list of field, found, reason) and ``content``, the row
    as JSON without identifiers.
    """
    coded = [name for name in layout.variables if VARIABLES[name].kind in (Kind.CODE, Kind.AREA)]
    joins = "\n".join(
        f"left join accepted as a_{name} on a_{name}.variable = '{name}' and a_{name}.text = t.{name}" for name in coded
    )
    columns = ",\n  ".join(f"{_typed(v, layout)} as {v.name}" for v in VARIABLES.values())
    problems = list(_problems(layout))
    any_problem = " or ".join(f"({condition})" for condition, _ in problems)
    told = ",\n    ".join(f"case when {condition} then {problem} end" for condition, problem in problems)
    kept = [column.name for column in layout.columns if not column.identifier]
    content = ", ".join(f"{_quoted(name)} := r.{_quoted(name)}" for name in kept)
    return f"""
with cleaned as (select row, {", ".join(_cleaned(layout))} from raw),
texts as (select row, {", ".join(_texts(layout))} from cleaned),
typed as (
  select t.row,
  {columns},
  case when {any_problem} then list_filter([
    {told}
  ], lambda p: p is not null) end as problems
  from texts as t
  {joins}
)
select typed.*, case when problems is not null then cast(to_json(struct_pack({content})) as varchar) end as content
from typed join raw as r using (row)
"""


def _codes_of(profile: Profile, variable: Variable) -> tuple[str, ...]:
    if variable.kind is Kind.AREA:
        return tuple(area.code for area in profile.areas.areas)
    name = variable.classification or ""
    if name in profile.classifications:
        return tuple(code.code for code in profile.classifications[name].codes)
    return BUILT_IN_CODES[name]


def _cleaned(layout: SourceLayout) -> Iterator[str]:
    missing = _list(layout.missing)
    for column in layout.columns:
        name = _quoted(column.name)
        text = f"case when trim({name}) in {missing} then null else trim({name}) end"
        yield name if column.identifier else f"{text} as {name}"


def _texts(layout: SourceLayout) -> Iterator[str]:
    names = [column.name for column in layout.columns]
    for name, source in layout.variables.items():
        if source.constant is not None:
            text = exp.Literal.string(source.constant).sql()
        elif source.expr is not None:
            where = f"sources/{layout.id}.yaml, {name}"
            text = parsed_condition(source.expr, names=names, where=where).sql(dialect="duckdb")
        else:
            text = _quoted(source.column or "")
        yield f"{_without(text, source)} as {name}"


def _without(text: str, source: Source) -> str:
    return f"case when {text} in {_list(source.missing)} then null else {text} end" if source.missing else text


def _typed(variable: Variable, layout: SourceLayout) -> str:
    source = layout.variables.get(variable.name)
    name = f"t.{variable.name}"
    match variable.kind:
        case Kind.IDENTIFIER:
            return name if source else "cast(null as blob)"
        case Kind.DATE:
            return _date(name, source) if source else "cast(null as date)"
        case Kind.INTEGER:
            return _integer(name) if source else "cast(null as integer)"
        case Kind.CODE | Kind.AREA:
            return f"a_{variable.name}.code" if source else "cast(null as varchar)"
        case Kind.CHILDREN:
            return _children(name) if source else "cast(null as struct(sex varchar, birth_date date)[])"
        case Kind.TEXT:
            return name if source else "cast(null as varchar)"
        case Kind.ENCODED:
            return name if source else "cast(null as integer[])"


def _date(name: str, source: Source) -> str:
    """A date; a year of two digits is none, though the engine would read it as a year of antiquity."""
    day = f"cast(try_strptime({name}, {_text(source.date)}) as date)"
    return f"case when year({day}) >= {_FIRST_YEAR} then {day} end"


def _integer(name: str) -> str:
    """A whole number; the engine would round any other."""
    return f"case when regexp_full_match({name}, '[+-]?[0-9]+') then try_cast({name} as integer) end"


def _children(name: str) -> str:
    """Children as text: sex code and date of birth, ``F20150302 M20180711``."""
    born = "cast(try_strptime(substring(c, 2), '%Y%m%d') as date)"
    child = f"struct_pack(sex := substring(c, 1, 1), birth_date := {born})"
    return f"case when {name} is not null then list_transform(string_split({name}, ' '), lambda c: {child}) end"


def _problems(layout: SourceLayout) -> Iterator[tuple[str, str]]:
    """Each way in which a row can be unreadable: its condition, and what is told of it."""
    for name, source in layout.variables.items():
        variable = VARIABLES[name]
        unread = f"t.{name} is not null and {_typed(variable, layout)} is null"
        match variable.kind:
            case Kind.DATE:
                yield _problem(name, unread, f"no date of the form {source.date}")
            case Kind.INTEGER:
                yield _problem(name, unread, "no whole number")
            case Kind.CODE:
                yield _problem(name, unread, f"no code of {variable.classification}")
            case Kind.AREA:
                yield _problem(name, unread, "no area or country that the profile knows")
            case Kind.CHILDREN:
                yield _problem(name, _bad_children(name), "no children of the form F20150302 M20180711")
        if variable.required:
            yield _problem(name, f"t.{name} is null", "needed, but not stated", found="''")


def _bad_children(name: str) -> str:
    bad = f"not regexp_full_match(c, '{_CHILD}') or try_strptime(substring(c, 2), '%Y%m%d') is null"
    return f"t.{name} is not null and len(list_filter(string_split(t.{name}, ' '), lambda c: {bad})) > 0"


def _problem(name: str, condition: str, reason: str, *, found: str | None = None) -> tuple[str, str]:
    fields = f"field := '{name}', found := {found or f'left(t.{name}, 60)'}, reason := {_text(reason)}"
    return condition, f"struct_pack({fields})"


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql(dialect="duckdb")


def _list(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(_text(value) for value in values) + ")" if values else "('')"
