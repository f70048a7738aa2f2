"""Days off as regressors: what they are, and that an effect of them is found where there is one and only there."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from qonys.engine.seasonal import x13_run
from qonys.errors import StatisticianError
from qonys.methods.series.days_off import days_off_regressor
from qonys.methods.series.monthly import Month, MonthlySeries
from qonys.methods.series.seasonal import Adjusted, seasonal_adjustment
from qonys.methods.series.specification import CalendarRegressor, Specification, specification_text

YEARS = range(2012, 2025)
MOVING = [date(year, 11, 20) if year < 2016 else date(year, 15 - (year - 2010), 8) for year in YEARS]
"""A holiday in November, then in September, August, … January."""
START, MONTHS = Month(2013, 1), 11 * 12
SEASON = np.array([0.9, 0.8, 0.9, 1.0, 1.0, 1.0, 1.1, 1.1, 1.2, 1.2, 0.9, 0.9])


def regressor() -> CalendarRegressor:
    made = days_off_regressor("moving", START, MONTHS + 12, MOVING, (2012, 2024))
    assert made is not None
    return made


def adjusted(effect: float, seed: int = 1) -> Adjusted:
    """Ten years that rise by 3 % a year, with a season, a scatter of 2 % and the effect of a day off."""
    draw = np.random.default_rng(seed)
    months = np.arange(MONTHS - 12)
    logarithm = np.log(2000 * SEASON[months % 12]) + 0.0025 * months + draw.normal(0, 0.02, len(months))
    values = np.exp(logarithm + effect * regressor().values[: len(months)])
    found = seasonal_adjustment(MonthlySeries(START, values), Specification(calendar=(regressor(),)), x13_run)
    assert isinstance(found, Adjusted)
    return found


def test_a_regressor_is_the_days_off_of_a_month_less_their_mean_in_that_month_of_the_year() -> None:
    values = regressor().values
    assert values[10] == pytest.approx(1 - 4 / 13), "November 2013, with the holiday in 4 of 13 Novembers"
    assert values[10 + 36] == pytest.approx(-4 / 13), "November 2016"
    assert values[12 * 3 + 8] == pytest.approx(1 - 1 / 13), "September 2016"
    assert values[11] == 0, "no December has one"


def test_days_that_are_off_in_the_same_month_of_every_year_are_no_regressor() -> None:
    assert days_off_regressor("fixed", START, 24, [date(year, 5, 1) for year in YEARS], (2012, 2024)) is None


def test_months_of_which_the_days_off_are_not_known_are_an_error_that_says_which_years_are() -> None:
    with pytest.raises(StatisticianError, match="known for 2012 to 2024, the months are those of 2013 to 2025"):
        days_off_regressor("moving", START, MONTHS + 24, MOVING, (2012, 2024))


def test_a_regressor_that_is_centred_is_centred_once() -> None:
    series = MonthlySeries(START, np.arange(1.0, 121.0))
    assert "centeruser" not in specification_text(series, Specification(calendar=(regressor(),)))
    plain = CalendarRegressor("plain", np.zeros(MONTHS))
    assert "centeruser=seasonal" in specification_text(series, Specification(calendar=(plain,)))
    with pytest.raises(StatisticianError, match="some are centred and some are not: moving, plain"):
        Specification(calendar=(regressor(), plain))


def test_the_effect_of_a_day_off_that_was_simulated_is_found() -> None:
    found = adjusted(effect=-0.08)
    effect = found.diagnostics.effect_of("moving")
    assert effect is not None
    assert effect.coefficient == pytest.approx(-0.08, abs=0.02)
    assert effect.t < -5
    factors = found.calendar / np.exp(effect.coefficient * regressor().values[: len(found.calendar)])
    assert np.ptp(factors) < 1e-6, "the factors of the calendar are those of the effect"


def test_where_a_day_off_has_no_effect_none_is_found() -> None:
    for seed in range(4):
        effect = adjusted(effect=0.0, seed=seed).diagnostics.effect_of("moving")
        assert effect is not None
        assert abs(effect.coefficient) < 0.02
        assert abs(effect.t) < 2.6


def test_a_regressor_of_no_model_has_no_effect() -> None:
    assert adjusted(effect=0.0).diagnostics.effect_of("other") is None
