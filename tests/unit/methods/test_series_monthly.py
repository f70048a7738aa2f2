"""Months, series of them, days of closure, and the QS statistic."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Month, MonthlySeries, closed_weekdays
from qonys.methods.series.seasonality import qs_test

YEAR = np.array([3.0, 1, 2, 4, 8, 9, 7, 5, 6, 4, 2, 1])


def test_the_month_after_december_is_january_of_the_next_year() -> None:
    assert Month(2023, 12).later(1) == Month(2024, 1)
    assert Month(2024, 1).later(-1) == Month(2023, 12)
    assert Month(2023, 11).months_until(Month(2024, 2)) == 3


@pytest.mark.parametrize(("year", "month"), [(2024, 0), (2024, 13), (0, 1)])
def test_a_month_that_the_calendar_does_not_have_is_refused(year: int, month: int) -> None:
    with pytest.raises(StatisticianError, match="There is no month"):
        Month(year, month)


def test_a_series_knows_its_last_month() -> None:
    assert MonthlySeries(Month(2024, 1), np.zeros(14)).end == Month(2025, 2)


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.array([1.0, np.inf])])
def test_a_series_of_another_form_is_refused(values: np.ndarray) -> None:
    with pytest.raises(StatisticianError, match="one row of finite values"):
        MonthlySeries(Month(2024, 1), values)


def test_a_difference_of_other_months_is_refused() -> None:
    one, other = MonthlySeries(Month(2024, 1), np.ones(3)), MonthlySeries(Month(2024, 2), np.ones(3))
    with pytest.raises(StatisticianError, match="needs the same months"):
        one.less(other)


def test_a_holiday_on_a_sunday_closes_no_weekday_and_one_given_twice_closes_one() -> None:
    closed = [date(2024, 3, 21), date(2024, 3, 21), date(2024, 3, 24), date(2024, 5, 1), date(2025, 1, 1)]
    np.testing.assert_array_equal(closed_weekdays(Month(2024, 3), 3, closed), [1, 0, 1])


def test_qs_of_a_repeated_year_is_its_formula_with_perfect_autocorrelation() -> None:
    """Differences of a repeated year repeat, so ρ(s) = Σ of n−s products over Σ of n squares."""
    values = np.tile(YEAR, 6)
    found = qs_test(values)
    assert found.statistic == pytest.approx(_slow_qs(values), rel=1e-12)
    assert found.statistic > 100
    assert found.is_significant(1e-10)


def test_qs_of_two_differences_of_a_noisy_series_is_the_slow_one() -> None:
    values = np.tile(YEAR, 8) + np.random.default_rng(5).normal(0, 3, 96)
    assert qs_test(values, differences=2).statistic == pytest.approx(_slow_qs(np.diff(values)), rel=1e-12)


def test_qs_is_zero_where_the_autocorrelation_at_the_season_is_negative() -> None:
    values = np.cumsum(np.concatenate([YEAR, -YEAR, YEAR, -YEAR, YEAR]))
    assert qs_test(values).statistic == 0.0
    assert qs_test(values).probability == 1.0


@pytest.mark.parametrize("values", [np.full(60, 7.0), np.arange(60.0) * 3.1])
def test_qs_of_a_straight_line_is_zero(values: np.ndarray) -> None:
    assert qs_test(values).statistic == 0.0


@pytest.mark.parametrize("values", [np.arange(25.0), np.append(np.arange(60.0), np.nan)])
def test_qs_of_a_short_or_broken_series_is_refused(values: np.ndarray) -> None:
    with pytest.raises(StatisticianError, match="QS needs more than 24 differences"):
        qs_test(values)


def _slow_qs(values: np.ndarray) -> float:
    differences = [float(later - earlier) for earlier, later in pairwise(values)]
    n, mean = len(differences), sum(differences) / len(differences)
    variance = sum((value - mean) ** 2 for value in differences)
    total = 0.0
    for lag in (12, 24):
        products = [(differences[t] - mean) * (differences[t - lag] - mean) for t in range(lag, n)]
        total += max(0.0, sum(products) / variance) ** 2 / (n - lag)
    return n * (n + 2) * total
