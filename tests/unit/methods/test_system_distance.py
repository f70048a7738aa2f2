"""Distances and the gravity model on drawn systems."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.distance import distance_bands, lower_median_distance, mean_distance, median_distance
from qonys.methods.systems.gravity import gravity_model
from spec.slow_system_indices import slow_gravity

FLOWS = np.array([[0.0, 60.0, 20.0], [10.0, 0.0, 5.0], [4.0, 1.0, 0.0]])
DISTANCES = np.array([[0.0, 10.0, 30.0], [10.0, 0.0, 20.0], [30.0, 20.0, 0.0]])


def drawn_system(areas: int, seed: int, expected: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Poisson flows that fall with distance between points of a square."""
    draw = np.random.default_rng(seed)
    places = draw.random((areas, 2)) + 0.01 * np.arange(areas)[:, None]
    distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    sizes = draw.lognormal(0, 1, areas)
    mean = np.outer(sizes, sizes) * np.where(distances > 0, distances, 1.0) ** -1.3
    return draw.poisson(expected * mean / mean.mean()).astype(float), distances


def test_each_migrant_counts_once_in_the_mean() -> None:
    assert mean_distance(FLOWS, DISTANCES) == pytest.approx((70 * 10 + 24 * 30 + 6 * 20) / 100)


def test_the_lower_median_is_a_distance_that_somebody_moved() -> None:
    assert lower_median_distance(FLOWS, DISTANCES) == 10
    assert lower_median_distance([[0, 5, 5], [0, 0, 0], [0, 0, 0]], DISTANCES) == 10


def test_the_interpolated_median_lies_between_the_middles_of_two_pairs() -> None:
    """Middles at 2.5, 7.5 and 12.5 migrants for 10, 20 and 30: half of 15 migrants falls on the second."""
    assert median_distance([[0, 5, 5], [0, 0, 5], [0, 0, 0]], DISTANCES) == pytest.approx(20)
    assert median_distance([[0, 40, 60], [0, 0, 0], [0, 0, 0]], DISTANCES) == pytest.approx(10 + 20 * 30 / 50)


def test_a_flow_of_nobody_does_not_pull_the_median() -> None:
    with_nobody = np.array([[0.0, 40, 60], [0, 0, 0], [0, 0, 0]])
    assert median_distance(with_nobody, np.where(DISTANCES == 20, 11, DISTANCES)) == median_distance(
        with_nobody, DISTANCES
    )


def test_the_median_of_one_distance_is_that_distance() -> None:
    assert median_distance([[0, 3], [4, 0]], [[0, 7], [7, 0]]) == 7


def test_bands_hold_their_lower_bound_and_sum_to_all_migrants() -> None:
    bands = distance_bands(FLOWS, DISTANCES, [0, 10, 20, np.inf])
    np.testing.assert_array_equal(bands.migrants, [0, 70, 30])
    assert bands.shares.sum() == 1


def test_migrants_outside_all_bands_are_an_error_and_not_lost() -> None:
    with pytest.raises(StatisticianError, match="24 migrants moved by a distance outside all bands, as far as 30"):
        distance_bands(FLOWS, DISTANCES, [0, 15, 25])


@pytest.mark.parametrize("edges", [[0], [0, 10, 10], [10, 0]])
def test_bounds_of_bands_must_ascend(edges: list[float]) -> None:
    with pytest.raises(StatisticianError, match="ascend"):
        distance_bands(FLOWS, DISTANCES, edges)


@pytest.mark.parametrize(("areas", "seed"), [(4, 0), (6, 1), (12, 2), (25, 3)])
def test_the_exponent_and_its_error_are_those_of_a_generalised_linear_model(areas: int, seed: int) -> None:
    flows, distances = drawn_system(areas, seed)
    model = gravity_model(flows, distances)
    exponent, error = slow_gravity(flows, distances)
    assert model.exponent == pytest.approx(exponent, abs=1e-9)
    assert model.standard_error == pytest.approx(error, rel=1e-6)


def test_sparse_flows_with_areas_that_nobody_left_or_reached_agree_with_the_model_too() -> None:
    flows, distances = drawn_system(10, 4, expected=1.5)
    flows[3], flows[:, 7] = 0, 0
    model = gravity_model(flows, distances)
    assert model.exponent == pytest.approx(slow_gravity(flows, distances)[0], abs=1e-8)
    assert model.origin[3] == model.destination[7] == -np.inf
    assert not model.fitted[3].any()


def test_impossible_pairs_have_no_part_in_the_model() -> None:
    flows, distances = drawn_system(8, 5)
    impossible = np.zeros((8, 8), dtype=bool)
    impossible[[0, 1, 2, 5], [1, 0, 6, 3]] = True
    flows[impossible] = 0
    model = gravity_model(flows, distances, impossible=impossible)
    assert model.exponent == pytest.approx(slow_gravity(flows, distances, ~impossible)[0], abs=1e-9)
    assert not model.fitted[impossible].any()
    assert model.degrees_of_freedom == 8 * 7 - 4 - 16
    assert abs(model.exponent - gravity_model(flows, distances).exponent) > 0.01


def test_effects_rebuild_the_fitted_flows_which_have_the_margins_of_the_flows() -> None:
    flows, distances = drawn_system(9, 6)
    np.fill_diagonal(flows, 0)
    model = gravity_model(flows, distances)
    logarithm = np.log(np.where(distances > 0, distances, 1))
    rebuilt = np.exp(model.origin[:, None] + model.destination + model.exponent * logarithm) * (1 - np.eye(9))
    np.testing.assert_allclose(rebuilt, model.fitted, rtol=1e-9)
    np.testing.assert_allclose(model.fitted.sum(axis=0), flows.sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(model.fitted.sum(axis=1), flows.sum(axis=1), rtol=1e-10)
    assert model.destination.mean() == pytest.approx(0, abs=1e-12)


def test_flows_that_follow_the_model_are_fitted_without_deviance() -> None:
    flows = np.outer([9.0, 4, 7, 5], [3.0, 8, 2, 6]) * np.where(np.eye(4) > 0, 0.0, 1.0)
    distances = np.array([[0.0, 1, 2, 5], [1, 0, 3, 4], [2, 3, 0, 7], [5, 4, 7, 0]])
    flows = flows / np.where(distances > 0, distances, 1) ** 1.7
    model = gravity_model(flows, distances)
    assert model.exponent == pytest.approx(-1.7, abs=1e-10)
    assert model.deviance == pytest.approx(0, abs=1e-9)


def test_poisson_flows_scatter_as_poisson_and_clustered_moves_scatter_more() -> None:
    flows, distances = drawn_system(30, 7)
    assert gravity_model(flows, distances).dispersion == pytest.approx(1, abs=0.2)
    families = gravity_model(flows * 4, distances)
    assert families.dispersion == pytest.approx(4 * gravity_model(flows, distances).dispersion)


def test_three_areas_with_distances_that_differ_by_direction_leave_nothing_to_scatter() -> None:
    """Six flows and as many free parameters: three origins, two destinations against the third, and the exponent."""
    model = gravity_model(FLOWS, DISTANCES + np.array([[0, 2, 0], [0, 0, 0], [0, 9, 0]]))
    assert model.degrees_of_freedom == 0
    assert np.isnan(model.dispersion)
    np.testing.assert_allclose(model.fitted, FLOWS, rtol=1e-8)


@pytest.mark.parametrize(
    ("flows", "distances"),
    [
        (FLOWS, DISTANCES),
        (FLOWS, np.full((3, 3), 12.0)),
        ([[0, 3, 2, 4], [4, 0, 0, 0], [5, 0, 0, 0], [6, 0, 0, 0]], np.abs(np.subtract.outer(range(4), range(4))) + 1),
    ],
    ids=["three areas", "equal distances", "a hub"],
)
def test_where_distance_cannot_be_told_from_sizes_the_exponent_is_undefined(flows: object, distances: object) -> None:
    with pytest.raises(UndefinedIndicatorError, match="cannot be told from the sizes"):
        gravity_model(flows, distances)  # type: ignore[arg-type]


def test_with_two_areas_each_flow_has_a_model_of_its_own_and_no_exponent() -> None:
    with pytest.raises(UndefinedIndicatorError, match="parts with no pair between them"):
        gravity_model([[0, 4], [5, 0]], [[0, 3], [3, 0]])


def test_possible_pairs_in_two_parts_have_no_common_model() -> None:
    apart = np.ones((6, 6), dtype=bool)
    apart[:3, :3] = apart[3:, 3:] = False
    flows, distances = drawn_system(6, 8)
    with pytest.raises(UndefinedIndicatorError, match="parts with no pair between them"):
        gravity_model(np.where(apart, 0, flows), distances, impossible=apart)


def test_two_groups_that_exchanged_nobody_though_they_could_still_have_a_model() -> None:
    flows, distances = drawn_system(8, 9)
    flows[:4, 4:] = flows[4:, :4] = 0
    assert gravity_model(flows, distances).exponent == pytest.approx(slow_gravity(flows, distances)[0], abs=1e-8)


def test_a_flow_that_is_said_to_be_impossible_is_refused() -> None:
    impossible = np.zeros((3, 3), dtype=bool)
    impossible[0, 1] = True
    with pytest.raises(StatisticianError, match="1 pairs are marked as impossible, but have flows"):
        gravity_model(FLOWS, DISTANCES, impossible=impossible)


def test_marks_of_another_shape_are_refused() -> None:
    with pytest.raises(StatisticianError, match="shape of the flows"):
        gravity_model(FLOWS, DISTANCES, impossible=np.zeros((2, 2), dtype=bool))


def test_a_distance_of_zero_between_two_areas_is_refused() -> None:
    with pytest.raises(StatisticianError, match="2 pairs of different areas have a distance of 0"):
        gravity_model(FLOWS, np.where(DISTANCES == 20, 0, DISTANCES))
