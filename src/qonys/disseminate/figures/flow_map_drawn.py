"""Maps of flows as marks of a picture, and as a part of the page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from markupsafe import Markup

from qonys.disseminate.figures.arrow import arrow
from qonys.disseminate.figures.canvas import Body, KeyItem, dot, n, shape, text
from qonys.disseminate.figures.chord import Chord
from qonys.disseminate.figures.chord_drawn import ChordWords, largest_flows_html
from qonys.disseminate.figures.colours import INK, PAPER
from qonys.disseminate.figures.drawn_areas import SYMBOL, DrawnArea
from qonys.disseminate.figures.flow_map import FlowMap, notes, status_of_flows
from qonys.disseminate.figures.map_words import placed_words
from qonys.disseminate.figures.text_width import text_width
from qonys.disseminate.figures.tile_map import TileMap, shades_html
from qonys.disseminate.numbers import number
from qonys.disseminate.words import Words

_NAME, _NUMBER = 11.5, 11.0
_NODE = 2.0
_LEAST_ROOM = 9.0
_KEY_ROW, _KEY_ARROW = 30.0, 64.0
_BORDER = f' stroke="{INK}" stroke-width="0.6" stroke-opacity="0.45" stroke-linejoin="round"'
_ARROW = f' fill-opacity="0.82" stroke="{PAPER}" stroke-width="0.8" stroke-opacity="0.9"'
_HALO = f'paint-order="stroke" stroke="{PAPER}" stroke-width="2.6" stroke-opacity="0.85" stroke-linejoin="round" '


def flow_map_body(chart: FlowMap, language: str) -> Body:
    """Areas, arrows from the smallest flow to the largest, circles, words, and what the widths of arrows mean."""
    parts = [
        shape(_path(area), chart.fill(point), about=point.code, more=_BORDER)
        for area, point in chart.areas
        if not area.is_symbol
    ]
    parts += [_circle(area, chart.fill(point)) for area, point in chart.areas if area.is_symbol]
    parts += _arrows(chart)
    parts += _words(chart, language)
    parts += _arrow_key(chart, language)
    said = chart.shades.labels(language)
    key = tuple(KeyItem(fill, label) for fill, label in zip(chart.shades.fills, said, strict=True))
    return Body(tuple(parts), chart.drawn.height + _KEY_ROW, key)


def _path(area: DrawnArea) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z" for ring in area.rings)


def _circle(area: DrawnArea, fill: str) -> str:
    x, y = area.middle
    return (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(SYMBOL)}" fill="{fill}" stroke="{INK}" stroke-width="1.5" '
        f'data-of="{area.code}"/>'
    )


def _arrows(chart: FlowMap) -> Iterator[str]:
    areas = chart.drawn.areas
    for flow in reversed(chart.largest):
        start, end = areas.get(flow.origin), areas.get(flow.destination)
        if start is None or end is None:
            continue
        gaps = (_gap(start), _gap(end))
        outline = arrow(start.middle, end.middle, chart.width(flow.value), gaps=gaps)
        if outline:
            yield shape(outline, INK, about=f"{flow.origin} {flow.destination}", more=_ARROW)


def _gap(area: DrawnArea) -> float:
    return (SYMBOL if area.is_symbol else _NODE) + 2


def _words(chart: FlowMap, language: str) -> Iterator[str]:
    """Name and number of each circle, and of each area that has room for them."""
    names = {area.code: chart.name(area.code, language) for area, _ in chart.areas}
    widths = {
        area.code: max(text_width(names[area.code], _NAME, 600), text_width(point.said, _NUMBER))
        for area, point in chart.areas
    }
    named = [area for area, _ in chart.areas if area.room >= _LEAST_ROOM]
    places = placed_words(named, widths)
    for area, point in chart.areas:
        if not area.is_symbol:
            yield dot(area.middle, _NODE, INK)
        if area.code in places:
            at = places[area.code]
            yield from _two_lines(at.x, at.y, names[area.code], point.said, at.anchor)


def _two_lines(x: float, y: float, name: str, said: str, anchor: str) -> Iterator[str]:
    for words, size, weight, down in ((name, _NAME, 600, 0.0), (said, _NUMBER, 400, 13.0)):
        mark = text(x, y + down, words, size=size, weight=weight, anchor=anchor)
        yield mark.replace("<text ", f"<text {_HALO}", 1)


def _arrow_key(chart: FlowMap, language: str) -> Iterator[str]:
    """Arrows of round numbers, with what they stand for."""
    y, x = chart.drawn.height + _KEY_ROW / 2, 0.0
    for value in _round_values(chart.largest[0].value):
        yield shape(arrow((x, y + 4), (x + _KEY_ARROW, y + 4), chart.width(value)), INK, more=_ARROW)
        said = f"{number(value, language, chart.flows.decimals)} {chart.flows.unit}"
        yield text(x + _KEY_ARROW + 8, y + 4, said, size=_NUMBER)
        x += _KEY_ARROW + 8 + text_width(said, _NUMBER) + 24


def _round_values(most: Decimal) -> list[Decimal]:
    """A large and a small round number of persons that some arrow may stand for."""
    power = Decimal(10) ** most.adjusted()
    large = max((step * power for step in (1, 2, 5) if step * power <= most), default=most)
    return [one for one in (large, large / 5) if one >= 1 or one == large]


def flow_map_html(chart: FlowMap, words: Words, image: Markup, tiles: TileMap, narrow: Markup) -> Markup:
    """The picture where there is room for it, else its narrow form; what is drawn; and the flows that are arrows."""
    said = Markup("").join(Markup("<p>{}</p>").format(note) for note in notes(chart, words))
    table = ChordWords(words["figure.largest_flows"], chart.measure, chart.title)
    return (
        shades_html(tiles, words.language)
        + image
        + Markup('<div class="narrow">{}</div><div class="notes">{}</div>').format(narrow, said)
        + Markup("").join(Markup('<p class="said">{}</p>').format(note) for note in status_of_flows(chart, words))
        + largest_flows_html(Chord(chart.flows), chart.count, table)
    )
