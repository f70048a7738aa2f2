"""Bounds of counts from their sums, against every table that there is."""

from __future__ import annotations

import doctest
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qonys.errors import StatisticianError
from qonys.methods.disclosure import bounds as module
from qonys.methods.disclosure.bounds import CountBounds, propagated, tightened

SUMS = csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]]))
"""Rows and columns of a table of two by two."""


def test_the_example_of_the_documentation_runs() -> None:
    assert doctest.testmod(module).failed == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=4, max_size=4), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_bounds_are_those_of_all_tables_that_agree(truth: list[int], width: list[int]) -> None:
    counts, room = np.array(truth), np.array(width)
    values = SUMS @ counts
    start = CountBounds(np.maximum(counts - room, 0), counts + room)
    ranges = [range(low, high + 1) for low, high in zip(start.least, start.most, strict=True)]
    tables = np.array([table for table in product(*ranges) if (SUMS @ np.array(table) == values).all()])
    cheap = propagated(SUMS, values, start)
    exact = tightened(SUMS, values, cheap, range(4))
    assert exact.least.tolist() == tables.min(axis=0).tolist()
    assert exact.most.tolist() == tables.max(axis=0).tolist()
    assert (cheap.least <= exact.least).all()
    assert (cheap.most >= exact.most).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
    st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=3),
    st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_bounds_from_differences_and_multiples_are_those_of_all_counts_that_agree(
    truth: list[int], times: list[list[int]], room: list[int]
) -> None:
    counts, sums = np.array(truth), csr_array(np.array(times))
    slack = np.array(room[: len(times)])
    values = CountBounds(sums @ counts - slack, sums @ counts + slack)
    start = CountBounds(np.zeros(3, np.int64), np.full(3, 6))
    every = np.array(list(product(range(7), repeat=3))).T
    agreeing = every[:, ((sums @ every >= values.least[:, None]) & (sums @ every <= values.most[:, None])).all(axis=0)]
    cheap = propagated(sums, values, start)
    exact = tightened(sums, values, cheap, range(3))
    assert exact.least.tolist() == agreeing.min(axis=1).tolist()
    assert exact.most.tolist() == agreeing.max(axis=1).tolist()
    assert (cheap.least <= exact.least).all()
    assert (cheap.most >= exact.most).all()


def test_a_net_and_the_arrivals_bound_the_departures() -> None:
    known = propagated(csr_array(np.array([[1, -1]])), np.array([5]), CountBounds(np.array([7, 0]), np.array([7, 99])))
    assert (known.least.tolist(), known.most.tolist()) == ([7, 2], [7, 2])


def test_a_count_that_its_sum_leaves_alone_is_recovered() -> None:
    known = propagated(csr_array(np.array([[1, 1]])), np.array([2]), CountBounds(np.array([0, 0]), np.array([9, 0])))
    assert known.recoverable(3).tolist() == [True, False]
    assert (
        not propagated(csr_array((0, 2)), np.array([], int), CountBounds(np.array([0, 1]), np.array([2, 3])))
        .recoverable(3)
        .any()
    )


def test_sums_that_contradict_each_other_are_told() -> None:
    start = CountBounds(np.zeros(4, int), np.full(4, 9))
    with pytest.raises(StatisticianError, match="contradicts itself"):
        propagated(SUMS, np.array([1, 1, 5, 0]), start)
    with pytest.raises(StatisticianError, match="all these sums"):
        tightened(SUMS, np.array([1, 1, 2, 1]), start, [0])


def test_a_million_counts_are_bounded_in_one_go() -> None:
    cells = np.arange(1_000_000)
    sums = csr_array(
        (np.ones(2_000_000, int), (np.concatenate([cells // 1000, 1000 + cells % 1000]), np.tile(cells, 2)))
    )
    truth = (cells * 7919) % 5
    found = propagated(sums, sums @ truth, CountBounds(np.zeros(len(cells), int), np.full(len(cells), 10**6)))
    assert ((found.least <= truth) & (truth <= found.most)).all()
