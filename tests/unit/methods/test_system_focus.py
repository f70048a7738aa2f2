"""Connectivity, inequality, Gini indices, variation and concentration of drawn systems."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems import gini
from qonys.methods.systems.concentration import entropy, herfindahl, theil, theil_decomposition
from qonys.methods.systems.connectivity import (
    connectivity,
    inequality,
    inequality_from_equal,
    inequality_from_independence,
)
from qonys.methods.systems.quasi_independence import quasi_independence
from qonys.methods.systems.variation import (
    aggregate_variation,
    aggregate_variation_in,
    flow_variation,
    in_field_variation,
    out_field_variation,
)
from spec.slow_system_indices import slow_quasi_independence

EQUAL = np.full((4, 4), 7.0)
ONE_FLOW = np.zeros((4, 4))
ONE_FLOW[1, 2] = 50
DRAWN = np.array([[0.0, 4.0, 0.0], [1.0, 0.0, 3.0], [2.0, 2.0, 0.0]])


def test_equal_flows_have_no_inequality_by_any_index() -> None:
    assert inequality_from_equal(EQUAL) == 0
    assert inequality_from_independence(EQUAL) == pytest.approx(0, abs=1e-12)
    assert gini.gini_total(EQUAL) == 0
    assert gini.field_gini_out(EQUAL) == 0
    assert flow_variation(EQUAL) == 0
    assert theil(EQUAL) == pytest.approx(0, abs=1e-15)
    assert entropy(EQUAL) == pytest.approx(np.log(12))
    assert herfindahl(EQUAL) == pytest.approx(1 / 12)


def test_one_flow_is_the_greatest_inequality_by_any_index() -> None:
    assert connectivity(ONE_FLOW) == 1 / 12
    assert inequality_from_equal(ONE_FLOW) == pytest.approx(11 / 12)
    assert gini.gini_total(ONE_FLOW) == 1
    assert gini.gini_total(ONE_FLOW, corrected=False) == pytest.approx(11 / 12)
    assert gini.field_gini_out(ONE_FLOW) == gini.field_gini_in(ONE_FLOW) == 1
    assert theil(ONE_FLOW) == pytest.approx(np.log(12))
    assert entropy(ONE_FLOW) == 0
    assert herfindahl(ONE_FLOW) == 1


def test_equal_flows_have_no_shares_of_inequality() -> None:
    with pytest.raises(UndefinedIndicatorError, match="All flows are equal"):
        gini.standardised_gini_rows(np.full((5, 5), 0.1))


def test_the_weighted_index_of_the_r_package_cannot_exceed_one_over_n_and_ours_reaches_one() -> None:
    """All leave for one destination each: every out-field is as unequal as can be."""
    ring = np.roll(np.eye(6), 1, axis=1) * 10
    assert gini.migration_weighted_gini_out(ring) == pytest.approx(1 / 6)
    assert gini.field_gini_out(ring) == pytest.approx(1)


def test_weights_are_the_own_migrants_of_a_field_or_those_of_the_r_package() -> None:
    fields = gini.gini_out_fields(DRAWN)
    np.testing.assert_allclose(fields, [1, 0.5, 0])
    assert gini.field_gini_out(DRAWN) == pytest.approx((4 * 1 + 4 * 0.5) / 12)
    assert gini.migration_weighted_gini_out(DRAWN) == pytest.approx((3 * 1 + 6 * 0.5) / 12 / 3)


def test_in_fields_are_out_fields_of_the_counter_flows() -> None:
    np.testing.assert_array_equal(gini.gini_in_fields(DRAWN), gini.gini_out_fields(DRAWN.T))
    assert gini.gini_columns(DRAWN) == gini.gini_rows(DRAWN.T)
    np.testing.assert_array_equal(in_field_variation(DRAWN), out_field_variation(DRAWN.T))


def test_a_symmetric_system_has_no_inequality_of_exchange() -> None:
    assert gini.gini_exchange(DRAWN + DRAWN.T) == 0
    assert gini.standardised_gini_exchange(DRAWN + DRAWN.T) == 0


def test_with_two_areas_fields_have_no_gini_index() -> None:
    with pytest.raises(UndefinedIndicatorError, match="every field is one flow"):
        gini.gini_out_fields([[0, 1], [2, 0]])


def test_an_area_that_nobody_left_has_no_index_of_its_own_and_no_weight() -> None:
    flows = np.array([[0, 0, 0], [1, 0, 3], [2, 2, 0]])
    assert np.isnan(gini.gini_out_fields(flows)[0])
    assert np.isnan(out_field_variation(flows)[0])
    assert gini.field_gini_out(flows) == pytest.approx(4 / 8 * 0.5)
    assert np.isfinite(aggregate_variation(flows))


def test_variation_of_a_field_leaves_out_the_diagonal() -> None:
    np.testing.assert_allclose(in_field_variation(DRAWN), [0.5 / 1.5, 1 / 3, 1])
    assert aggregate_variation_in(DRAWN) == pytest.approx((3 * 1 / 3 + 6 * 1 / 3 + 3 * 1) / 12)


def test_flows_as_the_model_says_have_no_inequality_against_it() -> None:
    product = np.outer([1.0, 2, 3, 4], [5.0, 1, 2, 2])
    assert inequality_from_independence(product) == pytest.approx(0, abs=1e-12)
    assert inequality_from_equal(product) > 0.2


def test_inequality_is_the_share_that_would_have_to_move_otherwise() -> None:
    assert inequality([[0, 30], [10, 0]], [[0, 5], [5, 0]]) == 0.25


def test_inequality_between_systems_of_different_sizes_is_refused() -> None:
    with pytest.raises(StatisticianError, match="those expected one of"):
        inequality(DRAWN, EQUAL)


def test_quasi_independence_agrees_with_scaling_a_whole_matrix() -> None:
    flows = np.random.default_rng(3).poisson(20, (6, 6)).astype(float)
    model = quasi_independence(flows)
    np.testing.assert_allclose(model.fitted, slow_quasi_independence(flows), rtol=1e-10)
    assert model.origin.sum() == pytest.approx(model.destination.sum())
    np.testing.assert_allclose(np.outer(model.origin, model.destination)[0, 1:], model.fitted[0, 1:])


def test_areas_that_nobody_left_or_reached_stay_empty_in_the_model() -> None:
    flows = np.array([[0.0, 3, 2, 0], [4, 0, 6, 0], [0, 0, 0, 0], [5, 1, 2, 0]])
    fitted = quasi_independence(flows).fitted
    np.testing.assert_allclose(fitted.sum(axis=0), flows.sum(axis=0))
    np.testing.assert_allclose(fitted.sum(axis=1), flows.sum(axis=1))
    assert not fitted[2].any()


def test_a_hub_that_is_an_end_of_all_moves_is_fitted_exactly_by_the_limit_of_the_model() -> None:
    hub = np.array([[0.0, 3, 2], [4, 0, 0], [5, 0, 0]])
    model = quasi_independence(hub)
    np.testing.assert_array_equal(model.fitted, hub)
    assert np.isnan(model.origin).all()
    assert inequality_from_independence(hub) == 0


def test_a_model_that_is_not_reached_is_an_error_and_no_answer() -> None:
    nearly_a_hub = np.array([[0.0, 1e6, 2e6], [3e6, 0, 1e-4], [4e6, 0, 0]])
    with pytest.raises(StatisticianError, match="not reached in 5 sweeps"):
        quasi_independence(nearly_a_hub, most_sweeps=5)


def test_theil_within_and_between_groups_add_up_on_a_table_computed_by_hand() -> None:
    """Two groups of two: all moves stay within a group, evenly; blocks of 2, 4, 4 and 2 cells of 12."""
    flows = np.array([[0.0, 5, 0, 0], [5, 0, 0, 0], [0, 0, 0, 5], [0, 0, 5, 0]])
    parts = theil_decomposition(flows, ["north", "north", "south", "south"])
    assert parts.between == pytest.approx(np.log(3))
    assert parts.within == 0
    assert parts.total == pytest.approx(np.log(3))
    assert parts.groups == ("north", "south")


def test_in_one_group_all_concentration_is_within_and_in_groups_of_one_all_is_between() -> None:
    one = theil_decomposition(DRAWN, ["all"] * 3)
    assert (one.between, one.within) == (pytest.approx(0, abs=1e-15), pytest.approx(theil(DRAWN)))
    each = theil_decomposition(DRAWN, ["a", "b", "c"])
    assert (each.between, each.within) == (pytest.approx(theil(DRAWN)), pytest.approx(0, abs=1e-15))


def test_a_group_is_needed_for_every_area() -> None:
    with pytest.raises(StatisticianError, match="3 areas have as many groups, not 2"):
        theil_decomposition(DRAWN, ["a", "b"])
