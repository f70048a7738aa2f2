"""Coarse margins are kept after the fine ones, by exchange between twins, and the fine ones stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qonys.methods.disclosure import coarse_margins as module
from qonys.methods.disclosure.additive_rounding import additive_rounding
from qonys.methods.disclosure.coarse_margins import Room, between_whole, coarse_margins, exchanged

SHAPE = (6, 6, 2, 4)


def sums_over(*kept: tuple[int, ...]) -> csr_array:
    """A row for each combination of the kept dimensions of the cube."""
    places, cells = np.indices(SHAPE).reshape(len(SHAPE), -1), int(np.prod(SHAPE))
    rows = []
    for dimensions in kept:
        of_cell = np.ravel_multi_index([places[d] for d in dimensions], [SHAPE[d] for d in dimensions])
        rows.append(of_cell == np.arange(of_cell.max() + 1)[:, None])
    return csr_array(np.concatenate(rows).reshape(-1, cells).astype(np.int64))


def test_margins_are_coarse_only_where_there_are_many_and_some_have_far_more_cells() -> None:
    fine, few = csr_array(np.eye(600, dtype=np.int64)), csr_array(np.ones((1, 600), np.int64))
    assert not coarse_margins(fine).any()
    assert not coarse_margins(few).any()
    both = csr_array(np.concatenate([fine.toarray(), few.toarray()]))
    assert np.flatnonzero(coarse_margins(both)).tolist() == [600]


def test_twins_exchange_what_a_coarse_margin_lacks() -> None:
    margins = csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]))
    room = Room(np.full(4, 2.0), np.full(4, 2.0), np.array([0.5, 0.5, 0.1, 0.1]))
    coarse, changes = np.array([False, False, True]), np.array([0, 0, 0, 0])
    found = exchanged(changes, room, margins, coarse, np.array([0, 0, 2]))
    assert found is not None
    assert found.tolist() == [0, 0, 2, -2]
    assert exchanged(changes, room, margins, coarse, np.array([0, 0, 5])) is None


def test_without_twins_there_is_no_exchange() -> None:
    margins = csr_array(np.array([[1, 0], [0, 1], [1, 0]]))
    room = Room(np.ones(2), np.ones(2), np.ones(2))
    assert exchanged(np.zeros(2, np.int64), room, margins, np.array([False, False, True]), np.array([0, 0, 1])) is None


def test_what_lies_between_whole_numbers_has_the_fine_margins() -> None:
    margins = csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]))
    room, coarse = Room(np.full(4, 2.0), np.full(4, 2.0), np.arange(1.0, 5.0)), np.array([False, False, True])
    found = between_whole(room, margins, coarse, np.array([1, -1, 0]))
    assert found is not None
    assert (margins @ found)[:2].tolist() == [1, -1]
    assert between_whole(room, margins, coarse, np.array([9, 0, 0])) is None


@pytest.mark.parametrize("seed", [1227, 1236, 1273, 1276, 1296, 1307, 1383])
def test_where_large_counts_do_not_suffice_small_ones_turn_as_all_margins_need_it(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, margins = np.random.default_rng(seed), sums_over((0, 1), (0, 3), (0, 2), (1, 2), (2, 3))
    counts = draw.poisson(3.0 * np.exp(draw.normal(0, 1, margins.shape[1])))
    keys = draw.integers(0, 2**64, len(counts), dtype=np.uint64)
    monkeypatch.setattr(module, "_MANY_MARGINS", 1)
    monkeypatch.setattr(module, "_COARSE", 1.5)
    assert additive_rounding(counts, margins, keys).kept.all()


@pytest.mark.parametrize("kept", [((0, 3), (1, 3), (0, 2), (1, 2)), ((0, 1), (0, 3), (0, 2), (1, 2), (2, 3))])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), mean=st.sampled_from([3.0, 12.0]))
def test_margins_kept_fine_first_are_as_exact_as_all_at_once(
    kept: tuple[tuple[int, ...], ...], seed: int, mean: float
) -> None:
    draw, margins = np.random.default_rng(seed), sums_over(*kept)
    counts = draw.poisson(mean * np.exp(draw.normal(0, 1, margins.shape[1])))
    keys = draw.integers(0, 2**64, len(counts), dtype=np.uint64)
    at_once = additive_rounding(counts, margins, keys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MANY_MARGINS", 1)
        patch.setattr(module, "_COARSE", 1.5)
        assert coarse_margins(margins).any()
        found = additive_rounding(counts, margins, keys)
        again = additive_rounding(counts, margins, keys)
    small = (counts > 0) & (counts < 3)
    assert found.kept.all() == at_once.kept.all()
    assert ((margins @ found.counts == margins @ counts) == found.kept).all()
    assert set(found.counts[small].tolist()) <= {0, 3}
    assert (found.counts[counts >= 3] >= 3).all()
    assert (np.abs(found.counts - counts) < 3).all()
    assert found.counts.tolist() == again.counts.tolist()
