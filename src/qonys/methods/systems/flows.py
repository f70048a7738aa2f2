"""The matrix of a migration system, checked once and for all indices.

Laws: origins are rows, destinations are columns; the diagonal is structural and set to 0, whatever stood there, even
nan; every other cell is known, finite and not negative. A missing cell is refused, since it is not a zero.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError, UndefinedIndicatorError

Values: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


def flow_matrix(flows: ArrayLike) -> Values:
    """A checked copy of the flows with a diagonal of zeros.

    Args:
        flows: persons who moved from the row's area to the column's, shape (n, n), n ≥ 2; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas, so nobody can move between them.
        StatisticianError: the matrix is not square, or a cell is missing, infinite or negative.

    >>> flow_matrix([[7, 1], [2, 7]])
    array([[0., 1.],
           [2., 0.]])
    """
    matrix = _numbers(flows, "The matrix of flows")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise StatisticianError(
            f"A matrix of flows has as many origins as destinations, not a shape of {matrix.shape}.",
            next_step="Give every area a row and a column, in the same order.",
        )
    if len(matrix) < 2:
        raise UndefinedIndicatorError(
            f"A system needs two areas, not {len(matrix)}: within one area nobody is a migrant.",
            next_step="Use flows of a finer level of areas.",
        )
    np.fill_diagonal(matrix, 0.0)
    _fail_unless_known(matrix, "flows")
    return matrix


def population_vector(population: ArrayLike, areas: int) -> Values:
    """A checked copy of the population of each area.

    Args:
        population: persons, shape (n,); an area may be empty.
        areas: n.

    Raises:
        StatisticianError: there are more or fewer areas, or a figure is missing, infinite or negative.
    """
    persons = _numbers(population, "The population")
    if persons.shape != (areas,):
        raise StatisticianError(
            f"{areas} areas have as many figures of population, not a shape of {persons.shape}.",
            next_step="Give the population in the order of the rows of the flows.",
        )
    _fail_unless_known(persons, "population")
    return persons


def distance_matrix(distances: ArrayLike, areas: int) -> Values:
    """A checked copy of the distances between areas, with a diagonal of zeros; both directions may differ.

    Args:
        distances: in one unit, shape (n, n); the diagonal is not read.
        areas: n.

    Raises:
        StatisticianError: the shape is another, or a distance is missing, infinite or negative.
    """
    matrix = _numbers(distances, "The matrix of distances")
    if matrix.shape != (areas, areas):
        raise StatisticianError(
            f"Distances between {areas} areas have a shape of ({areas}, {areas}), not {matrix.shape}.",
            next_step="Give the distances in the order of the rows of the flows.",
        )
    np.fill_diagonal(matrix, 0.0)
    _fail_unless_known(matrix, "distances")
    return matrix


def off_diagonal(matrix: NDArray[np.float64]) -> Values:
    """The rows of a square matrix without the cell on the diagonal, shape (n, n − 1).

    >>> off_diagonal(np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 5.0], [6.0, 7.0, 0.0]]))
    array([[1., 2.],
           [3., 5.],
           [6., 7.]])
    """
    n = len(matrix)
    return np.ascontiguousarray(matrix).ravel()[1:].reshape(n - 1, n + 1)[:, :-1].reshape(n, n - 1)


def departures(matrix: Values) -> Values:
    """Persons who left each area, shape (n,)."""
    return np.asarray(matrix.sum(axis=1))


def arrivals(matrix: Values) -> Values:
    """Persons who arrived in each area, shape (n,)."""
    return np.asarray(matrix.sum(axis=0))


def migrants(matrix: Values, indicator: str) -> float:
    """Persons who moved between areas of the system.

    Args:
        matrix: a checked matrix of flows.
        indicator: what would be divided by them, for the message.

    Raises:
        UndefinedIndicatorError: nobody moved.
    """
    total = float(matrix.sum())
    if total <= 0:
        raise UndefinedIndicatorError(
            f"Nobody moved between the areas, so the {indicator} has no value.",
            next_step="Tell it as not available.",
        )
    return total


def inhabitants(population: Values, indicator: str) -> float:
    """Persons who live in the areas of the system.

    Args:
        population: a checked vector of population.
        indicator: what would be divided by them, for the message.

    Raises:
        UndefinedIndicatorError: nobody lives there.
    """
    total = float(population.sum())
    if total <= 0:
        raise UndefinedIndicatorError(
            f"Nobody lives in the areas, so the {indicator} has no value.", next_step="Tell it as not available."
        )
    return total


def ratio(numerator: Values, denominator: Values) -> Values:
    """Cell by cell; nan where the denominator is 0, since a share of nothing is undefined."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    undefined = np.full(numerator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=undefined, where=denominator != 0))


def _numbers(given: ArrayLike, name: str) -> Values:
    if isinstance(given, np.ma.MaskedArray):
        given = np.ma.filled(given.astype(float), np.nan)
    try:
        return np.array(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise StatisticianError(
            f"{name} is not one array of numbers.", next_step="Give rows of the same length, with numbers only."
        ) from error


def _fail_unless_known(values: Values, name: str) -> None:
    if bool(np.isfinite(values).all()) and float(values.min(initial=0.0)) >= 0:
        return
    places = np.argwhere(~np.isfinite(values) | (values < 0))
    first = ", ".join(f"{axis} {place + 1}" for axis, place in zip(("row", "column"), places[0], strict=False))
    raise StatisticianError(
        f"{len(places)} of the {name} are missing, infinite or negative; the first is {values[tuple(places[0])]:g}.",
        where=first,
        next_step="A figure that is not known is no zero: complete it, or leave its area out of the system.",
    )
