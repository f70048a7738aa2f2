"""Check digits: the remainder of a weighted sum, many numbers at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NONE = -1
"""Stands where no list of weights gives a digit: such a number is not given to anybody."""


def check_digits(digits: NDArray[np.uint8], weights: Sequence[Sequence[int]], modulus: int) -> NDArray[np.int8]:
    """The check digit of each number.

    Args:
        digits: of each number without its check digit, shape (numbers, positions).
        weights: one list a cycle; the next is used where the remainder is 10 or more.
        modulus: of the weighted sum.

    Returns:
        Digits, `NONE` where there is none; shape (numbers,).
    """
    found = np.full(len(digits), NONE, np.int8)
    for cycle in weights:
        open_ = np.flatnonzero(found == NONE)
        # Position by position: a matrix product of whole numbers is slower, one of floating point takes all cores.
        total = np.zeros(len(open_), np.int32)
        for weight, position in zip(cycle, digits.T, strict=True):
            total += np.multiply(position if len(open_) == len(found) else position[open_], weight, dtype=np.int32)
        remainder = total % modulus
        found[open_] = np.where(remainder < 10, remainder, NONE)
    return found
