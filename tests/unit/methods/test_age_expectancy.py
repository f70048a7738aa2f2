"""Expected moves on drawn life tables."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.expectancy import expected_moves, migration_expectancy
from qonys.methods.ages.life_table import multiregional_life_table


def test_the_expectancy_is_the_sum_of_years_times_rates_over_the_survivors() -> None:
    found = migration_expectancy([0, 20, 40], [0.02, 0.1, 0.01], [19.5, 18, 25], [1.0, 0.95, 0.85])
    moves = [19.5 * 0.02, 18 * 0.1, 25 * 0.01]
    np.testing.assert_allclose(found, [sum(moves), sum(moves[1:]) / 0.95, moves[2] / 0.85])


def test_the_size_of_the_radix_does_not_matter() -> None:
    one = migration_expectancy([0, 20], [0.02, 0.1], [19.5, 18], [1.0, 0.95])
    np.testing.assert_allclose(migration_expectancy([0, 20], [0.02, 0.1], [1.95e6, 1.8e6], [1e5, 0.95e5]), one)


def test_without_deaths_the_expectancy_is_the_sum_of_the_rates() -> None:
    rates = np.linspace(0.01, 0.2, 30)
    found = migration_expectancy(np.arange(30), rates, np.ones(30), np.ones(30))
    assert found[0] == pytest.approx(rates.sum())


def test_an_age_that_nobody_reaches_has_no_expectancy() -> None:
    found = migration_expectancy([0, 20, 40], [0.02, 0.1, 0.01], [10, 0, 0], [1, 0, 0])
    assert found[0] == pytest.approx(0.2)
    assert np.isnan(found[1:]).all()


def test_a_population_of_nobody_has_no_expectancy() -> None:
    with pytest.raises(UndefinedIndicatorError, match="Nobody is alive"):
        migration_expectancy([0], [0.1], [0], [0])


def test_survivors_who_become_more_are_refused() -> None:
    with pytest.raises(StatisticianError, match="age 20: There are more survivors"):
        migration_expectancy([0, 20], [0.1, 0.1], [10, 10], [0.9, 1])


def test_a_missing_rate_is_named() -> None:
    with pytest.raises(StatisticianError, match="age 20: The rates must be finite and not negative, not nan"):
        migration_expectancy([0, 20], [0.1, np.nan], [10, 10], [1, 0.9])


def test_expected_moves_are_reckoned_region_by_region() -> None:
    ages, deaths = [0, 30, 60], np.array([[0.002, 0.003], [0.005, 0.004], [0.05, 0.06]])
    moves = np.zeros((3, 2, 2))
    moves[:, 0, 1], moves[:, 1, 0] = [0.01, 0.02, 0.005], [0.004, 0.006, 0.001]
    table = multiregional_life_table(ages, deaths, moves)
    found = expected_moves(table.years_lived, moves)
    for born in range(2):
        for origin in range(2):
            for destination in range(2):
                slow = sum(table.years_lived[x, born, origin] * moves[x, origin, destination] for x in range(3))
                assert found[born, origin, destination] == pytest.approx(slow)


def test_one_region_of_movers_between_parts_that_are_no_regions_has_no_moves() -> None:
    assert expected_moves([[[70.0]]], [[[0.1]]])[0, 0, 0] == 0


def test_years_and_rates_of_other_shapes_are_refused() -> None:
    with pytest.raises(StatisticianError, match="ages × regions × regions"):
        expected_moves(np.ones((2, 2)), np.ones((2, 2)))


def test_years_that_are_missing_are_refused() -> None:
    with pytest.raises(StatisticianError, match="years lived must be finite"):
        expected_moves([[[np.nan]]], [[[0.1]]])
