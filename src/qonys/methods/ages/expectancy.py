"""Moves that a person may expect in the rest of life, under the rates and the mortality of a period.

Laws: without mortality the expectancy is the sum of the rates; it grows in proportion to the rates; where nobody
survives it has no value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.rates import Array, amounts_by_age, rising_ages


def migration_expectancy(ages: ArrayLike, rates: ArrayLike, person_years: ArrayLike, survivors: ArrayLike) -> Array:
    """Expected moves after each exact age, MEₓ = Σ_{y ≥ x} L_y m_y / lₓ; the first is that of a whole life.

    Args:
        ages: lower bounds of the groups, the last one open, shape (n,).
        rates: m, moves per person and year, shape (n,).
        person_years: L of a life table, years lived in each group, shape (n,).
        survivors: l of the same table at each lower bound, shape (n,).

    Returns:
        Moves per person alive at each lower bound, shape (n,); nan where nobody is.

    Raises:
        StatisticianError: a value is missing or negative, or survivors rise with age.
        UndefinedIndicatorError: nobody is alive at the first age.

    Source: Wilber, G. W. (1963), Migration expectancy in the United States, Journal of the American Statistical
    Association 58(302); Long, L. H. (1973), New estimates of migration expectancy in the United States, Journal of
    the American Statistical Association 68(341).

    >>> migration_expectancy([0, 50], [0.1, 0.02], [48, 20], [1, 0.9]).round(3)
    array([5.2  , 0.444])
    """
    bounds = rising_ages(ages)
    moves = amounts_by_age(bounds, rates, "rates") * amounts_by_age(bounds, person_years, "person-years")
    alive = amounts_by_age(bounds, survivors, "survivors")
    if alive[0] == 0:
        raise UndefinedIndicatorError("Nobody is alive at the first age, so there is no expectancy.")
    if (rising := np.diff(alive) > 0).any():
        raise StatisticianError(
            "There are more survivors than at the age before.", where=f"age {bounds[1:][rising][0]:g}"
        )
    ahead = np.cumsum(moves[::-1])[::-1]
    return np.divide(ahead, alive, out=np.full_like(ahead, np.nan), where=alive > 0)


def expected_moves(person_years: ArrayLike, moves: ArrayLike) -> Array:
    """Moves between regions in a whole life by region of birth (net migraproduction).

    Σₓ L_ij(x) m_jk(x): of a person born in i, moves out of j to k.

    Args:
        person_years: years lived by age, region of birth and region of residence, for one person born in each region,
            shape (n, r, r); those of `multiregional_life_table`.
        moves: rates by age, origin and destination, moves per person and year, shape (n, r, r).

    Returns:
        Moves by region of birth, origin and destination, shape (r, r, r).

    Raises:
        StatisticianError: shapes differ, or a value is missing or negative.

    Source: Willekens, F. and Rogers, A. (1978), Spatial Population Analysis: Methods and Computer Programs, IIASA
    RR-78-18.

    >>> expected_moves([[[40.0, 30.0], [20.0, 50.0]]], [[[0, 0.01], [0.02, 0]]]).sum(axis=(1, 2)).round(3)
    array([1. , 1.2])
    """
    lived, rates = np.asarray(person_years, dtype=float), np.asarray(moves, dtype=float)
    if lived.shape != rates.shape or lived.ndim != 3 or lived.shape[1] != lived.shape[2]:
        raise StatisticianError(
            f"Years of shape {lived.shape} and rates of shape {rates.shape} are not both ages × regions × regions."
        )
    for name, values in (("years lived", lived), ("rates", rates)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise StatisticianError(f"The {name} must be finite and not negative.")
    out = rates * (1 - np.eye(rates.shape[1]))
    expected: Array = np.einsum("xij,xjk->ijk", lived, out)
    return expected
