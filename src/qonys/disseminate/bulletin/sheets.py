"""How a table lies on sheets of paper: upright or across, at which size, and in how many parts.

Laws: a table is made as little smaller as it must be, and parted only where no sheet holds it whole; parts are cut
between the groups of the head where each group has room; every column is in exactly one part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from qonys.disseminate.table_layout import Head

UPRIGHT, ACROSS = 498.0, 745.0
"""Width of the text on a sheet of A4, in points (1/72 inch)."""

POINTS_A_PIXEL = 0.75
_DEEP_UPRIGHT, _DEEP_ACROSS = 640.0, 440.0
"""Height that a picture may have, in points; a heading has room above it."""
_SMALLEST = 0.55
"""How much smaller than it is a picture may become before it lies across, as its letters must be read"""

_SIZES = ((UPRIGHT, 8.5), (UPRIGHT, 7.5), (ACROSS, 8.5), (ACROSS, 7.5))
_PARTED = 8.0
_WIDEST_HEAD = 160.0
_BETWEEN = 8.0
_STRETCH = 0.6
_INDENT = 7.0
_LINES = 3
"""Lines of a head"""
_EM = {
    **dict.fromkeys("\u202f", 0.2),
    **dict.fromkeys(" \xa0.,:;'’!()[]|ilj", 0.33),
    **dict.fromkeys("MWmwЖМФШЩЫЮжмфшщыю%‰", 0.92),
}
"""Widths of signs in ems, a little more than those of the font; of others see `_em`."""


@dataclass(frozen=True, slots=True)
class Column:
    """What the width of a column depends on: its head, what stands in it, and signs beside its numbers."""

    head: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The columns of a table from ``start`` up to and without ``stop``, with their widths in points."""

    start: int
    stop: int
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a table is laid: across or upright, the size of its letters, widths of its heads, and its parts."""

    across: bool
    size: float
    heads: tuple[float, ...]
    parts: tuple[Part, ...]


def sheet_for(heads: Sequence[Column], columns: Sequence[Column], groups: Sequence[Head]) -> Sheet:
    """How a table is laid on sheets of paper.

    Args:
        heads: the columns of row heads; they stand in every part.
        columns: the columns of numbers.
        groups: the outermost heads over them.
    """
    for room, size in _SIZES:
        side, wide = _natural(heads, size, _WIDEST_HEAD), _natural(columns, size)
        if sum(side) + sum(wide) <= room:
            return Sheet(room == ACROSS, size, side, (_part(wide, 0, len(columns), room - sum(side)),))
    side, wide = _natural(heads, _PARTED, _WIDEST_HEAD), _natural(columns, _PARTED)
    room = ACROSS - sum(side)
    cuts = _cuts_between_groups(wide, groups, room) or _even_cuts(wide, room)
    parts = tuple(_part(wide, start, stop, room) for start, stop in pairwise(cuts))
    return Sheet(across=True, size=_PARTED, heads=side, parts=parts)


def lying(width: float, height: float) -> tuple[bool, float, float]:
    """Whether a picture of so many pixels lies across, and the width and the height that it may have there, in points."""
    upright = min(UPRIGHT / width, _DEEP_UPRIGHT / height)
    across = min(ACROSS / width, _DEEP_ACROSS / height)
    if upright < _SMALLEST * POINTS_A_PIXEL and across > upright:
        return True, ACROSS, _DEEP_ACROSS
    return False, UPRIGHT, _DEEP_UPRIGHT


def heads_within(heads: Iterable[Head], start: int, stop: int) -> tuple[Head, ...]:
    """The heads over some columns of a table; one that reaches beyond them is cut.

    >>> heads_within([Head("2023", 3), Head("2024", 3)], 2, 6)
    (Head(label='2023', span=1), Head(label='2024', span=3))
    """
    within, at = [], 0
    for head in heads:
        span = min(at + head.span, stop) - max(at, start)
        if span > 0:
            within.append(Head(head.label, span))
        at += head.span
    return tuple(within)


def width_of(text: str, size: float) -> float:
    """About how wide a text is in points; never less than it is."""
    return size * sum(_EM.get(sign) or _em(sign) for sign in text)


def _em(sign: str) -> float:
    return 0.78 if sign.isupper() else 0.65


def _natural(columns: Sequence[Column], size: float, most: float | None = None) -> tuple[float, ...]:
    """The widths that columns need: no number and no word of a head is broken."""
    widths = []
    for column in columns:
        words = [word for word in column.head.replace("-", "- ").split(" ") if word]
        in_lines = width_of(column.head, size) / _LINES
        widest = max([in_lines, *(width_of(text, size) for text in (*words, *column.entries))]) + _BETWEEN
        widths.append(widest if most is None else min(widest + _INDENT, most))
    return tuple(widths)


def _part(wide: Sequence[float], start: int, stop: int, room: float) -> Part:
    """Columns of one width where there is room, which share what is left, none more than by some of its own width."""
    own = list(wide[start:stop])
    if max(own, default=0.0) * len(own) <= room:
        own = [max(own, default=0.0)] * len(own)
    spare = max(room - sum(own), 0.0) / max(len(own), 1)
    return Part(start, stop, tuple(round(width + min(spare, width * _STRETCH), 1) for width in own))


def _cuts_between_groups(wide: Sequence[float], groups: Sequence[Head], room: float) -> list[int]:
    """Where parts of whole groups begin and end; empty where there are none, or where one has no room of its own."""
    if all(head.span == 1 for head in groups):
        return []
    cuts = [0]
    ends = [0, *accumulate(head.span for head in groups)]
    for start, stop in pairwise(ends):
        if sum(wide[start:stop]) > room:
            return []
        if sum(wide[cuts[-1] : stop]) > room:
            cuts.append(start)
    return [*cuts, len(wide)]


def _even_cuts(wide: Sequence[float], room: float) -> list[int]:
    """Where the fewest parts of about as many columns each begin and end."""
    count = len(wide)
    for parts in range(1, count + 1):
        cuts = [round(n * count / parts) for n in range(parts + 1)]
        if all(sum(wide[start:stop]) <= room for start, stop in pairwise(cuts)):
            return cuts
    return list(range(count + 1))
