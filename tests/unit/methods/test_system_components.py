"""Multiplicative components of drawn flows."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.components import multiplicative_age_components, multiplicative_components

FLOWS = np.array([[50.0, 10, 5], [20, 80, 15], [5, 5, 10]])


def test_components_of_a_table_computed_by_hand() -> None:
    parts = multiplicative_components(FLOWS)
    assert parts.overall == 200
    np.testing.assert_allclose(parts.origin, [0.325, 0.575, 0.1])
    np.testing.assert_allclose(parts.destination, [0.375, 0.475, 0.15])
    assert parts.association[0, 1] == pytest.approx(10 / (200 * 0.325 * 0.475))
    np.testing.assert_allclose(parts.product(), FLOWS)


def test_zeros_of_a_structural_diagonal_are_no_associations() -> None:
    """Flows that only the sizes explain: associations of 1 off the diagonal, which zeros as data would distort."""
    flows = np.outer([1.0, 2, 3], [4.0, 5, 6])
    np.fill_diagonal(flows, 0)
    parts = multiplicative_components(flows, structural_diagonal=True)
    np.testing.assert_allclose(parts.association[~np.eye(3, dtype=bool)], 1)
    assert np.isnan(np.diag(parts.association)).all()
    np.testing.assert_allclose(parts.origin, [1 / 6, 2 / 6, 3 / 6])
    np.testing.assert_allclose(parts.destination, [4 / 15, 5 / 15, 6 / 15])
    assert parts.overall == pytest.approx(90)
    as_data = multiplicative_components(flows).association
    assert np.abs(as_data[~np.eye(3, dtype=bool)] - 1).max() > 0.1


def test_a_structural_diagonal_is_not_read() -> None:
    parts = multiplicative_components(FLOWS, structural_diagonal=True)
    np.testing.assert_allclose(np.nan_to_num(parts.product()), FLOWS * (1 - np.eye(3)))


def test_an_area_that_nobody_left_has_no_association() -> None:
    parts = multiplicative_components([[0, 0], [3, 4]])
    assert np.isnan(parts.association[0]).all()
    assert np.isfinite(parts.association[1]).all()


def test_a_hub_has_no_sizes_without_its_diagonal() -> None:
    with pytest.raises(UndefinedIndicatorError, match="end of all moves"):
        multiplicative_components([[0, 3, 2], [4, 0, 0], [5, 0, 0]], structural_diagonal=True)


@pytest.mark.parametrize("structural", [False, True])
def test_components_by_age_multiply_to_the_flows(structural: bool) -> None:
    cube = np.random.default_rng(1).integers(1, 60, (4, 4, 5)).astype(float)
    parts = multiplicative_age_components(cube, structural_diagonal=structural)
    places = ~np.eye(4, dtype=bool) if structural else np.ones((4, 4), dtype=bool)
    np.testing.assert_allclose(parts.product()[places], cube[places])
    assert np.isnan(parts.by_all[np.eye(4, dtype=bool)]).all() == structural


def test_an_age_composition_that_is_the_same_everywhere_has_no_associations() -> None:
    cube = FLOWS[:, :, None] * np.array([0.2, 0.5, 0.3])
    parts = multiplicative_age_components(cube)
    np.testing.assert_allclose(parts.age, [0.2, 0.5, 0.3])
    for component in (parts.by_origin, parts.by_destination, parts.by_all):
        np.testing.assert_allclose(component, 1)
    np.testing.assert_allclose(parts.by_place, multiplicative_components(FLOWS).association)


def test_an_age_profile_of_departures_is_told_against_that_of_all() -> None:
    cube = np.ones((2, 2, 2))
    cube[0, :, 0] = 3
    parts = multiplicative_age_components(cube)
    np.testing.assert_allclose(parts.by_origin[0], [(6 / 8) / (8 / 12), (2 / 8) / (4 / 12)])


@pytest.mark.parametrize("flows", [np.ones((2, 3)), np.ones((2, 2, 2))])
def test_flows_of_another_shape_have_no_components_of_two_axes(flows: np.ndarray) -> None:
    with pytest.raises(StatisticianError, match="Flows have 2 axes here"):
        multiplicative_components(flows)
