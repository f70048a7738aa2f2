"""Axes: from values to places, with round marks.

Laws: zero is on every axis of bars and lines, so that lengths can be compared; an axis of a single value is none of
length zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from ``low`` to ``high``, both round, with its marks."""

    low: float
    high: float
    marks: tuple[float, ...]

    def share(self, value: float | Decimal) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        return (float(value) - self.low) / (self.high - self.low)

    @property
    def decimals(self) -> int:
        """Decimals that the marks need."""
        step = self.marks[1] - self.marks[0]
        return next((n for n in range(6) if abs(round(step, n) - step) < step * 1e-6), 6)


def scale_with_zero(values: Sequence[Decimal]) -> Scale:
    """The axis of some values with about five marks, zero among them."""
    low, high = float(min((*values, Decimal(0)))), float(max((*values, Decimal(0))))
    if low == high:
        high = 1.0
    step = _step((high - low) / 5)
    first, last = int(-(-low // step)), int(high // step)
    first -= first * step > low + step * 1e-9
    last += last * step < high - step * 1e-9
    marks = tuple(step * n for n in range(first, last + 1))
    return Scale(marks[0], marks[-1], marks)


def tight_scale(values: Sequence[Decimal]) -> Scale:
    """The axis from the least to the largest value, zero inside: nothing is left over at its ends."""
    low, high = float(min((*values, Decimal(0)))), float(max((*values, Decimal(0))))
    return Scale(low, high if high > low else low + 1.0, (low, high if high > low else low + 1.0))


def _step(rough: float) -> float:
    power = 10.0 ** _exponent(rough)
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))


def _exponent(value: float) -> int:
    return Decimal(repr(value)).adjusted()
