"""The territory as a table: every area in every span of its validity, with the unit by which is published."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa

from qonys.concepts.area import ABROAD_LEVEL, Area, AreaRegister
from qonys.concepts.classification import Classification, Membership
from qonys.concepts.text import NOT_STATED

BEGINNING = date(1, 1, 1)
END = date(9999, 12, 31)


def territory_table(areas: AreaRegister, level: str) -> pa.Table:
    """Columns code, level, inside, unit, locality, valid_from (first day), valid_to (first day after).

    ``unit`` is the containing area of the level by which is published, the country itself abroad, and *not stated* for
    an area inside the country that lies in no unit.
    """
    rows = [
        {
            "code": area.code,
            "level": area.level,
            "inside": _is_inside(area, areas),
            "unit": _unit(area, areas, level),
            "locality": area.locality or None,
            "valid_from": area.valid_from or BEGINNING,
            "valid_to": area.valid_to or END,
        }
        for area in areas.areas
    ]
    return pa.Table.from_pylist(rows, schema=_TERRITORY)


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
_TERRITORY = pa.schema(_TERRITORY_COLUMNS)
_GROUPS_COLUMNS: dict[str, pa.DataType] = {
    "country": pa.string(),
    "country_group": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
_GROUPS = pa.schema(_GROUPS_COLUMNS)
