"""Whole numbers that miss sums are mended within their bounds, and the work ends."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from qonys.methods.disclosure import mended_numbers as module
from qonys.methods.disclosure import turned_counts
from qonys.methods.disclosure.additive_rounding import additive_rounding
from qonys.methods.disclosure.mended_numbers import Steps, mended

SHAPE = (20, 20, 2, 5)
PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


def sums_over(shape: tuple[int, ...], *kept: tuple[int, ...]) -> csr_array:
    """A row for each combination of the kept dimensions of a cube."""
    places, cells = np.indices(shape).reshape(len(shape), -1), int(np.prod(shape))
    rows = []
    for dimensions in kept:
        of_cell = np.ravel_multi_index([places[d] for d in dimensions], [shape[d] for d in dimensions])
        rows.append(of_cell == np.arange(of_cell.max() + 1)[:, None])
    return csr_array(np.concatenate(rows).reshape(-1, cells).astype(np.int64))


def test_the_example_of_the_documentation_runs() -> None:
    assert doctest.testmod(module).failed == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), large=st.booleans())
def test_numbers_with_room_come_to_what_some_numbers_have(seed: int, large: bool) -> None:
    draw, sums = np.random.default_rng(seed), sums_over((6, 5, 4), (0, 1), (0, 2), (1, 2))
    size = np.where(draw.random(120) < 0.1, 3, 1) if large else np.ones(120, np.int64)
    start = draw.integers(10, 20, 120)
    target = start + size * draw.integers(-1, 2, 120)
    steps = Steps(start - 2 * size, start + 2 * size, size, draw.random(120))
    found = mended(start, steps, sums, sums @ target)
    assert (sums @ found == sums @ target).all()
    assert ((found >= steps.least) & (found <= steps.most)).all()
    assert ((found - start) % size == 0).all()
    assert found.tolist() == mended(start, steps, sums, sums @ target).tolist()


def test_a_number_without_room_stays() -> None:
    sums, start = csr_array(np.array([[1, 1]])), np.array([4, 4])
    room, one = np.array([0, 5]), np.ones(2, np.int64)
    free = mended(start, Steps(start - room, start + room, one, np.zeros(2)), sums, np.array([11]))
    assert free.tolist() == [4, 7]


def test_the_cheaper_of_two_numbers_changes() -> None:
    sums, start, one = csr_array(np.array([[1, 1]])), np.array([4, 4]), np.ones(2, np.int64)
    found = mended(start, Steps(start - 2, start + 2, one, np.array([0.5, 0.1])), sums, np.array([9]))
    assert found.tolist() == [4, 5]


def test_work_on_what_no_numbers_have_ends_at_the_last_step_and_within_bounds() -> None:
    sums, start, one = csr_array(np.array([[1, 1], [1, 1]])), np.array([4, 4]), np.ones(2, np.int64)
    found = mended(start, Steps(start - 1, start + 1, one, np.zeros(2)), sums, np.array([8, 9]), most=50)
    assert (np.abs(found - start) <= 1).all()


@pytest.mark.parametrize("mean", [10, 50])
@pytest.mark.parametrize("seed", range(2))
def test_sums_of_all_pairs_of_four_dimensions_are_kept(mean: int, seed: int) -> None:
    draw, margins = np.random.default_rng(seed), sums_over(SHAPE, *PAIRS)
    weights = np.exp(draw.normal(0, 1, margins.shape[1]))
    counts = draw.poisson(mean * weights / weights.mean())
    found = additive_rounding(counts, margins, draw.integers(0, 2**64, len(counts), dtype=np.uint64))
    small = (counts > 0) & (counts < 3)
    assert found.kept.all()
    assert not found.ended_early
    assert set(found.counts[small].tolist()) <= {0, 3}
    assert (found.counts[counts == 0] == 0).all()
    assert (found.counts[counts >= 3] >= 3).all()
    assert (np.abs(found.counts - counts) < 3).all()


def test_no_search_goes_over_more_numbers_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    draw, margins = np.random.default_rng(3), sums_over(SHAPE, (0, 2), (1, 2), (0, 3), (1, 3), (0, 1))
    counts = draw.poisson(2 * np.exp(draw.normal(0, 1, margins.shape[1])))
    keys = draw.integers(0, 2**64, len(counts), dtype=np.uint64)
    numbers: list[int] = []
    searched = turned_counts.searched

    def watched(programme: turned_counts.Programme, gap: float) -> object:
        numbers.append(len(programme.cost))
        return searched(programme, gap)

    monkeypatch.setattr(turned_counts, "searched", watched)
    monkeypatch.setattr(turned_counts, "_MOST_AROUND", 100)
    found = additive_rounding(counts, margins, keys)
    given_up = 2 * margins.shape[0]
    assert max(numbers, default=0) <= 100 + given_up
    assert ((margins @ found.counts == margins @ counts) == found.kept).all()
