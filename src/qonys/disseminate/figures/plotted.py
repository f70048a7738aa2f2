"""What of a table a figure shows: its points, in the order and in the words in which they are drawn.

Laws: a point's number is the one that its cell shows (`shown_cells`), with all its marks; a cell without a value is a
point without a value, never a zero; members that are added up are counts, and say what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import msgspec

from qonys.concepts.figure import FigureDesign
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus
from qonys.concepts.table_design import COUNTS
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.datasets.output import Cell, OutputTable, innermost
from qonys.disseminate.figures.short_labels import short_label
from qonys.disseminate.key_points import own_period
from qonys.disseminate.numbers import number
from qonys.disseminate.shown_cells import Shown, shown
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words

OTHERS = "others"
Key = tuple[str, ...]
_WITHOUT_LOSSES = ("shares", "pyramid", "chord")
_TOP_OF_PARTS = ("shares", "chord", "flow_map")
_IN_ORDER = ("period", "age_group", "distance_band", "zones")
"""Dimensions whose members follow each other by themselves, however large they are."""
_AS_NEIGHBOURS = ("heat_map", "multiples", "chord")


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a figure.

    Args:
        code: its member of the dimension along which is drawn.
        label: name of that member; ``short`` the same for narrow places.
        value: the number as it is shown; None where a symbol stands in its place.
        written: number or symbol, as the language writes it, without its marks.
        marks: signs beside it: data status where it is not the prevailing one, and observation statuses.
        keys: the cells of the table that it shows; several where members were added up.
        broken: it is the first after a break of the series.
    """

    code: str
    label: str
    short: str
    value: Decimal | None
    written: str
    marks: str
    keys: tuple[Key, ...]
    broken: bool = False

    @property
    def said(self) -> str:
        """Number and marks."""
        return self.written + self.marks


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together: a line, a colour, a column."""

    code: str
    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Plotted:
    """Everything that a figure draws, in one language.

    Args:
        series: the series in their order; each has the same points.
        unit: unit of the numbers.
        decimals: decimals that they show.
        status: data status of most points.
        legend: signs that occur, each with what it means.
        left_out: how many members are not drawn and not added up either.
    """

    series: tuple[Series, ...]
    unit: str
    decimals: int
    status: DataStatus
    legend: tuple[tuple[str, str], ...]
    left_out: int = 0

    @cached_property
    def values(self) -> tuple[Decimal, ...]:
        """Every number there is."""
        return tuple(p.value for s in self.series for p in s.points if p.value is not None)

    @property
    def heads(self) -> tuple[Point, ...]:
        """The points of the first series: what the members along are called."""
        return self.series[0].points


def panel_designs(design: FigureDesign) -> tuple[FigureDesign, ...]:
    """A design for each panel: one a measure where neither series nor points are the measures."""
    if "measure" in (design.along, design.by):
        return (design,)
    return tuple(msgspec.structs.replace(design, measures=(measure,)) for measure in design.measures)


def why_not_drawn(design: FigureDesign, tables: Mapping[str, OutputTable], period: Period) -> str:
    """Why a figure cannot be drawn, for a finding; empty where it can."""
    table = tables.get(design.table)
    if table is None:
        return f"there is no table {design.table}"
    roles = {d.id: set(d.codes) for d in table.dimensions}
    for dimension, code in fixed(design, table, period).items():
        if code not in roles.get(dimension, set()):
            return f"{table.id} has no {dimension} “{code}”"
    unknown = [code for code in design.series if code not in roles.get(design.by, set())]
    if unknown:
        return f"{table.id} has no {design.by} “{unknown[0]}”"
    values = [
        cell.value
        for panel in panel_designs(design)
        for key in drawn_keys(panel, table, period)
        if (cell := table.cells.get(key)) is not None and cell.value is not None and shown(cell, 0).value is not None
    ]
    if not values:
        return f"none of its cells in {table.id} has a value"
    if design.kind in _WITHOUT_LOSSES and min(values) < 0:
        return f"{table.id} has a value below zero, which has no place in it"
    if design.kind == "chord" and not any(values):
        return f"nobody is counted in {table.id}, so there is no flow to draw"
    return ""


def fixed(design: FigureDesign, table: OutputTable, period: Period) -> dict[str, str]:
    """The code at which each dimension stands that is neither drawn along nor by."""
    free = {"period": own_period(table, period), "measure": design.measures[0]}
    names = [d.id for d in table.dimensions if d.id not in (design.along, design.by)]
    return {name: design.at.get(name, free.get(name, TOTAL)) for name in names}


def drawn_keys(design: FigureDesign, table: OutputTable, period: Period) -> Iterator[Key]:
    """The keys of the cells that a figure shows or adds up."""
    at = fixed(design, table, period)
    for series in series_codes(design, table):
        for code in codes_along(design, table):
            yield table.key({**at, design.by: series, design.along: code})


def series_codes(design: FigureDesign, table: OutputTable) -> tuple[str, ...]:
    """The codes of the series, in order."""
    return design.series or _codes(design, table, design.by)


def codes_along(design: FigureDesign, table: OutputTable) -> tuple[str, ...]:
    """The codes of the members along, in the table's order: no totals, and no groups whose parts are drawn."""
    return _codes(design, table, design.along)


def _codes(design: FigureDesign, table: OutputTable, dimension: str) -> tuple[str, ...]:
    if dimension == "measure":
        return design.measures
    members = table.dimension(dimension)
    inner = tuple(member.code for member in innermost(members))
    return (*inner, NOT_STATED) if NOT_STATED in members.codes and dimension != "period" else inner


def plotted(
    design: FigureDesign, table: OutputTable, words: Words, period: Period, order: Sequence[str] = ()
) -> Plotted:
    """The points of a figure in one language; the figure must be one that can be drawn (`why_not_drawn`).

    ``order`` is that of the areas in which neighbours follow each other, for kinds that show areas beside each other.
    """
    return _Plotter(design, table, words, period, tuple(order)).plotted()


@dataclass(frozen=True)
class _Plotter:
    design: FigureDesign
    table: OutputTable
    words: Words
    period: Period
    order: tuple[str, ...]

    def plotted(self) -> Plotted:
        ordered, rest = self.members()
        parts, rest_of_parts = self.parts()
        series = tuple(
            Series(code, self.label(self.design.by, code), tuple(self.points((code,), ordered, rest))) for code in parts
        )
        if rest_of_parts:
            series += (Series(OTHERS, self.words["figure.others"], tuple(self.points(rest_of_parts, ordered, rest))),)
        form = self.table.measures[self.design.measures[0]]
        return Plotted(
            series=series,
            unit=form.unit[self.words.language],
            decimals=form.decimals,
            status=self.prevailing,
            legend=tuple(self.legend(series)),
            left_out=0 if self.adds_up else len(rest),
        )

    @cached_property
    def layout(self) -> TableLayout:
        return TableLayout(self.table, self.words, for_eyes=True)

    @cached_property
    def at(self) -> dict[str, str]:
        return fixed(self.design, self.table, self.period)

    @property
    def adds_up(self) -> bool:
        return all(m in COUNTS or m.endswith("_share") for m in self.design.measures)

    @cached_property
    def prevailing(self) -> DataStatus:
        """The data status of most cells that are drawn; the looser one where two are as frequent."""
        counts = dict.fromkeys(DataStatus, 0)
        for key in drawn_keys(self.design, self.table, self.period):
            cell = self.table.cells.get(key)
            if cell is not None and cell.value is not None:
                counts[cell.data] += 1
        return max(reversed(list(DataStatus)), key=lambda status: counts[status])

    def label(self, dimension: str, code: str) -> str:
        if code == OTHERS:
            return self.words["figure.others"]
        return self.layout.label(dimension, code)

    def members(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes that are drawn and those that are not drawn one by one."""
        codes = codes_along(self.design, self.table)
        if self.design.kind == "bars" and self.design.along not in _IN_ORDER:
            codes = tuple(sorted(codes, key=self.rank))
        if self.design.kind in _AS_NEIGHBOURS:
            codes = self.as_neighbours(codes, self.design.along)
        if self.design.top is None or self.design.kind in _TOP_OF_PARTS or len(codes) <= self.design.top + 1:
            return codes, ()
        drawn = self.named(codes)[: self.design.top]
        return drawn, tuple(code for code in codes if code not in drawn)

    def parts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes of the series, and, of the parts of a whole, those that are added up."""
        codes = series_codes(self.design, self.table)
        if self.design.kind in _AS_NEIGHBOURS:
            return self.as_neighbours(codes, self.design.by), ()
        if self.design.kind != "shares" or self.design.top is None:
            return codes, ()
        first = codes_along(self.design, self.table)[0]
        ordered = sorted(codes, key=lambda code: self.size(self.key(code, first), code))
        drawn = self.named(ordered)[: self.design.top]
        return drawn, tuple(code for code in codes if code not in drawn)

    def named(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those that can be drawn by themselves where the others are added up."""
        return tuple(code for code in codes if code != NOT_STATED and code not in self.design.rest)

    def as_neighbours(self, codes: tuple[str, ...], dimension: str) -> tuple[str, ...]:
        """Areas in the order of neighbours, others after them; a table of areas by areas keeps its totals, last."""
        place = {code: index for index, code in enumerate(self.order)}
        if dimension in ("area", "partner_area"):
            codes = tuple(sorted(codes, key=lambda code: place.get(code, len(place))))
        has_total = TOTAL in self.table.dimension(dimension).codes
        return (*codes, TOTAL) if has_total and self.design.kind == "heat_map" else codes

    def rank(self, code: str) -> tuple[int, float]:
        """Largest first by the first series; without a value after them, what is not stated last."""
        return self.size(self.key(series_codes(self.design, self.table)[0], code), code)

    def size(self, key: Key, code: str) -> tuple[int, float]:
        cell = self.shown_of(key)[1]
        if code == NOT_STATED:
            return 2, 0.0
        return (1, 0.0) if cell.value is None else (0, -float(cell.value))

    def key(self, series: str, code: str) -> Key:
        return self.table.key({**self.at, self.design.by: series, self.design.along: code})

    def shown_of(self, key: Key) -> tuple[Cell | None, Shown]:
        cell = self.table.cells.get(key)
        return cell, shown(cell, self.table.measures[self.table.measure_of(key)].decimals)

    def points(self, series: tuple[str, ...], ordered: tuple[str, ...], rest: tuple[str, ...]) -> Iterator[Point]:
        for code in ordered:
            yield self.point(code, tuple(self.key(one, code) for one in series))
        if rest and self.adds_up:
            yield self.point(OTHERS, tuple(self.key(one, code) for one in series for code in rest))

    def point(self, code: str, keys: tuple[Key, ...]) -> Point:
        told = [self.shown_of(key) for key in keys]
        values = [said.value for _, said in told if said.value is not None]
        marks = dict.fromkeys(mark for cell, said in told for mark in self.marks(cell, said))
        lacking = next((said for _, said in told if said.value is None), None)
        value = sum(values, Decimal(0)) if values and (lacking is None or len(keys) > 1) else None
        decimals = self.table.measures[self.table.measure_of(keys[0])].decimals
        if value is None:
            written = self.words[f"symbol.{lacking.symbol if lacking else 'empty'}"]
        else:
            written = number(value, self.words.language, decimals)
        label = self.label(self.design.along, code)
        return Point(
            code,
            label,
            short_label(self.design.along, code, label, self.words.language, one_year=self.one_year),
            value,
            written,
            "".join(self.sign(mark) for mark in marks),
            keys,
            broken=any("B" in said.marks for _, said in told),
        )

    @cached_property
    def one_year(self) -> bool:
        return len({code[:4] for code in self.table.dimension("period").codes if code != TOTAL}) == 1

    def marks(self, cell: Cell | None, said: Shown) -> Iterator[str]:
        if cell is not None and said.value is not None and cell.data is not self.prevailing:
            yield f"status.{cell.data.value}"
        yield from (f"symbol.{key}" for key in said.marks)

    def sign(self, mark: str) -> str:
        return self.words[f"{mark}.mark" if mark.startswith("status.") else mark]

    def legend(self, series: Iterable[Series]) -> Iterator[tuple[str, str]]:
        """Each sign that occurs in the figure, with its meaning."""
        keys = [key for one in series for point in one.points for key in point.keys]
        told = [self.shown_of(key) for key in keys]
        marks = {mark for cell, said in told for mark in (*self.marks(cell, said), *_in_place(said))}
        for mark in sorted(marks):
            yield self.sign(mark), self.words[mark if mark.startswith("status.") else f"{mark}.meaning"]


def _in_place(said: Shown) -> tuple[str, ...]:
    return (f"symbol.{said.symbol}",) if said.symbol else ()
