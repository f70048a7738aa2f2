"""The squares of a profile's map of tiles (``areas/tiles.csv``): reads them, and checks them against its areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from qonys.concepts.area import Area
from qonys.concepts.tile import Tile
from qonys.country.reading import read_csv

_WHERE = "areas/tiles.csv"
_LONGEST = 6


class _TileRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    row: int
    column: int


def tiles_of(folder: Path, languages: tuple[str, ...]) -> tuple[Tile, ...]:
    """The squares in the order of the file, in which neighbours follow each other; none where there is no file."""
    path = folder / _WHERE
    if not path.is_file():
        return ()
    rows = read_csv(path, _TileRow, names=languages)
    return tuple(Tile(row.code, row.row, row.column, names) for _, row, names in rows)


def tile_contradictions(tiles: Iterable[Tile], areas: Iterable[Area], level: str) -> Iterator[tuple[str, str, str]]:
    """Contradictions of the squares as file, what is wrong, what to do."""
    known = {area.code for area in areas if area.level == level}
    codes: set[str] = set()
    places: dict[tuple[int, int], str] = {}
    for tile in tiles:
        place = (tile.row, tile.column)
        if tile.code not in known:
            yield _WHERE, f"{tile.code} is no area of the level {level}.", "Mend its code."
        if tile.code in codes:
            yield _WHERE, f"{tile.code} has two squares.", "Leave one out."
        if min(place) < 1:
            yield _WHERE, f"{tile.code}: rows and columns are counted from 1.", ""
        if place in places:
            yield _WHERE, f"{tile.code} has the square of {places[place]}.", "Give each its own row and column."
        if long := next((name for name in tile.names.values() if len(name) > _LONGEST), ""):
            yield _WHERE, f"{tile.code}: “{long}” is too long for a square.", f"At most {_LONGEST} letters."
        codes.add(tile.code)
        places[place] = tile.code
