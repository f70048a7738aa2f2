"""Kinds of moves that published tables may tell apart by time and territory: a span of days, an origin, a destination.

Law: every count of a table, whatever its borders, months and streams, is a sum over whole kinds; so tables on different borders
become sums of the same unknown counts. What a slip does not say (no unit, divided) makes a kind of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.datasets.territory import DIVIDED, unit_column

Mask: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.str_]
End: TypeAlias = tuple[str, ...]
"""Where a move begins or ends: empty for abroad or ``in``, then the unit on the day and on each boundary set."""
TERRITORIAL = ("area", "partner", "partner_area", "stream", "place")
ELSEWHERE = "elsewhere"
"""Stands for all countries that no table names."""


@dataclass(frozen=True)
class MoveKinds:
    """The kinds.

    Args:
        spans: month of each kind, or year where no table knows months, shape (kinds,).
        inside: of ``origin`` and ``destination``: whether it is inside the country, shape (kinds,) each.
        units: end and boundary set (None: of the day) -> unit or country, shape (kinds,) each.
        countries: what a partner can be.
    """

    spans: Texts
    inside: Mapping[str, Mask]
    units: Mapping[tuple[str, str | None], Texts]
    countries: frozenset[str]

    def of_cell(self, design: TableDesign, side: str, key: tuple[str, ...]) -> Mask | None:
        """The kinds that a cell counts, its characteristics of persons left aside; None where that cannot be said.

        Args:
            design: the table.
            side: arrivals or departures.
            key: period and dimensions.
        """
        at = dict(zip(design.dimensions, key[1:], strict=True))
        if at.get("place", TOTAL) != TOTAL or at.get("partner", TOTAL) not in (TOTAL, *self.countries):
            return None
        here, there = ("destination", "origin") if side == "arrivals" else ("origin", "destination")
        found = self._in_time(key[0]) & self.inside[here] & self._in_universe(design)
        for name, end in (("area", here), ("partner", there), ("partner_area", there)):
            for codes in (at.get(name, TOTAL),), design.only.get(name, (TOTAL,)):
                if TOTAL not in codes:
                    found &= np.isin(self.units[end, design.boundaries], codes)
        if at.get("stream", TOTAL) != TOTAL:
            found &= self._streams(design.boundaries) == at["stream"]
        return found

    def _in_time(self, period: str) -> Mask:
        return np.isin(self.spans, [period, *map(str, Period.parse(period).months)])

    def _in_universe(self, design: TableDesign) -> Mask:
        within: Mask = self.inside["origin"] & self.inside["destination"]
        if design.universe in ("all", "external"):
            return ~within if design.universe == "external" else np.ones(len(within), bool)
        if design.universe == "internal":
            return within
        return np.isin(self._streams(design.boundaries), ("interregional", DIVIDED))

    def _streams(self, boundaries: str | None) -> Texts:
        """As `queries.tables` derives them."""
        origins, destinations = self.units["origin", boundaries], self.units["destination", boundaries]
        within = self.inside["origin"] & self.inside["destination"]
        return np.array(
            [
                _stream(origin, destination) if both else "external"
                for origin, destination, both in zip(origins.tolist(), destinations.tolist(), within, strict=True)
            ]
        )


def move_kinds(
    territory: pa.Table,
    designs: Iterable[TableDesign],
    periods: Iterable[str],
    countries: Iterable[str],
    *,
    monthly: bool,
) -> MoveKinds:
    """The kinds of moves that tables may tell apart.

    Args:
        territory: of `datasets.territory.territory_table`.
        designs: the tables.
        periods: years and months of which they show counts.
        countries: those that they name.
        monthly: whether some of them know months.
    """
    designs, named = list(designs), frozenset(countries)
    borders = (None, *sorted({design.boundaries for design in designs if design.boundaries}))
    rows = territory.to_pylist()
    known = frozenset(row["unit"] for row in rows if not row["inside"])
    spans: dict[tuple[str, tuple[End, ...]], None] = {}
    for month in sorted({month for period in periods for month in Period.parse(period).months}, key=str):
        for day in _days_of_change(rows, month):
            ends = sorted({_end(row, borders, named) for row in rows if row["valid_from"] <= day < row["valid_to"]})
            spans[str(month) if monthly else str(month.year), tuple(ends)] = None
    kinds = [
        (span, origin, destination)
        for span, ends in spans
        for origin, destination in product(ends, repeat=2)
        if origin[0] or destination[0]
    ]
    at = {"origin": 1, "destination": 2}
    return MoveKinds(
        np.array([kind[0] for kind in kinds], np.str_),
        {end: np.array([bool(kind[place][0]) for kind in kinds]) for end, place in at.items()},
        {
            (end, one): np.array([kind[place][1 + number] for kind in kinds], np.str_)
            for end, place in at.items()
            for number, one in enumerate(borders)
        },
        known,
    )


def _days_of_change(rows: Iterable[Mapping[str, Any]], month: Period) -> list[date]:
    """The first day of a month, and every later one of it on which the territory changes."""
    first, last = month.first_day, month.last_day
    return sorted({first, *(row["valid_from"] for row in rows if first < row["valid_from"] <= last)})


def _end(row: Mapping[str, Any], borders: Iterable[str | None], named: frozenset[str]) -> End:
    if not row["inside"]:
        country = row["unit"] if row["unit"] in named else ELSEWHERE
        return ("", *(country for _ in borders))
    return ("in", *(row[unit_column(one) if one else "unit"] for one in borders))


def _stream(origin: str, destination: str) -> str:
    if NOT_STATED in (origin, destination):
        return NOT_STATED
    divided = [end for end in (origin, destination) if end.startswith(DIVIDED)]
    if len(divided) == 2 or (divided and (origin in destination or destination in origin)):
        return DIVIDED
    return "intraregional" if origin == destination else "interregional"
