"""Table design -> query over flows.

A flow has an arrival side at its destination and a departure side at its origin, as far as these ends are inside the
country. A table sums the sides of its universe. Grouping sets are written out, one by one: not every engine has more.
"""

from __future__ import annotations

from itertools import product

import sqlglot
from sqlglot import exp

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign, Universe
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.queries.flows import NOT_APPLICABLE

STREAMS = ("external", "interregional", "intraregional", NOT_STATED)

_CARRIED = ("sex", "age_group", "ethnicity", "education", "marital", "reason", "citizenship")
_IN_UNIVERSE: dict[Universe, str] = {
    "all": "true",
    "external": "stream = 'external'",
    "internal": "stream <> 'external'",
    "interregional": "stream = 'interregional'",
}


def table_query(design: TableDesign, period: Period, carried: tuple[str, ...], remainder: str) -> exp.Expr:
    """Query of a table's counts over the tables ``flows`` and ``groups``.

    Args:
        design: the table.
        period: period of the release; the table ends with it.
        carried: the characteristics that the flows hold.
        remainder: the group of countries that are in no other.

    Returns:
        One row a cell: the design's dimensions, ``period`` (``2024`` or ``2024-01``), arrivals, departures.
    """
    dimensions = ("period", *design.dimensions)
    inner = ", ".join(dict.fromkeys([*dimensions, *(_group_of(name) for name in design.groups)]))
    sets = ", ".join(f"({', '.join(names)})" for names in _grouping_sets(design))
    labels = ", ".join(_label(name, design) for name in dimensions)
    text = f"""
with sides as ({_sides(carried, remainder)}),
counted as (
  select {_period_text(design)} as period, {", ".join(_columns(design))}, arrivals, departures
  from sides where {_condition(design, period)}
)
select {labels}, cast(sum(arrivals) as bigint) as arrivals, cast(sum(departures) as bigint) as departures
from (select {inner}, arrivals, departures from counted) as c
group by grouping sets ({sets})
"""
    return sqlglot.parse_one(text, dialect="duckdb")


def _sides(carried: tuple[str, ...], remainder: str) -> str:
    kept = "".join(f", f.{name}" for name in carried)
    unknown = f"f.origin = '{NOT_STATED}' or f.destination = '{NOT_STATED}'"
    stream = (
        "case when not (f.origin_inside and f.destination_inside) then 'external' "
        f"when {unknown} then '{NOT_STATED}' "
        "when f.origin = f.destination then 'intraregional' else 'interregional' end"
    )
    streamed = f"select f.*, {stream} as stream, make_date(f.year, f.month, 1) as day from flows as f"

    def side(here: str, there: str, arrivals: str, departures: str) -> str:
        return (
            f"select f.year, f.month, f.day, f.stream, f.{here} as area, f.{there} as other, "
            f"f.{here}_locality as locality, f.{there}_locality as partner_locality{kept}, "
            f"{arrivals} as arrivals, {departures} as departures from streamed as f where f.{here}_inside"
        )

    both = f"{side('destination', 'origin', 'f.n', '0')} union all {side('origin', 'destination', '0', 'f.n')}"
    return (
        f"select s.*, coalesce(g.country_group, '{remainder}') as country_group "
        f"from (with streamed as ({streamed}) {both}) as s "
        "left join groups as g on g.country = s.other and s.day >= g.valid_from and s.day < g.valid_to"
    )


def _columns(design: TableDesign) -> list[str]:
    columns = [f"{_source(name)} as {name}" for name in design.dimensions]
    columns += [_group_of(name) for name in design.groups]
    return columns or ["1 as one"]


def _source(name: str) -> str:
    return {"partner": "other", "partner_area": "other"}.get(name, name)


def _group_of(name: str) -> str:
    return {"partner": "country_group"}[name]


def _period_text(design: TableDesign) -> str:
    if design.frequency == "year":
        return "cast(year as varchar)"
    return "cast(year as varchar) || '-' || lpad(cast(month as varchar), 2, '0')"


def _condition(design: TableDesign, period: Period) -> str:
    conditions = [
        _IN_UNIVERSE[design.universe],
        f"year between {period.year - design.years + 1} and {period.year}",
    ]
    if period.month is not None:
        conditions.append(f"month <= {period.month}")
    if design.youngest is not None:
        conditions += [f"{name} <> '{NOT_APPLICABLE}'" for name in design.dimensions if name in _CARRIED]
    for name, codes in design.only.items():
        listed = ", ".join(exp.Literal.string(code).sql() for code in codes)
        conditions.append(f"{_source(name)} in ({listed})")
    return " and ".join(f"({condition})" for condition in conditions)


def _grouping_sets(design: TableDesign) -> list[tuple[str, ...]]:
    choices: list[list[tuple[str, ...]]] = [[("period",)]]
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
