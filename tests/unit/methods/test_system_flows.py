"""What may be told as a migration system, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.components import multiplicative_components
from qonys.methods.systems.concentration import entropy, herfindahl, theil, theil_decomposition
from qonys.methods.systems.connectivity import connectivity, inequality_from_equal, inequality_from_independence
from qonys.methods.systems.distance import mean_distance
from qonys.methods.systems.flows import flow_matrix, off_diagonal
from qonys.methods.systems.gini import gini_columns, gini_exchange, gini_rows, gini_total
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.impact import area_effectiveness, migration_effectiveness, preference
from qonys.methods.systems.intensity import crude_migration_intensity, migration_rates
from qonys.methods.systems.system import migration_system
from qonys.methods.systems.variation import flow_variation

OF_FLOWS = [
    migration_effectiveness,
    inequality_from_equal,
    inequality_from_independence,
    gini_total,
    gini_rows,
    gini_columns,
    gini_exchange,
    flow_variation,
    theil,
    entropy,
    herfindahl,
    lambda flows: mean_distance(flows, np.ones_like(flows)),
    lambda flows: gravity_model(flows, np.ones_like(flows)),
    lambda flows: preference(flows, np.ones(len(flows))),
    lambda flows: theil_decomposition(flows, ["one"] * len(flows)),
    multiplicative_components,
]
READING_ANY = [*OF_FLOWS, connectivity, area_effectiveness, lambda flows: migration_rates(flows, np.ones(len(flows)))]


def test_the_diagonal_is_not_read_even_where_it_is_missing() -> None:
    np.testing.assert_array_equal(flow_matrix([[np.nan, 1], [2, 900]]), [[0, 1], [2, 0]])


def test_the_flows_of_the_caller_are_left_alone() -> None:
    flows = np.array([[5.0, 1.0], [2.0, 5.0]])
    flow_matrix(flows)
    assert flows[0, 0] == 5


def test_the_rows_without_the_diagonal_keep_their_order_in_any_layout_of_memory() -> None:
    matrix = np.arange(16.0).reshape(4, 4)
    np.testing.assert_array_equal(off_diagonal(matrix.T)[1], [1, 9, 13])
    np.testing.assert_array_equal(off_diagonal(matrix)[3], [12, 13, 14])


@pytest.mark.parametrize("index", OF_FLOWS)
def test_where_nobody_moved_an_index_is_undefined_and_not_zero(index: Callable[[Any], Any]) -> None:
    with pytest.raises(UndefinedIndicatorError, match="Nobody moved"):
        index(np.zeros((3, 3)))


@pytest.mark.parametrize("index", READING_ANY)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_a_cell_that_is_missing_infinite_or_negative_is_refused(index: Callable[[Any], Any], bad: float) -> None:
    with pytest.raises(StatisticianError, match="missing, infinite or negative"):
        index(np.array([[0, 1, 2], [3, 0, bad], [4, 5, 0]]))


@pytest.mark.parametrize("index", [index for index in READING_ANY if index is not multiplicative_components])
def test_a_system_of_one_area_is_undefined(index: Callable[[Any], Any]) -> None:
    with pytest.raises(UndefinedIndicatorError, match="two areas"):
        index(np.array([[9.0]]))


def test_a_bad_cell_is_named_by_its_row_and_column() -> None:
    with pytest.raises(StatisticianError, match=r"row 2, column 3.*1 of the flows.*-4"):
        flow_matrix([[0, 1, 2], [3, 0, -4], [4, 5, 0]])


def test_a_masked_cell_is_missing_and_not_what_lies_under_the_mask() -> None:
    masked = np.ma.masked_equal(np.array([[0, 1, 2], [3, 0, 7], [4, 5, 0]]), 7)
    with pytest.raises(StatisticianError, match="row 2, column 3"):
        flow_matrix(masked)


@pytest.mark.parametrize("flows", [np.zeros((2, 3)), np.zeros(4), np.zeros((2, 2, 2))])
def test_a_matrix_that_is_not_square_is_refused(flows: np.ndarray) -> None:
    with pytest.raises(StatisticianError, match="as many origins as destinations"):
        flow_matrix(flows)


@pytest.mark.parametrize("flows", [[["a", "b"], ["c", "d"]], [[1, 2], [3]]])
def test_what_is_no_array_of_numbers_is_refused(flows: object) -> None:
    with pytest.raises(StatisticianError, match="not one array of numbers"):
        flow_matrix(flows)  # type: ignore[arg-type]


def test_population_of_other_areas_is_refused() -> None:
    with pytest.raises(StatisticianError, match="2 areas have as many figures of population"):
        crude_migration_intensity([[0, 1], [1, 0]], [1, 2, 3])


def test_distances_of_other_areas_are_refused() -> None:
    with pytest.raises(StatisticianError, match="Distances between 2 areas"):
        mean_distance([[0, 1], [1, 0]], np.ones((3, 3)))


COLUMNS = {"origin": ["B", "A", "A"], "destination": ["A", "B", "A"], "flow": [7, 5, 99]}


def test_columns_of_flows_become_a_matrix_in_the_order_of_the_names() -> None:
    system = migration_system(COLUMNS, [10, 20])
    assert system.areas == ("A", "B")
    np.testing.assert_array_equal(system.flows, [[0, 5], [7, 0]])
    np.testing.assert_array_equal(system.population, [10, 20])


def test_a_population_by_area_gives_the_order_and_adds_areas_without_migrants() -> None:
    system = migration_system(COLUMNS, {"C": 1, "B": 2, "A": 3})
    assert system.areas == ("C", "B", "A")
    np.testing.assert_array_equal(system.flows, [[0, 0, 0], [0, 0, 7], [0, 5, 0]])


def test_a_table_of_a_data_frame_library_is_taken_without_importing_it() -> None:
    system = migration_system(pa.table(COLUMNS), [10, 20])
    np.testing.assert_array_equal(system.flows, [[0, 5], [7, 0]])


def test_a_pair_told_twice_is_refused_with_its_name() -> None:
    twice = {"origin": ["A", "A", "B"], "destination": ["B", "B", "A"], "flow": [1, 2, 3]}
    with pytest.raises(StatisticianError, match="1 rows tell a pair of areas again, as from A to B"):
        migration_system(twice, [10, 20])


def test_an_area_without_population_is_refused_with_its_name() -> None:
    with pytest.raises(StatisticianError, match="1 areas of the column 'origin' are not in the system: B"):
        migration_system(COLUMNS, {"A": 3, "C": 2})


def test_a_table_without_a_column_of_flows_is_refused() -> None:
    with pytest.raises(StatisticianError, match="no column 'flow'"):
        migration_system({"origin": ["A"], "destination": ["B"]}, [1, 2])


def test_a_column_of_words_is_refused_as_flows() -> None:
    with pytest.raises(StatisticianError, match="does not hold one number a row"):
        migration_system({"origin": ["A"], "destination": ["B"], "flow": ["many"]}, [1, 2])


def test_a_pair_without_a_distance_is_refused_since_it_is_not_near() -> None:
    distance = {"origin": ["A"], "destination": ["B"], "distance": [12]}
    with pytest.raises(StatisticianError, match="1 of the distances are missing"):
        migration_system(COLUMNS, [10, 20], distance)


def test_distances_come_as_columns_too() -> None:
    distance = {"origin": ["A", "B"], "destination": ["B", "A"], "distance": [12, 13]}
    system = migration_system(COLUMNS, [10, 20], distance)
    np.testing.assert_array_equal(system.distances, [[0, 12], [13, 0]])
