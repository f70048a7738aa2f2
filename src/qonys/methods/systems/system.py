"""A migration system with the names of its areas, from arrays or from columns.

Law: flows, population and distances are in one order of areas. Columns are whatever answers to their names: a mapping
of lists, or a table of a data-frame library; no such library is imported. A pair of areas that no row names has no
migrants; a pair that two rows name is refused, since one of them would be counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import Values, distance_matrix, flow_matrix, population_vector


@runtime_checkable
class Columns(Protocol):
    """A table by columns: `table["flow"]` is a column."""

    def __getitem__(self, name: str, /) -> Iterable[Any]: ...


Area: TypeAlias = str | int
Flows: TypeAlias = NDArray[Any] | Sequence[Sequence[float]] | Columns
Population: TypeAlias = NDArray[Any] | Sequence[float] | Mapping[Any, float]


@dataclass(frozen=True, slots=True, eq=False)
class MigrationSystem:
    """Flows, population and distances of named areas, checked.

    Args:
        areas: their names, n of them; numbers from 0 where none were given.
        flows: persons, origins in rows, shape (n, n), 0 on the diagonal.
        population: persons, shape (n,).
        distances: shape (n, n), 0 on the diagonal; None where they are not known.
    """

    areas: tuple[Area, ...]
    flows: Values
    population: Values
    distances: Values | None


def migration_system(flows: Flows, population: Population, distance: Flows | None = None) -> MigrationSystem:
    """A checked system from a square array, or from columns `origin`, `destination` and `flow`.

    The areas are those of the population where it is a mapping; else, with columns of flows, all their origins and
    destinations in ascending order.

    Args:
        flows: array of shape (n, n), or columns with one row a pair; rows with both ends in one area are not read.
        population: persons, shape (n,), or a mapping of area to persons.
        distance: array of shape (n, n), or columns `origin`, `destination` and `distance` with a row for every pair.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas.
        StatisticianError: a figure is missing or negative, a shape is wrong, a pair is told twice, or an area has no
            population.

    >>> columns = {"origin": ["A", "B"], "destination": ["B", "A"], "flow": [30, 20]}
    >>> migration_system(columns, {"B": 600, "A": 400}).flows
    array([[ 0., 20.],
           [30.,  0.]])
    """
    areas = _areas(flows, population)
    matrix = flow_matrix(_matrix(flows, "flow", areas, absent=0.0))
    persons = list(population.values()) if isinstance(population, Mapping) else population
    names = areas if areas is not None else tuple(range(len(matrix)))
    distances = None
    if distance is not None:
        distances = distance_matrix(_matrix(distance, "distance", names, absent=np.nan), len(matrix))
    return MigrationSystem(names, matrix, population_vector(persons, len(matrix)), distances)


def _areas(flows: Flows, population: Population) -> tuple[Area, ...] | None:
    if isinstance(population, Mapping):
        return tuple(population)
    if _is_array(flows):
        return None
    origins, destinations = (_column(flows, name).tolist() for name in ("origin", "destination"))
    return tuple(sorted(set(origins) | set(destinations)))


def _matrix(given: Flows, value: str, areas: tuple[Area, ...] | None, *, absent: float) -> ArrayLike:
    if areas is None or _is_array(given):
        return np.asarray(given)
    place = {area: number for number, area in enumerate(areas)}
    ends = [_places(_column(given, name), name, place) for name in ("origin", "destination")]
    pair = ends[0] * len(areas) + ends[1]
    _fail_if_told_twice(pair, areas)
    matrix = np.full(len(areas) ** 2, absent)
    try:
        matrix[pair] = _column(given, value).astype(float)
    except (TypeError, ValueError) as error:
        raise StatisticianError(
            f"The column {value!r} does not hold one number a row.", next_step="Give persons as numbers."
        ) from error
    return matrix.reshape(len(areas), len(areas))


def _is_array(given: Flows) -> bool:
    return isinstance(given, np.ndarray | list | tuple)


def _column(table: Any, name: str) -> NDArray[Any]:  # noqa: ANN401 the tables of several libraries
    try:
        return np.asarray(table[name])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise StatisticianError(
            f"The table has no column {name!r}.", next_step="Name its columns origin, destination and flow or distance."
        ) from error


def _places(ends: NDArray[Any], column: str, place: Mapping[Area, int]) -> NDArray[np.intp]:
    names = ends.tolist()
    if unknown := sorted({str(name) for name in names if name not in place}):
        raise StatisticianError(
            f"{len(unknown)} areas of the column {column!r} are not in the system: {', '.join(unknown[:5])}.",
            next_step="Give their population, or leave their rows out.",
        )
    return np.array([place[name] for name in names], dtype=np.intp)


def _fail_if_told_twice(pair: NDArray[np.intp], areas: tuple[Area, ...]) -> None:
    pairs, first = np.unique(pair, return_index=True)
    if len(pairs) < len(pair):
        again = int(np.delete(pair, first)[0])
        origin, destination = areas[again // len(areas)], areas[again % len(areas)]
        raise StatisticianError(
            f"{len(pair) - len(pairs)} rows tell a pair of areas again, as from {origin} to {destination}.",
            next_step="Sum the flows over all other columns first.",
        )
