"""Confronts the areas of a profile with the changes of its territory: no area comes from nowhere or ends as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from qonys.concepts.area import ABROAD_LEVEL, Area, AreaRegister, TerritoryChange
from qonys.country.profile import Profile

_WHERE = "areas/changes.csv"


def territory(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions as file, what is wrong, what to do."""
    areas = profile.areas
    for change in areas.changes:
        yield from _change(change, areas)
    if areas.boundary_sets:
        yield from _orphans(areas)
    yield from _boundary_sets(profile)


def _change(change: TerritoryChange, areas: AreaRegister) -> Iterator[tuple[str, str, str]]:
    told = f"{change.date}, {change.source_code} to {change.target_code}"
    before = any(area.holds_on(change.date - timedelta(days=1)) for area in areas.of_code(change.source_code))
    if not before:
        yield _WHERE, f"{told}: {change.source_code} is no area on the day before.", "Mend its code, or the date."
    if not any(area.holds_on(change.date) for area in areas.of_code(change.target_code)):
        yield _WHERE, f"{told}: {change.target_code} is no area on that day.", "Mend its code, or the date."
    if change.weight is not None and not 0 < change.weight <= 1:
        yield _WHERE, f"{told}: {change.weight} is no share.", "A weight is above 0 and at most 1; empty where unknown."
    alike = [c for c in areas.changes if (c.date, c.source_code) == (change.date, change.source_code)]
    if sum(c.weight or 0 for c in alike if c.kind in ("split", "part")) > 1 + 1e-9:
        yield _WHERE, f"{told}: the weights of {change.source_code} add up to more than 1.", "Mend the weights."


def _orphans(areas: AreaRegister) -> Iterator[tuple[str, str, str]]:
    first = min(borders.day for borders in areas.boundary_sets)
    began = {(change.date, change.target_code) for change in areas.changes}
    ended = {(change.date, change.source_code) for change in areas.changes}
    for area in areas.areas:
        if area.level == ABROAD_LEVEL:
            continue
        if area.valid_from and area.valid_from > first and (area.valid_from, area.code) not in began:
            yield _orphan(area, f"begins on {area.valid_from}, and nothing says what it was before")
        if area.valid_to and area.valid_to > first and (area.valid_to, area.code) not in ended:
            yield _orphan(area, f"ends on {area.valid_to}, and nothing says what it became")


def _orphan(area: Area, what: str) -> tuple[str, str, str]:
    return _WHERE, f"{area.code} {what}.", "Add an entry; the unit it was part of is enough, with kind part or split."


def _boundary_sets(profile: Profile) -> Iterator[tuple[str, str, str]]:
    known = [borders.id for borders in profile.areas.boundary_sets]
    for name in known:
        if not name.replace("_", "").isalnum() or not name.isascii() or (not name.islower() and not name.isdigit()):
            yield "areas/boundaries.csv", f"“{name}” is no id.", "Use small letters, digits and _."
    for design in profile.tables.values():
        if design.boundaries and design.boundaries not in known:
            where = f"tables/{design.id}.yaml"
            yield where, f"There is no boundary set “{design.boundaries}”.", f"Known: {', '.join(known) or 'none'}."
