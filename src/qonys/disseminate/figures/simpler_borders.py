"""Borders with fewer places, such that neighbours still touch.

Laws: the line that two areas share is made simpler once and serves both, so no gap opens between them; a place where
three lines meet stays; no place of a border is farther from its simpler line than the tolerance.

Source: Douglas and Peucker (1973), Algorithms for the reduction of the number of points required to represent a digitized
line or its caricature, Cartographica 10(2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Place = tuple[float, float]
Ring = tuple[Place, ...]
_ON_A_LINE = 2
"""Neighbours of a place that is neither an end nor a fork."""
_ENDS = 2


def simpler_rings(rings: Sequence[Ring], tolerance: float) -> list[Ring]:
    """Closed rings with fewer places, in the order in which they were given; neighbours share exactly the same places."""
    forks = _forks(rings)
    made: dict[Ring, Ring] = {}
    return [_joined([_simpler(line, tolerance, made) for line in _lines(ring, forks)]) for ring in rings]


def simpler_line(line: Sequence[Place], tolerance: float) -> Ring:
    """An open line with fewer places; its ends stay."""
    places = np.array(line, dtype=np.float64)
    kept = np.zeros(len(line), dtype=bool)
    kept[[0, -1]] = True
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < _ENDS:
            continue
        distances = _distances(places[first + 1 : last], places[first], places[last])
        farthest = int(distances.argmax())
        if distances[farthest] > tolerance:
            middle = first + 1 + farthest
            kept[middle] = True
            waiting += [(first, middle), (middle, last)]
    return tuple(place for place, stays in zip(line, kept, strict=True) if stays)


def _distances(places: Array, start: Array, end: Array) -> Array:
    """Distances of places from the line between two others, ends included."""
    along = end - start
    length = float(along @ along)
    share = np.clip((places - start) @ along / length, 0, 1) if length else np.zeros(len(places))
    distances: Array = np.hypot(*(places - start - share[:, None] * along).T)
    return distances


def _forks(rings: Iterable[Ring]) -> frozenset[Place]:
    """Places where lines meet or end: those that have not exactly two neighbours in all rings together."""
    neighbours: dict[Place, set[Place]] = {}
    for ring in rings:
        for one, other in pairwise(ring):
            neighbours.setdefault(one, set()).add(other)
            neighbours.setdefault(other, set()).add(one)
    return frozenset(place for place, near in neighbours.items() if len(near) != _ON_A_LINE)


def _lines(ring: Ring, forks: frozenset[Place]) -> list[Ring]:
    """A ring as lines from fork to fork; a ring without forks as two lines from its least place to the farthest one."""
    open_ring = ring[:-1]
    start = next((i for i, place in enumerate(open_ring) if place in forks), open_ring.index(min(open_ring)))
    turned = (*open_ring[start:], *open_ring[:start], open_ring[start])
    cuts = [0, *(i for i in range(1, len(turned) - 1) if turned[i] in forks), len(turned) - 1]
    if len(cuts) == _ENDS:
        away = [(x - turned[0][0]) ** 2 + (y - turned[0][1]) ** 2 for x, y in turned]
        cuts.insert(1, max(range(len(turned)), key=lambda i: (away[i], turned[i])))
    return [turned[one : other + 1] for one, other in pairwise(cuts)]


def _simpler(line: Ring, tolerance: float, made: dict[Ring, Ring]) -> Ring:
    """The simpler line in the given direction; made once for both directions."""
    backwards = line[::-1]
    way = min(line, backwards)
    if way not in made:
        made[way] = simpler_line(way, tolerance)
    return made[way] if way == line else made[way][::-1]


def _joined(lines: Iterable[Ring]) -> Ring:
    places: list[Place] = []
    for line in lines:
        places += line[1:] if places else line
    return tuple(places)
