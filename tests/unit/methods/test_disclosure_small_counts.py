"""Small-count rounding: which cells it rounds, where their keys send them, and how near margins come."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.sparse import csr_array

from qonys.errors import StatisticianError
from qonys.methods.disclosure import small_count_rounding as small_counts
from qonys.methods.disclosure import utility as measures
from qonys.methods.disclosure.small_count_rounding import moved_between, small_count_rounding


def keys_from(seed: int, cells: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, cells, dtype=np.uint64)


def crossing_margins(rows: int, columns: int) -> np.ndarray:
    """Row sums, column sums and the total of a table, and every cell."""
    cells = np.eye(rows * columns, dtype=np.int64)
    by_row = np.kron(np.eye(rows, dtype=np.int64), np.ones((1, columns), np.int64))
    by_column = np.kron(np.ones((1, rows), np.int64), np.eye(columns, dtype=np.int64))
    return np.vstack([by_row, by_column, np.ones((1, rows * columns), np.int64), cells])


def test_cells_that_are_alike_are_told_apart_by_their_keys_and_not_by_their_places() -> None:
    counts, margins, keys = np.ones(30, np.int64), crossing_margins(1, 30), keys_from(2, 30)
    order = np.random.default_rng(2).permutation(30)
    found = small_count_rounding(counts, csr_array(margins), keys, keep=0.0)
    other = small_count_rounding(counts[order], csr_array(margins[:, order]), keys[order], keep=0.0)
    np.testing.assert_array_equal(found.rounded[order], other.rounded)
    assert 0 < found.rounded.sum() < 90


def test_only_cells_behind_small_published_counts_are_rounded() -> None:
    margins = csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]]))
    found = small_count_rounding(np.array([1, 1, 2, 2]), margins, keys_from(5, 4))
    assert found.candidates.tolist() == [True, True, False, False]
    assert found.rounded[2:].tolist() == [2, 2]


def test_a_published_count_that_becomes_small_is_rounded_as_well() -> None:
    margins = csr_array(np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0]]))
    counts = np.array([1, 2, 4])
    rounded_to_zero = np.array([2**64 - 1, 2**64 - 1, 0], np.uint64)
    found = small_count_rounding(counts, margins, rounded_to_zero)
    assert found.rounded.tolist() == [0, 0, 4]
    assert found.published.tolist() == [0, 4, 0]


def test_by_keys_alone_a_count_goes_up_as_often_as_its_share_of_the_base() -> None:
    cells = 30_000
    counts, margins = np.tile([1, 2, 4], cells // 3), csr_array(np.eye(1))
    margins = csr_array((np.ones(cells, np.int64), (np.arange(cells), np.arange(cells))))
    found = small_count_rounding(counts, margins, keys_from(8, cells))
    assert found.rounded[counts == 1].mean() == pytest.approx(1, abs=0.06)
    assert found.rounded[counts == 2].mean() == pytest.approx(2, abs=0.06)
    assert np.all(found.rounded[counts == 4] == 4)


def test_without_a_constraint_no_unchanged_cell_moves_between_vintages() -> None:
    margins, keys, draw = csr_array(crossing_margins(12, 10)), keys_from(3, 120), np.random.default_rng(4)
    counts = draw.integers(0, 5, 120)
    later_counts, later_keys = counts.copy(), keys.copy()
    changed = draw.choice(120, 10, replace=False)
    later_counts[changed] += 1
    later_keys[changed] = keys_from(9, 10)
    earlier = small_count_rounding(counts, margins, keys)
    later = small_count_rounding(later_counts, margins, later_keys)
    moved = moved_between(earlier, later)
    assert moved.unchanged == 110
    assert moved.moved.tolist() == []
    assert moved.share == 0


def test_a_smaller_keep_fits_margins_better_and_a_larger_one_moves_fewer() -> None:
    margins, keys = csr_array(crossing_margins(20, 20)), keys_from(6, 400)
    counts = np.random.default_rng(6).poisson(1.5, 400)
    squares, against = [], []
    by_key = small_count_rounding(counts, margins, keys).rounded
    for keep in (0.0, 2.0, np.inf):
        found = small_count_rounding(counts, margins, keys, keep=keep)
        squares.append(int(((found.published - margins @ counts) ** 2).sum()))
        against.append(int((found.rounded != by_key).sum()))
    assert squares[0] < squares[1] < squares[2]
    assert against[0] > against[1] > against[2] == 0


def test_the_best_fit_has_no_single_change_or_swap_that_is_better() -> None:
    counts, margins = np.random.default_rng(11).poisson(1.2, 12), crossing_margins(3, 4)
    found = small_count_rounding(counts, csr_array(margins), keys_from(11, 12), keep=0.0)
    places = np.flatnonzero(found.candidates)

    def squares(rounded: np.ndarray) -> int:
        return int(((margins @ rounded - margins @ counts) ** 2).sum())

    for first in places:
        for second in places:
            tried = found.rounded.copy()
            tried[[first, second]] = 3 - tried[[first, second]]
            if first == second or tried[first] != tried[second]:
                assert squares(tried) >= squares(found.rounded)


def test_tables_without_small_counts_and_empty_ones_stay_as_they_are() -> None:
    margins = csr_array(crossing_margins(1, 3))
    same = small_count_rounding(np.array([0, 3, 9]), margins, keys_from(0, 3))
    assert same.rounded.tolist() == [0, 3, 9]
    assert not same.candidates.any()
    none = small_count_rounding(np.zeros(0, np.int64), csr_array((0, 0), dtype=np.int64), np.zeros(0, np.uint64))
    assert none.published.tolist() == []


def test_what_cannot_be_rounded_is_refused() -> None:
    one, key = csr_array(np.array([[1]])), np.zeros(1, np.uint64)
    with pytest.raises(StatisticianError):
        small_count_rounding(np.array([-1]), one, key)
    with pytest.raises(StatisticianError):
        small_count_rounding(np.array([1, 2]), one, key)
    with pytest.raises(StatisticianError):
        small_count_rounding(np.array([1]), csr_array(np.array([[2]])), key)
    with pytest.raises(StatisticianError, match="rounds nothing"):
        small_count_rounding(np.array([1]), one, key, 1)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(StatisticianError, match="hold to its key"):
            small_count_rounding(np.array([1]), one, key, keep=wrong)


def test_what_moves_between_vintages_is_named() -> None:
    margins, keys = csr_array(crossing_margins(1, 4)), np.array([2**62, 2**63, 2**61, 2**60], np.uint64)
    counts = np.array([1, 1, 1, 2])
    earlier = small_count_rounding(counts, margins, keys, keep=0.0)
    later = small_count_rounding(np.array([1, 1, 1, 7]), margins, keys, keep=0.0)
    moved = moved_between(earlier, later)
    assert moved.unchanged == 3
    np.testing.assert_array_equal(moved.moved, np.flatnonzero(earlier.rounded[:3] != later.rounded[:3]))
    assert np.isnan(moved_between(earlier, small_count_rounding(counts + 4, margins, keys)).share)
    with pytest.raises(StatisticianError):
        moved_between(earlier, small_count_rounding(np.array([1]), csr_array(np.eye(1, dtype=np.int64)), keys[:1]))


def test_the_examples_of_the_documentation_run() -> None:
    for module in (small_counts, measures):
        found = doctest.testmod(module)
        assert (found.failed, found.attempted > 0) == (0, True)
