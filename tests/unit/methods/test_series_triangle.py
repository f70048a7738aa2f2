"""The triangle of late registrations."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.series.triangle import Triangle, triangle_of_registrations

NAN = np.nan
DRAWN = np.array([[[8.0, 2.0], [9.0, 1.0], [7.0, NAN]]])


def test_a_triangle_counts_what_is_known_so_far() -> None:
    np.testing.assert_array_equal(Triangle(DRAWN).counted, [[10, 10, 7]])


def test_an_earlier_cut_off_knows_less_and_nothing_of_later_months() -> None:
    then = Triangle(DRAWN).as_of(2)
    np.testing.assert_array_equal(then.increments, [[[8, 2], [9, NAN]]])


@pytest.mark.parametrize("months", [0, 4])
def test_a_cut_off_outside_the_triangle_is_refused(months: int) -> None:
    with pytest.raises(StatisticianError, match="cannot be taken"):
        Triangle(DRAWN).as_of(months)


@pytest.mark.parametrize("shape", [(3, 2), (0, 3, 2), (1, 0, 2), (1, 2, 0)])
def test_a_triangle_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(StatisticianError, match="groups, months and lags"):
        Triangle(np.zeros(shape))


@pytest.mark.parametrize(("cell", "value"), [((0, 1, 1), NAN), ((0, 2, 1), 3.0), ((0, 0, 0), np.inf)])
def test_a_hole_before_the_cut_off_or_a_figure_after_it_is_refused(cell: tuple[int, int, int], value: float) -> None:
    cells = DRAWN.copy()
    cells[cell] = value
    with pytest.raises(StatisticianError, match="1 cells of the triangle"):
        Triangle(cells)


def test_pools_must_be_as_many_as_groups() -> None:
    with pytest.raises(StatisticianError, match="as many labels"):
        Triangle(DRAWN, np.array([0, 1]))


def test_rows_become_a_triangle_with_what_was_taken_back_and_without_what_is_not_yet_known() -> None:
    rows = np.array(
        [  # group, event, known, persons
            [0, 0, 0, 5],
            [0, 0, 1, 2],
            [0, 0, 1, -1],
            [0, 0, 2, 4],  # after the last lag
            [1, 1, 1, 3],
            [1, 2, 3, 9],  # after the cut-off
        ]
    )
    made = triangle_of_registrations(rows[:, 1], rows[:, 2], rows[:, 3], months=3, lags=2, group=rows[:, 0])
    np.testing.assert_array_equal(made.increments, [[[5, 1], [0, 0], [0, NAN]], [[0, 0], [3, 0], [0, NAN]]])
    assert made.beyond == 4
    np.testing.assert_array_equal(made.pools, [0, 0])


def test_groups_of_which_no_row_came_are_there_where_their_pools_are_given() -> None:
    one = np.array([0])
    made = triangle_of_registrations(one, one, one + 6, months=1, lags=1, pools=np.array([0, 1, 1]))
    np.testing.assert_array_equal(made.increments[:, 0, 0], [6, 0, 0])


@pytest.mark.parametrize(("event", "known"), [(1, 0), (-1, 0)])
def test_a_row_known_before_its_month_or_before_the_first_is_refused(event: int, known: int) -> None:
    with pytest.raises(StatisticianError, match="counted from the same one"):
        triangle_of_registrations(np.array([event]), np.array([known]), np.array([1]), months=2, lags=2)
