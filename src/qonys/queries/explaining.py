"""Counts that explain a figure: where the slips of a data cut-off went, and what was done to those of each cell.

Law: nothing here gives back a row of the register; every result is a count by reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import sqlglot
from sqlglot import exp

from qonys.concepts.indicator import Indicator
from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign, Universe
from qonys.concepts.text import TOTAL

EVER = 9999
"""A year by which every move has happened."""
TAG = "touch"
"""Column of `touched_moves_query`, and dimension of `touched_query`."""
_KNOWN = "known_from <= cast($cut_off as date) and (known_to is null or known_to > cast($cut_off as date))"
_SUMS = {"arrivals": "arrivals", "departures": "departures", "net": "arrivals - departures",
         "turnover": "arrivals + departures"}  # fmt: skip


def slips_query() -> str:
    """Where the slips of the deliveries stood on data cut-offs: columns cut_off, what, reason, n.

    Tables cut_offs (cut_off), deliveries (those that count: delivery, received), registrations, quarantine, amendments,
    moves, exceptions. ``what`` is ``registrations``, ``released`` (from the quarantine at entry), ``entry`` (reason: the
    first field that could not be read), ``quarantine`` and ``set_apart`` (reasons, joined by `` + ``), ``moved`` and
    ``accompanying``; what there is none of has no row. Registrations and moves
    are counted in one pass for all cut-offs: by delivery, and by when they are known.
    """
    known = "m.known_from <= c.cut_off and (m.known_to is null or m.known_to > c.cut_off)"
    return f"""
with counting as (select c.cut_off, d.delivery from cut_offs as c join deliveries as d on d.received <= c.cut_off),
spans as (select line = 0 as first, known_from, known_to, count(*) as n from moves group by all),
gone as (
  select c.cut_off, e.fate, list_aggregate(e.reasons, 'string_agg', ' + ') as reason
  from exceptions as e join counting as c on c.delivery = e.delivery and e.since <= c.cut_off
  where e.until is null or e.until > c.cut_off
)
select cut_off, 'registrations' as what, '' as reason, sum(n) as n
from (select delivery, count(*) as n from registrations group by 1) join counting using (delivery) group by 1
union all
select cut_off, 'released', '', count(*)
from (select delivery from amendments anti join registrations using (delivery, row)) join counting using (delivery) group by 1
union all
select cut_off, 'entry', coalesce(nullif(problems[1].field, ''), 'row'), count(*)
from quarantine join counting using (delivery) anti join amendments using (delivery, row) group by 1, 3
union all
select cut_off, fate, reason, count(*) from gone group by all
union all
select c.cut_off, case when first then 'moved' else 'accompanying' end, '', sum(n)
from spans as m join cut_offs as c on {known} group by all
order by all
"""


def touched_moves_query() -> str:
    """The moves of a data cut-off whose slip was touched, once for each touch: columns of moves, and ``touch``.

    Tables moves, flags; parameter ``cut_off``. A touch is a note of ``edits``, or ``:flagged:rule``.
    """
    return f"""
with known as (select * from moves where {_KNOWN})
select k.* exclude (edits), unnest(k.edits) as {TAG} from known as k where len(k.edits) > 0
union all
select k.* exclude (edits), ':flagged:' || f.reason as {TAG}
from known as k join (select delivery, row, unnest(reasons) as reason from flags) as f using (delivery, row)
"""


def with_all_totals(design: TableDesign) -> TableDesign:
    """The design with a total over every dimension: the counts before each of its dimensions is narrowed."""
    return msgspec.structs.replace(design, totals=design.dimensions)


def by_month_and_stream(design: TableDesign, universe: Universe) -> TableDesign:
    """All sides of a universe on the borders of a design, by month and stream, whatever else the design asks for."""
    monthly: Frequency = "month"
    return msgspec.structs.replace(
        design, universe=universe, frequency=monthly, rows=("period",), columns=("stream",), years=EVER,
        measures=("arrivals", "departures"), totals=(), groups=(), only={}, youngest=None, bands=(),
    )  # fmt: skip


def touched_design(design: TableDesign) -> TableDesign:
    """The design with one dimension more: what was done to the slips."""
    return msgspec.structs.replace(design, rows=(TAG, *design.rows))


def cells_sql(query: exp.Expr, cut_off: str, base_cut_off: str = "") -> str:
    """The first part of the statement of a cell, the same for all of a table: its counts, as ``cells``.

    Tables ``statistics_flows`` (with known_from and known_to), ``groups`` and, on a boundary set, ``divisions``; DuckDB's dialect.

    Args:
        query: of the table (`queries.tables.table_query`).
        cut_off: ISO date of the data cut-off.
        base_cut_off: that of the figures that a growth is against, where it is another one: they are ``cells_of_base``.
    """
    parts = [_flows("flows", cut_off), f"cells as ({query.sql(dialect='duckdb')})"]
    if base_cut_off:
        parts.append(_flows("flows_of_base", base_cut_off))
        parts.append(f"cells_of_base as ({_reading(query, 'flows_of_base').sql(dialect='duckdb')})")
    text = f"with {', '.join(parts)} select 1"
    return sqlglot.parse_one(text, dialect="duckdb").sql(dialect="duckdb", pretty=True).removesuffix("SELECT\n  1")


def value_sql(design: TableDesign, at: Mapping[str, str], of: CellValue) -> str:
    """The last part of the statement of a cell: its exact value, as ``value``.

    Args:
        design: the table.
        at: code of every dimension of the cell, ``period`` and ``measure`` among them.
        of: what is made of the counts.
    """
    return f"SELECT {_value(design, at, of)} AS value"


class CellValue(msgspec.Struct, frozen=True):
    """What is made of the counts of a cell.

    Args:
        measure: a measure of counts, or that of which an indicator is.
        indicator: the indicator; None for counts and shares.
        base_cut_off: of a growth: ISO date of the data cut-off of its base.
        base: of a growth on a published figure: that figure.
        population: of a rate: average population in persons.
        of_year: of a rate: days of its year over the days of its period.
    """

    measure: str
    indicator: Indicator | None = None
    base_cut_off: str = ""
    base: float | None = None
    population: float | None = None
    of_year: float = 1.0


def _flows(name: str, cut_off: str) -> str:
    known = f"known_from <= date '{cut_off}' and (known_to is null or known_to > date '{cut_off}')"
    return f"{name} as (select * from statistics_flows where {known})"


def _reading(query: exp.Expr, flows: str) -> exp.Expr:
    """The same query over flows of another name."""

    def renamed(node: exp.Expr) -> exp.Expr:
        return (
            exp.table_(flows, alias=node.alias or None)
            if isinstance(node, exp.Table) and node.name == "flows"
            else node
        )

    return query.copy().transform(renamed)


def _value(design: TableDesign, at: Mapping[str, str], of: CellValue) -> str:
    one = of.indicator
    if of.measure.endswith("_share"):
        side, over = of.measure.removesuffix("_share"), design.dimensions[0]
        whole = _sum(design, {**at, over: TOTAL}, side)
        return f"100.0 * {_sum(design, at, side)} / nullif({whole}, 0)"
    count = _sum(design, at, _SUMS[of.measure])
    if one is None:
        return count
    match one.function:
        case "rate":
            return f"{one.per} * {count} / {of.population!r} * {of.of_year!r}"
        case "growth":
            earlier = {**at, "period": str(Period.parse(at["period"]).years_back(1))}
            counted = _sum(design, earlier, _SUMS[of.measure], "cells_of_base" if of.base_cut_off else "cells")
            base = repr(of.base) if of.base is not None else counted
            return f"100 * (cast({count} as double) / nullif({base}, 0) - 1)"
        case "effectiveness":
            return f"100.0 * {_sum(design, at, _SUMS['net'])} / nullif({_sum(design, at, _SUMS['turnover'])}, 0)"
        case "system_effectiveness":
            turnover = _sum(design, at, _SUMS["turnover"], of_areas=True)
            return f"100.0 * {_sum(design, at, 'abs(arrivals - departures)', of_areas=True)} / nullif({turnover}, 0)"
        case "aggregate_net_rate":
            moved = _sum(design, at, "abs(arrivals - departures)", of_areas=True)
            return f"100.0 * {moved} / 2 / {of.population!r} * {of.of_year!r}"


def _sum(design: TableDesign, at: Mapping[str, str], what: str, cells: str = "cells", *, of_areas: bool = False) -> str:
    """The sum of something over the rows of a cell; over those of all areas instead of their total."""
    names = [name for name in ("period", *design.dimensions) if not (of_areas and name == "area")]
    told = [f"{name} = {exp.Literal.string(at[name]).sql(dialect='duckdb')}" for name in names]
    told += [f"area <> '{TOTAL}'"] if of_areas else []
    return f"(select coalesce(sum({what}), 0) from {cells} where {' and '.join(told)})"
