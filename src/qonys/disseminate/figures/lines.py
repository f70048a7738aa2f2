"""Lines over years, months, ages or numbers of zones, each labelled where it ends, one of them standing out of the others.

Laws: points stand where their periods lie, so that a gap of years is a gap; a line is drawn neither over a missing value
nor over a break of the series; zero is on the axis. The bounds of an interval are no lines but the edges of a band.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from qonys.concepts.age import age_groups
from qonys.concepts.figure import LineMark
from qonys.concepts.period import Period
from qonys.disseminate.figures.colours import colour_of
from qonys.disseminate.figures.plotted import Plotted, Point, Series
from qonys.disseminate.figures.scale import Scale, scale_with_zero
from qonys.disseminate.figures.text_width import text_lines, text_width

_MONTHS = 12
_YEAR = 4
"""Digits of a year."""
_FEW = 40
"""Points of a line that are told apart by dots, at most."""
_EDGES: tuple[LineMark, LineMark] = ("lower", "upper")
_AGES = {code: low + 1 for code, low, _ in age_groups()}


@dataclass(frozen=True)
class Run:
    """A series with the places of its points, as shares of width and height from the top left corner."""

    series: Series
    colour: str
    stands_out: bool
    places: tuple[tuple[float, float] | None, ...]
    mark: LineMark = "line"

    @property
    def known(self) -> tuple[tuple[Point, tuple[float, float]], ...]:
        """The points with a value, and their places."""
        pairs = zip(self.series.points, self.places, strict=True)
        return tuple((point, at) for point, at in pairs if at is not None)

    @property
    def dotted(self) -> bool:
        """Its points are told apart: they have no line, or they are few."""
        return self.mark == "dots" or (self.mark == "line" and len(self.known) <= _FEW)

    @property
    def segments(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The parts of the line between missing values and breaks."""
        parts: list[list[tuple[float, float]]] = [[]]
        for point, place in zip(self.series.points, self.places, strict=True):
            if (place is None or point.broken) and parts[-1]:
                parts.append([])
            if place is not None:
                parts[-1].append(place)
        return tuple(tuple(part) for part in parts if part)

    @property
    def last(self) -> tuple[Point, tuple[float, float]]:
        """The last point with a value, and its place."""
        return self.known[-1]


@dataclass(frozen=True)
class Lines:
    """The geometry of a figure of lines, the same in the picture and on the page."""

    plotted: Plotted
    highlight: str
    marks: Mapping[str, LineMark] = field(default_factory=dict)

    @cached_property
    def scale(self) -> Scale:
        return scale_with_zero(self.plotted.values)

    @cached_property
    def across(self) -> tuple[float, ...]:
        """Where each period lies: 0 at the left end, 1 at the right one; a single one in the middle."""
        ordinals = [_AGES.get(point.code) or _ordinal(point.code) for point in self.plotted.heads]
        first, last = ordinals[0], ordinals[-1]
        return tuple((o - first) / (last - first) if last > first else 0.5 for o in ordinals)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The series that have a value, the highlighted one last, so that it lies on top."""
        known = [s for s in self.plotted.series if any(p.value is not None for p in s.points)]
        shown = [s for s in known if self.mark(s) not in _EDGES]
        runs = [self._run(series, index, len(shown)) for index, series in enumerate(shown)]
        return tuple(sorted(runs, key=lambda run: run.series.code == self.highlight))

    @property
    def named(self) -> tuple[Run, ...]:
        """The runs that are named where they end; a faint one is told by what stands out beside it."""
        return tuple(run for run in self.runs if run.mark != "faint")

    @cached_property
    def bands(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The outlines of what lies between the lower and the upper bound, in parts where a bound is missing."""
        edges = [next((s for s in self.plotted.series if self.mark(s) == edge), None) for edge in _EDGES]
        if edges[0] is None or edges[1] is None:
            return ()
        parts: list[list[tuple[float, float, float]]] = [[]]
        for x, low, high in zip(self.across, edges[0].points, edges[1].points, strict=True):
            if low.value is not None and high.value is not None:
                parts[-1].append((x, 1 - self.scale.share(low.value), 1 - self.scale.share(high.value)))
            elif parts[-1]:
                parts.append([])
        return tuple(
            (*((x, high) for x, _, high in part), *((x, low) for x, low, _ in reversed(part)))
            for part in parts
            if len(part) > 1
        )

    def mark(self, series: Series) -> LineMark:
        """How a series is drawn."""
        return self.marks.get(series.code, "line")

    @cached_property
    def breaks(self) -> tuple[tuple[float, Point], ...]:
        """Where a series breaks: between the point and the one before it."""
        found = {}
        for run in self.runs:
            for (one, two), point in zip(pairwise(self.across), run.series.points[1:], strict=True):
                if point.broken:
                    found[(one + two) / 2] = point
        return tuple(sorted(found.items(), key=lambda item: item[0]))

    def _run(self, series: Series, index: int, count: int) -> Run:
        places = tuple(
            None if p.value is None else (x, 1 - self.scale.share(p.value))
            for x, p in zip(self.across, series.points, strict=True)
        )
        stands_out = not self.highlight or series.code == self.highlight
        colour = colour_of(series.code, self.highlight, index, count)
        return Run(series, colour, stands_out, places, self.mark(series))


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near as can be to the wanted ones so that things of these sizes do not overlap, within low and high.

    >>> spread([1, 1, 9], [2, 2, 2], 0, 10)
    [1.0, 3.0, 9.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    centres = [0.0] * len(wanted)
    edge = low
    for i in order:
        centres[i] = max(float(wanted[i]), edge + sizes[i] / 2)
        edge = centres[i] + sizes[i] / 2
    edge = high
    for i in reversed(order):
        centres[i] = min(centres[i], edge - sizes[i] / 2)
        edge = centres[i] - sizes[i] / 2
    return centres


def shown_labels(
    points: Sequence[Point], across: Sequence[float], width: float, size: float
) -> Iterator[tuple[float, str]]:
    """The labels of periods that stand side by side in a width, the last one always among them: place and words."""
    kept: list[tuple[float, str]] = []
    edge = float("inf")
    for point, share in zip(reversed(points), reversed(across), strict=True):
        half = text_width(point.short, size) / 2
        if share * width + half + 8 <= edge or not kept:
            kept.append((share, point.short))
            edge = share * width - half
    yield from reversed(kept)


def label_lines(run: Run, width: float, size: float) -> list[str]:
    """What stands at the end of a line: its name, and its last number."""
    weight = 600 if run.stands_out else 400
    return [*text_lines(run.series.label, width, size, weight), run.last[0].said]


def _ordinal(code: str) -> int:
    """Where a period lies among others, in months; a number of zones lies where it is."""
    if code.isdigit() and len(code) < _YEAR:
        return int(code)
    period = Period.parse(code)
    return period.year * _MONTHS + (period.month or 1) - 1
