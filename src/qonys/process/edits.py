"""Deterministic edits: known errors are corrected, rules edit, slips take from each other, and a person has the last word.

Only slips that something is done to are looked at twice: queries find them in one pass over the registrations, every
later step works on those few. What was done stands in ``edits`` of each row (`datasets.decision.AMENDMENT`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from qonys.concepts.correction import Correction, Fill
from qonys.concepts.rule import Rule
from qonys.concepts.variable import VARIABLES, Kind
from qonys.process.rule_names import RECORD_NAMES, judged_query, names_of
from qonys.process.verdicts import breaks, judged
from qonys.queries.expressions import names_in, parsed_condition


@dataclass(frozen=True)
class Edit:
    """One step: on the slips of which ``condition`` is true, ``values`` (field -> expression) take the place of fields.

    ``how`` is what is noted behind the name of each field that the step changed; ``names`` are those that the condition
    uses.
    """

    how: str
    condition: str
    values: Mapping[str, str]
    names: frozenset[str]


@dataclass(frozen=True)
class Reach:
    """The deliveries that a correction concerns: of those received before it was closed all, and those it must still meet."""

    deliveries: tuple[int, ...]
    watched: tuple[int, ...]


def correction_edit(entry: Correction, reach: Reach) -> Edit:
    """The correction of a known error."""
    condition = f"{correction_scope(entry, reach.deliveries)} and {correction_match(entry)}"
    return Edit(f"corrected:{entry.id}", condition, {entry.field: _literal(entry.new)}, correction_names(entry))


def correction_scope(entry: Correction, deliveries: Sequence[int]) -> str:
    """Condition: slips among which the error is looked for."""
    bounds = [f"delivery in ({', '.join(map(str, deliveries))})" if deliveries else "false"]
    bounds += [f"date >= date '{entry.valid_from}'"] if entry.valid_from else []
    bounds += [f"date < date '{entry.valid_to}'"] if entry.valid_to else []
    return f"({' and '.join(bounds)})"


def correction_match(entry: Correction) -> str:
    """Condition: slips of the scope that carry the error."""
    found = f"{as_text(entry.field)} is not distinct from {_literal(entry.old)}"
    where = f"corrections, {entry.id}"
    return f"({found} and coalesce({_condition(entry.when, where)}, false))" if entry.when else f"({found})"


def correction_names(entry: Correction) -> frozenset[str]:
    """The names that scope and match of a correction use."""
    when = parsed_condition(entry.when or "true", names=RECORD_NAMES, where=f"corrections, {entry.id}")
    return names_in(when) | {entry.field, "date", "delivery"}


def rule_edit(rule: Rule) -> Edit:
    """What a rule with the action *edit* does to the slips that break it."""
    where = f"rules, {rule.id}"
    values = {field: _condition(text, where) for field, text in rule.edit.items()}
    return Edit(f"edited:{rule.id}", breaks(rule), values, frozenset(names_of(rule)))


def guard_query(entries: Sequence[tuple[Correction, Reach]]) -> str:
    """For the i-th entry, slips in reach and slips that carry the error: columns reach_i, met_i (one row)."""
    counts = []
    for number, (entry, reach) in enumerate(entries):
        scope = correction_scope(entry, reach.watched)
        counts.append(f"count(*) filter (where {scope}) as reach_{number}")
        counts.append(f"count(*) filter (where {scope} and {correction_match(entry)}) as met_{number}")
    return f"select {', '.join(counts)} from ({_named(correction_names(entry) for entry, _ in entries)}) as j"


def touched_query(edits: Sequence[Edit]) -> str:
    """Keys (delivery, row) of the registrations that some edit changes as they were delivered."""
    conditions = " or ".join(f"({edit.condition})" for edit in edits) or "false"
    return f"select delivery, row from ({_named(edit.names for edit in edits)}) as j where {conditions}"


def fetch_query() -> str:
    """The registrations whose keys stand in table ``wanted``, as they were delivered."""
    return """
select r.*, cast(null as varchar[]) as edits
from registrations as r semi join deliveries using (delivery) semi join wanted using (delivery, row)
"""


def edit_query(edit: Edit) -> str:
    """Table ``amending`` after one edit."""
    values = ", ".join(f"{typed(field, value)} as new_{field}" for field, value in edit.values.items())
    changed = "h.delivery is not null and h.new_{0} is distinct from r.{0}"
    return _changed(
        edit.values,
        f"select delivery, row, {values} from ({judged('amending')}) as j where {edit.condition}",
        {field: changed.format(field) for field in edit.values},
        {field: f"'{field}:{edit.how}'" for field in edit.values},
    )


def unreadable_query(edit: Edit) -> str:
    """For each field of an edit, on how many slips its expression gives what is no value of that field."""
    counts = [
        f"count(*) filter (where ({value}) is not null and {typed(field, value)} is null) as {field}"
        for field, value in edit.values.items()
    ]
    return f"select {', '.join(counts)} from ({judged('amending')}) as j where {edit.condition}"


def fill_query(fill: Fill) -> str:
    """What slips take from others: delivery, row and the fields, null where nothing is to be had.

    Table ``amended``: registrations after the edits. A slip takes only from slips that came no later than itself, so that
    an earlier data cut-off keeps its figures, of none whose delivery counted no more by then, and only a value in which all of
    them agree.
    """
    fields = ", ".join(fill.fields)
    lacking = " or ".join(f"{field} is null" for field in fill.fields)
    if fill.source_slip == "corrected":
        link, known = "o.slip = r.corrects", "r.corrects is not null"
    else:
        link = f"o.person = r.person and o.kind <> r.kind and abs(date_diff('day', o.date, r.date)) <= {fill.days}"
        known = "r.person is not null"
    taken = ", ".join(
        f"case when any_value(r.{f}) is null and count(distinct o.{f}) = 1 then any_value(o.{f}) end as {f}"
        for f in fill.fields
    )
    return f"""
with counted as (select a.delivery, row, a.received, withdrawn_on, slip, corrects, person, kind, date, {fields}
  from amended as a join deliveries as d on d.delivery = a.delivery),
lacking as (select * from counted as r where {known} and ({lacking}))
select * from (
  select r.delivery, r.row, {taken}
  from lacking as r join counted as o
    on {link} and o.received <= r.received and coalesce(o.withdrawn_on > r.received, true)
  group by r.delivery, r.row
) as taken where {" or ".join(f"{field} is not null" for field in fill.fields)}
"""


def filled_query(fill: Fill) -> str:
    """Table ``amending`` after a fill; table ``taken`` holds what `fill_query` found."""
    values = ", ".join(f"{field} as new_{field}" for field in fill.fields)
    return _changed(
        fill.fields,
        f"select delivery, row, {values} from taken",
        {field: f"r.{field} is null and h.new_{field} is not null" for field in fill.fields},
        {field: f"'{field}:filled:{fill.id}'" for field in fill.fields},
    )


def decided_query(fields: Sequence[str]) -> str:
    """Table ``amending`` after the decisions of persons; table ``decided``: delivery, row, field, new, entry (one a field)."""
    values = ", ".join(
        f"{_in_group(typed(field, 'new'), field)} as new_{field}, {_in_group('entry', field)} as entry_{field}"
        for field in fields
    )
    return _changed(
        fields,
        f"select delivery, row, {values} from decided group by delivery, row",
        {field: f"h.entry_{field} is not null" for field in fields},
        {field: f"'{field}:reviewed:' || h.entry_{field}" for field in fields},
    )


def stale_query(fields: Iterable[str]) -> str:
    """Entries of ``decided`` whose slip does not say what they found: entry, field, old, and ``found`` (absent: no slip)."""
    found = " ".join(f"when '{field}' then {as_text(field, 'a')}" for field in fields)
    value = f"case d.field {found} end"
    return f"""
select d.entry, d.delivery, d.row, d.field, d.old, d.new, a.delivery is null as absent, {value} as found
from decided as d left join amending as a using (delivery, row)
where a.delivery is null or {value} is distinct from d.old order by d.entry
"""


def as_text(field: str, table: str = "") -> str:
    """A value as the log writes it: dates as 2024-01-31, children as F20150302 M20180711."""
    name = f"{table}.{field}" if table else field
    match VARIABLES[field].kind:
        case Kind.CHILDREN:
            one = "c.sex || strftime(c.birth_date, '%Y%m%d')"
            return f"array_to_string(list_transform({name}, lambda c: {one}), ' ')"
        case Kind.DATE | Kind.INTEGER:
            return f"cast({name} as varchar)"
        case _:
            return name


def typed(field: str, text: str) -> str:
    """An expression cast to the type of a field; null where it is no value of it."""
    match VARIABLES[field].kind:
        case Kind.DATE:
            return f"try_cast(({text}) as date)"
        case Kind.INTEGER:
            return f"try_cast(({text}) as integer)"
        case Kind.CHILDREN:
            born = "cast(try_strptime(substring(c, 2), '%Y%m%d') as date)"
            child = f"struct_pack(sex := substring(c, 1, 1), birth_date := {born})"
            return f"list_transform(string_split(({text}), ' '), lambda c: {child})"
        case _:
            return f"cast(({text}) as varchar)"


def _changed(fields: Iterable[str], hits: str, changed: Mapping[str, str], notes: Mapping[str, str]) -> str:
    """Table ``amending`` with the new values of ``hits`` (alias h) where they count, and what was done noted.

    What was noted of a field before gives way: the note tells where the value that stands comes from.
    """
    values = ", ".join(f"case when {changed[f]} then h.new_{f} else r.{f} end as {f}" for f in fields)
    fresh = ", ".join(f"case when {changed[f]} then {notes[f]} end" for f in fields)
    names = ", ".join(f"case when {changed[f]} then '{f}' end" for f in fields)
    kept = f"list_filter(coalesce(r.edits, []), lambda e: not coalesce(list_contains([{names}], split_part(e, ':', 1)), false))"
    noted = f"list_concat({kept}, list_filter([{fresh}], lambda e: e is not null))"
    return f"""
with h as ({hits})
select r.* exclude (edits) replace ({values}), nullif({noted}, []) as edits
from amending as r left join h on h.delivery = r.delivery and h.row = r.row
"""


def _named(names: Iterable[Iterable[str]]) -> str:
    """The registrations with what some conditions name, and nothing that costs besides."""
    used = frozenset().union(*names)
    children = "children" in used and "children" not in RECORD_NAMES
    return judged() if children else judged_query(used)


def _in_group(value: str, field: str) -> str:
    return f"any_value({value}) filter (where field = '{field}')"


def _condition(text: str | None, where: str) -> str:
    return f"({parsed_condition(text or 'true', names=RECORD_NAMES, where=where).sql(dialect='duckdb')})"


def _literal(value: str | int | None) -> str:
    return "null" if value is None else exp.Literal.string(str(value)).sql(dialect="duckdb")
