"""Indices of a profile on small drawn tables, beside a slow clear reckoning of each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.profile import profile_indices


def drawn_profile() -> tuple[np.ndarray, np.ndarray]:
    """High for small children, lowest at 14, steep rise to 24, slow fall, a bump at 66."""
    ages = np.arange(0, 90)
    rates = 0.08 * np.exp(-0.2 * ages) + 0.01
    rates += np.where(ages <= 24, 0.09 * np.exp(-(((ages - 24) / 3.0) ** 2)), 0.09 * np.exp(-(ages - 24) / 12))
    rates += np.where(ages == 66, 0.2, 0.0)
    return ages, rates


def test_each_index_is_what_its_words_say() -> None:
    ages, rates = drawn_profile()
    level = dict(zip(ages.tolist(), rates.tolist(), strict=True))
    found = profile_indices(ages, rates)
    sought = range(6, 65)
    peak = max(sought, key=lambda age: level[age])
    rise = max((age for age in sought if age <= peak), key=lambda age: level[age] - level[age - 1])
    fall = min((age for age in sought if age > peak), key=lambda age: level[age] - level[age - 1])
    breadth = sum(level[age] for age in range(peak - 5, peak + 6))
    assert found.peak_age == peak == 24
    assert found.peak_intensity == level[peak]
    assert found.gross_migraproduction == pytest.approx(sum(level.values()))
    assert found.peak_breadth == pytest.approx(breadth)
    assert found.peak_share == pytest.approx(100 * breadth / sum(level.values()))
    assert (found.upward_age, found.downward_age) == (rise, fall)
    assert found.upward_change == pytest.approx(level[rise] - level[rise - 1])
    assert found.downward_change == pytest.approx(level[fall - 1] - level[fall])
    assert found.asymmetry == rise / fall
    assert found.steepness == pytest.approx(found.upward_change / found.downward_change)


def test_the_window_of_the_breadth_is_counted_in_ages_also_where_the_table_begins_later() -> None:
    ages, rates = drawn_profile()
    later = profile_indices(ages[10:], rates[10:])
    assert later.peak_age == 24
    assert later.peak_breadth == pytest.approx(rates[19:30].sum())


def test_small_children_and_retirement_are_no_peak() -> None:
    ages, rates = drawn_profile()
    assert rates[66] > rates[24]
    assert profile_indices(ages, rates).peak_age == 24
    assert profile_indices(ages, rates, below_age=90).peak_age == 66


def test_the_youngest_of_equal_peaks_is_told() -> None:
    assert profile_indices(range(20, 25), [1, 3, 2, 3, 1], half_width=1).peak_age == 21


def test_a_breadth_whose_ages_the_profile_does_not_have_is_nan() -> None:
    found = profile_indices(range(20, 40), 2 * 0.9 ** np.arange(20))
    assert found.peak_age == 20
    assert math.isnan(found.peak_breadth)
    assert math.isnan(found.peak_share)


def test_a_profile_that_only_falls_has_no_upward_age_and_no_asymmetry() -> None:
    found = profile_indices(range(20, 40), 2 * 0.9 ** np.arange(20))
    assert math.isnan(found.upward_age)
    assert math.isnan(found.asymmetry)
    assert found.downward_age == 21


def test_one_age_is_a_profile_of_a_peak_only() -> None:
    found = profile_indices([20], [0.3], half_width=0)
    assert (found.peak_age, found.peak_share) == (20, 100)
    assert math.isnan(found.upward_age)
    assert math.isnan(found.downward_age)


def test_a_profile_without_moves_has_no_indices() -> None:
    with pytest.raises(UndefinedIndicatorError, match="no peak"):
        profile_indices(range(80), np.zeros(80))


def test_a_profile_without_ages_between_the_bounds_has_no_peak() -> None:
    with pytest.raises(UndefinedIndicatorError, match="above age 5 and below 65"):
        profile_indices(range(70, 80), np.ones(10))


def test_groups_of_ages_are_refused_with_the_way_out() -> None:
    with pytest.raises(StatisticianError, match=r"every single year.*graduation"):
        profile_indices([0, 5, 10], [1, 2, 3])


def test_a_hole_in_the_rates_is_named() -> None:
    with pytest.raises(StatisticianError, match="age 21: The rates must be finite and not negative, not nan"):
        profile_indices([20, 21, 22], [1, np.nan, 3])


def test_a_negative_half_width_is_refused() -> None:
    with pytest.raises(StatisticianError, match="-1 years"):
        profile_indices([20, 21, 22], [1, 2, 3], half_width=-1)
