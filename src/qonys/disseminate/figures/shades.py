"""Shades: a few classes of numbers with round borders, and the colour of each.

Laws: as many areas fall into each class as can be with round borders; a scale that goes both ways has the same borders on
both sides of zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from qonys.disseminate.figures.colours import SEQUENCE
from qonys.disseminate.numbers import number

LOSSES = ("#f0a26b", "#f8cfb0", "#fdeee2")
GAINS = ("#e3f0f8", "#a9d0e8", "#5ba3d0")
_NICE = (1, 1.5, 2, 3, 5, 7, 10)


@dataclass(frozen=True, slots=True)
class Shades:
    """Borders from low to high, and one fill more than borders."""

    borders: tuple[Decimal, ...]
    fills: tuple[str, ...]

    def of(self, value: Decimal) -> int:
        """The class of a value: how many borders it reaches."""
        return sum(value >= border for border in self.borders)

    def labels(self, language: str) -> list[str]:
        """What each class is called: ``< 50``, ``50 … < 100``, ``≥ 100``, with no more decimals than the borders need."""
        decimals = max((-int(border.normalize().as_tuple().exponent) for border in self.borders), default=0)
        decimals = max(decimals, 0)
        said = [number(border, language, decimals) for border in self.borders]
        if not said:
            return ["0"]
        inner = [f"{low} … < {high}" for low, high in pairwise(said)]
        return [f"< {said[0]}", *inner, f"≥ {said[-1]}"]


def shades_one_way(values: Sequence[Decimal], classes: int = len(SEQUENCE)) -> Shades:
    """Classes from little to much."""
    known = sorted(value for value in values if value > 0)
    borders = _borders(known, classes)
    step = (len(SEQUENCE) - 1) / max(1, len(borders))
    fills = tuple(SEQUENCE[round(index * step)] for index in range(len(borders) + 1))
    return Shades(borders, fills)


def shades_both_ways(values: Sequence[Decimal]) -> Shades:
    """Classes of losses and gains around zero."""
    sizes = sorted(abs(value) for value in values if value)
    borders = _borders(sizes, len(GAINS))
    losses, gains = LOSSES[-len(borders) - 1 :], GAINS[: len(borders) + 1]
    return Shades((*(-b for b in reversed(borders)), Decimal(0), *borders), (*losses, *gains))


def _borders(ordered: Sequence[Decimal], classes: int) -> tuple[Decimal, ...]:
    """Round borders near the values that divide the ordered ones into classes of the same size."""
    if not ordered:
        return ()
    wanted = [ordered[len(ordered) * k // classes] for k in range(1, classes)]
    return tuple(sorted({border for border in map(_round, wanted) if border <= ordered[-1]}))


def _round(value: Decimal) -> Decimal:
    power = Decimal(10) ** value.adjusted()
    return min((Decimal(str(step)) * power for step in _NICE), key=lambda near: abs(near - value)).normalize()
