"""What holds of raking and controlled rounding for any table."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qonys.methods.estimation.raking import rake_matrix
from qonys.methods.estimation.rounding import controlled_rounding, whole_shares

shapes = st.tuples(st.integers(1, 6), st.integers(1, 6))
counts = shapes.flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(0, 500)))


@settings(max_examples=80, deadline=None)
@given(counts, st.randoms(use_true_random=False))
def test_the_margins_of_any_whole_table_are_met_exactly_from_any_seed_with_its_zeros(
    table: np.ndarray, random: object
) -> None:
    draw = np.random.default_rng(random.randrange(2**32))  # type: ignore[attr-defined]
    seed = np.where(table > 0, draw.uniform(0.2, 5.0, table.shape), 0.0)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    raked = rake_matrix(seed, rows, columns)
    rounded = controlled_rounding(raked.matrix, rows, columns) if raked.converged else table
    np.testing.assert_array_equal(rounded.sum(axis=1), rows)
    np.testing.assert_array_equal(rounded.sum(axis=0), columns)
    assert np.all(rounded[table == 0] == 0)
    assert np.all(rounded >= 0)
    if raked.converged:
        assert np.all(np.abs(rounded - raked.matrix) < 1 + 1e-5)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=20),
    st.lists(st.floats(0.01, 10), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_parts_sum_to_their_total_and_lie_within_one_of_the_exact_share(
    totals: list[int], weights: list[float], seed: int
) -> None:
    shares = np.array(weights) / sum(weights)
    offsets = np.random.default_rng(seed).random(len(totals))
    parts = whole_shares(np.array(totals), shares, offsets)
    np.testing.assert_array_equal(parts.sum(axis=1), totals)
    assert np.all(parts >= 0)
    assert np.all(np.abs(parts - np.array(totals)[:, None] * shares) < 1 + 1e-6)
