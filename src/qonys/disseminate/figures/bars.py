"""Ranked bars: one row a member, one bar a series, both ways from zero.

Laws: a bar's length is its value on an axis that has zero; a value that is missing has its symbol and no bar; a bar is
never cut, so that one very long one makes the others short.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, KeyItem, rectangle, straight, text
from qonys.disseminate.figures.colours import ACCENT, ARRIVALS, DEPARTURES, INK, STRONG_LINE, colour_of
from qonys.disseminate.figures.plotted import Plotted, Point, Series
from qonys.disseminate.figures.scale import Scale, tight_scale
from qonys.disseminate.figures.text_width import text_lines, text_width, widest

_LABEL, _NUMBER = 12.5, 12.0
_WIDEST_LABEL = 230.0
_SHORT = 5


def bars_body(plotted: Plotted) -> Body:
    """The bars as marks of a picture."""
    labels = [text_lines(point.label, _WIDEST_LABEL, _LABEL) for point in plotted.heads]
    left = max(text_width(line, _LABEL) for lines in labels for line in lines) + 12
    right = _room_for_numbers(plotted, negative=False)
    scale = tight_scale(plotted.values)
    low = left + (_room_for_numbers(plotted, negative=True) if scale.low < 0 else 0)
    span = INNER - low - right
    thick = 16.0 if len(plotted.series) == 1 else 12.0
    parts: list[str] = []
    y = 0.0
    for index, lines in enumerate(labels):
        height = max(len(plotted.series) * thick + 8, len(lines) * _LABEL * 1.25 + 6)
        for number, line in enumerate(lines):
            base = y + height / 2 + _LABEL * 0.36 + (number - (len(lines) - 1) / 2) * _LABEL * 1.25
            parts.append(text(left - 12, base, line, size=_LABEL, anchor="end"))
        top = y + (height - len(plotted.series) * thick) / 2
        for number, series in enumerate(plotted.series):
            point = series.points[index]
            fill = bar_colour(plotted, number, point)
            parts += _bar(series, point, scale, low, span, top + number * thick, thick, fill)
        y += height
    zero = low + scale.share(0) * span
    parts.append(straight((zero, -2), (zero, y + 2), STRONG_LINE))
    return Body(tuple(parts), y, bars_key(plotted))


def bars_key(plotted: Plotted) -> tuple[KeyItem, ...]:
    """The colours of several series; one series needs no key."""
    if len(plotted.series) == 1:
        return ()
    return tuple(
        KeyItem(bar_colour(plotted, index, series.points[0]), series.label)
        for index, series in enumerate(plotted.series)
    )


def bar_colour(plotted: Plotted, index: int, point: Point) -> str:
    """In and out have their colours; of a single series that goes both ways, gains are as *in*, losses as *out*."""
    series = plotted.series[index]
    if len(plotted.series) == 1 and min(plotted.values) < 0:
        return DEPARTURES if (point.value or 0) < 0 else ARRIVALS
    if len(plotted.series) == 1:
        return {"arrivals": ARRIVALS, "departures": DEPARTURES}.get(series.code, ACCENT)
    return colour_of(series.code, "", index, len(plotted.series))


def _bar(
    series: Series, point: Point, scale: Scale, low: float, span: float, y: float, thick: float, fill: str
) -> Iterator[str]:
    zero = low + scale.share(0) * span
    base = y + thick / 2 + _NUMBER * 0.36
    if point.value is None:
        yield text(zero + _SHORT, base, point.said, size=_NUMBER, fill=INK)
        return
    end = low + scale.share(point.value) * span
    about = f"{series.code} {point.code}"
    yield rectangle(min(zero, end), y + 1, abs(end - zero), thick - 2, fill, about=about)
    if end < zero:
        yield text(end - _SHORT, base, point.said, size=_NUMBER, anchor="end")
    else:
        yield text(end + _SHORT, base, point.said, size=_NUMBER)


def _room_for_numbers(plotted: Plotted, *, negative: bool) -> float:
    said = [
        text_width(point.said, _NUMBER)
        for series in plotted.series
        for point in series.points
        if ((point.value or 0) < 0) is negative
    ]
    return max(said, default=0.0) + 2 * _SHORT


def bars_html(plotted: Plotted, corner: str, caption: str) -> Markup:
    """The bars as a table that is read line by line: a bar and its number in each cell."""
    scale = tight_scale(plotted.values)
    zero = 100 * scale.share(0)
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(series.label) for series in plotted.series)
    rows = Markup("").join(_row(plotted, index, scale, zero) for index in range(len(plotted.heads)))
    numbers = widest(point.said for series in plotted.series for point in series.points)
    shape = Markup(' style="--n:{:.1f}em{}"').format(numbers, Markup(";--z:{:.1f}%").format(zero) if zero else "")
    return Markup(
        '<table class="bars{}"{}><caption class="vh">{}</caption><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format("" if len(plotted.series) == 1 else " several", shape, caption, corner, heads, rows)


def _row(plotted: Plotted, index: int, scale: Scale, zero: float) -> Markup:
    cells = Markup("").join(
        Markup("<td><div>{}<span>{}</span></div></td>").format(
            _bar_html(series.points[index], number, plotted, scale, zero), series.points[index].said
        )
        for number, series in enumerate(plotted.series)
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(plotted.heads[index].label, cells)


def _bar_html(point: Point, number: int, plotted: Plotted, scale: Scale, zero: float) -> Markup:
    if not point.value:
        return Markup("<i></i>")
    end = 100 * scale.share(point.value)
    fill = bar_colour(plotted, number, point)
    kind = {ARRIVALS: "in", DEPARTURES: "out", ACCENT: "one"}.get(fill, "one")
    moved = f"margin-left:{min(zero, end):.1f}%;" if min(zero, end) > 0 else ""
    return Markup('<i><b class="{}" style="{}width:{:.1f}%"></b></i>').format(kind, moved, abs(end - zero))
