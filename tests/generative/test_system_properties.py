"""What holds of the indices of any migration system."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems import gini
from qonys.methods.systems.aggregation import merged, random_contiguous_zones
from qonys.methods.systems.components import multiplicative_components
from qonys.methods.systems.concentration import entropy, herfindahl, theil, theil_decomposition
from qonys.methods.systems.distance import lower_median_distance, mean_distance, median_distance
from qonys.methods.systems.flows import off_diagonal
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.impact import aggregate_net_migration_rate, migration_effectiveness
from qonys.methods.systems.intensity import crude_migration_intensity
from qonys.methods.systems.quasi_independence import quasi_independence
from qonys.methods.systems.summary import UNITS, SystemSummary, system_summary
from qonys.methods.systems.system import MigrationSystem
from spec.slow_system_indices import (
    in_one_piece,
    slow_gini_out_field,
    slow_gini_rows,
    slow_gini_total,
    slow_gravity,
    slow_median,
    slow_merged,
    slow_theil,
)

AREAS = st.integers(3, 7)
GROW_WITH_UNIT = {"velocity_sum", "mean_velocity"}
"""Of flows, besides what is a percentage of the population."""
PER_POPULATION = {"crude_migration_intensity", "courgeau_k", "aggregate_net_migration_rate"} | GROW_WITH_UNIT


def flows_of(areas: int, least: int = 0) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, (areas, areas), elements=st.integers(least, 400).map(float)).filter(
        lambda flows: off_diagonal(flows).sum() > 0
    )


FLOWS = AREAS.flatmap(flows_of)
POSITIVE_FLOWS = st.integers(4, 7).flatmap(lambda areas: flows_of(areas, 1))
SEEDS = st.integers(0, 2**32 - 1)
light = settings(max_examples=60, deadline=None)


def surroundings(areas: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Population and distances drawn for flows."""
    draw = np.random.default_rng(seed)
    places = draw.random((areas, 2))
    distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1)) + 0.01 * (1 - np.eye(areas))
    return draw.uniform(1, 1000, areas), distances


def same(one: SystemSummary, other: SystemSummary, names: set[str]) -> None:
    for name in names:
        assert one[name] == pytest.approx(other[name], rel=1e-7, abs=1e-9, nan_ok=True), name


@light
@given(FLOWS, SEEDS, st.integers(-8, 8))
def test_no_index_of_flows_alone_depends_on_their_unit_and_rates_grow_with_it(
    flows: np.ndarray, seed: int, power: int
) -> None:
    population, distances = surroundings(len(flows), seed)
    summary = system_summary(flows, population, distances)
    scaled = system_summary(flows * 2.0**power, population, distances)
    same(summary, scaled, set(UNITS) - PER_POPULATION)
    for name in PER_POPULATION:
        assert scaled[name] == pytest.approx(summary[name] * 2.0**power)


@light
@given(FLOWS, SEEDS)
def test_no_index_depends_on_the_order_of_the_areas(flows: np.ndarray, seed: int) -> None:
    population, distances = surroundings(len(flows), seed)
    order = np.random.default_rng(seed).permutation(len(flows))
    places = np.ix_(order, order)
    summary = system_summary(flows, population, distances)
    same(summary, system_summary(flows[places], population[order], distances[places]), set(UNITS))


@light
@given(FLOWS, SEEDS)
def test_a_system_whose_flows_equal_their_counter_flows_redistributes_nobody(flows: np.ndarray, seed: int) -> None:
    population, _ = surroundings(len(flows), seed)
    both_ways = flows + flows.T
    assert migration_effectiveness(both_ways) == 0
    assert aggregate_net_migration_rate(both_ways, population) == 0
    assert gini.gini_exchange(both_ways) == 0
    assert gini.gini_rows(both_ways) == pytest.approx(gini.gini_columns(both_ways))


@light
@given(FLOWS, SEEDS)
def test_the_net_rate_is_intensity_times_effectiveness(flows: np.ndarray, seed: int) -> None:
    population, _ = surroundings(len(flows), seed)
    product = crude_migration_intensity(flows, population) * migration_effectiveness(flows) / 100
    assert aggregate_net_migration_rate(flows, population) == pytest.approx(product, abs=1e-12)


@light
@given(FLOWS, SEEDS)
def test_every_index_keeps_its_bounds(flows: np.ndarray, seed: int) -> None:
    population, distances = surroundings(len(flows), seed)
    summary, pairs = system_summary(flows, population, distances), len(flows) * (len(flows) - 1)
    shares = [name for name, unit in UNITS.items() if unit == "share"]
    assert all(-1e-12 <= summary[name] <= 1 + 1e-12 for name in shares)
    assert 0 <= summary["migration_effectiveness"] <= 100
    assert summary["migration_weighted_gini"] <= 1 / len(flows) + 1e-12
    assert -1e-12 <= theil(flows) <= np.log(pairs) + 1e-12
    assert theil(flows) + entropy(flows) == pytest.approx(np.log(pairs))
    assert 1 / pairs - 1e-12 <= herfindahl(flows) <= 1
    assert herfindahl(flows) * pairs == pytest.approx(1 + summary["flow_variation"] ** 2)
    far = off_diagonal(distances)
    for name in ("mean_distance", "median_distance", "lower_median_distance"):
        assert far.min() - 1e-12 <= summary[name] <= far.max() + 1e-12


@light
@given(FLOWS)
def test_sorting_gives_the_gini_indices_of_all_pairs(flows: np.ndarray) -> None:
    assert gini.gini_total(flows) == pytest.approx(slow_gini_total(flows), abs=1e-12)
    assert gini.gini_rows(flows) == pytest.approx(slow_gini_rows(flows), abs=1e-12)
    assert gini.gini_columns(flows) == pytest.approx(slow_gini_rows(flows.T), abs=1e-12)
    assert theil(flows) == pytest.approx(slow_theil(flows), abs=1e-12)
    left = off_diagonal(flows).sum(axis=1)
    for area, field in enumerate(gini.gini_out_fields(flows)):
        assert np.isnan(field) if left[area] == 0 else field == pytest.approx(slow_gini_out_field(flows, area))


@light
@given(FLOWS, st.data())
def test_the_parts_of_the_theil_index_add_up_and_none_is_negative(flows: np.ndarray, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.sampled_from("xyz"), min_size=len(flows), max_size=len(flows)))
    parts = theil_decomposition(flows, groups)
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-12)
    assert min(parts.between, parts.within, parts.within_block.min()) >= -1e-12
    assert parts.within_block.sum() == pytest.approx(parts.within)


@light
@given(FLOWS, SEEDS)
def test_medians_agree_with_persons_laid_out_one_by_one(flows: np.ndarray, seed: int) -> None:
    _, distances = surroundings(len(flows), seed)
    moved, far = off_diagonal(flows).ravel(), off_diagonal(distances).ravel()
    assert lower_median_distance(flows, distances) == slow_median(far, moved)
    within = far[moved > 0]
    assert within.min() <= median_distance(flows, distances) <= within.max()


@light
@given(FLOWS)
def test_quasi_independence_keeps_both_margins_and_the_diagonal_empty(flows: np.ndarray) -> None:
    np.fill_diagonal(flows, 0)
    sums = flows.sum(axis=0) + flows.sum(axis=1)
    assume(not np.any((sums < flows.sum()) & (sums > 0.98 * flows.sum())))
    fitted = quasi_independence(flows).fitted
    np.testing.assert_allclose(fitted.sum(axis=0), flows.sum(axis=0), atol=1e-9 * flows.sum())
    np.testing.assert_allclose(fitted.sum(axis=1), flows.sum(axis=1), atol=1e-9 * flows.sum())
    assert not np.diag(fitted).any()


@light
@given(POSITIVE_FLOWS, SEEDS)
def test_the_exponent_is_that_of_a_generalised_linear_model(flows: np.ndarray, seed: int) -> None:
    _, distances = surroundings(len(flows), seed)
    model = gravity_model(flows, distances)
    exponent, error = slow_gravity(flows, distances)
    assert model.exponent == pytest.approx(exponent, rel=1e-8, abs=1e-8)
    assert model.standard_error == pytest.approx(error, rel=1e-5)
    np.testing.assert_allclose(model.fitted.sum(axis=1), off_diagonal(flows).sum(axis=1), rtol=1e-8)


@light
@given(FLOWS, SEEDS, st.floats(0.01, 100))
def test_sparse_flows_have_an_exponent_free_of_the_unit_of_distance_or_an_error(
    flows: np.ndarray, seed: int, unit: float
) -> None:
    _, distances = surroundings(len(flows), seed)
    sparse = np.where(flows > 200, 0, flows)
    try:
        model = gravity_model(sparse, distances)
    except UndefinedIndicatorError:
        return
    assert np.isfinite(model.exponent)
    assert gravity_model(sparse, distances * unit).exponent == pytest.approx(model.exponent, rel=1e-6, abs=1e-6)


@light
@given(POSITIVE_FLOWS, st.booleans())
def test_components_multiply_to_the_flows(flows: np.ndarray, structural: bool) -> None:
    places = ~np.eye(len(flows), dtype=bool) if structural else np.ones(flows.shape, dtype=bool)
    parts = multiplicative_components(flows, structural_diagonal=structural)
    np.testing.assert_allclose(parts.product()[places], flows[places])
    assert parts.origin.sum() == pytest.approx(1)
    assert parts.destination.sum() == pytest.approx(1)


@light
@given(st.integers(4, 9).flatmap(flows_of), SEEDS, st.data())
def test_merging_conserves_population_and_migrants_between_contiguous_zones(
    flows: np.ndarray, seed: int, data: st.DataObject
) -> None:
    areas = len(flows)
    np.fill_diagonal(flows, 0)
    population, distances = surroundings(areas, seed)
    chain = np.diag(np.ones(areas - 1, dtype=bool), 1)
    zones = data.draw(st.integers(2, areas))
    labels = random_contiguous_zones(chain, zones, np.random.default_rng(seed))
    assert all(in_one_piece(np.flatnonzero(labels == zone).tolist(), chain) for zone in range(zones))
    result = merged(MigrationSystem(tuple(range(areas)), flows, population, distances), labels)
    np.testing.assert_array_equal(result.flows, slow_merged(flows, labels))
    assert result.population.sum() == pytest.approx(population.sum())
    between = np.where(np.equal.outer(labels, labels), 0, flows)
    if between.any():
        assert mean_distance(result.flows, result.distances) == pytest.approx(mean_distance(between, distances))
