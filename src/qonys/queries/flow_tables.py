"""Which flows a table design is counted from, and what it asks of them: no query yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeAlias

from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign

CHARACTERISTICS = (
    "sex", "age_group", "age_band", "ethnicity", "education", "speciality", "marital", "reason", "citizenship",
)  # fmt: skip
"""What a design may ask of a person."""
RARE = ("place", "speciality")
"""Dimensions that few designs use and that would make many flows of one: those designs have flows of their own."""
FlowTable: TypeAlias = Literal["statistics/flows", "statistics/rare_flows"]
MAIN_FLOWS: FlowTable = "statistics/flows"


def flow_table_of(design: TableDesign) -> FlowTable:
    """The flows from which a design is counted."""
    return "statistics/rare_flows" if set(RARE) & set(design.dimensions) else MAIN_FLOWS


def designs_by_flows(designs: Iterable[TableDesign]) -> dict[FlowTable, tuple[TableDesign, ...]]:
    """The designs of each table of flows; without one of them there are no such flows."""
    found: dict[FlowTable, list[TableDesign]] = {MAIN_FLOWS: []}
    for design in designs:
        found.setdefault(flow_table_of(design), []).append(design)
    return {table: tuple(of_table) for table, of_table in found.items()}


def characteristics(designs: Iterable[TableDesign]) -> tuple[str, ...]:
    """The characteristics of persons that the designs look at, in a fixed order."""
    used = {name for design in designs for name in design.dimensions}
    return tuple(name for name in CHARACTERISTICS if name in used)


def frequency_of_flows(
    designs: Iterable[TableDesign], released: Iterable[Period], changes: Iterable[date]
) -> Frequency:
    """Whether flows must be told apart by month; flows of years are up to twelve times as few.

    Args:
        designs: those that are counted from the flows; a monthly one asks for months.
        released: the periods of the calendar; where one ends with a month, tables by year go as far as that month.
        changes: the days, while there are moves, on which a country comes into a group or leaves it: all moves of a flow
            count in one group.
    """
    asks = (
        any(design.frequency == "month" for design in designs)
        or any(period.month is not None for period in released)
        or any((day.month, day.day) != (1, 1) for day in changes)
    )
    return "month" if asks else "year"
