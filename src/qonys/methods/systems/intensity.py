"""How many move: the intensity of a system and the rates of its areas.

Law: the population is that at risk in the middle of the period; of two stocks, their average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.methods.systems.flows import (
    Values,
    arrivals,
    departures,
    flow_matrix,
    inhabitants,
    population_vector,
    ratio,
)


@dataclass(frozen=True, slots=True, eq=False)
class MigrationRates:
    """Rates of every area per 1,000 inhabitants, each of shape (n,); nan where an area has no inhabitants.

    Args:
        arrival: 1000 · Dᵢ / Pᵢ.
        departure: 1000 · Oᵢ / Pᵢ.
        net: 1000 · (Dᵢ − Oᵢ) / Pᵢ.
        turnover: 1000 · (Dᵢ + Oᵢ) / Pᵢ.
    """

    arrival: Values
    departure: Values
    net: Values
    turnover: Values


def average_population(start: ArrayLike, end: ArrayLike) -> Values:
    """Population at risk of a period: the average of its first and its last stock, (Pₜ + Pₜ₊₁) / 2.

    Args:
        start: persons at the start of the period, shape (n,).
        end: persons at its end, shape (n,).

    Raises:
        StatisticianError: the areas differ in number, or a figure is missing or negative.

    >>> average_population([100, 200], [110, 180])
    array([105., 190.])
    """
    areas = len(np.atleast_1d(np.asarray(start, dtype=object)))
    return (population_vector(start, areas) + population_vector(end, areas)) / 2


def crude_migration_intensity(flows: ArrayLike, population: ArrayLike) -> float:
    """Share of the population that moved between areas, in percent: 100 · M / P.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: fewer than two areas, or nobody lives in them.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    Source: Bell, M. et al. (2002), Cross-national comparison of internal migration: issues and measures, Journal of
    the Royal Statistical Society A 165(3).

    >>> crude_migration_intensity([[0, 30], [20, 0]], [400, 600])
    5.0
    """
    matrix = flow_matrix(flows)
    return (
        100.0
        * float(matrix.sum())
        / inhabitants(population_vector(population, len(matrix)), "crude migration intensity")
    )


def courgeau_k(flows: ArrayLike, population: ArrayLike) -> float:
    """Intensity freed from the number of areas, in percent: the crude migration intensity over ln n².

    Intensities of one country at several levels of areas lie near a straight line through the origin if drawn over
    the logarithm of the number of pairs of areas; k is its slope, from one level here.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,).

    Raises:
        UndefinedIndicatorError: fewer than two areas, or nobody lives in them.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    Source: Courgeau, D. (1973), Migrations et découpages du territoire, Population 28(3).
    """
    matrix = flow_matrix(flows)
    return crude_migration_intensity(matrix, population) / (2.0 * math.log(len(matrix)))


def migration_rates(flows: ArrayLike, population: ArrayLike) -> MigrationRates:
    """Rates of arrival, departure, net and turnover of every area per 1,000 inhabitants.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        population: persons, shape (n,), by preference of `average_population`.

    Raises:
        UndefinedIndicatorError: fewer than two areas.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    >>> migration_rates([[0, 30], [20, 0]], [400, 0]).net
    array([-25.,  nan])
    """
    matrix = flow_matrix(flows)
    persons = population_vector(population, len(matrix))
    came, left = arrivals(matrix), departures(matrix)
    counts = (came, left, came - left, came + left)
    return MigrationRates(*(ratio(1000.0 * count, persons) for count in counts))
