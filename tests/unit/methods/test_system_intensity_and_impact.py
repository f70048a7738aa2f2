"""Intensity and impact of drawn systems."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.impact import (
    aggregate_net_migration_rate,
    area_effectiveness,
    mean_preference,
    mean_velocity,
    migration_effectiveness,
    preference,
    preference_sum,
    velocity,
    velocity_sum,
)
from qonys.methods.systems.intensity import (
    average_population,
    courgeau_k,
    crude_migration_intensity,
    migration_rates,
)

FLOWS = np.array([[0.0, 30.0, 10.0], [20.0, 0.0, 20.0], [0.0, 20.0, 0.0]])
POPULATION = np.array([500.0, 300.0, 200.0])


def test_intensity_is_the_percentage_that_moved() -> None:
    assert crude_migration_intensity(FLOWS, POPULATION) == 10.0


def test_courgeau_k_divides_the_intensity_by_the_logarithm_of_all_pairs() -> None:
    assert courgeau_k(FLOWS, POPULATION) == pytest.approx(10 / np.log(9))


def test_rates_are_per_thousand_inhabitants_of_each_area() -> None:
    rates = migration_rates(FLOWS, POPULATION)
    np.testing.assert_allclose(rates.arrival, [40, 500 / 3, 150])
    np.testing.assert_allclose(rates.departure, [80, 400 / 3, 100])
    np.testing.assert_allclose(rates.net, [-40, 100 / 3, 50])
    np.testing.assert_allclose(rates.turnover, [120, 900 / 3, 250])


def test_the_population_at_risk_is_the_average_of_two_stocks() -> None:
    np.testing.assert_array_equal(average_population([10, 30], [20, 10]), [15, 20])


def test_stocks_of_different_areas_have_no_average() -> None:
    with pytest.raises(StatisticianError, match="as many figures of population"):
        average_population([10, 30], [20])


def test_an_empty_area_has_no_rate_but_the_system_has_an_intensity() -> None:
    rates = migration_rates(FLOWS, [500, 500, 0])
    assert np.isnan(rates.net[2])
    assert np.isfinite(rates.net[:2]).all()
    assert crude_migration_intensity(FLOWS, [500, 500, 0]) == 10.0


@pytest.mark.parametrize("index", [crude_migration_intensity, courgeau_k, aggregate_net_migration_rate, velocity])
def test_where_nobody_lives_a_rate_of_the_system_is_undefined(index: object) -> None:
    with pytest.raises(UndefinedIndicatorError, match="Nobody lives"):
        index(FLOWS, [0, 0, 0])  # type: ignore[operator]


def test_effectiveness_is_the_share_of_the_turnover_that_redistributes() -> None:
    assert migration_effectiveness(FLOWS) == pytest.approx(100 * (20 + 10 + 10) / 200)


def test_effectiveness_of_an_area_has_the_sign_of_its_net() -> None:
    np.testing.assert_allclose(area_effectiveness(FLOWS), [100 * -20 / 60, 100 * 10 / 90, 20])


def test_the_net_rate_counts_each_redistributed_person_once() -> None:
    assert aggregate_net_migration_rate(FLOWS, POPULATION) == pytest.approx(100 * 20 / 1000)


def test_preference_compares_with_the_product_of_population_shares() -> None:
    cells = preference(FLOWS, POPULATION)
    assert cells[0, 1] == pytest.approx((30 / 100) / (0.5 * 0.3))
    assert np.isnan(np.diag(cells)).all()
    assert preference_sum(FLOWS, POPULATION) == pytest.approx(np.nansum(cells))


def test_velocity_is_preference_times_intensity() -> None:
    np.testing.assert_allclose(velocity(FLOWS, POPULATION), preference(FLOWS, POPULATION) * 0.1)
    assert velocity_sum(FLOWS, POPULATION) == pytest.approx(0.1 * preference_sum(FLOWS, POPULATION))
    assert mean_velocity(FLOWS, POPULATION) == pytest.approx(0.1 * mean_preference(FLOWS, POPULATION))


@pytest.mark.parametrize("areas", [2, 5, 40])
def test_the_mean_preference_of_flows_proportional_to_sizes_is_one_for_any_number_of_areas(areas: int) -> None:
    population = np.random.default_rng(areas).uniform(1, 100, areas)
    flows = np.outer(population, population)
    assert mean_preference(flows, population) == pytest.approx(1.0, rel=1e-12)
    assert preference_sum(flows, population) > areas * (areas - 1)


def test_preferences_of_an_empty_area_are_undefined_and_have_no_sum() -> None:
    cells = preference(FLOWS, [500, 500, 0])
    assert np.isnan(cells[2]).all()
    assert np.isnan(cells[:, 2]).all()
    assert np.isfinite(cells[0, 1])
    with pytest.raises(UndefinedIndicatorError, match="row 3: 1 areas have no inhabitants"):
        preference_sum(FLOWS, [500, 500, 0])
