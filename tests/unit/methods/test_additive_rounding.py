"""Small counts become 0 or the base, and exact margins stay exact."""

from __future__ import annotations

import doctest
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qonys.errors import StatisticianError
from qonys.methods.disclosure import additive_rounding as module
from qonys.methods.disclosure.additive_rounding import additive_rounding, moved_between


def margins_of(rows: int, columns: int) -> csr_array:
    """Row and column sums of a table whose cells stand row by row."""
    cells = np.arange(rows * columns).reshape(rows, columns)
    made = [np.isin(np.arange(rows * columns), part) for part in (*cells, *cells.T)]
    return csr_array(np.array(made, dtype=np.int64))


def keys_of(count: int, seed: int = 1) -> NDArray[np.uint64]:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def test_the_example_of_the_documentation_runs() -> None:
    assert doctest.testmod(module).failed == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 5), st.integers(2, 5), st.integers(2, 4), st.integers(0, 10**6))
def test_every_count_is_where_it_may_be_and_kept_margins_are_exact(
    data: st.DataObject, rows: int, columns: int, base: int, seed: int
) -> None:
    counts = np.array(data.draw(st.lists(st.integers(0, 12), min_size=rows * columns, max_size=rows * columns)))
    margins = margins_of(rows, columns)
    found = additive_rounding(counts, margins, keys_of(len(counts), seed), base)
    small = (counts > 0) & (counts < base)
    assert set(found.counts[small].tolist()) <= {0, base}
    assert (found.counts[counts == 0] == 0).all()
    assert (found.counts[counts >= base] >= base).all()
    assert (np.abs(found.counts - counts) < base).all()
    assert ((margins @ found.counts == margins @ counts) == found.kept).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.integers(0, 10**6))
def test_a_margin_is_given_up_only_where_no_table_has_them_all(cells: list[int], seed: int) -> None:
    counts, margins, base = np.array(cells), margins_of(2, 2), 3
    found = additive_rounding(counts, margins, keys_of(4, seed), base)
    allowed = [
        (0,) if count == 0 else (0, base) if count < base else tuple(range(max(base, count - base + 1), count + base))
        for count in cells
    ]
    possible = any((margins @ np.array(table) == margins @ counts).all() for table in product(*allowed))
    assert found.kept.all() == possible


def test_without_margins_a_count_goes_up_as_often_as_its_size_says() -> None:
    counts = np.tile([1, 2], 5000)
    found = additive_rounding(counts, csr_array((0, len(counts))), keys_of(len(counts)), 3)
    up = found.counts == 3
    assert up[counts == 1].mean() == pytest.approx(1 / 3, abs=0.02)
    assert up[counts == 2].mean() == pytest.approx(2 / 3, abs=0.02)


def test_a_cell_whose_records_did_not_change_keeps_its_value() -> None:
    rng = np.random.default_rng(5)
    before, keys = rng.integers(0, 30, 400), keys_of(400)
    after, new_keys = before.copy(), keys.copy()
    after[:5] += 1
    new_keys[:5] = keys_of(5, 9)
    nothing = csr_array((0, 400))
    one, two = additive_rounding(before, nothing, keys), additive_rounding(after, nothing, new_keys)
    assert moved_between(one, two, np.arange(400) >= 5) == 0
    assert moved_between(one, two, np.ones(400, bool)) > 0


def test_what_no_margin_forces_goes_where_its_key_sends_it() -> None:
    counts = np.array([1, 1, 50, 60])
    found = additive_rounding(counts, csr_array(np.array([[1, 1, 1, 1]])), np.array([0, 2**64 - 1, 7, 8], np.uint64))
    assert found.counts[:2].tolist() == [3, 0]
    assert not found.forced.any()
    assert found.counts.sum() == counts.sum()
    assert np.count_nonzero(found.moved) == 1


def test_a_margin_of_small_counts_that_no_multiple_of_the_base_makes_is_named() -> None:
    found = additive_rounding(np.array([1, 1, 2, 1]), margins_of(2, 2), keys_of(4))
    assert found.kept.tolist() == [False, True, True, False] or not found.kept.all()
    assert found.counts.sum() % 3 == 0


@pytest.mark.parametrize(
    ("counts", "keys", "base", "told"),
    [([1, -1], 2, 3, "negative"), ([1, 2], 3, 3, "do not fit"), ([1, 2], 2, 1, "rounds nothing")],
)
def test_what_makes_no_sense_is_refused(counts: list[int], keys: int, base: int, told: str) -> None:
    with pytest.raises(StatisticianError, match=told):
        additive_rounding(np.array(counts), csr_array((0, 2)), keys_of(keys), base)
