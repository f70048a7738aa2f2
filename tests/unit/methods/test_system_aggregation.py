"""Small areas merged into zones at random, and what that does to the indices."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.systems.aggregation import (
    merged,
    random_contiguous_zones,
    random_zones,
    scale_effects,
)
from qonys.methods.systems.distance import mean_distance
from qonys.methods.systems.system import MigrationSystem
from spec.slow_system_indices import in_one_piece, slow_merged


def grid(side: int) -> np.ndarray:
    """Neighbours of the squares of a board that share an edge."""
    row, column = np.divmod(np.arange(side * side), side)
    steps = np.abs(np.subtract.outer(row, row)) + np.abs(np.subtract.outer(column, column))
    return np.asarray(steps == 1)


def drawn_system(areas: int, seed: int = 1) -> MigrationSystem:
    draw = np.random.default_rng(seed)
    places = draw.random((areas, 2))
    distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    flows = draw.poisson(30, (areas, areas)) * (1 - np.eye(areas))
    return MigrationSystem(tuple(range(areas)), flows, draw.uniform(10, 90, areas), distances)


def test_merging_agrees_with_summing_cell_by_cell() -> None:
    system = drawn_system(12)
    labels = random_zones(12, 5, np.random.default_rng(2))
    zones = merged(system, labels)
    np.testing.assert_array_equal(zones.flows, slow_merged(system.flows, labels))
    np.testing.assert_allclose(zones.population, np.bincount(labels, system.population))


def test_distances_weighted_by_flow_conserve_the_mean_distance_of_those_who_are_left() -> None:
    system = drawn_system(12)
    labels = random_zones(12, 5, np.random.default_rng(3))
    still_moving = np.where(np.equal.outer(labels, labels), 0, system.flows)
    zones = merged(system, labels)
    assert system.distances is not None
    assert zones.distances is not None
    before = mean_distance(still_moving, system.distances)
    assert mean_distance(zones.flows, zones.distances) == pytest.approx(before)


def test_distances_weighted_by_population_are_means_over_pairs_of_inhabitants() -> None:
    distances = np.array([[0.0, 1, 4], [1, 0, 8], [4, 8, 0]])
    flows = np.array([[0.0, 1, 9], [1, 0, 1], [9, 1, 0]])
    system = MigrationSystem((0, 1, 2), flows, np.array([10.0, 30, 7]), distances)
    by_population = merged(system, [0, 0, 1], distances_weighted_by="population").distances
    np.testing.assert_allclose(by_population, [[0, 7], [7, 0]])
    np.testing.assert_allclose(merged(system, [0, 0, 1]).distances, [[0, 4.4], [4.4, 0]])


def test_zones_without_a_flow_or_inhabitants_still_have_a_distance() -> None:
    distances = np.array([[0.0, 1, 4], [1, 0, 8], [4, 8, 0]])
    system = MigrationSystem((0, 1, 2), np.zeros((3, 3)), np.array([10.0, 30, 7]), distances)
    np.testing.assert_allclose(merged(system, [0, 0, 1]).distances, [[0, 7], [7, 0]])
    empty = MigrationSystem((0, 1, 2), np.zeros((3, 3)), np.zeros(3), distances)
    np.testing.assert_allclose(merged(empty, [0, 0, 1]).distances, [[0, 6], [6, 0]])


@pytest.mark.parametrize("labels", [[0, 2, 2], [0, 1], [0.5, 1, 0], [-1, 0, 1]])
def test_labels_with_a_gap_or_none_are_refused(labels: list[float]) -> None:
    with pytest.raises(StatisticianError, match="numbered from 0 without a gap"):
        merged(drawn_system(3), labels)


def test_one_zone_is_no_system() -> None:
    with pytest.raises(StatisticianError, match="One zone"):
        merged(drawn_system(3), [0, 0, 0])


@pytest.mark.parametrize("zones", [1, 2, 7, 25])
def test_contiguous_zones_are_of_one_piece_each_and_none_is_empty(zones: int) -> None:
    board, draw = grid(5), np.random.default_rng(zones)
    for _ in range(20):
        labels = random_contiguous_zones(board, zones, draw)
        assert set(labels) == set(range(zones))
        assert all(in_one_piece(np.flatnonzero(labels == zone).tolist(), board) for zone in range(zones))


def test_zones_grow_over_borders_drawn_with_equal_chance() -> None:
    """A star of four arms: the hub starts no zone in 3 of 5 draws of two, and then joins either first arm alike."""
    star = np.zeros((5, 5), dtype=bool)
    star[0, 1:] = True
    draw, with_hub = np.random.default_rng(4), np.zeros(5)
    for _ in range(4000):
        labels = random_contiguous_zones(star, 2, draw)
        with_hub += labels == labels[0]
    np.testing.assert_allclose(with_hub[1:] / 4000, 0.75, atol=0.03)


def test_every_island_gets_a_zone() -> None:
    islands = np.zeros((9, 9), dtype=bool)
    islands[:4, :4], islands[4:8, 4:8] = grid(2), grid(2)
    labels = random_contiguous_zones(islands, 3, np.random.default_rng(5))
    assert not set(labels[:4]) & set(labels[4:8])
    assert list(labels).count(labels[8]) == 1
    with pytest.raises(StatisticianError, match="9 areas in 3 pieces cannot become 2 contiguous zones"):
        random_contiguous_zones(islands, 2, np.random.default_rng(5))


def test_free_zones_are_never_empty() -> None:
    draw = np.random.default_rng(6)
    assert all(set(random_zones(9, 8, draw)) == set(range(8)) for _ in range(50))


def test_the_same_seed_gives_the_same_distributions_and_another_seed_others() -> None:
    system, board = drawn_system(16), grid(4)
    first, again, other = (
        scale_effects(system, (4, 8), 3, np.random.default_rng(seed), neighbours=board) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(first.values["theil"], again.values["theil"])
    assert np.abs(first.values["theil"] - other.values["theil"]).max() > 0


def test_intensity_falls_with_fewer_zones_and_at_full_scale_is_that_of_the_areas() -> None:
    system = drawn_system(16)
    effects = scale_effects(system, (2, 4, 8, 16), 10, np.random.default_rng(9), neighbours=grid(4))
    intensity = effects.values["crude_migration_intensity"]
    assert effects.scales == (2, 4, 8, 16)
    assert intensity.shape == (4, 10)
    assert np.all(np.diff(np.median(intensity, axis=1)) > 0)
    np.testing.assert_allclose(intensity[3], 100 * system.flows.sum() / system.population.sum())


def test_the_table_of_effects_tells_quantiles_and_how_often_an_index_had_no_value() -> None:
    effects = scale_effects(drawn_system(9), (2, 5), 4, np.random.default_rng(10))
    table = effects.columns((0.5,))
    rows = list(zip(table["index"], table["zones"], table["undefined"], strict=True))
    assert ("distance_exponent", 2, 4) in rows
    assert ("distance_exponent", 5, 0) in rows
    median = table["quantile_0.5"][rows.index(("theil", 5, 0))]
    assert median == pytest.approx(np.median(effects.values["theil"][1]))
    assert np.isnan(effects.quantiles("distance_exponent", (0.1, 0.9))[0]).all()


def test_own_indices_can_be_asked_for() -> None:
    effects = scale_effects(
        drawn_system(9), (3,), 2, np.random.default_rng(11), indices=lambda system: {"zones": len(system.areas)}
    )
    np.testing.assert_array_equal(effects.values["zones"], [[3, 3]])


@pytest.mark.parametrize(("scales", "repetitions"), [((1,), 5), ((10,), 5), ((), 5), ((3,), 0)])
def test_impossible_scales_are_refused(scales: tuple[int, ...], repetitions: int) -> None:
    with pytest.raises(StatisticianError):
        scale_effects(drawn_system(9), scales, repetitions, np.random.default_rng(12))


def test_neighbours_of_other_areas_are_refused() -> None:
    with pytest.raises(StatisticianError, match="Neighbours of 9 areas"):
        scale_effects(drawn_system(9), (3,), 1, np.random.default_rng(13), neighbours=grid(2))
