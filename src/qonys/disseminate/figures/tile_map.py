"""A map of equal squares: every area as large as any other, where a reader looks for it.

Laws: the layout is the profile's own; an area without a square is no reason to leave it out of the picture in silence:
the figure is not drawn, and that is found; each square has its number besides its shade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from qonys.concepts.tile import Tile
from qonys.disseminate.figures.canvas import Body, KeyItem, rectangle, text
from qonys.disseminate.figures.colours import INK, PAPER, SEQUENCE, letters_on
from qonys.disseminate.figures.plotted import Plotted, Point
from qonys.disseminate.figures.shades import GAINS, LOSSES, Shades, shades_both_ways, shades_one_way
from qonys.disseminate.line_ends import kept_together

_SIDE, _GAP = 84.0, 4.0
_NAME, _NUMBER = 14.0, 12.5
_CLASSES = 5


@dataclass(frozen=True)
class TileMap:
    """The squares that have a number, and their shades."""

    plotted: Plotted
    tiles: Sequence[Tile]

    @cached_property
    def shades(self) -> Shades:
        values = self.plotted.values
        return shades_both_ways(values) if min(values) < 0 else shades_one_way(values, _CLASSES)

    @cached_property
    def squares(self) -> list[tuple[Tile, Point]]:
        points = {point.code: point for point in self.plotted.heads}
        return [(tile, points[tile.code]) for tile in self.tiles if tile.code in points]

    def fill(self, point: Point) -> str:
        return PAPER if point.value is None else self.shades.fills[self.shades.of(point.value)]


def tile_map_body(tiles: TileMap, language: str) -> Body:
    """The squares as marks of a picture."""
    parts: list[str] = []
    rows = max(tile.row for tile, _ in tiles.squares)
    for tile, point in tiles.squares:
        x, y = (tile.column - 1) * (_SIDE + _GAP), (tile.row - 1) * (_SIDE + _GAP)
        fill = tiles.fill(point)
        letters = letters_on(fill)
        outline = f' stroke="{INK}" stroke-width="0.5" stroke-opacity="0.35"'
        parts.append(rectangle(x, y, _SIDE, _SIDE, fill, about=point.code, more=outline))
        middle = x + _SIDE / 2
        name = tile.names[language]
        parts.append(text(middle, y + _SIDE / 2 - 4, name, size=_NAME, weight=600, fill=letters, anchor="middle"))
        parts.append(text(middle, y + _SIDE / 2 + 16, point.said, size=_NUMBER, fill=letters, anchor="middle"))
    said = tiles.shades.labels(language)
    key = tuple(KeyItem(fill, label) for fill, label in zip(tiles.shades.fills, said, strict=True))
    return Body(tuple(parts), rows * (_SIDE + _GAP) - _GAP, key)


def tile_map_html(tiles: TileMap, language: str) -> Markup:
    """The squares for the page: a list in the order of neighbours, laid out as a map."""
    return shades_html(tiles, language) + squares_html(tiles, language)


def shades_html(tiles: TileMap, language: str) -> Markup:
    """The shades and what they stand for."""
    key = Markup("").join(
        Markup('<li><i class="{}"></i>{}</li>').format(_shade(fill), label)
        for fill, label in zip(tiles.shades.fills, tiles.shades.labels(language), strict=True)
    )
    return Markup('<ul class="legend shades">{}</ul>').format(key)


def squares_html(tiles: TileMap, language: str) -> Markup:
    """The squares without their key."""
    columns = max(tile.column for tile, _ in tiles.squares)
    items = Markup("").join(
        Markup('<li class="{}" style="grid-area:{}/{}"><b aria-hidden="true">{}</b><span class="vh">{}: </span>{}</li>').format(
            _shade(tiles.fill(point)), tile.row, tile.column, kept_together(tile.names[language], language), point.label,
            point.said
        )
        for tile, point in tiles.squares
    )  # fmt: skip
    return Markup('<ul class="tiles" style="--columns:{}">{}</ul>').format(columns, items)


def _shade(fill: str) -> str:
    """The class of a colour in the style sheet."""
    for letter, fills in (("h", SEQUENCE), ("l", LOSSES), ("g", GAINS)):
        if fill in fills:
            return f"{letter}{fills.index(fill)}"
    return "hn"
