"""Distances between places on the Earth."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.systems.distance import great_circle_distances


def test_a_quarter_of_the_equator_and_the_way_to_a_pole_are_equally_long() -> None:
    found = great_circle_distances([0, 90, 45], [0, 0, 90])
    assert found[0, 1] == pytest.approx(found[0, 2])
    assert found[0, 1] == pytest.approx(np.pi / 2 * 6371.0088)


def test_distances_are_those_of_the_spherical_law_of_cosines_and_exact_nearby() -> None:
    east, north = np.radians([71.43, 76.95]), np.radians([51.13, 43.24])
    cosine = np.sin(north[0]) * np.sin(north[1]) + np.cos(north).prod() * np.cos(east[0] - east[1])
    assert great_circle_distances([71.43, 76.95], [51.13, 43.24])[0, 1] == pytest.approx(6371.0088 * np.arccos(cosine))
    assert great_circle_distances([0, 0], [0, 1e-9])[0, 1] == pytest.approx(6371.0088 * np.radians(1e-9), rel=1e-6)


@pytest.mark.parametrize(("east", "north"), [([0, 1], [0]), ([0, np.nan], [0, 1]), ([0, 1], [0, 91])])
def test_coordinates_that_are_none_are_refused(east: list[float], north: list[float]) -> None:
    with pytest.raises(StatisticianError):
        great_circle_distances(east, north)
