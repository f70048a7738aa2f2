"""Raking on small drawn tables."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.raking import Margin, rake, rake_matrix


def test_raking_meets_both_margins_and_keeps_the_cross_product_ratio() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 1.0]])
    raked = rake_matrix(seed, np.array([40.0, 60.0]), np.array([30.0, 70.0]))
    assert raked.converged
    np.testing.assert_allclose(raked.matrix.sum(axis=1), [40, 60])
    np.testing.assert_allclose(raked.matrix.sum(axis=0), [30, 70])
    m = raked.matrix
    assert m[0, 0] * m[1, 1] / (m[0, 1] * m[1, 0]) == pytest.approx(1 * 1 / (2 * 3))


def test_a_seed_that_already_has_the_margins_is_left_alone() -> None:
    seed = np.array([[1.0, 2.0], [3.0, 4.0]])
    raked = rake_matrix(seed, seed.sum(axis=1), seed.sum(axis=0))
    assert raked.iterations == 0
    np.testing.assert_array_equal(raked.matrix, seed)


def test_a_structural_zero_stays_zero() -> None:
    seed = np.ones((3, 3)) - np.eye(3)
    raked = rake_matrix(seed, np.array([5.0, 6.0, 7.0]), np.array([6.0, 6.0, 6.0]))
    assert raked.converged
    assert np.all(np.diag(raked.matrix) == 0)


def test_margins_that_no_matrix_with_these_zeros_can_have_are_refused() -> None:
    seed = np.ones((3, 3)) - np.eye(3)
    with pytest.raises(InfeasibleError, match=r"No table with zeros .* misses (rows|columns) at \(0,\) by"):
        rake_matrix(seed, np.array([10.0, 1.0, 1.0]), np.array([10.0, 1.0, 1.0]))


def test_margins_of_different_totals_are_refused_with_both_totals() -> None:
    with pytest.raises(StatisticianError, match="rows sum to 3, columns to 4"):
        rake_matrix(np.ones((2, 2)), np.array([1.0, 2.0]), np.array([2.0, 2.0]))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_negative_or_infinite_weight_is_refused(bad: float) -> None:
    with pytest.raises(StatisticianError, match="finite and not negative"):
        rake_matrix(np.array([[1.0, bad]]), np.array([2.0]), np.array([1.0, 1.0]))


def test_a_matrix_of_another_shape_than_its_margins_is_refused() -> None:
    with pytest.raises(StatisticianError, match="cannot have"):
        rake_matrix(np.ones((2, 3)), np.array([1.0, 2.0]), np.array([2.0, 1.0]))


def test_feasible_margins_on_the_border_are_reported_as_not_converged() -> None:
    """Row 0 needs all of column 1, so cell (1, 1) must shrink to nothing: the limit exists but is never reached."""
    raked = rake_matrix(
        np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 1.0]), np.array([1.0, 1.0]), most_iterations=50
    )
    assert not raked.converged
    assert 0 < raked.largest_error < 0.1


def slowly_raked(seed: np.ndarray, margins: list[Margin], passes: int = 500) -> np.ndarray:
    """The reference: cell after cell, one margin after the other."""
    table = np.array(seed, dtype=float)
    for _ in range(passes):
        for margin in margins:
            sums: dict[tuple[int, ...], float] = {}
            for cell in np.ndindex(table.shape):
                place = tuple(cell[axis] for axis in margin.axes)
                sums[place] = sums.get(place, 0.0) + table[cell]
            for cell in np.ndindex(table.shape):
                place = tuple(cell[axis] for axis in margin.axes)
                if sums[place] > 0:
                    table[cell] *= np.asarray(margin.totals)[place] / sums[place]
    return table


def test_the_matrix_of_willekens_is_met_to_six_decimals() -> None:
    raked = rake_matrix([[5, 2], [1, 7]], [18, 20], [16, 22], tolerance=1e-12)
    np.testing.assert_allclose(raked.matrix, [[13.250192, 4.749808], [2.749808, 17.250192]], atol=3e-6)


def test_a_cube_is_raked_to_margins_over_any_axes_as_the_slow_reference_rakes_it() -> None:
    draw = np.random.default_rng(1)
    seed, truth = draw.uniform(0.5, 2, (3, 4, 2)), draw.uniform(1, 9, (3, 4, 2))
    margins = [Margin((0, 2), truth.sum(axis=1)), Margin((2, 1), truth.sum(axis=0).T), Margin((0,), truth.sum((1, 2)))]
    raked = rake(seed, margins, tolerance=1e-12)
    assert raked.converged
    np.testing.assert_allclose(raked.matrix, slowly_raked(seed, margins, 60), rtol=1e-9)
    np.testing.assert_allclose(raked.matrix.sum(axis=0).T, truth.sum(axis=0).T)


def test_four_dimensions_with_two_margins_of_three_axes_are_met() -> None:
    draw = np.random.default_rng(2)
    truth = draw.uniform(1, 9, (4, 4, 3, 2))
    margins = [Margin((0, 2, 3), truth.sum(axis=1)), Margin((1, 2, 3), truth.sum(axis=0))]
    raked = rake(np.ones(truth.shape), margins)
    assert raked.converged
    np.testing.assert_allclose(raked.matrix.sum(axis=0), truth.sum(axis=0))
    np.testing.assert_allclose(raked.matrix.sum(axis=1), truth.sum(axis=1))


def test_a_margin_over_no_axis_is_the_grand_total() -> None:
    assert rake([[1, 3]], [Margin((), 8.0, "total")]).matrix.tolist() == [[2, 6]]


def test_a_table_without_margins_is_its_seed() -> None:
    assert rake([[1, 3]], []).matrix.tolist() == [[1, 3]]


def test_the_order_of_axes_in_a_margin_is_the_order_of_its_totals() -> None:
    cube = np.arange(1.0, 25.0).reshape(2, 3, 4)
    one = rake(np.ones(cube.shape), [Margin((0, 2), cube.sum(axis=1))])
    other = rake(np.ones(cube.shape), [Margin((2, 0), cube.sum(axis=1).T)])
    np.testing.assert_array_equal(one.matrix, other.matrix)


def test_the_margin_that_fits_worst_is_named() -> None:
    seed = [[0, 1], [1, 1]]
    raked = rake_matrix(seed, [1, 1], [1, 1], most_iterations=3)
    assert (raked.converged, raked.worst_margin) == (False, "rows")


def test_margins_that_disagree_on_a_shared_axis_are_named_with_the_place() -> None:
    margins = [Margin((0, 1), [[1, 2], [3, 4]], "sexes"), Margin((0,), [4, 6], "areas")]
    with pytest.raises(StatisticianError, match=r"axes \(0,\) are \(0,\): sexes sum to 3, areas to 4"):
        rake(np.ones((2, 2)), margins)


def test_a_total_over_cells_that_are_all_zero_is_refused_with_margin_and_place() -> None:
    with pytest.raises(InfeasibleError, match=r"columns at \(1,\) want 4, and every cell there is zero"):
        rake_matrix([[1, 0], [1, 0]], [3, 5], [4, 4])


def test_margins_of_a_cube_that_agree_in_pairs_and_have_no_table_are_refused() -> None:
    """x₀ = x₁ and x₁ = x₂ but x₀ ≠ x₂: every pair of margins agrees on single axes, no cube has all three."""
    same, other = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    margins = [Margin((0, 1), same, "a"), Margin((1, 2), same, "b"), Margin((0, 2), other, "c")]
    with pytest.raises(InfeasibleError, match="at best it misses"):
        rake(np.ones((2, 2, 2)), margins, most_iterations=50)


@pytest.mark.parametrize("axes", [(0, 0), (2,), (-1,)])
def test_a_margin_over_axes_that_the_table_does_not_have_is_refused(axes: tuple[int, ...]) -> None:
    with pytest.raises(StatisticianError, match="each axis once"):
        rake(np.ones((2, 2)), [Margin(axes, [1, 1])])


def test_an_empty_table_is_its_own_raking() -> None:
    raked = rake_matrix(np.ones((0, 2)), [], [0, 0])
    assert raked.converged
    assert raked.matrix.shape == (0, 2)


def test_weights_too_unequal_to_compute_with_are_refused() -> None:
    with pytest.raises(StatisticianError, match="too unequal"):
        rake_matrix([[1, 1e-320], [1e-320, 1e-320]], [1, 5], [2, 4])
