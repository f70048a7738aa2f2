"""Origins by destinations: a table whose cells are shaded, so that the table is the map of heat.

Laws: origins go down and destinations across, both in the order in which neighbours follow each other; moves inside an
area are hatched and take no part in the shades; totals stand in the margins, unshaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from qonys.concepts.text import TOTAL
from qonys.disseminate.figures.canvas import Body, KeyItem, n, rectangle, text
from qonys.disseminate.figures.colours import INK, LINE, PAPER, SEQUENCE, SOFT, letters_on
from qonys.disseminate.figures.plotted import Plotted, Point, Series
from qonys.disseminate.figures.shades import Shades, shades_one_way
from qonys.disseminate.figures.text_width import text_lines, text_width
from qonys.disseminate.said_cells import SaidCell
from qonys.disseminate.tables_html import cell_html

_LABEL, _NUMBER = 11.0, 9.5
_TALL = 20.0
_WIDEST_LABEL = 150.0
_HATCH = (
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{PAPER}"/><rect width="1.5" height="5" fill="{LINE}"/></pattern>'
)


@dataclass(frozen=True)
class HeatMap:
    """The cells of a table of origins by destinations, and their shades."""

    plotted: Plotted

    @cached_property
    def shades(self) -> Shades:
        return shades_one_way([p.value for s, p in self.cells() if p.value is not None and is_between(s, p)])

    def said(self, point: Point) -> SaidCell:
        """What a reader sees and hears of a cell: its signs with their meanings."""
        meanings = dict(self.plotted.legend)
        marks = tuple((sign, meaning) for sign, meaning in meanings.items() if sign in point.marks)
        return SaidCell(point.written, meanings.get(point.written, "") if point.value is None else "", marks)

    def cells(self) -> Iterator[tuple[Series, Point]]:
        """Every cell: its destination, and the point that is its origin."""
        return ((series, point) for series in self.plotted.series for point in series.points)


def is_between(series: Series, point: Point) -> bool:
    """A cell is of moves between two areas: no total, and not inside one."""
    return TOTAL not in (series.code, point.code) and series.code != point.code


def heat_map_body(heat: HeatMap, language: str) -> Body:
    """The cells as marks of a picture, as wide as its numbers need."""
    plotted = heat.plotted
    labels = [text_lines(point.label, _WIDEST_LABEL, _LABEL) for point in plotted.heads]
    left = max(text_width(line, _LABEL) for lines in labels for line in lines) + 10
    tall = max(_TALL, max(len(lines) for lines in labels) * _LABEL * 1.15 + 3)
    widths = [max(text_width(p.said, _NUMBER) for p in s.points) + 6 for s in plotted.series]
    inner = max((w for w, s in zip(widths, plotted.series, strict=True) if s.code != TOTAL), default=24.0)
    widths = [w if s.code == TOTAL else max(inner, 24.0) for w, s in zip(widths, plotted.series, strict=True)]
    head = max(text_width(series.label, _LABEL) for series in plotted.series) + 8
    parts = [f"<defs>{_HATCH}</defs>"]
    x = left
    for series, width in zip(plotted.series, widths, strict=True):
        parts.append(_turned(x + width / 2 + _LABEL * 0.36, head - 4, series.label))
        for row, point in enumerate(series.points):
            parts += _cell(heat, series, point, x, head + row * tall, width, tall)
        x += width
    for row, lines in enumerate(labels):
        for number, line in enumerate(lines):
            base = head + (row + 0.5) * tall + _LABEL * 0.36 + (number - (len(lines) - 1) / 2) * _LABEL * 1.15
            parts.append(text(left - 8, base, line, size=_LABEL, anchor="end"))
    said = heat.shades.labels(language)
    key = tuple(KeyItem(fill, label) for fill, label in zip(heat.shades.fills, said, strict=True))
    return Body(tuple(parts), head + tall * len(labels), key, width=x)


def _turned(x: float, y: float, words: str) -> str:
    return f'<g transform="translate({n(x)} {n(y)}) rotate(-90)">{text(0, 0, words, size=_LABEL)}</g>'


def _cell(heat: HeatMap, series: Series, point: Point, x: float, y: float, width: float, tall: float) -> Iterator[str]:
    fill, letters = PAPER, INK
    if point.value is not None and is_between(series, point):
        fill = heat.shades.fills[heat.shades.of(point.value)]
        letters = letters_on(fill)
    elif series.code == point.code != TOTAL:
        fill, letters = "url(#hatch)", SOFT
    about = f"{point.code} {series.code}"
    yield rectangle(x, y, width, tall, fill, about=about, more=f' stroke="{LINE}" stroke-width="0.5"')
    base = y + tall / 2 + _NUMBER * 0.36
    yield text(x + width - 3, base, point.said, size=_NUMBER, fill=letters, anchor="end")


def heat_map_html(heat: HeatMap, corner: str, caption: str, region: str, language: str) -> Markup:
    """The table that is the map, in a region of its own that scrolls, with the key of its shades above."""
    plotted = heat.plotted
    said = heat.shades.labels(language)
    key = Markup("").join(
        Markup('<li><i class="{}"></i>{}</li>').format(_shade(fill), label)
        for fill, label in zip(heat.shades.fills, said, strict=True)
    )
    heads = Markup("").join(
        Markup('<th scope="col"><span>{}</span></th>').format(series.label) for series in plotted.series
    )
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            head.label, Markup("").join(_cell_html(heat, s, s.points[row]) for s in plotted.series)
        )
        for row, head in enumerate(plotted.heads)
    )
    return Markup(
        '<ul class="legend shades">{}</ul><div class="scroll" role="region" tabindex="0" aria-label="{}">'
        '<table class="heat"><caption class="vh">{}</caption><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(key, region, caption, corner, heads, rows)


def _cell_html(heat: HeatMap, series: Series, point: Point) -> Markup:
    kind = ""
    if series.code == point.code != TOTAL:
        kind = "hd"
    elif point.value is not None and is_between(series, point):
        kind = _shade(heat.shades.fills[heat.shades.of(point.value)])
    return cell_html(heat.said(point), kind)


def _shade(fill: str) -> str:
    return f"h{SEQUENCE.index(fill)}"
