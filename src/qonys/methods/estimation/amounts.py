"""What an estimate is computed from: amounts that are numbers, of the shape that is expected.

Law: nothing is mended here; what is no amount is refused with its name.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError

Matrix: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


def amounts(name: str, values: ArrayLike, shape: tuple[int, ...] | None = None) -> Matrix:
    """The values as a new array of floats that are finite and not negative.

    Args:
        name: what a message calls the values, in the plural.
        values: numbers.
        shape: the wanted shape; None takes any.

    Raises:
        StatisticianError: a value is negative, infinite or missing, or the shape is another.

    >>> amounts("births", [80, 20], shape=(2,))
    array([80., 20.])
    """
    found = _shaped(name, values, shape)
    _fail_where(~(np.isfinite(found) & (found >= 0)), f"The {name} must be finite and not negative.")
    return found


def known_amounts(name: str, values: ArrayLike, shape: tuple[int, ...] | None = None) -> Matrix:
    """The values as a new array of floats, not negative where they are known; nan is what nobody reported.

    Raises:
        StatisticianError: a value is negative or infinite, or the shape is another.

    >>> known_amounts("reports", [80, float("nan")])
    array([80., nan])
    """
    found = _shaped(name, values, shape)
    _fail_where((found < 0) | np.isinf(found), f"The {name} must be finite and not negative.")
    return found


def double_reports(by_senders: ArrayLike, by_receivers: ArrayLike) -> tuple[Matrix, Matrix]:
    """Flows as origins and as destinations report them, shape (n, n) each, origins in rows; the diagonal is nan.

    Raises:
        StatisticianError: shapes differ, or a report is negative.

    >>> double_reports([[0, 50], [30, 0]], [[0, 100], [60, 0]])[0]
    array([[nan, 50.],
           [30., nan]])
    """
    n = order("reports of senders", by_senders)
    sent = known_amounts("reports of senders", by_senders, (n, n))
    received = known_amounts("reports of receivers", by_receivers, (n, n))
    np.fill_diagonal(sent, np.nan)
    np.fill_diagonal(received, np.nan)
    return sent, received


def numbers(name: str, values: ArrayLike, shape: tuple[int, ...] | None = None) -> Matrix:
    """The values as a new array of finite floats of either sign.

    Raises:
        StatisticianError: a value is infinite or missing, or the shape is another.

    >>> numbers("nets", [30, -30])
    array([ 30., -30.])
    """
    found = _shaped(name, values, shape)
    _fail_where(~np.isfinite(found), f"The {name} must be finite.")
    return found


def order(name: str, values: ArrayLike) -> int:
    """The number n of areas of an n × n matrix.

    Raises:
        StatisticianError: the values are no square matrix, or an empty one.

    >>> order("stocks", [[1, 2], [3, 4]])
    2
    """
    shape = np.shape(values)
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise StatisticianError(
            f"The {name} have shape {shape}, where a square matrix of at least one area is needed.",
            next_step="Give the same areas in rows and in columns.",
        )
    return int(shape[0])


def _shaped(name: str, values: ArrayLike, shape: tuple[int, ...] | None) -> Matrix:
    found = np.array(values, dtype=float)
    if shape is not None and found.shape != shape:
        raise StatisticianError(
            f"The {name} have shape {found.shape}, where {shape} is needed.",
            next_step="Give one value for each area, in the order of the other inputs.",
        )
    return found


def _fail_where(wrong: NDArray[np.bool_], what: str) -> None:
    if np.any(wrong):
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise StatisticianError(
            what,
            where=f"index {place}" if place else "",
            next_step="A missing value is no zero: say what it is, or leave its area out.",
        )
