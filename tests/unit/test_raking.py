"""Raking and controlled rounding on small drawn tables."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.raking import controlled_rounding, rake, whole_shares


def test_raking_meets_both_margins_and_keeps_the_cross_product_ratio() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 1.0]])
    raked = rake(seed, np.array([40.0, 60.0]), np.array([30.0, 70.0]))
    assert raked.converged
    np.testing.assert_allclose(raked.matrix.sum(axis=1), [40, 60])
    np.testing.assert_allclose(raked.matrix.sum(axis=0), [30, 70])
    m = raked.matrix
    assert m[0, 0] * m[1, 1] / (m[0, 1] * m[1, 0]) == pytest.approx(1 * 1 / (2 * 3))


def test_a_seed_that_already_has_the_margins_is_left_alone() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 4.0]])
    raked = rake(seed, seed.sum(axis=1), seed.sum(axis=0))
    assert raked.iterations == 0
    np.testing.assert_array_equal(raked.matrix, seed)


def test_a_structural_zero_stays_zero() -> None:
    seed = np.ones((3, 3)) - np.eye(3)
    raked = rake(seed, np.array([5.0, 6.0, 7.0]), np.array([6.0, 6.0, 6.0]))
    assert raked.converged
    assert np.all(np.diag(raked.matrix) == 0)


def test_margins_that_no_matrix_with_these_zeros_can_have_are_refused() -> None:
    seed = np.ones((3, 3)) - np.eye(3)
    with pytest.raises(StatisticianError, match="No matrix with zeros"):
        rake(seed, np.array([10.0, 1.0, 1.0]), np.array([10.0, 1.0, 1.0]))


def test_margins_of_different_totals_are_refused_with_both_totals() -> None:
    with pytest.raises(StatisticianError, match="rows sum to 3, columns to 4"):
        rake(np.ones((2, 2)), np.array([1.0, 2.0]), np.array([2.0, 2.0]))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_negative_or_infinite_weight_is_refused(bad: float) -> None:
    with pytest.raises(StatisticianError, match="finite and not negative"):
        rake(np.array([[1.0, bad]]), np.array([2.0]), np.array([1.0, 1.0]))


def test_a_matrix_of_another_shape_than_its_margins_is_refused() -> None:
    with pytest.raises(StatisticianError, match="cannot have"):
        rake(np.ones((2, 3)), np.array([1.0, 2.0]), np.array([2.0, 1.0]))


def test_feasible_margins_on_the_border_are_reported_as_not_converged() -> None:
    """Row 0 needs all of column 1, so cell (1, 1) must shrink to nothing: the limit exists but is never reached."""
    raked = rake(np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 1.0]), np.array([1.0, 1.0]), most_iterations=50)
    assert not raked.converged
    assert 0 < raked.largest_error < 0.1


def test_rounding_prefers_the_large_fractions() -> None:
    matrix = np.array([[0.9, 0.1], [0.1, 0.9]])
    rounded = controlled_rounding(matrix, np.array([1, 1]), np.array([1, 1]))
    np.testing.assert_array_equal(rounded, [[1, 0], [0, 1]])


def test_rounding_meets_margins_that_rounding_each_cell_would_miss() -> None:
    matrix = np.full((3, 3), 1 / 3)
    ones = np.array([1, 1, 1])
    rounded = controlled_rounding(matrix, ones, ones)
    np.testing.assert_array_equal(rounded.sum(axis=0), ones)
    np.testing.assert_array_equal(rounded.sum(axis=1), ones)


def test_rounding_refuses_margins_that_are_not_those_of_the_matrix() -> None:
    with pytest.raises(StatisticianError, match="cannot be rounded"):
        controlled_rounding(np.full((2, 2), 0.5), np.array([4, 4]), np.array([4, 4]))


def test_whole_shares_sum_to_their_totals() -> None:
    parts = whole_shares(np.array([7, 0, 1]), np.array([0.5, 0.25, 0.25]), np.array([0.0, 0.5, 0.9]))
    np.testing.assert_array_equal(parts.sum(axis=1), [7, 0, 1])
    assert parts.shape == (3, 3)
    assert parts[0, 0] in (3, 4)
