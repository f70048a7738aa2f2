"""Kinds of moves that published tables may tell apart by time and territory: a span of days, an origin, a destination.

Law: every count of a table, whatever its borders, months, streams, districts and groups of countries, is a sum over whole
kinds; so tables that cut the same moves in different ways become sums of the same unknown counts. What a slip does not say
(no unit, no district, divided) makes a kind of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.datasets.territory import DIVIDED, Territory, unit_column

Mask: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.str_]
TERRITORIAL = ("area", "partner", "partner_area", "stream", "place", "locality", "partner_locality")
ELSEWHERE = "elsewhere"
"""Stands for all countries that no table names."""


class End(NamedTuple):
    """Where a move begins or ends, as far as tables tell.

    Args:
        inside: inside the country.
        units: the unit, or country abroad, on the day and on each boundary set.
        group: of countries; inside the country the remainder, as tables count it.
        place: inside a unit; empty where no table tells places.
        locality: inside the country; empty where no table tells it.
    """

    inside: bool
    units: tuple[str, ...]
    group: str
    place: str
    locality: str


@dataclass(frozen=True)
class MoveKinds:
    """The kinds.

    Args:
        spans: month of each kind, or year where no table knows months, shape (kinds,).
        inside: of ``origin`` and ``destination``: whether it is inside the country, shape (kinds,) each.
        units: end and boundary set (None: of the day) -> unit or country, shape (kinds,) each.
        groups: of each end: the group of countries, shape (kinds,) each.
        places: of each end: the place in its unit, shape (kinds,) each.
        localities: of each end, shape (kinds,) each.
        countries: what a partner can be.
    """

    spans: Texts
    inside: Mapping[str, Mask]
    units: Mapping[tuple[str, str | None], Texts]
    groups: Mapping[str, Texts]
    places: Mapping[str, Texts]
    localities: Mapping[str, Texts]
    countries: frozenset[str]
    _known: dict[tuple[object, ...], Mask] = field(default_factory=dict, repr=False, compare=False)
    """Masks that were made: cells of many tables ask for the same codes."""

    def of_cell(self, design: TableDesign, side: str, key: tuple[str, ...]) -> Mask | None:
        """The kinds that a cell counts, its characteristics of persons left aside; None where that cannot be said.

        Args:
            design: the table.
            side: arrivals or departures.
            key: period and dimensions.
        """
        at = dict(zip(design.dimensions, key[1:], strict=True))
        here, there = ("destination", "origin") if side == "arrivals" else ("origin", "destination")
        found = self._in_time(key[0]) & self.inside[here] & self._in_universe(design)
        ends = {"area": here, "place": here, "locality": here, "partner_locality": there}
        ends |= {"partner": there, "partner_area": there}
        for name, end in ends.items():
            for codes in (at.get(name, TOTAL),), design.only.get(name, (TOTAL,)):
                if TOTAL not in codes:
                    of_codes = self._of_codes(design, name, end, codes)
                    if of_codes is None:
                        return None
                    found &= of_codes
        for codes in (at.get("stream", TOTAL),), design.only.get("stream", (TOTAL,)):
            if TOTAL not in codes:
                found &= self._in_streams(design.boundaries, codes)
        return found

    def divided(self, design: TableDesign) -> Mask:
        """The kinds of which an end is divided among units of a table's borders, which are not available there."""
        ends = (np.char.startswith(self.units[end, design.boundaries], DIVIDED) for end in ("origin", "destination"))
        found: Mask = np.any(list(ends), axis=0)
        return found

    def is_group(self, design: TableDesign, name: str, code: str) -> bool:
        """A code stands for the sum of others of its dimension."""
        if name not in design.groups or code == TOTAL:
            return False
        return code not in self.countries if name == "partner" else code in self.units["origin", design.boundaries]

    def _of_codes(self, design: TableDesign, name: str, end: str, codes: tuple[str, ...]) -> Mask | None:
        """The kinds of some codes of a dimension, of which groups are known by the table's having them."""
        units = self.units[end, design.boundaries]
        own = self.places[end] if name == "place" else self.localities[end] if "locality" in name else units
        of_groups = (units if name == "place" else self.groups[end]) if name in design.groups else None
        known = set(codes) <= self.countries
        if name == "partner" and not known and of_groups is None:
            return None

        def made() -> Mask:
            found: Mask = np.isin(own, codes)
            return found if of_groups is None else found | np.isin(of_groups, codes)

        return self._once(("codes", name, end, design.boundaries, of_groups is None, codes), made)

    def _in_time(self, period: str) -> Mask:
        spans = [period, *map(str, Period.parse(period).months)]
        return self._once(("time", period), lambda: np.isin(self.spans, spans))

    def _in_streams(self, boundaries: str | None, codes: tuple[str, ...]) -> Mask:
        return self._once(("streams", boundaries, codes), lambda: np.isin(self._streams(boundaries), codes))

    def _once(self, what: tuple[object, ...], made: Callable[[], Mask]) -> Mask:
        if what not in self._known:
            self._known[what] = made()
        return self._known[what]

    def _in_universe(self, design: TableDesign) -> Mask:
        within: Mask = self.inside["origin"] & self.inside["destination"]
        if design.universe in ("all", "external"):
            return ~within if design.universe == "external" else np.ones(len(within), bool)
        if design.universe == "internal":
            return within
        return self._in_streams(design.boundaries, ("interregional", DIVIDED))

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
    territory: Territory,
    designs: Iterable[TableDesign],
    periods: Iterable[str],
    named: Collection[str],
    *,
    monthly: bool,
) -> MoveKinds:
    """The kinds of moves that tables may tell apart.

    Args:
        territory: where moves may begin and end.
        designs: the tables.
        periods: years and months of which they show counts.
        named: codes of countries and of localities that they name.
        monthly: whether some of them know months.
    """
    designs = list(designs)
    borders = (None, *sorted({design.boundaries for design in designs if design.boundaries}))
    rows = territory.areas.to_pylist()
    told = {name for design in designs for name in (*design.dimensions, *design.only)}
    ends_of = _Ends(rows, territory, borders, frozenset(named), "place" in told, _localities(told, rows, named))
    spans: dict[tuple[str, tuple[End, ...]], None] = {}
    for month in sorted({month for period in periods for month in Period.parse(period).months}, key=str):
        for day in _days_of_change(rows, month):
            spans[str(month) if monthly else str(month.year), ends_of.on(day, month)] = None
    universes = {design.universe for design in designs}
    kinds = [
        (span, origin, destination)
        for span, ends in spans
        for origin, destination in product(ends, repeat=2)
        if _is_counted(origin, destination, universes)
    ]
    ends = {"origin": [kind[1] for kind in kinds], "destination": [kind[2] for kind in kinds]}
    return MoveKinds(
        np.array([kind[0] for kind in kinds], np.str_),
        {name: np.array([end.inside for end in some], np.bool_) for name, some in ends.items()},
        {
            (name, one): np.array([end.units[number] for end in some], np.str_)
            for name, some in ends.items()
            for number, one in enumerate(borders)
        },
        {name: np.array([end.group for end in some], np.str_) for name, some in ends.items()},
        {name: np.array([end.place for end in some], np.str_) for name, some in ends.items()},
        {name: np.array([end.locality for end in some], np.str_) for name, some in ends.items()},
        frozenset(row["unit"] for row in rows if not row["inside"]),
    )


def _localities(told: Collection[str], rows: Iterable[Mapping[str, Any]], named: Iterable[str]) -> tuple[str, ...]:
    """The localities of an end that tables tell; one without a name where they tell none."""
    if not {"locality", "partner_locality"} & set(told):
        return ("",)
    units = {row["unit"] for row in rows}
    return (*sorted(set(named) - units - {NOT_STATED}), NOT_STATED)


def _is_counted(origin: End, destination: End, universes: Collection[str]) -> bool:
    """Some table counts moves between such ends."""
    if "all" in universes:
        return origin.inside or destination.inside
    if origin.inside != destination.inside:
        return "external" in universes
    return origin.inside and bool({"internal", "interregional"} & set(universes))


@dataclass(frozen=True)
class _Ends:
    """Makes the ends of moves of a day.

    Args:
        rows: of the territory.
        territory: where moves may begin and end.
        borders: the boundary sets of the tables, None being those of the day.
        named: the countries that tables name.
        places: some table tells places.
        localities: those that an end inside the country may have.
    """

    rows: Sequence[Mapping[str, Any]]
    territory: Territory
    borders: Sequence[str | None]
    named: frozenset[str]
    places: bool
    localities: tuple[str, ...]

    def on(self, day: date, month: Period) -> tuple[End, ...]:
        # A table asks for the group of a country on the first day of the month: see `queries.tables`.
        first = month.first_day
        groups = {
            row["country"]: row["country_group"]
            for row in self.territory.groups.to_pylist()
            if row["valid_from"] <= first < row["valid_to"]
        }
        rows = (row for row in self.rows if row["valid_from"] <= day < row["valid_to"])
        return tuple(sorted({end for row in rows for end in self._ends(row, groups)}))

    def _ends(self, row: Mapping[str, Any], groups: Mapping[str, str]) -> Iterator[End]:
        unit, group = row["unit"], groups.get(row["unit"], self.territory.remainder)
        if not row["inside"]:
            country = unit if unit in self.named else ELSEWHERE
            units = tuple(country for _ in self.borders)
            yield End(inside=False, units=units, group=group, place="", locality=self.localities[-1])
            return
        units = tuple(row[unit_column(one) if one else "unit"] for one in self.borders)
        place = (unit + NOT_STATED if row["code"] == unit else row["code"]) if self.places else ""
        for locality in self.localities:
            yield End(inside=True, units=units, group=self.territory.remainder, place=place, locality=locality)


def _days_of_change(rows: Iterable[Mapping[str, Any]], month: Period) -> list[date]:
    """The first day of a month, and every later one of it on which the territory changes."""
    first, last = month.first_day, month.last_day
    return sorted({first, *(row["valid_from"] for row in rows if first < row["valid_from"] <= last)})


def _stream(origin: str, destination: str) -> str:
    if NOT_STATED in (origin, destination):
        return NOT_STATED
    divided = [end for end in (origin, destination) if end.startswith(DIVIDED)]
    if len(divided) == 2 or (divided and (origin in destination or destination in origin)):
        return DIVIDED
    return "intraregional" if origin == destination else "interregional"
