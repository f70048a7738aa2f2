"""Measures of what protection cost, on figures small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.disclosure.utility import distances, utility


def test_a_changed_zero_has_no_relative_distance_and_an_unchanged_one_has_zero() -> None:
    found = distances(np.array([0, 0, 4]), np.array([0, 3, 1]))
    np.testing.assert_array_equal(found.absolute, [0, 3, 3])
    np.testing.assert_array_equal(found.relative, [0, np.nan, 0.75])
    np.testing.assert_allclose(found.of_roots, [0, 3**0.5, 1])


def test_measures_are_those_of_each_group() -> None:
    original, published = np.array([1, 4, 0, 0, 9]), np.array([0, 9, 3, 0, 9])
    found = utility(original, published, np.array([0, 0, 1, 1, 1]), 3)
    assert found.cells.tolist() == [2, 3, 0]
    np.testing.assert_allclose(found.mean_absolute, [3, 1, np.nan])
    np.testing.assert_allclose(found.largest_absolute, [5, 3, np.nan])
    np.testing.assert_allclose(found.root_mean_square, [13**0.5, 3**0.5, np.nan])
    np.testing.assert_allclose(found.mean_relative, [1.125, 0, np.nan])
    np.testing.assert_allclose(found.mean_of_roots, [1, 3**0.5 / 3, np.nan])
    np.testing.assert_allclose(found.hellinger_distance, [1, 1.5**0.5, 0])
    np.testing.assert_allclose(found.hellinger_utility, [1 - 1 / 5**0.5, 1 - 1.5**0.5 / 3, np.nan])
    assert found.false_zeros.tolist() == [1, 0, 0]
    assert found.false_positives.tolist() == [0, 1, 0]


def test_no_cells_have_no_mean() -> None:
    found = utility(np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert found.cells.tolist() == [0]
    assert np.isnan(found.mean_absolute).all()
    assert np.isnan(found.hellinger_utility).all()


def test_counts_that_do_not_fit_are_refused() -> None:
    for original, published in (([1], [1, 2]), ([-1], [1]), ([1], [-1]), ([[1]], [[1]])):
        with pytest.raises(StatisticianError):
            distances(np.array(original), np.array(published))
    for groups in ([0], [0, -1], [0, 2]):
        with pytest.raises(StatisticianError):
            utility(np.array([1, 2]), np.array([1, 2]), np.array(groups), 2)
