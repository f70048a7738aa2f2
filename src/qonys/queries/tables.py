"""Table design -> query over flows.

A flow has an arrival side at its destination and a departure side at its origin, as far as these ends are inside the
country. A table sums the sides of its universe. Grouping sets are written out, one by one: not every engine has more.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import sqlglot
from sqlglot import exp

from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign, Universe
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.datasets.territory import DIVIDED
from qonys.queries.flow_tables import CHARACTERISTICS
from qonys.queries.flows import NOT_APPLICABLE, boundary_sets, end_column

DIVIDED_STREAM = "_D"
"""Stream of a move within the country that may be interregional or not: its ends are divided among the same units."""
KEYS = ("arrivals_key_high", "departures_key_high", "arrivals_key_low", "departures_key_low")
"""Sums of the halves of record keys, by the side that they are of."""
_KEPT = ("year", "month", "origin_inside", "destination_inside", "origin_locality", "destination_locality")
"""Columns of the flows besides ends, characteristics and counts."""
_ESTIMATED = ("arrivals_estimated", "departures_estimated")
_SPANS: dict[Frequency, tuple[str, ...]] = {"year": ("year",), "month": ("year", "month")}
"""What a period is grouped by: numbers, which are written out only for the cells that come of them."""

_IN_UNIVERSE: dict[Universe, str] = {
    "all": "true",
    "external": "stream = 'external'",
    "internal": "stream <> 'external'",
    "interregional": f"stream in ('interregional', '{DIVIDED_STREAM}')",
}


def table_query(
    design: TableDesign, period: Period, carried: tuple[str, ...], remainder: str, *, keyed: bool = False
) -> exp.Expr:
    """The query of `table_text` as a tree, for who asks it of other flows or shows it."""
    return sqlglot.parse_one(table_text(design, period, carried, remainder, keyed=keyed), dialect="duckdb")


def table_text(
    design: TableDesign, period: Period, carried: tuple[str, ...], remainder: str, *, keyed: bool = False
) -> str:
    """Query of a table's counts over the tables ``flows``, ``groups`` and, on a boundary set, ``divisions``.

    Args:
        design: the table.
        period: period of the release; the table ends with it.
        carried: the characteristics that the flows hold.
        remainder: the group of countries that are in no other.
        keyed: with the sums of record keys of each cell, ``arrivals_key_high`` and so on; the flows must have them.

    Returns:
        One row a cell: the design's dimensions, ``period`` (as `Period` is written), arrivals, departures. On a
        boundary set these are not whole where an area is divided by known shares, and ``arrivals_estimated`` and
        ``departures_estimated`` say in how many rows of the flows that matters; an area that is divided without known shares is a member of its own (`datasets.territory.divided_code`).
    """
    spans = _SPANS[design.frequency]
    inner = ", ".join(dict.fromkeys([*spans, *design.dimensions, *(_group_of(name) for name in design.groups)]))
    sets = ", ".join(f"({', '.join(names)})" for names in _grouping_sets(design))
    labels = ", ".join(
        (f"{_period_text(design, period)} as period", *(_label(name, design) for name in design.dimensions))
    )
    counts = ", ".join(("arrivals", "departures", *(_ESTIMATED if design.boundaries else ()), *(KEYS if keyed else ())))
    return f"""
with sides as ({_sides(carried, remainder, design, keyed=keyed)}),
counted as (
  select {", ".join((*spans, *_columns(design)))}, {counts}
  from sides where {_condition(design, period)}
)
select {labels}, {_sums(design, keyed=keyed)}
from (select {inner}, {counts} from counted) as c
group by grouping sets ({sets})
"""


def flows_of_ends_query(designs: Iterable[TableDesign], *, keyed: bool = False) -> str:
    """The table ``flows`` summed over the characteristics of persons: all that tables need which ask for none.

    Columns as those of the flows without characteristics; for Kazakhstan a tenth of the rows.

    Args:
        designs: those of the flows (`queries.flows.designs_by_flows`), without places.
        keyed: with the sums of record keys; the flows must have them.
    """
    ends = [
        end_column(end, borders) for borders in (None, *boundary_sets(designs)) for end in ("origin", "destination")
    ]
    kept = (*_KEPT, *ends)
    sums = (f"cast(sum({name}) as bigint) as {name}" for name in ("n", *(("key_high", "key_low") if keyed else ())))
    return f"select {', '.join((*kept, *sums))} from flows group by {', '.join(kept)}"


def _sums(design: TableDesign, *, keyed: bool) -> str:
    whole = (*(_ESTIMATED if design.boundaries else ("arrivals", "departures")), *(KEYS if keyed else ()))
    shared = ("sum(arrivals) as arrivals", "sum(departures) as departures") if design.boundaries else ()
    return ", ".join((*shared, *(f"cast(sum({name}) as bigint) as {name}" for name in whole)))


def _sides(carried: tuple[str, ...], remainder: str, design: TableDesign, *, keyed: bool) -> str:
    boundary_set = design.boundaries
    kept = "".join(f", f.{name}" for name in carried)
    places = "place" in design.dimensions
    flows = _rebased(boundary_set, carried, keyed=keyed) if boundary_set else "flows"
    streamed = f"select f.*, {_stream(boundary_set)} as stream, make_date(f.year, f.month, 1) as day from {flows} as f"

    def side(here: str, there: str, counted: str) -> str:
        return (
            f"select f.year, f.month, f.day, f.stream, f.{end_column(here, boundary_set)} as area, "
            f"f.{end_column(there, boundary_set)} as other, "
            f"f.{here}_locality as locality, f.{there}_locality as partner_locality{kept}, "
            f"{f'f.{here}_place as place, ' if places else ''}"
            f"{_measures(design, here, there, counted, keyed=keyed)} from streamed as f where f.{here}_inside"
        )

    both = f"{side('destination', 'origin', 'arrivals')} union all {side('origin', 'destination', 'departures')}"
    return (
        f"select s.*, coalesce(g.country_group, '{remainder}') as country_group "
        f"from (with streamed as ({streamed}) {both}) as s "
        "left join groups as g on g.country = s.other and s.day >= g.valid_from and s.day < g.valid_to"
    )


def _measures(design: TableDesign, here: str, there: str, counted: str, *, keyed: bool) -> str:
    """What a side adds to the counts: to those of arrivals or of departures, nothing to the others.

    Nothing has the type of what is counted: not every engine finds the common type of both halves of a union.
    """
    both_ends = design.universe == "interregional" or {"partner_area", "stream"} & set(design.dimensions)
    shared = f"f.{here}_estimated + f.{there}_estimated" if both_ends else f"f.{here}_estimated"
    values = {"": "f.n"}
    values |= {"_estimated": shared} if design.boundaries else {}
    values |= {"_key_high": "f.key_high", "_key_low": "f.key_low"} if keyed else {}
    nothing = dict.fromkeys(values, "cast(0 as bigint)")
    nothing |= {"": "cast(0 as double)"} if design.boundaries else {}
    sides = ("arrivals", "departures")
    return ", ".join(
        f"{value if side == counted else nothing[suffix]} as {side}{suffix}"
        for suffix, value in values.items()
        for side in sides
    )


def _stream(boundary_set: str | None) -> str:
    origin, destination = (f"f.{end_column(end, boundary_set)}" for end in ("origin", "destination"))
    divided = (
        f"when {origin} like '{DIVIDED}%' and ({destination} like '{DIVIDED}%' or {origin} like '%' || {destination} || '%') "
        f"or {destination} like '{DIVIDED}%' and {destination} like '%' || {origin} || '%' then '{DIVIDED_STREAM}' "
    )
    return (
        "case when not (f.origin_inside and f.destination_inside) then 'external' "
        f"when {origin} = '{NOT_STATED}' or {destination} = '{NOT_STATED}' then '{NOT_STATED}' "
        f"{divided if boundary_set else ''}"
        f"when {origin} = {destination} then 'intraregional' else 'interregional' end"
    )


def _rebased(boundary_set: str, carried: tuple[str, ...], *, keyed: bool) -> str:
    """Flows of which an end that is divided by known shares counts in each of its units by its share."""
    ends = {end: end_column(end, boundary_set) for end in ("origin", "destination")}
    kept = (*_KEPT, *carried, *(("key_high", "key_low") if keyed else ()))
    units = ", ".join(f"coalesce(of_{end}.unit, f.{column}) as {column}" for end, column in ends.items())
    joins = " ".join(f"left join shares as of_{end} on of_{end}.divided = f.{column}" for end, column in ends.items())
    return (
        f"(with shares as (select divided, unit, weight from divisions where boundary_set = '{boundary_set}' "
        f"and weight is not null) select {', '.join(f'f.{name}' for name in kept)}, {units}, "
        f"f.n * {' * '.join(f'coalesce(of_{end}.weight, cast(1 as double))' for end in ends)} as n, "
        f"{', '.join(f'case when of_{end}.unit is null then 0 else 1 end as {end}_estimated' for end in ends)} "
        f"from flows as f {joins})"
    )


def _columns(design: TableDesign) -> list[str]:
    columns = [f"{_source(name)} as {name}" for name in design.dimensions]
    columns += [_group_of(name) for name in design.groups]
    return columns or ["1 as one"]


def _source(name: str) -> str:
    return {"partner": "other", "partner_area": "other"}.get(name, name)


def _group_of(name: str) -> str:
    return {"partner": "country_group", "place": "area"}[name]


def _period_text(design: TableDesign, period: Period) -> str:
    if design.frequency == "year":
        part = str(period.year_so_far).removeprefix(str(period.year))
        return f"cast(year as varchar) || '{part}'" if part else "cast(year as varchar)"
    return "cast(year as varchar) || '-' || lpad(cast(month as varchar), 2, '0')"


def _condition(design: TableDesign, period: Period) -> str:
    conditions = [
        _IN_UNIVERSE[design.universe],
        f"year between {period.year - design.years + 1} and {period.year}",
    ]
    if period.month is not None:
        conditions.append(f"month <= {period.month}")
    if design.youngest is not None:
        conditions += [f"{name} <> '{NOT_APPLICABLE}'" for name in design.dimensions if name in CHARACTERISTICS]
    for name, codes in design.only.items():
        listed = ", ".join(exp.Literal.string(code).sql() for code in codes)
        conditions.append(f"{_source(name)} in ({listed})")
    return " and ".join(f"({condition})" for condition in conditions)


def _grouping_sets(design: TableDesign) -> list[tuple[str, ...]]:
    choices: list[list[tuple[str, ...]]] = [[_SPANS[design.frequency]]]
    for name in design.dimensions:
        options: list[tuple[str, ...]] = [(name,)]
        if name in design.groups:
            options.append((_group_of(name),))
        if name in design.totals:
            options.append(())
        choices.append(options)
    return [tuple(name for part in combination for name in part) for combination in product(*choices)]


def _label(name: str, design: TableDesign) -> str:
    """The code of a cell in one dimension: its own, that of a group of it, or the total."""
    if name not in design.groups and name not in design.totals:
        return name
    in_group = f"when grouping({_group_of(name)}) = 0 then {_group_of(name)} " if name in design.groups else ""
    return f"case when grouping({name}) = 0 then {name} {in_group}else '{TOTAL}' end as {name}"
