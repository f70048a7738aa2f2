"""What migration does to the areas: redistribution of population, and flows against what sizes alone would give.

Laws: the aggregate net migration rate is the crude intensity times the effectiveness over 100; where every area
balances, effectiveness is 0, and where every area either only gains or only loses, it is 100.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems.flows import (
    Values,
    arrivals,
    departures,
    flow_matrix,
    inhabitants,
    migrants,
    off_diagonal,
    population_vector,
    ratio,
)


def migration_effectiveness(flows: ArrayLike) -> float:
    """Share of the turnover that redistributes population, in percent: 100 · Σ|Dᵢ − Oᵢ| / Σ(Dᵢ + Oᵢ).

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Bell, M. et al. (2002), Cross-national comparison of internal migration: issues and measures, Journal of
    the Royal Statistical Society A 165(3).

    >>> migration_effectiveness([[0, 30], [20, 0]])
    20.0
    """
    matrix = flow_matrix(flows)
    turnover = 2.0 * migrants(matrix, "migration effectiveness")
    return 100.0 * float(np.abs(arrivals(matrix) - departures(matrix)).sum()) / turnover


def area_effectiveness(flows: ArrayLike) -> Values:
    """Net over turnover of every area, in percent: 100 · (Dᵢ − Oᵢ) / (Dᵢ + Oᵢ), from −100 to 100.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Returns:
        Shape (n,); nan where nobody came or left.

    Raises:
        UndefinedIndicatorError: fewer than two areas.
        StatisticianError: a flow is missing or negative.

    >>> area_effectiveness([[0, 30, 0], [20, 0, 0], [0, 0, 0]])
    array([-20.,  20.,  nan])
    """
    matrix = flow_matrix(flows)
    came, left = arrivals(matrix), departures(matrix)
    return ratio(100.0 * (came - left), came + left)


def aggregate_net_migration_rate(flows: ArrayLike, population: ArrayLike) -> float:
    """Persons redistributed between areas, in percent of the population: 100 · ½ · Σ|Dᵢ − Oᵢ| / ΣPᵢ.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: nobody lives in the areas, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    Source: Bell, M. et al. (2002), Cross-national comparison of internal migration: issues and measures, Journal of
    the Royal Statistical Society A 165(3).

    >>> aggregate_net_migration_rate([[0, 30], [20, 0]], [400, 600])
    1.0
    """
    matrix = flow_matrix(flows)
    persons = inhabitants(population_vector(population, len(matrix)), "aggregate net migration rate")
    return 50.0 * float(np.abs(arrivals(matrix) - departures(matrix)).sum()) / persons


def preference(flows: ArrayLike, population: ArrayLike) -> Values:
    """Flows over those that the sizes of origin and destination would give: (Mᵢⱼ / M) / (Pᵢ/P · Pⱼ/P).

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Returns:
        Shape (n, n), without unit; nan on the diagonal and where the origin or the destination has no inhabitants.

    Raises:
        UndefinedIndicatorError: nobody moved, nobody lives in the areas, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    Source: United Nations (1970), Methods of measuring internal migration, Manual VI, after Bachi; there times 100.

    >>> preference([[0, 30], [20, 0]], [500, 500])
    array([[nan, 2.4],
           [1.6, nan]])
    """
    matrix = flow_matrix(flows)
    persons = population_vector(population, len(matrix))
    total = migrants(matrix, "index of preference")
    share = persons / inhabitants(persons, "index of preference")
    return _undefined_on_the_diagonal(ratio(matrix / total, np.outer(share, share)))


def velocity(flows: ArrayLike, population: ArrayLike) -> Values:
    """Flows per inhabitant of the origin and share of the destination: Mᵢⱼ · P / (Pᵢ · Pⱼ).

    It is the preference times the crude intensity as a share, so it tells high mobility as well as attraction.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons (not thousands or millions, which would change the values), shape (n,).

    Returns:
        Shape (n, n), migrants per inhabitant; nan on the diagonal and where an end has no inhabitants.

    Raises:
        UndefinedIndicatorError: nobody lives in the areas, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    Source: United Nations (1970), Methods of measuring internal migration, Manual VI, after Bogue, Shryock and
    Hoermann.

    >>> velocity([[0, 30], [20, 0]], [500, 500])
    array([[ nan, 0.12],
           [0.08,  nan]])
    """
    matrix = flow_matrix(flows)
    persons = population_vector(population, len(matrix))
    total = inhabitants(persons, "migration velocity")
    return _undefined_on_the_diagonal(ratio(matrix, np.outer(persons, persons) / total))


def preference_sum(flows: ArrayLike, population: ArrayLike) -> float:
    """Sum of the preferences of all pairs of areas; it grows with the number of pairs.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: nobody moved, an area has no inhabitants, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.
    """
    return _sum_of_pairs(preference(flows, population), "sum of preferences")


def velocity_sum(flows: ArrayLike, population: ArrayLike) -> float:
    """Sum of the velocities of all pairs of areas; it grows with the number of pairs.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: an area has no inhabitants, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.
    """
    return _sum_of_pairs(velocity(flows, population), "sum of velocities")


def mean_preference(flows: ArrayLike, population: ArrayLike) -> float:
    """Preference of the mean pair, comparable between systems of different numbers of areas.

    (1 − Σpᵢ²) · Σpreferenceᵢⱼ / (n(n − 1)) with shares of population pᵢ: the factor is the part of all pairs of
    persons who live in different areas, so that the mean is exactly 1 where flows are proportional to both sizes,
    however many areas there are. Above 1, it is pairs of small areas that exchange more than their sizes say.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: nobody moved, an area has no inhabitants, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    >>> round(mean_preference([[0, 6, 12], [6, 0, 8], [12, 8, 0]], [30, 20, 40]), 12)
    1.0
    """
    return preference_sum(flows, population) * _share_of_pairs(population)


def mean_velocity(flows: ArrayLike, population: ArrayLike) -> float:
    """Velocity of the mean pair, comparable between systems of different numbers of areas.

    (1 − Σpᵢ²) · Σvelocityᵢⱼ / (n(n − 1)): the crude intensity as a share times the mean preference.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: an area has no inhabitants, or there are fewer than two.
        StatisticianError: a figure is missing or negative, or the shapes differ.
    """
    return velocity_sum(flows, population) * _share_of_pairs(population)


def _share_of_pairs(population: ArrayLike) -> float:
    persons = np.asarray(population, dtype=float)
    share = persons / persons.sum()
    return (1.0 - float(share @ share)) / (len(share) * (len(share) - 1))


def _undefined_on_the_diagonal(matrix: Values) -> Values:
    np.fill_diagonal(matrix, np.nan)
    return matrix


def _sum_of_pairs(matrix: Values, indicator: str) -> float:
    total = float(off_diagonal(matrix).sum())
    if np.isnan(total):
        empty = np.flatnonzero(np.isnan(matrix).all(axis=1))
        raise UndefinedIndicatorError(
            f"{len(empty)} areas have no inhabitants, so the {indicator} has no value.",
            where=f"row {empty[0] + 1}",
            next_step="Leave these areas out of the system, or read the matrix, which tells them as nan.",
        )
    return total
