"""What holds of small-count rounding and of measures of utility for any counts, keys and sums."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from qonys.methods.disclosure.small_count_rounding import moved_between, small_count_rounding
from qonys.methods.disclosure.utility import utility

CELLS = 8

counts = arrays(np.int64, CELLS, elements=st.integers(0, 12))
small_counts = arrays(np.int64, CELLS, elements=st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4, 7, 30]))
keys = arrays(np.uint64, CELLS, elements=st.integers(0, 2**64 - 1))
memberships = arrays(np.int64, (5, CELLS), elements=st.integers(0, 1))
bases = st.sampled_from([2, 3, 5])
keeps = st.sampled_from([0.0, 1.0, np.inf])


@settings(max_examples=120, deadline=None)
@given(small_counts, memberships, keys, bases, keeps)
def test_rounded_counts_add_up_and_no_published_one_is_small(
    given_counts: np.ndarray, membership: np.ndarray, given_keys: np.ndarray, base: int, keep: float
) -> None:
    found = small_count_rounding(given_counts, csr_array(membership), given_keys, base, keep=keep)
    np.testing.assert_array_equal(found.published, membership @ found.rounded)
    assert not np.any((found.published > 0) & (found.published < base))
    assert np.all(found.rounded[given_counts == 0] == 0)
    assert set(found.rounded[found.candidates]) <= {0, base}
    np.testing.assert_array_equal(found.rounded[~found.candidates], given_counts[~found.candidates])
    again = small_count_rounding(given_counts, csr_array(membership), given_keys, base, keep=keep)
    assert moved_between(found, again).moved.tolist() == []


@settings(max_examples=60, deadline=None)
@given(small_counts, memberships, keys, keeps, st.permutations(range(CELLS)))
def test_a_rounding_does_not_depend_on_the_order_of_the_cells(
    given_counts: np.ndarray, membership: np.ndarray, given_keys: np.ndarray, keep: float, order: list[int]
) -> None:
    if len(set(given_keys.tolist())) < CELLS:
        return
    place = np.array(order)
    found = small_count_rounding(given_counts, csr_array(membership), given_keys, keep=keep)
    other = small_count_rounding(given_counts[place], csr_array(membership[:, place]), given_keys[place], keep=keep)
    np.testing.assert_array_equal(found.rounded[place], other.rounded)


@settings(max_examples=60, deadline=None)
@given(counts, counts, arrays(np.int64, CELLS, elements=st.integers(0, 2)))
def test_measures_of_a_group_are_those_of_its_cells_alone(a: np.ndarray, b: np.ndarray, groups: np.ndarray) -> None:
    found = utility(a, b, groups, 3)
    for group in range(3):
        alone = utility(a[groups == group], b[groups == group])
        for name in ("mean_absolute", "largest_absolute", "hellinger_utility", "mean_relative"):
            np.testing.assert_allclose(getattr(found, name)[group], getattr(alone, name)[0], equal_nan=True)
