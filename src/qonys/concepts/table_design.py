"""A table design: what a table counts and how it is laid out. The profile writes it, the line turns it into a query.

Every move has up to two *sides* inside the country: the arrival at its destination and the departure from its origin.
A table is a sum over sides; its dimensions are those of a side.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.status import DataStatus
from qonys.concepts.text import NOT_STATED, Text

Universe: TypeAlias = Literal["all", "external", "internal", "interregional"]
Frequency: TypeAlias = Literal["year", "month"]
Measure: TypeAlias = Literal["arrivals", "departures", "net", "turnover", "arrivals_share", "departures_share"]
SideDimension: TypeAlias = Literal[
    "area", "partner", "partner_area", "stream", "locality", "partner_locality",
    "place", "sex", "age_group", "age_band", "ethnicity", "education", "speciality", "marital", "reason", "citizenship",
]  # fmt: skip

COUNTS: tuple[str, ...] = ("arrivals", "departures", "net", "turnover")
INSIDE = ("interregional", "intraregional")
"""The streams of moves within the country."""
STREAMS = ("external", *INSIDE, NOT_STATED)


class StatusOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data status of the cells that lie at all the named codes (dimension -> codes).

    ``measure``, ``period`` and ``vintage``, the data cut-off by its name, are dimensions too.
    """

    status: DataStatus
    at: dict[str, tuple[str, ...]] = {}


class TableDesign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One table.

    Args:
        id: name of the table in files and addresses.
        title: title in every language; ``{period}`` stands for the period covered.
        universe: which moves count, by their ends on the borders of the date.
        frequency: one column of time is a year or a month.
        measures: what is shown, a `Measure` or an indicator of the profile; a share is the percentage of the total over
            the row dimension.
        rows: dimensions down the side; ``period`` and ``measure`` are dimensions too.
        columns: dimensions across the top.
        years: how many years the table covers, the release's own being the last.
        totals: dimensions that get a total.
        groups: dimensions that get the sums of their groups besides (``partner``: groups of countries; ``place``: areas).
        only: codes to which a dimension is restricted.
        youngest: youngest age that counts (education: 15).
        bands: ages of the dimension ``age_band``, by codes of SDMX CL_AGE (``Y0T17``, ``Y_GE18``).
        boundaries: boundary set on whose borders is counted; without it, on the borders of the day of each move.
        history: series of the profile that holds the years before those that are counted.
        since: first year of it that is shown.
        vintage: data cut-off from which the table is drawn, by its name in the calendar.
        data_status: status of a cell when the records are synthetic, where no part says otherwise.
        parts: cells of another status.
        notes: notes below the table, in every language.
    """

    id: str
    title: Text
    universe: Universe
    frequency: Frequency
    measures: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    years: int = 1
    totals: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = {}
    youngest: int | None = None
    bands: tuple[str, ...] = ()
    boundaries: str | None = None
    history: str | None = None
    since: int | None = None
    vintage: str = "final"
    data_status: DataStatus = DataStatus.INVENTED
    parts: tuple[StatusOf, ...] = ()
    notes: tuple[Text, ...] = ()

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The side's own dimensions, rows first; period and measure are of every table."""
        return tuple(d for d in (*self.rows, *self.columns) if d not in ("period", "measure"))
