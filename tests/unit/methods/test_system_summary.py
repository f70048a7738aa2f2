"""All indices of a system at once."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems import gini
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.impact import migration_effectiveness
from qonys.methods.systems.summary import UNITS, chosen_indices, system_summary
from qonys.methods.systems.system import migration_system

FLOWS = np.array([[0.0, 30, 10, 2], [20, 0, 20, 1], [0, 20, 0, 7], [5, 3, 2, 0]])
POPULATION = np.array([500.0, 300, 200, 90])
DISTANCES = np.array([[0.0, 1, 2, 5], [1, 0, 3, 4], [2, 3, 0, 7], [5, 4, 7, 0]])


def test_the_summary_tells_the_figures_of_the_single_indices() -> None:
    summary = system_summary(FLOWS, POPULATION, DISTANCES)
    assert summary["migration_effectiveness"] == migration_effectiveness(FLOWS)
    assert summary["field_gini_in"] == gini.field_gini_in(FLOWS)
    assert summary["distance_exponent"] == gravity_model(FLOWS, DISTANCES).exponent
    assert (summary.areas, summary.migrants, summary.population) == (4, 120, 1090)
    assert list(summary.values) == list(UNITS)
    assert not summary.undefined


def test_without_distances_their_indices_are_not_told() -> None:
    assert set(UNITS) - set(system_summary(FLOWS, POPULATION).values) == {
        "mean_distance",
        "median_distance",
        "lower_median_distance",
        "distance_exponent",
    }


def test_an_index_without_value_is_nan_with_its_reason_and_spares_the_others() -> None:
    summary = system_summary(FLOWS, POPULATION, np.ones((4, 4)))
    assert list(summary.undefined) == ["distance_exponent"]
    assert np.isnan(summary["distance_exponent"])
    assert "cannot be told from the sizes" in summary.undefined["distance_exponent"]
    assert summary["mean_distance"] == 1


def test_two_areas_with_one_centre_leave_the_effect_of_distance_untold_and_spare_the_others() -> None:
    """A region that is governed from a city beside it."""
    distances = DISTANCES.copy()
    distances[0, 1] = distances[1, 0] = 0
    summary = system_summary(FLOWS, POPULATION, distances)
    assert list(summary.undefined) == ["distance_exponent"]
    assert "distance of 0" in summary.undefined["distance_exponent"]
    assert summary["mean_distance"] == pytest.approx((FLOWS * distances).sum() / FLOWS.sum())


def test_nearly_all_moves_at_one_area_keep_no_other_index_from_being_told() -> None:
    summary = system_summary([[0, 50_000, 50_000], [50_000, 0, 1], [50_000, 0, 0]], [5e6, 1e6, 1e6])
    assert list(summary.undefined) == ["inequality_from_independence"]
    assert "was not reached" in summary.undefined["inequality_from_independence"]


def test_an_empty_system_has_an_intensity_of_zero_and_hardly_another_index() -> None:
    summary = system_summary(np.zeros((3, 3)), [1, 2, 3])
    assert summary["crude_migration_intensity"] == summary["aggregate_net_migration_rate"] == 0
    assert summary["connectivity"] == 0
    assert np.isnan(summary["migration_effectiveness"])
    assert "Nobody moved" in summary.undefined["gini_total"]


def test_one_area_is_no_system() -> None:
    with pytest.raises(UndefinedIndicatorError, match="two areas"):
        system_summary([[3]], [10])


def test_the_summary_of_columns_is_that_of_the_array_and_comes_out_as_columns() -> None:
    origin, destination = np.nonzero(FLOWS)
    names = np.array(["a", "b", "c", "d"])
    columns = {"origin": names[origin], "destination": names[destination], "flow": FLOWS[origin, destination]}
    table = system_summary(columns, dict(zip(names.tolist(), POPULATION, strict=True))).columns()
    assert table == system_summary(FLOWS, POPULATION).columns()
    assert list(table) == ["index", "value", "unit", "undefined"]
    assert dict(zip(table["index"], table["unit"], strict=True))["courgeau_k"] == "percent"


def test_a_summary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        system_summary(FLOWS, POPULATION).values["theil"] = 0.0  # type: ignore[index]


def test_chosen_indices_are_those_of_the_summary_and_nan_where_it_has_none() -> None:
    told = chosen_indices(["courgeau_k", "mean_distance", "distance_exponent"])
    summary = system_summary(FLOWS, POPULATION, DISTANCES)
    assert told(migration_system(FLOWS, POPULATION, DISTANCES)) == {
        name: summary[name] for name in ("courgeau_k", "mean_distance", "distance_exponent")
    }
    assert np.isnan(told(migration_system(FLOWS, POPULATION, np.ones((4, 4))))["distance_exponent"])
    assert list(told(migration_system(FLOWS, POPULATION))) == ["courgeau_k"]


def test_an_index_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(StatisticianError, match="no index “intensity”") as error:
        chosen_indices(["intensity"])
    assert "crude_migration_intensity" in error.value.next_step
