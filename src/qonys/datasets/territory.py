"""The territory as a table: every area in every span of its validity, with the unit by which is published."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa

from qonys.concepts.area import ABROAD_LEVEL, Area, AreaRegister, BoundarySet
from qonys.concepts.boundaries import Shares, units_on
from qonys.concepts.classification import Classification, Membership
from qonys.concepts.text import NOT_STATED

BEGINNING = date(1, 1, 1)
END = date(9999, 12, 31)
DIVIDED = "divided:"
"""How the code of an area begins that is divided among several units of a boundary set."""


class Territory(NamedTuple):
    """Where moves may begin and end, which is public.

    Args:
        areas: of `territory_table`.
        groups: of `group_table`: which countries are in which group, and when.
        remainder: the group of all that is in no other.
    """

    areas: pa.Table
    groups: pa.Table
    remainder: str


def territory_table(areas: AreaRegister, level: str) -> pa.Table:
    """Columns code, level, inside, unit, locality, valid_from (first day), valid_to (first day after), ``unit_<id>``.

    ``unit`` is the containing area of the level by which is published, on the borders of the day; the country itself
    abroad; *not stated* for an area inside the country that lies in no unit. ``unit_<id>`` is the same on the borders of
    a boundary set: where the area is divided among several of its units, it is a code of `division_table`.
    """
    rows = [
        {
            "code": area.code,
            "level": area.level,
            "inside": _is_inside(area, areas),
            "unit": _unit(area, areas, level),
            "locality": area.locality or None,
            "valid_from": first,
            "valid_to": last,
            **{unit_column(borders.id): _unit_on(area, areas, first, last, borders) for borders in areas.boundary_sets},
        }
        for area in areas.areas
        for first, last in _spans(area, areas)
    ]
    units = {unit_column(borders.id): pa.string() for borders in areas.boundary_sets}
    return pa.Table.from_pylist(rows, schema=pa.schema({**_TERRITORY_COLUMNS, **units}))


def unit_column(boundary_set: str) -> str:
    """The column of `territory_table` with the units of a boundary set."""
    return f"unit_{boundary_set}"


def days_of_change(territory: pa.Table) -> tuple[date, ...]:
    """The days on which some code of a territory table begins or ends to mean something, in order."""
    days = (day for name in ("valid_from", "valid_to") for day in territory[name].to_pylist())
    return tuple(sorted({day for day in days if day not in (None, BEGINNING, END)}))


def division_table(areas: AreaRegister) -> pa.Table:
    """Areas that are divided among units of a boundary set: boundary_set, divided, unit, weight (null: not known)."""
    found: dict[tuple[str, str], Shares] = {}
    for area in areas.areas:
        for first, last in _spans(area, areas) if _is_inside(area, areas) else ():
            for borders in areas.boundary_sets:
                shares = units_on(areas, area, _day_of(first, last), borders)
                if len(shares) > 1:
                    found[borders.id, divided_code(shares)] = shares
    rows = [
        {"boundary_set": borders, "divided": code, "unit": unit, "weight": weight}
        for (borders, code), shares in sorted(found.items())
        for unit, weight in sorted(shares.items())
    ]
    return pa.Table.from_pylist(rows, schema=_DIVISIONS)


def divided_code(shares: Shares) -> str:
    """Stands for the unit of an area that is divided among several: it names them, and their shares where known."""
    told = (unit if weight is None else f"{unit}*{weight:.6g}" for unit, weight in sorted(shares.items()))
    return DIVIDED + "+".join(told)


def group_table(memberships: tuple[Membership, ...]) -> pa.Table:
    """Dated membership of countries: columns country, country_group, valid_from, valid_to."""
    rows = [
        {
            "country": member.country,
            "country_group": member.group,
            "valid_from": member.valid_from or BEGINNING,
            "valid_to": member.valid_to or END,
        }
        for member in memberships
    ]
    return pa.Table.from_pylist(rows, schema=_GROUPS)


def remainder_group(groups: Classification | None) -> str:
    """The group of every country that is in no other on a day: the last one of the list; *not stated* without groups."""
    return groups.codes[-1].code if groups and groups.codes else NOT_STATED


def _is_inside(area: Area, areas: AreaRegister) -> bool:
    return area.level != ABROAD_LEVEL or area.code == areas.home


def _spans(area: Area, areas: AreaRegister) -> list[tuple[date, date]]:
    """The validity of an area, cut wherever its territory changes."""
    first, last = area.valid_from or BEGINNING, area.valid_to or END
    changes = {change.date for change in areas.changes if area.code in (change.source_code, change.target_code)}
    cuts = [first, *sorted(day for day in changes if first < day < last), last]
    return list(pairwise(cuts))


def _day_of(first: date, last: date) -> date:
    """A day of a span at which codes are looked up: before the first entries all days are alike."""
    return last - timedelta(days=1) if first == BEGINNING else first


def _unit_on(area: Area, areas: AreaRegister, first: date, last: date, borders: BoundarySet) -> str:
    if not _is_inside(area, areas):
        return area.code
    shares = units_on(areas, area, _day_of(first, last), borders)
    return divided_code(shares) if len(shares) > 1 else next(iter(shares), NOT_STATED)


def _unit(area: Area, areas: AreaRegister, level: str) -> str:
    if not _is_inside(area, areas):
        return area.code
    day = area.valid_from or (area.valid_to - timedelta(days=1) if area.valid_to else areas.boundary_sets[-1].day)
    ancestor = areas.ancestor(area, level, day)
    return ancestor.code if ancestor else NOT_STATED


_TERRITORY_COLUMNS: dict[str, pa.DataType] = {
    "code": pa.string(),
    "level": pa.string(),
    "inside": pa.bool_(),
    "unit": pa.string(),
    "locality": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
_DIVISIONS_COLUMNS: dict[str, pa.DataType] = {
    "boundary_set": pa.string(),
    "divided": pa.string(),
    "unit": pa.string(),
    "weight": pa.float64(),
}
_DIVISIONS = pa.schema(_DIVISIONS_COLUMNS)
_GROUPS_COLUMNS: dict[str, pa.DataType] = {
    "country": pa.string(),
    "country_group": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
_GROUPS = pa.schema(_GROUPS_COLUMNS)
