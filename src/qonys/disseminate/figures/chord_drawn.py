"""Directed chords as marks of a picture, and the largest flows as bars for the page.

The picture shows one area alone when its address ends with the place of that area (``#at-N1``): whoever opens it by such a
link, or the page while a reader points at an area or comes to it by the keyboard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, n, shape, straight, text
from qonys.disseminate.figures.chord import Chord, Ribbon, Sector
from qonys.disseminate.figures.colours import INK, PARTS, SOFT
from qonys.disseminate.figures.lines import spread
from qonys.disseminate.figures.plotted import OTHERS
from qonys.disseminate.figures.text_width import text_lines, widest
from qonys.disseminate.numbers import number, percent
from qonys.disseminate.wording import numbered
from qonys.disseminate.words import Words

_RADIUS, _RING, _MIDDLE = 205.0, 12.0, INNER / 2
_TALL = 2 * _RADIUS + 96
_GREY = "#b9c4c9"
_LABEL, _NET = 11.5, 10.5
_WIDEST_LABEL = 104.0
_ARROW = 9.0
_INSIDE = 3.0
_HALF = pi
_AROUND = 3
"""Flows in each direction that are told of one area."""


def chord_body(chord: Chord, words: Words) -> Body:
    """The circle as marks of a picture."""
    colours = {code: PARTS[index % len(PARTS)] for index, code in enumerate(chord.sectors)} | {OTHERS: _GREY}
    parts: list[str] = list(_places(chord))
    for ribbon in chord.ribbons:
        fill = colours[ribbon.origin] if ribbon.large else _GREY
        opacity = "0.82" if ribbon.large else "0.5"
        about = f"{ribbon.origin} {ribbon.destination}"
        parts.append(shape(_outline(ribbon), fill, about=about, more=f' fill-opacity="{opacity}"'))
    for code, sector in chord.sectors.items():
        parts += _ring(sector, colours[code])
    parts += _labels(chord, words)
    return Body(tuple(parts), _TALL)


def chord_notes(chord: Chord, words: Words) -> list[str]:
    """What a picture says of the flows that it adds up; nothing where it draws each of them."""
    if not chord.added_up:
        return []
    language = words.language
    large, rest = (numbered(len(flows), language) for flows in (chord.large, chord.added_up))
    added = sum((flow.value for flow in chord.added_up), Decimal(0))
    share = percent(100 * (chord.moves - added) / chord.moves, language, 0)
    return [words("figure.flows_added_up", large=large, share=share, count=rest, moves=numbered(added, language))]


def _places(chord: Chord) -> Iterator[str]:
    """A place for each area, and what is drawn of the chords while the address names it."""
    rules = "".join(
        f'#{place_of(code)}:target~path[data-of]:not([data-of~="{code}"])' + "{opacity:.06}" for code in _areas(chord)
    )
    yield f"<style>{rules}</style>"
    for code in _areas(chord):
        yield f'<g id="{place_of(code)}"/>'


def _areas(chord: Chord) -> list[str]:
    """The codes of the sectors that are areas."""
    return [code for code in chord.sectors if code != OTHERS]


def place_of(code: str) -> str:
    """The name of an area's place in the picture."""
    return f"at-{code}"


def _place(angle: float, radius: float) -> tuple[float, float]:
    """A place on a circle; the angle is clockwise from the top."""
    return _MIDDLE + radius * sin(angle), _TALL / 2 - radius * cos(angle)


def _at(angle: float, radius: float) -> str:
    x, y = _place(angle, radius)
    return f"{n(x)} {n(y)}"


def _outline(ribbon: Ribbon) -> str:
    """The outline: along the ring at the origin, through the middle, and to the point of an arrow at the destination."""
    start = _RADIUS - _RING - _INSIDE
    (a, b), (c, d) = ribbon.leaves, ribbon.arrives
    base = start - _ARROW
    middle = f"{n(_MIDDLE)} {n(_TALL / 2)}"
    wide = 1 if b - a > _HALF else 0
    return (
        f"M{_at(a, start)}A{n(start)} {n(start)} 0 {wide} 1 {_at(b, start)}"
        f"Q{middle} {_at(c, base)}L{_at((c + d) / 2, start)}L{_at(d, base)}Q{middle} {_at(a, start)}Z"
    )


def _ring(sector: Sector, colour: str) -> Iterator[str]:
    """The sector: outflow in full colour, inflow paler, and a tick between them."""
    for start, end, opacity in ((sector.start, sector.between, "1"), (sector.between, sector.end, "0.45")):
        if end > start:
            wide = 1 if end - start > _HALF else 0
            outer, inner = _RADIUS, _RADIUS - _RING
            outline = (
                f"M{_at(start, outer)}A{n(outer)} {n(outer)} 0 {wide} 1 {_at(end, outer)}"
                f"L{_at(end, inner)}A{n(inner)} {n(inner)} 0 {wide} 0 {_at(start, inner)}Z"
            )
            yield shape(outline, colour, more=f' fill-opacity="{opacity}"')
    yield straight(_place(sector.between, _RADIUS - _RING), _place(sector.between, _RADIUS + 5), INK, width=1.25)


def _labels(chord: Chord, words: Words) -> Iterator[str]:
    """Names with nets on both sides of the circle, kept from overlapping, each with a thin line to its sector."""
    for side in (1, -1):
        sectors = [s for s in chord.sectors.values() if s.end > s.start and (sin(_middle(s)) >= 0) is (side > 0)]
        told = [_told(chord, s, words) for s in sectors]
        labels = [text_lines(name, _WIDEST_LABEL, _LABEL) for name, _ in told]
        sizes = [len(lines) * 13.0 + 14.0 for lines in labels]
        wanted = [_place(_middle(s), _RADIUS + 14)[1] for s in sectors]
        places = spread(wanted, sizes, 0, _TALL)
        for sector, (_, said), lines, size, y in zip(sectors, told, labels, sizes, places, strict=True):
            x = _MIDDLE + side * (_RADIUS + 24)
            anchor = "start" if side > 0 else "end"
            top = y - size / 2 + 11
            near = _place(_middle(sector), _RADIUS + 3)
            yield straight(near, (x - side * 4, y), SOFT, width=0.5)
            for index, line in enumerate(lines):
                yield text(x, top + index * 13, line, size=_LABEL, anchor=anchor)
            yield text(x, top + len(lines) * 13, said, size=_NET, fill=SOFT, anchor=anchor)


def _told(chord: Chord, sector: Sector, words: Words) -> tuple[str, str]:
    """The name of a sector and its net; of the flows that are added up, how many they are and all their moves."""
    language, decimals = words.language, chord.plotted.decimals
    if sector.code != OTHERS:
        return sector.label, number(sector.net, language, decimals, signed=True)
    count = numbered(len(chord.added_up), language)
    return words("figure.other_flows", count=count), number(sector.outflow, language, decimals)


def _middle(sector: Sector) -> float:
    return (sector.start + sector.end) / 2


@dataclass(frozen=True, slots=True)
class ChordWords:
    """What the part of the page says besides the numbers: of the table of flows, and of the list of areas.

    Args:
        flows: what stands in a row of the table.
        measure: what its numbers are.
        caption: title of the table.
        areas: what the list of areas is for.
    """

    flows: str
    measure: str
    caption: str
    areas: str = ""


def chord_html(chord: Chord, count: int, words: ChordWords, address: str, image: Markup, language: str) -> Markup:
    """The picture where there is room for it, each area with its flows, and in any case the largest flows as bars."""
    areas = Markup("").join(_area_html(chord, chord.sectors[code], address, language) for code in _areas(chord))
    return (
        image
        + Markup('<div class="focus"><p>{}</p><ul>{}</ul></div>').format(words.areas, areas)
        + largest_flows_html(chord, count, words)
    )


def largest_flows_html(chord: Chord, count: int, words: ChordWords) -> Markup:
    """The largest flows as a table that is read line by line, a bar and a number in each."""
    flows = chord.flows[:count]
    most = float(flows[0].value)
    labels = {code: sector.label for code, sector in chord.sectors.items()}
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row">{} → {}</th><td><div><i><b class="one" style="width:{:.1f}%"></b></i>'
            "<span>{}</span></div></td></tr>"
        ).format(labels[f.origin], labels[f.destination], 100 * float(f.value) / most, f.point.said)
        for f in flows
    )
    return Markup(
        '<table class="bars flows" style="--n:{:.1f}em"><caption class="vh">{}</caption><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
        "</tr></thead><tbody>{}</tbody></table>"
    ).format(widest(f.point.said for f in flows), words.caption, words.flows, words.measure, rows)


def _area_html(chord: Chord, sector: Sector, address: str, language: str) -> Markup:
    """A link to the picture of one area, with its net and its largest flows, shown while it is pointed at."""
    labels = {code: one.label for code, one in chord.sectors.items()}
    leaving, arriving = chord.around(sector.code, _AROUND)
    told = [
        f"{sign} {', '.join(f'{labels[code]} {flow.point.said}' for code, flow in flows)}"
        for sign, flows in (
            ("→", [(flow.destination, flow) for flow in leaving]),
            ("←", [(flow.origin, flow) for flow in arriving]),
        )
        if flows
    ]
    net = number(sector.net, language, chord.plotted.decimals, signed=True)
    return Markup('<li><a href="{}#{}">{}</a><span>{}</span></li>').format(
        address, place_of(sector.code), sector.label, Markup("<br>").join([f"{sector.label}: {net}", *told])
    )
