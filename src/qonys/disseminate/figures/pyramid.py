"""Pyramids: ages upwards, one sex to the left and the other to the right, one pyramid a measure.

Laws: both sides and all pyramids of a figure have one scale; the youngest are at the bottom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, KeyItem, rectangle, text
from qonys.disseminate.figures.colours import ACCENT, INK
from qonys.disseminate.figures.plotted import Plotted, Point
from qonys.disseminate.figures.text_width import text_width, widest

OTHER_SIDE = "#e69f00"
_STEP, _NUMBER, _AGE, _HEAD = 19.0, 10.5, 11.0, 13.0
_GAP = 28.0
_AIR = 5.0


def pyramid_body(panels: Sequence[Plotted], titles: Sequence[str]) -> Body:
    """The pyramids side by side as marks of a picture."""
    wide = (INNER - _GAP * (len(panels) - 1)) / len(panels)
    ages = max(text_width(point.short, _AGE) for panel in panels for point in panel.heads) + 12
    said = (point.said for panel in panels for series in panel.series for point in series.points)
    span = (wide - ages) / 2 - max(text_width(words, _NUMBER) for words in said) - _AIR
    step = span / _largest(panels)
    parts: list[str] = []
    for index, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        left = index * (wide + _GAP)
        parts.append(text(left + wide / 2, _HEAD, title, size=_HEAD, weight=600, anchor="middle"))
        parts += _pyramid(panel, left + wide / 2, ages, step, title)
    key = tuple(
        KeyItem(fill, series.label) for fill, series in zip((ACCENT, OTHER_SIDE), panels[0].series, strict=True)
    )
    return Body(tuple(parts), 24 + _STEP * len(panels[0].heads), key)


def _pyramid(panel: Plotted, middle: float, ages: float, step: float, title: str) -> Iterator[str]:
    one, other = panel.series
    for row, age in enumerate(reversed(range(len(panel.heads)))):
        y = 22 + row * _STEP
        base = y + _STEP / 2 + _NUMBER * 0.36
        yield text(middle, base, panel.heads[age].short, size=_AGE, anchor="middle", fill=INK)
        for series, side, fill in ((one, -1, ACCENT), (other, 1, OTHER_SIDE)):
            point = series.points[age]
            length = float(point.value or 0) * step
            start = middle + side * ages / 2
            if point.value:
                about = f"{title} {series.code} {point.code}"
                yield rectangle(min(start, start + side * length), y + 1.5, length, _STEP - 3, fill, about=about)
            anchor = "end" if side < 0 else "start"
            yield text(start + side * (length + _AIR), base, point.said, size=_NUMBER, anchor=anchor)


def pyramid_html(panels: Sequence[Plotted], titles: Sequence[str], corner: str) -> Markup:
    """The pyramids as tables whose cells hold bars; side by side where there is room."""
    largest = _largest(panels)
    tables = Markup("").join(_table(panel, title, corner, largest) for panel, title in zip(panels, titles, strict=True))
    numbers = widest(point.said for panel in panels for series in panel.series for point in series.points)
    return Markup('<div class="pyramids" style="--n:{:.1f}em">{}</div>').format(numbers, tables)


def _table(panel: Plotted, title: str, corner: str, largest: float) -> Markup:
    one, other = panel.series
    rows = Markup("").join(
        Markup('<tr><td class="l"><div><span>{}</span>{}</div></td><th scope="row">{}</th><td><div>{}<span>{}</span></div></td></tr>').format(
            one.points[age].said, _bar(one.points[age], largest, "one"), panel.heads[age].short,
            _bar(other.points[age], largest, "side"), other.points[age].said,
        )
        for age in reversed(range(len(panel.heads)))
    )  # fmt: skip
    return Markup(
        '<table class="bars pyramid"><caption>{}</caption><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
        '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>'
    ).format(title, one.label, corner, other.label, rows)


def _bar(point: Point, largest: float, kind: str) -> Markup:
    if not point.value:
        return Markup("<i></i>")
    return Markup('<i><b class="{}" style="width:{:.1f}%"></b></i>').format(kind, 100 * float(point.value) / largest)


def _largest(panels: Sequence[Plotted]) -> float:
    return max(float(value) for panel in panels for value in panel.values) or 1.0
