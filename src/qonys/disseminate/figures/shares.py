"""Bars of 100 %: what a whole is made of, one bar a member, one colour a part.

Laws: a part is as long as its percentage; the parts have the order and the colours of the first bar, largest first, the
rest of them grey and last; a number stands in its part where it fits, and in the table of the page in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, KeyItem, rectangle, text
from qonys.disseminate.figures.colours import PAPER, letters_on, part_colour
from qonys.disseminate.figures.plotted import OTHERS, Plotted
from qonys.disseminate.figures.text_width import text_lines, text_width

_LABEL, _NUMBER = 12.5, 12.0
_THICK, _GAP = 34.0, 12.0
_WHOLE = Decimal(100)
_WIDEST_LABEL = 170.0


def shares_body(plotted: Plotted) -> Body:
    """The bars as marks of a picture."""
    labels = [text_lines(point.label, _WIDEST_LABEL, _LABEL) for point in plotted.heads]
    left = max(text_width(line, _LABEL) for lines in labels for line in lines) + 12
    span = INNER - left
    parts: list[str] = []
    for index, lines in enumerate(labels):
        top = index * (_THICK + _GAP)
        for number, line in enumerate(lines):
            base = top + _THICK / 2 + _LABEL * 0.36 + (number - (len(lines) - 1) / 2) * _LABEL * 1.25
            parts.append(text(left - 12, base, line, size=_LABEL, anchor="end"))
        parts += _bar(plotted, index, left, span / float(max(_WHOLE, _sum(plotted, index))), top)
    key = tuple(KeyItem(fill_of(plotted, number), series.label) for number, series in enumerate(plotted.series))
    return Body(tuple(parts), len(labels) * (_THICK + _GAP) - _GAP, key)


def _bar(plotted: Plotted, index: int, left: float, step: float, top: float) -> Iterator[str]:
    x = left
    for number, series in enumerate(plotted.series):
        point = series.points[index]
        if not point.value:
            continue
        width, fill = float(point.value) * step, fill_of(plotted, number)
        yield rectangle(
            x,
            top,
            width,
            _THICK,
            fill,
            about=f"{series.code} {point.code}",
            more=f' stroke="{PAPER}" stroke-width="0.75"',
        )
        if text_width(point.said, _NUMBER) + 6 <= width:
            base = top + _THICK / 2 + _NUMBER * 0.36
            yield text(x + width / 2, base, point.said, size=_NUMBER, fill=letters_on(fill), anchor="middle")
        x += width


def fill_of(plotted: Plotted, number: int) -> str:
    """The colour of a part."""
    return part_colour(number, is_rest=plotted.series[number].code == OTHERS)


def _sum(plotted: Plotted, index: int) -> Decimal:
    return sum((s.points[index].value or Decimal(0) for s in plotted.series), Decimal(0))


def shares_html(plotted: Plotted, corner: str, caption: str) -> Markup:
    """The bars for the page, and below them a table that is their key and has every number."""
    bars = Markup("").join(_bar_html(plotted, index) for index in range(len(plotted.heads)))
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(point.label) for point in plotted.heads)
    rows = Markup("").join(
        Markup('<tr><th scope="row"><i style="background:{}"></i>{}</th>{}</tr>').format(
            fill_of(plotted, number),
            series.label,
            Markup("").join(Markup("<td>{}</td>").format(point.said) for point in series.points),
        )
        for number, series in enumerate(plotted.series)
    )
    return Markup(
        '<div class="shares" aria-hidden="true">{}</div><table class="plain key"><caption class="vh">{}</caption>'
        '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(bars, caption, corner, heads, rows)


def _bar_html(plotted: Plotted, index: int) -> Markup:
    whole = max(_WHOLE, _sum(plotted, index))
    parts = Markup("").join(
        Markup('<b style="width:{:.1f}%;background:{}"></b>').format(100 * value / whole, fill_of(plotted, number))
        for number, series in enumerate(plotted.series)
        if (value := series.points[index].value)
    )
    return Markup("<span>{}</span><div>{}</div>").format(plotted.heads[index].label, parts)
