"""Days off as a cause of monthly figures: how many fell on working days of a month, beside how many usually do.

Law: what recurs in the same month of every year is seasonality; only what differs from it is an effect of the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import MONTHS_A_YEAR, Month, days_by_month
from qonys.methods.series.specification import CalendarRegressor


def days_off_regressor(
    name: str, start: Month, months: int, days: Iterable[date], years: tuple[int, int]
) -> CalendarRegressor | None:
    """Days off of each month less the mean of the same month of the year over the years of which they are known.

    x(t) = d(t) − d̄(month of t), d̄ over all years from the first to the last that are known. An effect β of it in a
    logarithmic model says that one more day off than usual multiplies the month by exp(β).

    >>> lunar = [date(2023, 6, 28), date(2024, 5, 31)]
    >>> made = days_off_regressor("lunar", Month(2024, 5), 2, lunar, (2023, 2024))
    >>> made.values if made else None
    array([ 0.5, -0.5])

    Args:
        name: of the regressor; see `CalendarRegressor`.
        start: the first month.
        months: how many months.
        days: days off that would have been working days.
        years: first and last year of which they are known; all months lie in them.

    Returns:
        The regressor, centred; None where it is the same in all the months, and so has no effect to find.

    Raises:
        StatisticianError: some months lie outside the years.

    Source: Bell, W. R. and Hillmer, S. C. (1983), Modeling time series with calendar variation, Journal of the American
    Statistical Association 78(383).
    """
    first, last = years
    end = start.later(months - 1)
    if not first <= start.year <= end.year <= last:
        raise StatisticianError(
            f"The days off of {name} are known for {first} to {last}, the months are those of {start.year} to {end.year}.",
            next_step="Add the days of the other years, or leave them out of the model.",
        )
    number = MONTHS_A_YEAR * (last - first + 1)
    known = days_by_month(Month(first, 1), number, days).reshape(-1, MONTHS_A_YEAR)
    unusual = (known - known.mean(axis=0)).ravel()
    at = Month(first, 1).months_until(start)
    values = unusual[at : at + months]
    return CalendarRegressor(name, values, centred=True) if np.ptp(values) > 0 else None
