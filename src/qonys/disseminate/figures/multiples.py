"""Small lines side by side, one panel an area, all on one scale.

Laws: panels share the axis of values and that of time, so that heights can be compared; they stand in the order in which
neighbours follow each other; each has its name and its last number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, dot, polyline, straight, text
from qonys.disseminate.figures.colours import ACCENT, LINE, SOFT, STRONG_LINE
from qonys.disseminate.figures.lines import Lines, Run
from qonys.disseminate.figures.plotted import Plotted
from qonys.disseminate.figures.text_width import text_lines
from qonys.disseminate.numbers import number

_COLUMNS, _GAP = 4, 18.0
_TALL, _HEAD, _FOOT = 64.0, 36.0, 22.0
_NAME, _NUMBER, _AXIS = 11.5, 11.0, 10.0


@dataclass(frozen=True)
class Multiples:
    """The panels: lines of one figure, each drawn in its own place."""

    plotted: Plotted

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.plotted, "")

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        return self.lines.runs

    @property
    def zero(self) -> float:
        """Where zero lies, from the top."""
        return 1 - self.lines.scale.share(0)


def multiples_body(multiples: Multiples, axis: str, language: str) -> Body:
    """The panels as marks of a picture."""
    wide = (INNER - (_COLUMNS - 1) * _GAP) / _COLUMNS
    step = _HEAD + _TALL + _FOOT
    parts: list[str] = []
    for index, run in enumerate(multiples.runs):
        left, top = (index % _COLUMNS) * (wide + _GAP), (index // _COLUMNS) * step
        parts += _panel(multiples, run, left, top, wide)
    rows = -(-len(multiples.runs) // _COLUMNS)
    parts.append(text(INNER, rows * step + 2, ends_of(multiples, axis, language), size=_AXIS, fill=SOFT, anchor="end"))
    return Body(tuple(parts), rows * step + 4)


def ends_of(multiples: Multiples, axis: str, language: str) -> str:
    """The ends of the axis of values that all panels have, after its name."""
    scale = multiples.lines.scale
    ends = (number(mark, language, scale.decimals) for mark in (scale.low, scale.high))
    return f"{axis}: {' … '.join(ends)}, {multiples.plotted.unit}"


def _panel(multiples: Multiples, run: Run, left: float, top: float, wide: float) -> Iterator[str]:
    def at(place: tuple[float, float]) -> tuple[float, float]:
        return left + place[0] * wide, top + _HEAD + place[1] * _TALL

    for line, words in enumerate(text_lines(run.series.label, wide, _NAME, 600)[:2]):
        yield text(left, top + 10 + line * 13, words, size=_NAME, weight=600)
    bottom = top + _HEAD + _TALL
    yield straight((left, bottom), (left + wide, bottom), LINE)
    yield straight(at((0, multiples.zero)), at((1, multiples.zero)), STRONG_LINE)
    for index, segment in enumerate(run.segments):
        if len(segment) > 1:
            yield polyline([at(place) for place in segment], ACCENT, 1.75, about=f"{run.series.code} {index}")
    for point, place in zip(run.series.points, run.places, strict=True):
        if place is not None and (point is run.last[0] or point.marks):
            yield dot(at(place), 2.5, ACCENT, about=f"{run.series.code} {point.code}")
    heads = run.series.points
    yield text(left, bottom + 12, heads[0].short, size=_AXIS, fill=SOFT)
    last = f"{heads[-1].short}: {run.last[0].said}" if run.last[0] is heads[-1] else heads[-1].short
    yield text(left + wide, bottom + 12, last, size=_AXIS, fill=SOFT, anchor="end")


def multiples_html(multiples: Multiples, axis: str, language: str) -> Markup:
    """The panels for the page; as many side by side as there is room for."""
    panels = Markup("").join(_panel_html(multiples, run) for run in multiples.runs)
    return Markup('<ul class="multiples">{}</ul><p class="facts">{}</p>').format(
        panels, ends_of(multiples, axis, language)
    )


def _panel_html(multiples: Multiples, run: Run) -> Markup:
    lines = Markup("").join(
        Markup('<path d="M{}"/>').format(Markup("L").join(f"{100 * x:.0f} {100 * y:.0f}" for x, y in segment))
        for segment in run.segments
    )
    return Markup(
        '<li><b>{}</b><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="zero" d="M0 {:.0f}H100"/>{}</svg><span>{}: {}</span></li>'
    ).format(run.series.label, 100 * multiples.zero, lines, run.last[0].short, run.last[0].said)
