"""The kinds of figures: which drawing a design gets, in the picture and on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qonys.concepts.figure import FigureDesign, FigureKind
from qonys.concepts.tile import Tile
from qonys.disseminate.figures.bars import bars_body, bars_html
from qonys.disseminate.figures.canvas import Body
from qonys.disseminate.figures.chord import Chord
from qonys.disseminate.figures.chord_drawn import ChordWords, chord_body, chord_html, chord_notes
from qonys.disseminate.figures.flow_map import FlowMap
from qonys.disseminate.figures.flow_map_drawn import flow_map_body, flow_map_html
from qonys.disseminate.figures.frame import AIR, Picture
from qonys.disseminate.figures.heat_map import HeatMap, heat_map_body, heat_map_html
from qonys.disseminate.figures.lines import Lines
from qonys.disseminate.figures.lines_drawn import lines_body, lines_html
from qonys.disseminate.figures.multiples import Multiples, multiples_body, multiples_html
from qonys.disseminate.figures.numbers_html import numbers_html
from qonys.disseminate.figures.plotted import Plotted
from qonys.disseminate.figures.pyramid import pyramid_body, pyramid_html
from qonys.disseminate.figures.shares import shares_body, shares_html
from qonys.disseminate.figures.tile_map import TileMap, squares_html, tile_map_body, tile_map_html
from qonys.disseminate.line_ends import kept_together
from qonys.disseminate.words import Words

_LARGEST_FLOWS = 12


@dataclass(frozen=True)
class Task:
    """A figure to draw.

    Args:
        design: its design.
        panels: its numbers; several where it shows several measures one beside the other.
        titles: what each panel is of.
        words: words of the language.
        corner: name of the dimension along.
        caption: title of its table.
        tiles: squares of the profile's map.
        address: where the page finds the picture.
        title: title of the figure.
        finding: text alternative of the picture.
        flow_map: of a map of flows: what is drawn; None where it is drawn of squares.
    """

    design: FigureDesign
    panels: Sequence[Plotted]
    titles: Sequence[str]
    words: Words
    corner: str
    caption: str
    tiles: Sequence[Tile] = ()
    address: str = ""
    title: str = ""
    finding: str = ""
    flow_map: FlowMap | None = None

    @property
    def plotted(self) -> Plotted:
        return self.panels[0]


def body_of(task: Task) -> Body:
    """A figure as the body of a picture."""
    return _KINDS[task.design.kind][0](task)


def html_of(task: Task, picture: Picture) -> Markup:
    """A figure as a part of the page; ``picture`` is what was made of its body."""
    return _KINDS[task.design.kind][1](task, picture)


def numbers_of(task: Task) -> Markup:
    """The numbers of a figure that is not read number by number, as a table; empty for others."""
    if task.design.kind != "lines" and task.flow_map is None:
        return Markup()
    region = task.words("page.region", title=task.title)
    return numbers_html(task.plotted, task.corner, task.words["figure.numbers"], region)


def _lines(task: Task) -> Lines:
    return Lines(task.plotted, task.design.highlight, task.design.marks)


def _heat_map_html(task: Task, _: Picture) -> Markup:
    corner, region = task.words["table.origin_by_destination"], task.words("page.region", title=task.title)
    return heat_map_html(HeatMap(task.plotted), corner, task.caption, region, task.words.language)


def _multiples_body(task: Task) -> Body:
    return multiples_body(Multiples(task.plotted), task.words["figure.axis"], task.words.language)


def _multiples_html(task: Task, _: Picture) -> Markup:
    return multiples_html(Multiples(task.plotted), task.words["figure.axis"], task.words.language)


def _image(task: Task, picture: Picture) -> Markup:
    """The picture without its words at head and foot, which the page says itself.

    It waits, so that a telephone, which shows no circle, does not load it before somebody prints; where it is shown,
    `page.js` lets it wait no longer, since not every browser loads what waits for paper. Without a script none waits.
    """
    tall = picture.body_height + 2 * AIR
    place = 100 * (picture.body_top - AIR) / (picture.height - tall)
    return Markup(
        '<img class="chord" src="{}" alt="{}" loading="lazy" fetchpriority="low" style="aspect-ratio:{}/{:.0f};object-position:0 {:.2f}%">'
    ).format(task.address, task.finding, picture.width, tall, place)


def _chord_html(task: Task, picture: Picture) -> Markup:
    """The picture, and the largest flows."""
    words = ChordWords(task.words["figure.largest_flows"], task.titles[0], task.caption, task.words["figure.one_area"])
    count = task.design.top or _LARGEST_FLOWS
    chord = Chord(task.plotted)
    language = task.words.language
    notes = Markup("").join(
        Markup('<p class="notes">{}</p>').format(kept_together(note, language))
        for note in chord_notes(chord, task.words)
    )
    return chord_html(chord, count, words, task.address, _image(task, picture) + notes, language)


def _tiles_body(task: Task) -> Body:
    return tile_map_body(TileMap(task.plotted, task.tiles), task.words.language)


def _tiles_html(task: Task, _: Picture) -> Markup:
    return tile_map_html(TileMap(task.plotted, task.tiles), task.words.language)


def _flow_map_body(task: Task) -> Body:
    return flow_map_body(task.flow_map, task.words.language) if task.flow_map else _tiles_body(task)


def _flow_map_html(task: Task, picture: Picture) -> Markup:
    """The picture where there is room for it, else the squares or bars; and the flows that are arrows."""
    chart = task.flow_map
    if chart is None:
        return _tiles_html(task, picture)
    tiles = TileMap(task.plotted, task.tiles)
    placed = {tile.code for tile in task.tiles}
    all_have_squares = all(point.code in placed for point in task.plotted.heads)
    narrow = (
        squares_html(tiles, task.words.language)
        if all_have_squares
        else bars_html(task.plotted, task.corner, task.caption)
    )
    return flow_map_html(chart, task.words, _image(task, picture), tiles, narrow)


_KINDS: dict[FigureKind, tuple[Callable[[Task], Body], Callable[[Task, Picture], Markup]]] = {
    "lines": (
        lambda task: lines_body(_lines(task), task.words.language),
        lambda task, _: lines_html(_lines(task), task.words.language),
    ),
    "bars": (
        lambda task: bars_body(task.plotted),
        lambda task, _: bars_html(task.plotted, task.corner, task.caption),
    ),
    "shares": (
        lambda task: shares_body(task.plotted),
        lambda task, _: shares_html(task.plotted, task.corner, task.caption),
    ),
    "pyramid": (
        lambda task: pyramid_body(task.panels, task.titles),
        lambda task, _: pyramid_html(task.panels, task.titles, task.corner),
    ),
    "heat_map": (lambda task: heat_map_body(HeatMap(task.plotted), task.words.language), _heat_map_html),
    "tiles": (_tiles_body, _tiles_html),
    "multiples": (_multiples_body, _multiples_html),
    "chord": (lambda task: chord_body(Chord(task.plotted), task.words), _chord_html),
    "flow_map": (_flow_map_body, _flow_map_html),
}
