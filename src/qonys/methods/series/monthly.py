"""A month, and a series of values month by month.

Law: the months of a series have no gap; a value that is missing is nan and stays nan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.errors import StatisticianError

Values: TypeAlias = NDArray[np.float64]

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar.

    >>> Month(2024, 11).later(3)
    Month(year=2025, month=2)

    Args:
        year: four digits.
        month: 1 to 12.

    Raises:
        StatisticianError: there is no such month.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= MONTHS_A_YEAR and 1 <= self.year <= 9999):
            raise StatisticianError(f"There is no month {self.month} of the year {self.year}.")

    def later(self, months: int) -> Month:
        """The month that comes so many months later; earlier where the number is negative."""
        year, month = divmod(self.year * MONTHS_A_YEAR + self.month - 1 + months, MONTHS_A_YEAR)
        return Month(year, month + 1)

    def months_until(self, other: Month) -> int:
        """How many months later another month is; negative where it is earlier."""
        return (other.year - self.year) * MONTHS_A_YEAR + other.month - self.month


@dataclass(frozen=True, slots=True, eq=False)
class MonthlySeries:
    """Values of consecutive months.

    Args:
        start: the month of the first value.
        values: shape (n,), any unit; nan where a month is missing.

    Raises:
        StatisticianError: the values are not one row of numbers, or one of them is infinite.
    """

    start: Month
    values: Values

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.asarray(self.values, dtype=float))
        if self.values.ndim != 1 or np.any(np.isinf(self.values)):
            raise StatisticianError(
                f"A monthly series is one row of finite values, not an array of shape {self.values.shape} with "
                f"{int(np.isinf(self.values).sum())} infinite ones.",
                next_step="Hand in one value a month, nan where the month is missing.",
            )

    @property
    def end(self) -> Month:
        """The month of the last value."""
        return self.start.later(len(self.values) - 1)

    def less(self, other: MonthlySeries) -> MonthlySeries:
        """This series minus another of the same months.

        Raises:
            StatisticianError: the months differ.
        """
        if (self.start, len(self.values)) != (other.start, len(other.values)):
            raise StatisticianError(
                f"A difference needs the same months: {self.start} to {self.end} and {other.start} to {other.end}.",
                next_step="Cut both series to the months they share.",
            )
        return MonthlySeries(self.start, self.values - other.values)


def closed_weekdays(start: Month, months: int, closed: Iterable[date]) -> Values:
    """Days from Monday to Friday on which offices were closed, in each of consecutive months.

    A closed Saturday or Sunday takes no registration away and is not counted; a date given twice counts once.

    >>> closed_weekdays(Month(2024, 1), 2, [date(2024, 1, 1), date(2024, 1, 6), date(2024, 2, 7)])
    array([1., 1.])

    Args:
        start: the first month.
        months: how many months.
        closed: dates of closure; those of other months are passed over.

    Returns:
        Shape (months,), in days.
    """
    return days_by_month(start, months, (day for day in closed if day.isoweekday() <= 5))


def days_by_month(start: Month, months: int, days: Iterable[date]) -> Values:
    """How many of some days lie in each of consecutive months; a day given twice counts once.

    Args:
        start: the first month.
        months: how many months.
        days: those of other months are passed over.

    Returns:
        Shape (months,), in days.
    """
    places = np.array([start.months_until(Month(day.year, day.month)) for day in set(days)], dtype=np.int64)
    within = places[(places >= 0) & (places < months)]
    return np.bincount(within, minlength=months).astype(float)
