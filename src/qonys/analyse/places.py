"""The members of the dimension *place*: units, each followed by the areas in it as slips name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from qonys.concepts.area import ABROAD_LEVEL, Area, AreaRegister
from qonys.concepts.text import NOT_STATED, Text
from qonys.datasets.output import Member


def places(
    areas: AreaRegister, level: str, day: date, counted: Collection[str], *, under_units: bool, not_stated: Text
) -> list[Member]:
    """Units and their places in the order of the profile; what slips do not say of a unit stands last in it.

    Args:
        areas: all areas.
        level: of the units.
        day: places of this day are shown even where nobody moved; earlier ones where somebody did.
        counted: codes that were counted.
        under_units: show the units themselves, their places a step deeper.
        not_stated: what a place is called of which only the unit is known.
    """
    of_unit: dict[str, list[Area]] = {}
    for area in areas.areas:
        unit = None if area.level in (level, ABROAD_LEVEL) else _unit(areas, area, level, day)
        if unit and (area.holds_on(day) or _was_counted(areas, area, day, counted)):
            of_unit.setdefault(unit.code, []).append(area)
    members: list[Member] = []
    for unit in _units(areas, level, day, counted):
        if under_units:
            members.append(Member(unit.code, unit.names))
        depth = 2 if under_units else 1
        members += [Member(area.code, area.names, depth) for area in of_unit.get(unit.code, ())]
        if unit.code + NOT_STATED in counted:
            members.append(Member(unit.code + NOT_STATED, not_stated, depth))
    return members


def _units(areas: AreaRegister, level: str, day: date, counted: Collection[str]) -> Iterator[Area]:
    seen: set[str] = set()
    for area in areas.areas:
        shown = area.holds_on(day) or area.code in counted or area.code + NOT_STATED in counted
        if area.level == level and shown and area.code not in seen:
            seen.add(area.code)
            yield area


def _unit(areas: AreaRegister, area: Area, level: str, day: date) -> Area | None:
    """The unit of an area on the day, or on the last day on which its code meant it."""
    last = day if area.holds_on(day) else (area.valid_to - timedelta(days=1) if area.valid_to else day)
    return areas.ancestor(area, level, last)


def _was_counted(areas: AreaRegister, area: Area, day: date, counted: Collection[str]) -> bool:
    """An earlier area is told by its code, unless that means another one since."""
    again = any(other.holds_on(day) for other in areas.of_code(area.code))
    return area.code in counted and not again
