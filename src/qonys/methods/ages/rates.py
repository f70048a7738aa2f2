"""Rates by age out of counts and populations.

Laws: ages rise and are finite; an amount is finite and not negative; what breaks this is named with its age; nobody
at risk is no rate, not a rate of 0.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError, UndefinedIndicatorError

Array: TypeAlias = NDArray[np.float64]


def rates_by_age(ages: ArrayLike, migrants: ArrayLike, population: ArrayLike) -> Array:
    """Moves per person and year at each age, mₓ = migrantsₓ / populationₓ.

    Args:
        ages: shape (n,), rising.
        migrants: moves in a year, or in the interval of a census divided by its years, shape (n,).
        population: persons at risk (mid-year population, or those who answered), shape (n,).

    Raises:
        StatisticianError: an age, a count or a population is missing, negative or out of order.
        UndefinedIndicatorError: nobody is at risk at an age.

    Source: Shryock, H. S. and Siegel, J. S. (1976), The Methods and Materials of Demography, Academic Press.

    >>> rates_by_age([20, 21], [30, 20], [1000, 800])
    array([0.03 , 0.025])
    """
    years = rising_ages(ages)
    moved, exposed = amounts_by_age(years, migrants, "migrants"), amounts_by_age(years, population, "population")
    if (exposed == 0).any():
        raise UndefinedIndicatorError(
            "Nobody is at risk, so there is no rate.",
            where=f"age {years[exposed == 0][0]:g}",
            next_step="Leave the age out, or join it to the one before.",
        )
    return moved / exposed


def rising_ages(ages: ArrayLike) -> Array:
    """Ages as numbers, once they are seen to be finite, not negative and rising.

    Raises:
        StatisticianError: there is no age, or an age is missing, negative or not above the one before.

    >>> rising_ages([0, 1, 5])
    array([0., 1., 5.])
    """
    years = np.asarray(ages, dtype=float)
    if years.ndim != 1 or years.size == 0:
        raise StatisticianError(f"Ages must be a list of at least one age; these have the shape {years.shape}.")
    if not np.isfinite(years).all() or (years < 0).any() or (np.diff(years) <= 0).any():
        raise StatisticianError("Ages must be finite, not negative and rising.", next_step="Sort them, each age once.")
    return years


def amounts_by_age(ages: Array, values: ArrayLike, what: str) -> Array:
    """Values of one amount by age, once each is seen to be there and not negative.

    Args:
        ages: shape (n,), named in the message.
        values: shape (n,).
        what: name of the amount in a message.

    Raises:
        StatisticianError: another number of values than of ages, or a value that is missing, infinite or negative.

    >>> amounts_by_age(np.array([20.0, 21.0]), [3, 4], "migrants")
    array([3., 4.])
    """
    amounts = np.asarray(values, dtype=float)
    if amounts.shape != ages.shape:
        raise StatisticianError(f"There are {ages.size} ages and {what} of the shape {amounts.shape}.")
    wrong = ~np.isfinite(amounts) | (amounts < 0)
    if wrong.any():
        raise StatisticianError(
            f"The {what} must be finite and not negative, not {amounts[wrong][0]:g}.",
            where=f"age {ages[wrong][0]:g}",
            next_step="Mend the figure, or leave the age out.",
        )
    return amounts
