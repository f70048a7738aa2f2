"""A curved arrow that grows from its tail to its head, as the outline of a shape.

Laws: arrows there and back between two places do not cover each other, since each bends to its own right; the widest
part of the shaft is as wide as the number is large.

The form follows Jenny et al. (2018), Design principles for origin-destination flow maps, Cartography and Geographic
Information Science 45(1): curves instead of straight lines, width for the number, heads for the direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from qonys.disseminate.figures.canvas import Place

_STEPS = 10
_BEND = 0.17
_TAIL = 0.3
"""Width of the tail, in widths of the shaft at the head."""
_HEAD, _BARB = 5.0, 3.0
_SHORTEST = 6.0


def arrow(start: Place, end: Place, width: float, *, gaps: tuple[float, float] = (0.0, 0.0)) -> str:
    """The outline as SVG path data.

    Args:
        start: where the flow leaves.
        end: where it arrives.
        width: width of the shaft where it meets the head, in pixels.
        gaps: what stays free at both ends.
    """
    away = hypot(end[0] - start[0], end[1] - start[1])
    if away < _SHORTEST:
        return ""
    right = ((start[1] - end[1]) / away, (end[0] - start[0]) / away)
    bend = (
        (start[0] + end[0]) / 2 - right[0] * away * _BEND,
        (start[1] + end[1]) / 2 - right[1] * away * _BEND,
    )
    shrink = min(1.0, (away - _SHORTEST) / max(sum(gaps), 1e-9))
    tail, tip = _towards(start, bend, gaps[0] * shrink), _towards(end, bend, gaps[1] * shrink)
    neck = _towards(tip, bend, min(_HEAD + width, away / 2))
    return _outline([_curve(tail, bend, neck, step / _STEPS) for step in range(_STEPS + 1)], tip, width)


def _towards(place: Place, other: Place, distance: float) -> Place:
    away = hypot(other[0] - place[0], other[1] - place[1]) or 1.0
    share = distance / away
    return place[0] + (other[0] - place[0]) * share, place[1] + (other[1] - place[1]) * share


def _curve(start: Place, bend: Place, end: Place, at: float) -> Place:
    """A place on the quadratic curve; ``at`` runs from 0 to 1."""
    a, b, c = (1 - at) ** 2, 2 * at * (1 - at), at**2
    return a * start[0] + b * bend[0] + c * end[0], a * start[1] + b * bend[1] + c * end[1]


def _outline(middle: Sequence[Place], tip: Place, width: float) -> str:
    """Up one side of the shaft, around the head, and back on the other side."""
    left: list[Place] = []
    right: list[Place] = []
    for index, place in enumerate(middle):
        following = middle[index + 1] if index < _STEPS else tip
        before = middle[index - 1] if index else place
        away = hypot(following[0] - before[0], following[1] - before[1]) or 1.0
        across = ((before[1] - following[1]) / away, (following[0] - before[0]) / away)
        half = width / 2 * (_TAIL + (1 - _TAIL) * index / _STEPS)
        left.append((place[0] + across[0] * half, place[1] + across[1] * half))
        right.append((place[0] - across[0] * half, place[1] - across[1] * half))
    barb = (width / 2 + _BARB) / (width / 2)
    neck = middle[-1]
    barbs = [(neck[0] + (x - neck[0]) * barb, neck[1] + (y - neck[1]) * barb) for x, y in (left[-1], right[-1])]
    places = [*left, barbs[0], tip, barbs[1], *reversed(right)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + "Z"
