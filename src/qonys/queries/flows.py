"""Moves -> flows: exact counts of the combinations that the table designs need, and of no other.

A characteristic is kept only for the moves on which some design looks at it; for the others it is null. That keeps the
cube small without losing a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import prod

import sqlglot
from sqlglot import exp

from qonys.concepts.age import OLDEST_GROUP, age_groups, ages_of_band
from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign, Universe
from qonys.concepts.text import NOT_STATED
from qonys.datasets.territory import END, unit_column
from qonys.queries.flow_tables import characteristics

LOCALITIES = ("origin_locality", "destination_locality")
_ENDS_OF_A_MOVE = ("origin", "destination")
NOT_APPLICABLE = "_Z"
_NO_AGE, _TOO_YOUNG = -1, -2

_ENDS: dict[Universe, str] = {
    "all": "true",
    "external": "not (o.inside and d.inside)",
    "internal": "o.inside and d.inside",
    "interregional": "o.inside and d.inside and o.unit <> d.unit",
}
_SUMS = {
    "n": "count(*)",
    "key_high": "cast(sum(m.record_key >> 32) as bigint)",
    "key_low": "cast(sum(m.record_key & 4294967295) as bigint)",
}
_SUMS_OF_COUNTED = {name: f"cast(sum(m.{name}) as bigint)" for name in _SUMS}
_MONTHS: dict[Frequency, str] = {"month": "year(m.date) * 12 + month(m.date) - 1", "year": "year(m.date) * 12"}
"""The months before the one in which flows stand: their own, or the first one of their year."""
_FEWER = 10
"""Codes are counted first where that leaves at most one row of so many."""


def boundary_sets(designs: Iterable[TableDesign]) -> tuple[str, ...]:
    """The boundary sets on whose borders some design counts, in the order of their ids."""
    return tuple(sorted({design.boundaries for design in designs if design.boundaries}))


def end_column(end: str, boundary_set: str | None) -> str:
    """The column of the flows with the unit of an end: on the borders of the day, or on those of a boundary set."""
    return f"{end}_on_{boundary_set}" if boundary_set else end


def flows_query(
    designs: tuple[TableDesign, ...],
    *,
    frequency: Frequency = "month",
    keyed: bool = False,
    changes: Iterable[date] | None = None,
    more: tuple[str, ...] = (),
) -> exp.Expr:
    """Flows that count at a data cut-off; tables ``moves`` and ``territory``, parameter ``cut_off`` (ISO date).

    Columns: year, month (of flows of years: January), origin and destination (unit or country), origin_inside, destination_inside,
    origin_locality, destination_locality, the characteristics, where a design asks for them origin_place and
    destination_place (the area as the slip names it; one that names no more than the unit is *not stated* in it), both ends
    on the borders of each boundary set that a design names (``origin_on_2018``), n; and, where they are asked for,
    key_high and key_low: sums of the upper and lower halves of the moves' record keys, from which the key of any cell
    follows (`datasets.cell_keys`).

    Args:
        designs: the designs that are counted from these flows.
        frequency: flows of months, or of years (`flow_tables.frequency_of_flows`).
        keyed: with the sums of record keys, which protection needs.
        changes: where it is given, moves are counted by the codes of their ends before these are looked up in the territory:
            quicker where codes are few beside moves (`counts_codes_first`), the same flows always. The days on which the
            territory changes (`datasets.territory.days_of_change`): a code means one area between them.
        more: columns of the moves by which flows are told apart besides.
    """
    known = "m.known_from <= cast($cut_off as date) and (m.known_to is null or m.known_to > cast($cut_off as date))"
    span = {name: f"m.{name}" for name in more}
    return _flows(designs, span, known, frequency=frequency, keyed=keyed, changes=changes)


def spanned_flows_query(
    designs: tuple[TableDesign, ...],
    cut_offs: Sequence[date],
    *,
    frequency: Frequency = "month",
    keyed: bool = False,
    changes: Iterable[date] | None = None,
) -> exp.Expr:
    """The flows of several data cut-offs in one pass over the moves; tables as `flows_query`.

    Columns as those of `flows_query`, and ``known_from`` and ``known_to``, as a move has them: the first of ``cut_offs`` at
    which the moves of the row count, and the first one after it at which they do not, null where there is none. At a
    cut-off those rows count that are known on its day (`datasets.outcome.KnownOn`); a flow to which moves came, or from which some went, between
    two cut-offs has a row for each span, and is their sum.

    Args:
        designs: the designs that are counted from these flows.
        cut_offs: the days, rising.
        frequency: as in `flows_query`.
        keyed: with the sums of record keys, which protection needs.
        changes: as in `flows_query`.
    """
    span = {
        "known_from": f"case {_first_day('m.known_from', cut_offs)} end",
        "known_to": f"case {_first_day('m.known_to', cut_offs)} end",
    }
    known = f"m.known_from <= date '{cut_offs[-1]}'"
    return _flows(designs, span, known, _COUNTS_AT_SOME, frequency=frequency, keyed=keyed, changes=changes)


_COUNTS_AT_SOME = "where known_to is null or known_from < known_to"
"""A move that came and went between two cut-offs counts at none."""


def _first_day(day: str, cut_offs: Sequence[date]) -> str:
    return " ".join(f"when {day} <= date '{cut_off}' then date '{cut_off}'" for cut_off in cut_offs)


def told_apart_query(columns: Iterable[str]) -> str:
    """Of each row of the table ``flows``: n, known_from, known_to, and a hash of all that tells flows apart, ``flow``.

    ``known_to`` is the end of days where the row still counts. Rows of one flow have one hash; rows of different flows hardly ever do.

    Args:
        columns: of the table, as `spanned_flows_query` makes it.
    """
    telling = (name for name in columns if name not in (*_SUMS, "known_from", "known_to"))
    until = f"coalesce(known_to, date '{END}') as known_to"
    return f"select n, known_from, {until}, hash({', '.join(telling)}) as flow from flows"


def _flows(
    designs: tuple[TableDesign, ...],
    span: Mapping[str, str],
    known: str,
    chosen_rows: str = "",
    *,
    frequency: Frequency,
    keyed: bool,
    changes: Iterable[date] | None,
) -> exp.Expr:
    codes_first = changes is not None
    of_span = {name: f"m.{name}" if codes_first else expression for name, expression in span.items()}
    grouped = {"months": _MONTHS[frequency], **_grouped(designs, codes_first=codes_first), **of_span}
    sums = _SUMS_OF_COUNTED if codes_first else _SUMS
    moves = f"({_counted_by_codes(designs, changes, span, known, keyed=keyed)})" if changes is not None else "moves"
    told = ", ".join(("inside", "unit", *map(unit_column, boundary_sets(designs))))
    by_age = "age_group" in grouped
    text = f"""
with numbered as (select *, cast(dense_rank() over (order by {told}) as integer) as number from territory),
ends as (select distinct number, {told} from numbered){f", ages as ({_codes_of_ages()})" if by_age else ""}
select cast(months // 12 as smallint) as year, cast(months % 12 + 1 as tinyint) as month, o.inside as origin_inside,
  d.inside as destination_inside, {", ".join(_chosen(designs, grouped))}, {", ".join(sums if keyed else ("n",))}
from (
  select {", ".join(f"{expression} as {name}" for name, expression in grouped.items())},
    {", ".join(f"{total} as {name}" for name, total in sums.items() if keyed or name == "n")}
  from {moves} as m
  join numbered as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
  join numbered as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
  {"" if codes_first else f"where {known}"}
  group by {", ".join(str(place) for place in range(1, len(grouped) + 1))}
) as counted
join ends as o on o.number = origin_end
join ends as d on d.number = destination_end
{"left join ages on ages.number = age_group" if by_age else ""}
{chosen_rows}
"""
    return sqlglot.parse_one(text, dialect="duckdb")


def _chosen(designs: tuple[TableDesign, ...], grouped: Iterable[str]) -> list[str]:
    """The columns of the flows between the ends' being inside and the sums: what the numbers by which was counted mean."""
    written = {"age_group": "ages.code"}
    units = {
        end_column(end, borders): f"{end[0]}.{unit_column(borders) if borders else 'unit'}"
        for borders in (None, *boundary_sets(designs))
        for end in _ENDS_OF_A_MOVE
    }
    kept = [name for name in grouped if name not in ("months", "origin_end", "destination_end")]
    columns = {name: written.get(name, name) for name in kept}
    absent = {name: "cast(null as varchar)" for name in LOCALITIES if name not in columns}
    return [f"{expression} as {name}" for name, expression in (units | columns | absent).items()]


def counts_codes_first(moves: int, areas: int, months: int, codes: Iterable[int]) -> bool:
    """Whether counting by codes leaves so few rows that looking areas up afterwards is quicker.

    Args:
        moves: how many there are.
        areas: codes that an end can have.
        months: over which they go.
        codes: how many codes each characteristic has that is kept, in whatever order.
    """
    return _FEWER * areas**2 * months * prod(codes) <= moves


def _counted_by_codes(
    designs: tuple[TableDesign, ...],
    changes: Iterable[date],
    of_known: Mapping[str, str],
    known: str,
    *,
    keyed: bool,
) -> str:
    """Moves counted by the codes of their ends and by spans: a month, or what of it lies between changes of the territory.

    The date is the first day of the span, on which every code means what it means on all days of it.
    """
    within = " ".join(
        f"when m.date between date '{day}' and date '{Period(day.year, day.month).last_day}' then {day.day}"
        for day in sorted(changes, reverse=True)
        if day.day > 1
    )
    localities = LOCALITIES if _asks_localities(designs) else ()
    grouped = {
        "months": _MONTHS["month"],
        **({"first_day": f"case {within} else 1 end"} if within else {}),
        "origin": "m.origin",
        "destination": "m.destination",
        **{name: f"m.{name}" for name in localities},
        **{name: _first_value(name, designs) for name in characteristics(designs)},
        **of_known,
    }
    sums = {name: total for name, total in _SUMS.items() if keyed or name == "n"}
    shown = ", ".join(f"g.{name}" for name in (*grouped, *sums) if name not in ("months", "first_day"))
    return f"""
select make_date(g.months // 12, g.months % 12 + 1, {"g.first_day" if within else "1"}) as date, {shown}
from (
  select {", ".join(f"{of} as {name}" for name, of in (grouped | sums).items())}
  from moves as m where {known} group by {", ".join(str(place + 1) for place in range(len(grouped)))}
) as g
"""


def _grouped(designs: tuple[TableDesign, ...], *, codes_first: bool) -> dict[str, str]:
    """The columns by which moves are counted besides their time, with what each is made of.

    An end is counted by a number of all that the territory tells of it: numbers are grouped more quickly than texts.
    """
    localities = {
        f"{end}_locality": _kept_locality(end, designs) for end in _ENDS_OF_A_MOVE if _asks_localities(designs)
    }
    places = {f"{end}_place": _kept_place(end, designs) for end in _ENDS_OF_A_MOVE if _asks_places(designs)}
    return {
        "origin_end": "o.number",
        "destination_end": "d.number",
        **localities,
        **{name: _kept(name, designs, codes_first=codes_first) for name in characteristics(designs)},
        **places,
    }


def _kept(name: str, designs: tuple[TableDesign, ...], *, codes_first: bool) -> str:
    using = [design for design in designs if name in design.dimensions]
    where = _any_of({design.universe for design in using})
    return (
        f"case when {where} then {f'm.{name}' if codes_first and _is_of_age(name, using) else _value(name, using)} end"
    )


def _first_value(name: str, designs: tuple[TableDesign, ...]) -> str:
    """By what is counted first: codes as they are, which are written only afterwards, and what follows from the age."""
    using = [design for design in designs if name in design.dimensions]
    return _value(name, using) if _is_of_age(name, using) else f"m.{name}"


def _is_of_age(name: str, using: list[TableDesign]) -> bool:
    return name in ("age_group", "age_band") or any(design.youngest is not None for design in using)


def _value(name: str, using: list[TableDesign]) -> str:
    """What the designs that use a characteristic show of it."""
    value = {"age_group": _age_group(), "age_band": _age_band(using)}.get(name, f"coalesce(m.{name}, '{NOT_STATED}')")
    youngest = {design.youngest for design in using}
    if len(youngest) == 1 and (age := youngest.pop()) is not None:
        too_young = str(_TOO_YOUNG) if name == "age_group" else f"'{NOT_APPLICABLE}'"
        value = f"case when m.age < {age} then {too_young} else {value} end"
    return value


def _kept_locality(end: str, designs: tuple[TableDesign, ...]) -> str:
    using = {d.universe for d in designs if {"locality", "partner_locality"} & set(d.dimensions)}
    side = "o" if end == "origin" else "d"
    value = f"case when {side}.inside then coalesce(m.{end}_locality, '{NOT_STATED}') end"
    return f"case when {_any_of(using)} then {value} end"


def _asks_localities(designs: tuple[TableDesign, ...]) -> bool:
    return any({"locality", "partner_locality"} & set(design.dimensions) for design in designs)


def _asks_places(designs: tuple[TableDesign, ...]) -> bool:
    return any("place" in design.dimensions for design in designs)


def _kept_place(end: str, designs: tuple[TableDesign, ...]) -> str:
    side = "o" if end == "origin" else "d"
    where = _any_of({design.universe for design in designs if "place" in design.dimensions})
    named = f"case when m.{end} = {side}.unit then {side}.unit || '{NOT_STATED}' else m.{end} end"
    return f"case when {side}.inside and {where} then {named} end"


def _any_of(universes: set[Universe]) -> str:
    return "(" + " or ".join(sorted(_ENDS[universe] for universe in universes)) + ")"


def _age_group() -> str:
    """First age of a five-year group, as a number: numbers are grouped more quickly than texts. Below 0 there is no age."""
    return f"case when m.age >= 0 then least(5 * (m.age // 5), {OLDEST_GROUP}) else {_NO_AGE} end"


def _codes_of_ages() -> str:
    """The code of each number by which age groups are counted: joined to what was counted, which is quicker than writing each."""
    codes = {_NO_AGE: NOT_STATED, _TOO_YOUNG: NOT_APPLICABLE} | {first: code for code, first, _ in age_groups()}
    listed = ", ".join(f"({number}, '{code}')" for number, code in codes.items())
    return f"select * from (values {listed}) as listed(number, code)"


def _age_band(designs: Iterable[TableDesign]) -> str:
    """Code of the band in which an age lies; of one that lies in none, not stated."""
    bands = dict.fromkeys(band for design in designs for band in design.bands)
    cases = " ".join(
        f"when m.age between {low} and {high} then '{code}'" for code, low, high in map(ages_of_band, bands)
    )
    return f"case {cases} else '{NOT_STATED}' end" if bands else f"'{NOT_STATED}'"
