"""Where the words of each area stand on a map: beside its middle, off the words of others and off circles near by.

Laws: words of circles stand beside them; those of an area stand below its middle unless something is in their way there,
then above, to the left or to the right, wherever least is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from qonys.disseminate.figures.canvas import INNER, Place
from qonys.disseminate.figures.drawn_areas import SYMBOL, DrawnArea

_AWAY, _NODE_AWAY = 5.0, 6.0
_UP, _DOWN, _LINE = 11.0, 4.0, 13.0
_NEAR = 70.0
_IN_THE_WAY = 400.0
"""What words cost that an arrow between an area and a circle near by would run through, in square pixels."""
_ALONG = (0.25, 0.45, 0.65)


@dataclass(frozen=True, slots=True)
class WordsAt:
    """Place of two lines of words: the base line of the first, how they are anchored, and the room that they take."""

    x: float
    y: float
    anchor: str
    wide: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        left = self.x - self.wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.y - _UP, left + self.wide, self.y + _LINE + _DOWN


def placed_words(areas: Sequence[DrawnArea], widths: Mapping[str, float]) -> dict[str, WordsAt]:
    """The words of each area by its code; ``widths`` are those of the wider line of each."""
    circles = [area for area in areas if area.is_symbol]
    found = {area.code: _beside_circle(area.middle, widths[area.code]) for area in circles}
    for area in areas:
        if not area.is_symbol:
            taken = [one.box for one in found.values()]
            candidates = list(_around(area.middle, widths[area.code]))
            found[area.code] = min(candidates, key=lambda one: _cost(one, area.middle, taken, circles))
    return found


def _beside_circle(middle: Place, wide: float) -> WordsAt:
    x, y = middle
    away = SYMBOL + _AWAY
    return WordsAt(x + away, y - 2, "start", wide) if x + away + wide < INNER else WordsAt(x - away, y - 2, "end", wide)


def _around(middle: Place, wide: float) -> Iterator[WordsAt]:
    """Below, above, left, right."""
    x, y = middle
    inside = min(max(x, wide / 2), INNER - wide / 2)
    yield WordsAt(inside, y + 14, "middle", wide)
    yield WordsAt(inside, y - 18, "middle", wide)
    yield WordsAt(x - _NODE_AWAY, y - 2, "end", wide)
    yield WordsAt(x + _NODE_AWAY, y - 2, "start", wide)


def _cost(
    words: WordsAt, middle: Place, taken: Sequence[tuple[float, float, float, float]], circles: Sequence[DrawnArea]
) -> float:
    """Square pixels that words would share with others, and more where they stand between an area and a circle."""
    left, top, right, bottom = words.box
    cost = sum(_shared(words.box, box) for box in taken)
    for circle in circles:
        x, y = circle.middle
        cost += _shared(words.box, (x - SYMBOL, y - SYMBOL, x + SYMBOL, y + SYMBOL))
        if hypot(x - middle[0], y - middle[1]) < _NEAR:
            between = [(middle[0] + (x - middle[0]) * at, middle[1] + (y - middle[1]) * at) for at in _ALONG]
            cost += _IN_THE_WAY * any(left < u < right and top < v < bottom for u, v in between)
    return cost + _IN_THE_WAY * (left < 0 or right > INNER)


def _shared(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)
