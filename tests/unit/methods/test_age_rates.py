"""Rates by age on small drawn tables, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.rates import rates_by_age, rising_ages


def test_a_rate_is_migrants_over_population() -> None:
    np.testing.assert_allclose(rates_by_age([20, 21], [30, 0], [1000, 500]), [0.03, 0.0])


def test_an_age_with_nobody_at_risk_has_no_rate_even_if_nobody_moved() -> None:
    with pytest.raises(UndefinedIndicatorError, match="age 21: Nobody is at risk"):
        rates_by_age([20, 21], [30, 0], [1000, 0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_a_count_that_is_missing_infinite_or_negative_is_named_with_its_age(bad: float) -> None:
    with pytest.raises(StatisticianError, match="age 21: The migrants must be finite"):
        rates_by_age([20, 21], [30, bad], [1000, 500])
    with pytest.raises(StatisticianError, match="age 20: The population must be finite"):
        rates_by_age([20, 21], [30, 3], [bad, 500])


def test_counts_of_another_number_than_ages_are_refused() -> None:
    with pytest.raises(StatisticianError, match="There are 2 ages and migrants of the shape"):
        rates_by_age([20, 21], [30], [1000, 500])


@pytest.mark.parametrize("ages", [[20, 20], [21, 20], [np.nan, 3], [-1, 0]])
def test_ages_that_do_not_rise_or_are_missing_or_negative_are_refused(ages: list[float]) -> None:
    with pytest.raises(StatisticianError, match="finite, not negative and rising"):
        rising_ages(ages)


@pytest.mark.parametrize("ages", [[], [[1, 2]], 3])
def test_ages_must_be_a_list(ages: object) -> None:
    with pytest.raises(StatisticianError, match="at least one age"):
        rising_ages(ages)  # type: ignore[arg-type]
