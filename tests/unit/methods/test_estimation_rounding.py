"""Controlled rounding and whole shares on small drawn tables."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.estimation.rounding import controlled_rounding, whole_shares


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
