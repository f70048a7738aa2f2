"""Confronts table designs with what a table can be, and with each other where they share flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from qonys.concepts.age import ages_of_band
from qonys.concepts.table_design import Measure, SideDimension, TableDesign
from qonys.country.profile import Profile
from qonys.queries.flow_tables import characteristics, flow_table_of

_LAYOUT_DIMENSIONS = ("period", "measure", *get_args(SideDimension))


def table_contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions of table designs as file, what is wrong, what to do."""
    for design in profile.tables.values():
        yield from _layout(design)
        yield from _bands(design, profile)
        yield from _measures(design, profile)
        yield from _history(design, profile)
    yield from _youngest(profile)


def _layout(design: TableDesign) -> Iterator[tuple[str, str, str]]:
    where = f"tables/{design.id}.yaml"
    placed = (*design.rows, *design.columns)
    for name in placed:
        if name not in _LAYOUT_DIMENSIONS:
            yield where, f"“{name}” is no dimension.", f"Allowed: {', '.join(_LAYOUT_DIMENSIONS)}."
    if sorted(set(placed)) != sorted(placed) or not {"period", "measure"} <= set(placed):
        yield where, "Rows and columns together need period and measure, and no dimension twice.", ""
    for name in (*design.totals, *design.groups, *design.only):
        if name not in placed:
            yield where, f"{name} is not among the dimensions of the table.", f"They are: {', '.join(placed)}."
    if design.boundaries and "place" in placed:
        yield (
            where,
            "Places are those of the day; they cannot be on the borders of a set.",
            "Leave `boundaries` out.",
        )
    for part in design.parts:
        for name in part.at:
            if name not in (*placed, "vintage"):
                yield where, f"parts: {name} is not among the dimensions of the table.", ""


def _history(design: TableDesign, profile: Profile) -> Iterator[tuple[str, str, str]]:
    where, known = f"tables/{design.id}.yaml", {figure.series for figure in profile.history}
    if (design.history is None) is not (design.since is None):
        yield where, "`history` and `since` need each other.", "Write since: 2000."
    if design.history and design.history not in known:
        yield where, f"history: there is no series “{design.history}”.", f"Known: {', '.join(sorted(known)) or 'none'}."
    if design.history and (design.frequency != "year" or not {"area", "locality"} >= set(design.dimensions)):
        yield where, "A table with a history is yearly, by area and locality at the most.", "Leave `history` out."


def _measures(design: TableDesign, profile: Profile) -> Iterator[tuple[str, str, str]]:
    known = (*get_args(Measure), *profile.indicators)
    for measure in design.measures:
        if measure not in known:
            yield f"tables/{design.id}.yaml", f"measures: there is no “{measure}”.", f"Allowed: {', '.join(known)}."


def _bands(design: TableDesign, profile: Profile) -> Iterator[tuple[str, str, str]]:
    where = f"tables/{design.id}.yaml"
    if bool(design.bands) is not ("age_band" in design.dimensions):
        yield where, "`bands` and the dimension age_band need each other.", "Write bands: [Y0T17, Y_GE18]."
    for code in design.bands:
        try:
            ages_of_band(code)
        except ValueError:
            yield where, f"“{code}” is no band of ages.", "Write Y0T17, Y_GE18 or Y_LT18."
    others = {
        other.bands
        for other in profile.tables.values()
        if other.bands and flow_table_of(other) == flow_table_of(design)
    }
    if design.bands and len(others) > 1:
        yield where, "Tables have different bands.", "Flows hold one list of bands: use the same in all tables."


def _youngest(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Flows mark those who are too young by a characteristic that no table of another youngest age uses."""
    for design in profile.tables.values():
        others = {n for other in profile.tables.values() if other.youngest != design.youngest for n in other.dimensions}
        if design.youngest is not None and not set(characteristics([design])) - others:
            yield (
                f"tables/{design.id}.yaml",
                f"Persons below {design.youngest} cannot be left out: other tables count them by the same characteristics.",
                "Use a characteristic that only tables of the same `youngest` use, or leave `youngest` out.",
            )
