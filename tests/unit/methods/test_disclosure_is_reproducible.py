"""Searches end after a number of steps, never of seconds: a slower machine publishes, and finds, the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import milp
from scipy.sparse import csr_array

from qonys.methods.disclosure import additive_rounding as rounding
from qonys.methods.disclosure import bounds, turned_counts, whole_numbers
from qonys.methods.disclosure.additive_rounding import AdditiveRounding, additive_rounding
from qonys.methods.disclosure.bounds import CountBounds, tightened

SOURCES = Path(rounding.__file__).parents[2]
STOPPED = 4
"""What scipy says of a search that HiGHS ended at its last node."""


def hard_table(sums: int, cells: int) -> tuple[np.ndarray, csr_array, np.ndarray]:
    """Small counts in margins that cross without any order: whole numbers are found only by searching."""
    draw = np.random.default_rng(7)
    counts, margins = draw.integers(1, 3, cells), draw.integers(0, 2, (sums, cells))
    return counts, csr_array(margins), draw.integers(0, 2**64, cells, dtype=np.uint64)


def crossing_table() -> tuple[np.ndarray, csr_array, np.ndarray]:
    """Counts of five by five by five cells of which the sums over any one dimension must stay."""
    draw, one, sums = np.random.default_rng(4), np.eye(5, dtype=np.int64), np.ones((1, 5), np.int64)
    margins = [np.kron(np.kron(a, b), c) for a, b, c in ((sums, one, one), (one, sums, one), (one, one, sums))]
    return draw.integers(1, 8, 125), csr_array(np.concatenate(margins)), draw.integers(0, 2**64, 125, dtype=np.uint64)


def searched(monkeypatch: pytest.MonkeyPatch, module: object, nodes: int) -> list[Any]:
    """What each search of a module came to, of so many nodes at most."""
    found: list[Any] = []

    def watched(*given: Any, **named: Any) -> Any:  # noqa: ANN401 what scipy takes
        found.append(milp(*given, **named))
        return found[-1]

    monkeypatch.setattr(module, "milp", watched)
    monkeypatch.setattr(module, "MOST_NODES" if module is whole_numbers else "_MOST_NODES", nodes)
    return found


def as_lists(found: AdditiveRounding) -> tuple[list[int], list[bool]]:
    return found.counts.tolist(), found.kept.tolist()


def test_no_search_is_ended_by_a_clock() -> None:
    said = {path.name for path in SOURCES.rglob("*.py") if "time_limit" in path.read_text("utf-8")}
    assert said == set()


def test_a_rounding_that_is_cut_short_has_the_same_answer_again_and_says_which_margins_it_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts, margins, keys = hard_table(25, 30)
    searches = searched(monkeypatch, whole_numbers, 3)
    first = additive_rounding(counts, margins, keys)
    assert STOPPED in {search.status for search in searches}
    assert max(search.mip_node_count or 0 for search in searches) <= 3
    assert as_lists(additive_rounding(counts, margins, keys)) == as_lists(first)
    assert first.kept.tolist() == (margins @ first.counts == margins @ counts).tolist()


def test_a_rounding_that_is_not_searched_says_so_and_is_still_one(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, margins, keys = crossing_table()
    monkeypatch.setattr(whole_numbers, "MOST_UNSURE", 1)
    monkeypatch.setattr(turned_counts, "MOST_UNSURE", 1)
    found = additive_rounding(counts, margins, keys)
    assert found.ended_early
    assert not found.kept.all()
    assert found.kept.tolist() == (margins @ found.counts == margins @ counts).tolist()
    assert set(found.counts[counts < 3].tolist()) <= {0, 3}
    assert (np.abs(found.counts - counts) < 3).all()
    monkeypatch.undo()
    assert additive_rounding(counts, margins, keys).kept.all()


def test_what_no_numbers_can_keep_is_no_matter_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, margins = np.array([1, 1, 9, 9]), csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1]]))
    monkeypatch.setattr(turned_counts, "MOST_UNSURE", -1)
    found = additive_rounding(counts, margins, np.zeros(4, np.uint64))
    assert found.kept.tolist() == [False, True]
    assert not found.ended_early


def test_bounds_of_a_search_that_is_cut_short_hold_the_truth_and_are_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts, margins, _ = hard_table(12, 60)
    weights = csr_array(margins.toarray() * np.random.default_rng(3).integers(1, 90, margins.shape))
    start = CountBounds(np.zeros(60, int), np.full(60, 2))
    searches = searched(monkeypatch, bounds, 2)
    found = [tightened(weights, weights @ counts, start, range(2)) for _ in range(2)]
    assert STOPPED in {search.status for search in searches}
    assert ((found[0].least <= counts) & (counts <= found[0].most)).all()
    assert found[0].least.tolist() == found[1].least.tolist()
    assert found[0].most.tolist() == found[1].most.tolist()
