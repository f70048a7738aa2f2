"""Directed chords: who moves from where to where, on a circle of areas.

The form follows Sander and Abel (2014): each area is a sector as long as all its moves; its outflows stand before its
inflows, with a tick between; a chord has the colour of its origin and an arrow at its destination.

Laws: no flow is dropped: small ones are grey, and many of them are added up into chords to and from a sector of their own, so
that every sector stays as long as all its moves; moves inside an area are not shown; areas stand in the order in which
neighbours follow each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from math import pi
from typing import TypeAlias

from qonys.concepts.text import NOT_STATED
from qonys.disseminate.figures.plotted import OTHERS, Plotted, Point

_GAP = 0.022
"""Space between two sectors, in parts of a whole circle's 2π."""
_LARGE = Decimal("0.75")
"""Share of all moves that the coloured flows make up, at least."""
_TOLD_APART = 30
"""Small flows that are drawn one by one; where there are more, they are added up."""

Ends: TypeAlias = tuple[str, str]
"""Codes of origin and destination."""
Angles: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Flow:
    """Moves from one area to another."""

    origin: str
    destination: str
    point: Point
    value: Decimal


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A chord as it is drawn, with the angles at which it leaves and arrives; one end may be that of all small flows."""

    origin: str
    destination: str
    value: Decimal
    leaves: Angles
    arrives: Angles
    large: bool


@dataclass(frozen=True, slots=True)
class Sector:
    """An area's part of the circle: from ``start`` over ``between`` (the tick between out and in) to ``end``, in radians."""

    code: str
    label: str
    start: float
    between: float
    end: float
    outflow: Decimal
    inflow: Decimal

    @property
    def net(self) -> Decimal:
        return self.inflow - self.outflow


@dataclass(frozen=True)
class Chord:
    """The circle of a table of origins (points) by destinations (series)."""

    plotted: Plotted

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Flows above zero between two areas, largest first."""
        found = (
            Flow(point.code, series.code, point, point.value)
            for series in self.plotted.series
            for point in series.points
            if point.code != series.code and NOT_STATED not in (point.code, series.code) and point.value
        )
        above = (flow for flow in found if flow.value > 0)
        return tuple(sorted(above, key=lambda flow: (-flow.value, flow.origin, flow.destination)))

    @cached_property
    def moves(self) -> Decimal:
        """All moves between areas."""
        return _sum(self.flows)

    @cached_property
    def large(self) -> tuple[Flow, ...]:
        """The largest flows that together make up most of all moves."""
        before = accumulate((flow.value for flow in self.flows), initial=Decimal(0))
        return tuple(flow for flow, reached in zip(self.flows, before, strict=False) if reached < self.moves * _LARGE)

    @cached_property
    def added_up(self) -> tuple[Flow, ...]:
        """The small flows, where they are too many to be told apart."""
        small = self.flows[len(self.large) :]
        return small if len(small) > _TOLD_APART else ()

    @cached_property
    def drawn(self) -> dict[Ends, Decimal]:
        """What is drawn: ends of each chord -> moves. Small flows that are added up go to the others and come from them."""
        found: dict[Ends, Decimal] = {}
        for flow in self.flows[: len(self.flows) - len(self.added_up)]:
            found[flow.origin, flow.destination] = flow.value
        for flow in self.added_up:
            for ends in ((flow.origin, OTHERS), (OTHERS, flow.destination)):
                found[ends] = found.get(ends, Decimal(0)) + flow.value
        return found

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        """The sectors clockwise from the top; that of the flows that are added up is the last."""
        labels = {point.code: point.label for point in self.plotted.heads if point.code != NOT_STATED}
        labels |= {series.code: series.label for series in self.plotted.series if series.code != NOT_STATED}
        labels |= {OTHERS: ""} if self.added_up else {}
        step = (2 * pi - len(labels) * _GAP) / (2 * float(sum(self.drawn.values())))
        sectors: dict[str, Sector] = {}
        at = 0.0
        for code, label in labels.items():
            out, into = (_sum_at(self.drawn, side, code) for side in (0, 1))
            middle = at + float(out) * step
            end = middle + float(into) * step
            sectors[code] = Sector(code, label, at, middle, end, out, into)
            at = end + _GAP
        return sectors

    @cached_property
    def ribbons(self) -> tuple[Ribbon, ...]:
        """Every chord; small ones first, so that large ones lie on top."""
        leaves, arrives = self._angles(by=0), self._angles(by=1)
        large = {(flow.origin, flow.destination) for flow in self.large}
        found = (Ribbon(*ends, value, leaves[ends], arrives[ends], ends in large) for ends, value in self.drawn.items())
        return tuple(sorted(found, key=lambda one: (one.large, one.value, one.origin, one.destination)))

    def _angles(self, *, by: int) -> dict[Ends, Angles]:
        """Where each chord leaves (0) or arrives (1): in a sector, chords to near sectors do not cross."""
        codes = list(self.sectors)
        angles: dict[Ends, Angles] = {}
        for place, (code, sector) in enumerate(self.sectors.items()):
            first, last = (sector.start, sector.between) if by == 0 else (sector.between, sector.end)
            mine = [ends for ends in self.drawn if ends[by] == code]
            whole = float(_sum_at(self.drawn, by, code))
            at = first
            for ends in sorted(mine, key=lambda ends: (place - codes.index(ends[1 - by])) % len(codes)):
                end = at + float(self.drawn[ends]) / whole * (last - first)
                angles[ends] = (at, end)
                at = end
        return angles

    def around(self, code: str, count: int) -> tuple[tuple[Flow, ...], tuple[Flow, ...]]:
        """The largest flows that leave an area and those that arrive there, largest first."""
        leaving = tuple(flow for flow in self.flows if flow.origin == code)
        arriving = tuple(flow for flow in self.flows if flow.destination == code)
        return leaving[:count], arriving[:count]


def _sum(flows: Iterable[Flow]) -> Decimal:
    return sum((flow.value for flow in flows), Decimal(0))


def _sum_at(drawn: Mapping[Ends, Decimal], side: int, code: str) -> Decimal:
    """Moves of the chords that leave (0) or reach (1) a sector."""
    return sum((value for ends, value in drawn.items() if ends[side] == code), Decimal(0))
