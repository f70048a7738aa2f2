"""Moves -> flows: exact counts of the combinations that the table designs need, and of no other.

A characteristic is kept only for the moves on which some design looks at it; for the others it is null. That keeps the
cube small without losing a table.
"""

from __future__ import annotations

from collections.abc import Iterable

from qonys.concepts.table_design import TableDesign, Universe
from qonys.concepts.text import NOT_STATED
from qonys.datasets.territory import unit_column

BASE = ("year", "month", "origin", "destination", "origin_inside", "destination_inside")
NOT_APPLICABLE = "_Z"
OLDEST_GROUP = 85
"""First age of the open-ended age group; below it, groups are of five years."""

_ENDS: dict[Universe, str] = {
    "all": "true",
    "external": "not (o.inside and d.inside)",
    "internal": "o.inside and d.inside",
    "interregional": "o.inside and d.inside and o.unit <> d.unit",
}
_OF_DIMENSION = {
    "sex": "sex",
    "age_group": "age_group",
    "ethnicity": "ethnicity",
    "education": "education",
    "marital": "marital",
    "reason": "reason",
    "citizenship": "citizenship",
}


def characteristics(designs: Iterable[TableDesign]) -> tuple[str, ...]:
    """The characteristics of persons that the designs look at, in a fixed order."""
    used = {name for design in designs for name in design.dimensions}
    return tuple(name for name in _OF_DIMENSION if name in used)


def boundary_sets(designs: Iterable[TableDesign]) -> tuple[str, ...]:
    """The boundary sets on whose borders some design counts, in the order of their ids."""
    return tuple(sorted({design.boundaries for design in designs if design.boundaries}))


def end_column(end: str, boundary_set: str | None) -> str:
    """The column of the flows with the unit of an end: on the borders of the day, or on those of a boundary set."""
    return f"{end}_on_{boundary_set}" if boundary_set else end


def flows_query(designs: tuple[TableDesign, ...]) -> str:
    """Flows that count at a data cut-off; tables ``moves`` and ``territory``, parameter ``cut_off`` (ISO date).

    Columns: year, month, origin and destination (unit or country), origin_inside, destination_inside,
    origin_locality, destination_locality, the characteristics, both ends on the borders of each boundary set that a design
    names (``origin_on_2018``), n.
    """
    kept = [f"{_kept(name, designs)} as {name}" for name in characteristics(designs)]
    localities = [f"{_kept_locality(end, designs)} as {end}_locality" for end in ("origin", "destination")]
    rebased = [
        f"{side}.{unit_column(borders)} as {end_column(end, borders)}"
        for borders in boundary_sets(designs)
        for side, end in (("o", "origin"), ("d", "destination"))
    ]
    chosen = ",\n  ".join(
        [
            "cast(year(m.date) as smallint) as year",
            "cast(month(m.date) as tinyint) as month",
            "o.unit as origin",
            "d.unit as destination",
            "o.inside as origin_inside",
            "d.inside as destination_inside",
            *localities,
            *kept,
            *rebased,
            "count(*) as n",
        ]
    )
    return f"""
select {chosen}
from moves as m
join territory as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
join territory as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
where m.known_from <= cast($cut_off as date) and (m.known_to is null or m.known_to > cast($cut_off as date))
group by {", ".join(str(i + 1) for i in range(len(BASE) + 2 + len(kept) + len(rebased)))}
"""


def _kept(name: str, designs: tuple[TableDesign, ...]) -> str:
    using = [design for design in designs if name in design.dimensions]
    where = _any_of({design.universe for design in using})
    value = f"coalesce(m.{name}, '{NOT_STATED}')" if name != "age_group" else _age_group()
    youngest = {design.youngest for design in using}
    if len(youngest) == 1 and (age := youngest.pop()) is not None:
        value = f"case when m.age < {age} then '{NOT_APPLICABLE}' else {value} end"
    return f"case when {where} then {value} end"


def _kept_locality(end: str, designs: tuple[TableDesign, ...]) -> str:
    using = {d.universe for d in designs if {"locality", "partner_locality"} & set(d.dimensions)}
    side = "o" if end == "origin" else "d"
    value = f"case when {side}.inside then coalesce(m.{end}_locality, '{NOT_STATED}') end"
    return f"case when {_any_of(using)} then {value} end" if using else "cast(null as varchar)"


def _any_of(universes: set[Universe]) -> str:
    return "(" + " or ".join(sorted(_ENDS[universe] for universe in universes)) + ")"


def _age_group() -> str:
    """Code of a five-year group: ``Y0T4`` … ``Y80T84``, ``Y_GE85`` (SDMX CL_AGE)."""
    low = "5 * (m.age // 5)"
    closed = f"'Y' || cast({low} as varchar) || 'T' || cast({low} + 4 as varchar)"
    return f"case when m.age is null then '{NOT_STATED}' when m.age >= {OLDEST_GROUP} then 'Y_GE{OLDEST_GROUP}' else {closed} end"


def age_groups() -> tuple[tuple[str, int, int | None], ...]:
    """Code, first age and last age of every age group; the last one is open."""
    closed = tuple((f"Y{low}T{low + 4}", low, low + 4) for low in range(0, OLDEST_GROUP, 5))
    return (*closed, (f"Y_GE{OLDEST_GROUP}", OLDEST_GROUP, None))
