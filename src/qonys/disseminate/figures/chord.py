"""Directed chords: who moves from where to where, on a circle of areas.

The form follows Sander and Abel (2014): each area is a sector as long as all its moves; its outflows stand before its
inflows, with a tick between; a chord has the colour of its origin and an arrow at its destination.

Laws: every flow is drawn; the small ones are grey, not dropped, so that sectors are true; moves inside an area are not
shown; areas stand in the order in which neighbours follow each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import pi

from qonys.concepts.text import NOT_STATED
from qonys.disseminate.figures.plotted import Plotted, Point

_GAP = 0.022
"""Space between two sectors, in parts of a whole circle's 2π."""
_LARGE = Decimal("0.6")
"""Share of all moves that the coloured flows make up, at least."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Moves from one area to another, with the angles at which the chord leaves and arrives."""

    origin: str
    destination: str
    point: Point
    value: Decimal
    leaves: tuple[float, float]
    arrives: tuple[float, float]
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
    def between(self) -> dict[tuple[str, str], Point]:
        """Flows above zero between two areas: origin and destination -> point."""
        return {
            (point.code, series.code): point
            for series in self.plotted.series
            for point in series.points
            if point.code != series.code and NOT_STATED not in (point.code, series.code) and (point.value or 0) > 0
        }

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        """The sectors clockwise from the top."""
        labels = {point.code: point.label for point in self.plotted.heads if point.code != NOT_STATED}
        labels |= {series.code: series.label for series in self.plotted.series if series.code != NOT_STATED}
        sectors: dict[str, Sector] = {}
        at = 0.0
        for code, label in labels.items():
            out, into = self._sum(code, 0), self._sum(code, 1)
            middle = at + float(out) * self._step
            end = middle + float(into) * self._step
            sectors[code] = Sector(code, label, at, middle, end, out, into)
            at = end + _GAP
        return sectors

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Every flow; small ones first, so that large ones lie on top."""
        leaves = self._angles(by=0)
        arrives = self._angles(by=1)
        large = self._large()
        flows = (
            Flow(key[0], key[1], point, _value(point), leaves[key], arrives[key], key in large)
            for key, point in self.between.items()
        )
        return tuple(sorted(flows, key=lambda flow: (flow.large, flow.value, flow.origin, flow.destination)))

    @cached_property
    def _step(self) -> float:
        """Radians a person takes on each of the two sides."""
        total = sum((_value(point) for point in self.between.values()), Decimal(0))
        codes = {code for key in self.between for code in key}
        count = len({p.code for p in self.plotted.heads} | {s.code for s in self.plotted.series} | codes)
        return (2 * pi - count * _GAP) / (2 * float(total))

    def _sum(self, code: str, side: int) -> Decimal:
        return sum((_value(point) for key, point in self.between.items() if key[side] == code), Decimal(0))

    def _large(self) -> set[tuple[str, str]]:
        """The largest flows that together make up most of all moves."""
        ordered = sorted(self.between.items(), key=lambda item: (-_value(item[1]), item[0]))
        total = sum((_value(point) for _, point in ordered), Decimal(0))
        found: set[tuple[str, str]] = set()
        reached = Decimal(0)
        for key, point in ordered:
            if reached >= total * _LARGE:
                break
            found.add(key)
            reached += _value(point)
        return found

    def _angles(self, *, by: int) -> dict[tuple[str, str], tuple[float, float]]:
        """Where each flow leaves (0) or arrives (1): in a sector, flows to near sectors do not cross."""
        codes = list(self.sectors)
        angles: dict[tuple[str, str], tuple[float, float]] = {}
        for place, (code, sector) in enumerate(self.sectors.items()):
            at = sector.start if by == 0 else sector.between
            mine = [key for key in self.between if key[by] == code]
            for key in sorted(mine, key=lambda key: (place - codes.index(key[1 - by])) % len(codes)):
                end = at + float(_value(self.between[key])) * self._step
                angles[key] = (at, end)
                at = end
        return angles

    def around(self, code: str, count: int) -> tuple[tuple[Flow, ...], tuple[Flow, ...]]:
        """The largest flows that leave an area and those that arrive there, largest first."""
        ordered = tuple(self.largest(len(self.flows)))
        leaving = tuple(flow for flow in ordered if flow.origin == code)
        arriving = tuple(flow for flow in ordered if flow.destination == code)
        return leaving[:count], arriving[:count]

    def largest(self, count: int) -> Iterator[Flow]:
        """The largest flows, largest first."""
        yield from sorted(self.flows, key=lambda flow: (-flow.value, flow.origin, flow.destination))[:count]


def _value(point: Point) -> Decimal:
    return point.value or Decimal(0)
