"""Outlines of areas as they are drawn: on a plane, in pixels, few places, and where the words of each area stand.

Laws: whether an area is drawn by its outline or as a symbol follows from the size that it would have in the picture; the
picture stays light, however fine the file of the outlines is; the same outlines give the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import pi

import numpy as np

from qonys.concepts.outline import Degrees, Outline
from qonys.disseminate.figures.canvas import INNER
from qonys.disseminate.figures.projection import EqualArea
from qonys.disseminate.figures.simpler_borders import Array, Place, Ring, simpler_rings

SYMBOL = 9.0
"""Radius of the circle that stands for an area which would be drawn smaller than it."""
_MARGIN, _TALLEST = 14.0, 620.0
_FINE, _COARSER = 0.6, 1.4
_MOST_PLACES = 2600
"""Places of all rings together: about 25 KB."""
_SPECK = 2.0
"""An island or hole of fewer square pixels is not drawn."""
_GRID = 24
_FLAT = 0.62
"""Words are wider than tall: a pixel across counts less than one upwards."""
_WORDS_BESIDE = 34.0
_KEEP_OFF = 26.0


@dataclass(frozen=True, slots=True, eq=False)
class DrawnArea:
    """One area in pixels from the top left corner.

    Args:
        code: code of the area.
        rings: its rings; none where it is drawn as a symbol.
        middle: where the words of an area stand; the middle of a symbol.
        room: how far from that place the nearest border is, across counted less than upwards.
    """

    code: str
    rings: tuple[Ring, ...]
    middle: Place
    room: float

    @property
    def is_symbol(self) -> bool:
        return not self.rings


@dataclass(frozen=True, slots=True, eq=False)
class DrawnAreas:
    """Every area by its code, and how tall the map is."""

    areas: dict[str, DrawnArea]
    height: float


@lru_cache(maxsize=4)
def drawn_areas(outlines: tuple[Outline, ...]) -> DrawnAreas:
    """The areas of a map as wide as a picture."""
    parts, height = _in_pixels(outlines)
    few = _few_places([ring for rings in parts.values() for ring in rings])
    simpler: dict[str, list[Ring]] = {}
    at = 0
    for code, rings in parts.items():
        simpler[code] = few[at : at + len(rings)]
        at += len(rings)
    symbols = {code: _centre(max(rings, key=_size)) for code, rings in parts.items() if _is_small(rings)}
    areas: dict[str, DrawnArea] = {}
    for code, rings in simpler.items():
        if code in symbols:
            areas[code] = DrawnArea(code, (), symbols[code], SYMBOL)
            continue
        shown = [ring for ring in rings if abs(_size(ring)) >= _SPECK]
        middle, room = _middle(shown, list(symbols.values()))
        areas[code] = DrawnArea(code, tuple(shown), middle, room)
    return DrawnAreas(areas, height)


def _in_pixels(outlines: Sequence[Outline]) -> tuple[dict[str, list[Ring]], float]:
    """The rings of each area in pixels, those around it counter-clockwise and holes clockwise; and the height."""
    places = list(dict.fromkeys(p for o in outlines for rings in o.polygons for ring in rings for p in ring))
    degrees = np.array(places, dtype=np.float64)
    plane = EqualArea.around([degrees]).places(degrees) * [1, -1]
    low, high = plane.min(axis=0), plane.max(axis=0)
    room = np.array([INNER - 2 * _MARGIN, _TALLEST - 2 * _MARGIN])
    scale = float((room / np.maximum(high - low, 1e-12)).min())
    left = (INNER - scale * float(high[0] - low[0])) / 2
    pixels = (plane - low) * scale + [left, _MARGIN]
    at: dict[Degrees, Place] = {place: (x, y) for place, (x, y) in zip(places, pixels.tolist(), strict=True)}
    rings = {
        outline.code: [
            _turned([at[place] for place in ring], is_hole=index > 0)
            for polygon in outline.polygons
            for index, ring in enumerate(polygon)
        ]
        for outline in outlines
    }
    return rings, float(high[1] - low[1]) * scale + 2 * _MARGIN


def _turned(ring: Sequence[Place], *, is_hole: bool) -> Ring:
    """Rings around an area have a size above zero, holes one below."""
    return tuple(ring) if (_size(ring) < 0) is is_hole else tuple(reversed(ring))


def _few_places(rings: Sequence[Ring]) -> list[Ring]:
    tolerance = _FINE
    while sum(map(len, few := simpler_rings(rings, tolerance))) > _MOST_PLACES:
        tolerance *= _COARSER
    return few


def _is_small(rings: Sequence[Ring]) -> bool:
    """Whether an area is drawn smaller than the symbol that stands for small ones."""
    return sum(map(_size, rings)) < pi * SYMBOL**2


def _size(ring: Sequence[Place]) -> float:
    """Square pixels in a closed ring, below zero where it runs the other way round."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2


def _centre(ring: Ring) -> Place:
    """The centre of gravity of what lies in a closed ring."""
    size = _size(ring) * 6
    if not size:
        return ring[0]
    x = sum((x + u) * (x * v - u * y) for (x, y), (u, v) in pairwise(ring)) / size
    y = sum((y + v) * (x * v - u * y) for (x, y), (u, v) in pairwise(ring)) / size
    return x, y


def _middle(rings: Sequence[Ring], symbols: Sequence[Place]) -> tuple[Place, float]:
    """The place inside an area that is farthest from its borders, and from symbols and the words beside them."""
    flat = np.array([_FLAT, 1.0])
    lines = [np.array(ring) * flat for ring in rings]
    starts, ends = np.concatenate([line[:-1] for line in lines]), np.concatenate([line[1:] for line in lines])
    low, high = starts.min(axis=0), starts.max(axis=0)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    grid = np.array([(x, y) for y in low[1] + steps * (high[1] - low[1]) for x in low[0] + steps * (high[0] - low[0])])
    free = np.where(_inside(grid, starts, ends), _from_lines(grid, starts, ends), -1.0)
    for x, y in symbols:
        for beside in (0.0, _WORDS_BESIDE):
            away = np.hypot(*(grid - np.array([x + beside, y]) * flat).T) - _KEEP_OFF / 2
            free = np.where(free >= 0, np.minimum(free, np.maximum(away, 0)), free)
    best = int(free.argmax())
    x, y = (grid[best] / flat).tolist()
    return (x, y), float(free[best])


def _inside(places: Array, starts: Array, ends: Array) -> Array:
    """Which places lie inside: a ray to the right crosses an odd number of lines."""
    x, y = places[:, :1], places[:, 1:]
    crosses = (starts[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(ends[:, 1] == starts[:, 1], 1.0, ends[:, 1] - starts[:, 1])
    at = starts[:, 0] + (y - starts[:, 1]) / rise * (ends[:, 0] - starts[:, 0])
    inside: Array = (crosses & (x < at)).sum(axis=1) % 2 == 1
    return inside


def _from_lines(places: Array, starts: Array, ends: Array) -> Array:
    """The distance of each place from the nearest line."""
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    away = places[:, None, :] - starts
    share = np.clip((away * along).sum(axis=2) / length, 0, 1)
    nearest: Array = np.hypot(*np.moveaxis(away - share[..., None] * along, 2, 0)).min(axis=1)
    return nearest
