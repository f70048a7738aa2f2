"""The multiregional life table, beside the ordinary life table and a slow one in the textbook's own orientation."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.life_table import (
    lifetime_elsewhere,
    lifetime_shares,
    multiregional_life_table,
)

AGES = np.array([0, 1, 5, 15, 30, 50, 65, 80], dtype=float)


def drawn_rates(regions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    level = np.array([0.02, 0.002, 0.001, 0.002, 0.004, 0.012, 0.04, 0.15])[:, None]
    deaths = level * draw.uniform(0.7, 1.3, (8, regions))
    moves = draw.uniform(0, 0.03 / regions, (8, regions, regions))
    return deaths, moves * (1 - np.eye(regions))


def ordinary_life_table(ages: np.ndarray, deaths: np.ndarray) -> tuple[list[float], list[float], list[float]]:
    """q, l and e of one population, each person's death in the middle of the group."""
    alive, q, survivors, lived = 1.0, [], [], []
    for x, rate in enumerate(deaths):
        survivors.append(alive)
        if x == len(ages) - 1:
            q.append(1.0)
            lived.append(alive / rate)
            break
        width = ages[x + 1] - ages[x]
        q.append(width * rate / (1 + width * rate / 2))
        lived.append(width * (alive - alive * q[-1] / 2))
        alive *= 1 - q[-1]
    return q, survivors, [sum(lived[x:]) / survivors[x] for x in range(len(ages))]


def slow_expectancy(ages: np.ndarray, deaths: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """e(0), rows of birth, with matrices whose columns are origins as Rogers writes them, cell by cell."""
    regions, last = deaths.shape[1], len(ages) - 1
    alive, total = np.eye(regions), np.zeros((regions, regions))
    for x in range(last + 1):
        m = np.zeros((regions, regions))
        for i in range(regions):
            m[i, i] = deaths[x, i] + sum(moves[x, i, j] for j in range(regions) if j != i)
            for j in range(regions):
                if j != i:
                    m[j, i] = -moves[x, i, j]
        if x == last:
            total += np.linalg.inv(m) @ alive
            break
        width = ages[x + 1] - ages[x]
        p = np.linalg.inv(np.eye(regions) + width / 2 * m) @ (np.eye(regions) - width / 2 * m)
        total += width / 2 * (alive + p @ alive)
        alive = p @ alive
    return total.T


def test_one_region_is_the_ordinary_life_table() -> None:
    deaths, moves = drawn_rates(1, 1)
    table = multiregional_life_table(AGES, deaths, moves)
    q, survivors, expectancy = ordinary_life_table(AGES, deaths[:, 0])
    np.testing.assert_allclose(table.deaths[:, 0], q, rtol=1e-12)
    np.testing.assert_allclose(table.survivors[:, 0, 0], survivors, rtol=1e-12)
    np.testing.assert_allclose(table.expectancy[:, 0, 0], expectancy, rtol=1e-12)


@pytest.mark.parametrize("regions", [2, 3, 7])
def test_years_lived_by_region_are_those_of_a_slow_table(regions: int) -> None:
    deaths, moves = drawn_rates(regions, regions)
    table = multiregional_life_table(AGES, deaths, moves)
    np.testing.assert_allclose(table.expectancy[0], slow_expectancy(AGES, deaths, moves), rtol=1e-11)


def test_without_moves_every_region_has_its_own_ordinary_table() -> None:
    deaths, moves = drawn_rates(3, 4)
    table = multiregional_life_table(AGES, deaths, 0 * moves)
    for region in range(3):
        alone = ordinary_life_table(AGES, deaths[:, region])[2]
        np.testing.assert_allclose(table.expectancy[:, region, region], alone, rtol=1e-12)
    np.testing.assert_array_equal(lifetime_elsewhere(table.expectancy[0]), 0)


def test_two_regions_reckoned_by_hand() -> None:
    """Width 50, death 0.01 in both; of region 0, 0.01 moves to 1. I + 25 M = [[1.5, −0.25], [0, 1.25]]."""
    table = multiregional_life_table([0, 50], [[0.01, 0.01], [0.04, 0.05]], [[[0, 0.01], [0, 0]]] * 2)
    p00, p11 = 0.5 / 1.5, 0.75 / 1.25
    p01 = (0.25 + 0.25 * p11) / 1.5
    np.testing.assert_allclose(table.transitions[0], [[p00, p01], [0, p11]])
    np.testing.assert_allclose(table.deaths[0], [1 - p00 - p01, 1 - p11])
    in_open = [[p00 / 0.05, p00 * 0.01 / 0.05 / 0.05 + p01 / 0.05], [0, p11 / 0.05]]
    np.testing.assert_allclose(table.years_lived[1], in_open)
    np.testing.assert_allclose(table.years_ahead[0][0, 0], 25 * (1 + p00) + in_open[0][0])


def test_years_ahead_from_birth_are_the_expectancy_at_birth() -> None:
    table = multiregional_life_table(AGES, *drawn_rates(4, 5))
    np.testing.assert_allclose(table.years_ahead[0], table.expectancy[0], rtol=1e-12)
    for age in range(8):  # T(x) = l(x) e(x) at every age, though e is reckoned from the end and T from the beginning
        np.testing.assert_allclose(table.years_ahead[age], table.survivors[age] @ table.expectancy[age], rtol=1e-10)


def test_shares_of_a_life_sum_to_one_and_its_rest_is_elsewhere() -> None:
    table = multiregional_life_table(AGES, *drawn_rates(4, 6))
    shares = lifetime_shares(table.expectancy[0])
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    off_diagonal = shares.sum(axis=1) - np.diag(shares)
    np.testing.assert_allclose(lifetime_elsewhere(table.expectancy[0]), off_diagonal, atol=1e-15)


def test_one_open_group_alone_is_a_table() -> None:
    table = multiregional_life_table([0], [[0.02]], [[[0]]])
    assert table.expectancy[0, 0, 0] == pytest.approx(50)
    assert table.transitions.shape == (0, 1, 1)


def test_moves_within_a_region_are_not_moves_between_regions() -> None:
    deaths, moves = drawn_rates(2, 7)
    within = moves + 0.5 * np.eye(2)
    np.testing.assert_array_equal(
        multiregional_life_table(AGES, deaths, within).expectancy,
        multiregional_life_table(AGES, deaths, moves).expectancy,
    )
    assert within[0, 0, 0] == 0.5


def test_rates_too_high_for_the_width_of_a_group_are_refused_with_age_and_region() -> None:
    deaths, moves = drawn_rates(2, 8)
    deaths[6, 1] = 0.2
    with pytest.raises(StatisticianError, match=r"age 65, region south: .*too high for a group of 15 years"):
        multiregional_life_table(AGES, deaths, moves, regions=["north", "south"])


def test_moves_too_many_for_the_width_of_a_group_are_refused() -> None:
    deaths, moves = drawn_rates(2, 8)
    moves[4, 0, 1] = 0.3
    with pytest.raises(StatisticianError, match="age 30, region 0"):
        multiregional_life_table(AGES, deaths, moves)


def test_a_region_where_nobody_dies_at_last_has_no_end_of_life() -> None:
    deaths, moves = drawn_rates(3, 9)
    deaths[-1, 2], moves[-1, 2, :] = 0, 0
    with pytest.raises(UndefinedIndicatorError, match="open group from age 80, region 2: Nobody ever dies"):
        multiregional_life_table(AGES, deaths, moves)


def test_who_does_not_die_in_a_region_but_leaves_it_for_one_with_deaths_has_an_end_of_life() -> None:
    deaths, moves = drawn_rates(3, 9)
    deaths[-1, :2], moves[-1] = 0, 0
    moves[-1, 0, 1] = moves[-1, 1, 2] = 0.1
    table = multiregional_life_table(AGES, deaths, moves)
    np.testing.assert_allclose(table.expectancy[-1][0], [10, 10, 1 / deaths[-1, 2]])


@pytest.mark.parametrize("bad", [np.nan, -0.01, np.inf])
def test_a_rate_that_is_missing_or_negative_is_named_with_age_and_region(bad: float) -> None:
    deaths, moves = drawn_rates(2, 10)
    deaths[3, 1] = bad
    with pytest.raises(StatisticianError, match="age 15, region south: The death rate is"):
        multiregional_life_table(AGES, deaths, moves, regions=["north", "south"])
    deaths, moves = drawn_rates(2, 10)
    moves[3, 1, 0] = bad
    with pytest.raises(StatisticianError, match="age 15, region south to north: The rate of moving is"):
        multiregional_life_table(AGES, deaths, moves, regions=["north", "south"])


@pytest.mark.parametrize(
    ("deaths", "moves"),
    [
        (np.ones((8, 2)), np.ones((8, 2, 3))),
        (np.ones((7, 2)), np.ones((7, 2, 2))),
        (np.ones(8), np.ones((8, 1, 1))),
        (np.ones((8, 0)), np.ones((8, 0, 0))),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(deaths: np.ndarray, moves: np.ndarray) -> None:
    with pytest.raises(StatisticianError, match="do not belong together"):
        multiregional_life_table(AGES, deaths, moves)


def test_another_number_of_names_than_of_regions_is_refused() -> None:
    with pytest.raises(StatisticianError, match="1 names and 2 regions"):
        multiregional_life_table(AGES, *drawn_rates(2, 10), regions=["north"])


def test_a_region_without_years_has_no_shares() -> None:
    with pytest.raises(UndefinedIndicatorError, match="from region 1 on"):
        lifetime_shares([[60, 10], [0, 0]])


@pytest.mark.parametrize("years", [[[1.0, 2.0]], [1.0], [[np.nan]], [[-1.0]]])
def test_years_that_are_no_square_matrix_of_amounts_are_refused(years: list[object]) -> None:
    with pytest.raises(StatisticianError, match="square matrix"):
        lifetime_shares(years)  # type: ignore[arg-type]


def test_rounding_makes_no_years_negative_where_hardly_anybody_moves() -> None:
    """The shares of a table's own years are always taken, whatever the order of the regions."""
    draw = np.random.default_rng(12)
    for _ in range(200):
        deaths = draw.choice([1e-4, 0.0625, 0.1], (3, 4))
        moves = draw.choice([0.0, 1e-9, 0.015], (3, 4, 4))
        table = multiregional_life_table([0, 5, 10], deaths, moves)
        assert (table.expectancy >= 0).all()
        np.testing.assert_allclose(lifetime_shares(table.expectancy[0]).sum(axis=1), 1)
