"""Neighbours where no borders are known: told from the distances between centres."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from qonys.errors import StatisticianError
from qonys.methods.systems.neighbours import gabriel_neighbours


def drawn_places(areas: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((areas, 2))


def distances_of(places: np.ndarray) -> np.ndarray:
    return np.hypot(*(places[:, None] - places).transpose(2, 0, 1))


def slowly_found(places: np.ndarray) -> np.ndarray:
    """Circle by circle: two places are neighbours where no third lies within the one that has them at its ends."""
    found = np.zeros((len(places), len(places)), dtype=bool)
    for one, other in combinations(range(len(places)), 2):
        middle, radius = (places[one] + places[other]) / 2, np.hypot(*(places[one] - places[other])) / 2
        inside = [k for k in range(len(places)) if k not in (one, other) and np.hypot(*(places[k] - middle)) < radius]
        found[one, other] = found[other, one] = not inside
    return found


@given(areas=st.integers(2, 25), seed=st.integers(0, 10_000))
def test_neighbours_are_those_with_an_empty_circle_and_reach_all_areas(areas: int, seed: int) -> None:
    places = drawn_places(areas, seed)
    found = gabriel_neighbours(distances_of(places))
    assert (found == slowly_found(places)).all()
    assert (found == found.T).all()
    assert not found.diagonal().any()
    assert connected_components(found)[0] == 1


def test_squares_of_a_board_touch_along_edges_and_where_the_circle_has_others_only_on_its_rim() -> None:
    board = np.stack(np.divmod(np.arange(9), 3), axis=1).astype(float)
    found = gabriel_neighbours(distances_of(board))
    apart = np.abs(board[:, None] - board).sum(axis=2)
    assert found[apart == 1].all()
    assert not found[apart > 2].any()


def test_distances_of_travel_that_differ_by_direction_are_refused() -> None:
    with pytest.raises(StatisticianError, match="the same in both directions"):
        gabriel_neighbours([[0, 1, 2], [3, 0, 1], [2, 1, 0]])
