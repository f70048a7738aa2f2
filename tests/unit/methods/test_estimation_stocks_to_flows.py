"""Flows between stocks by birthplace and residence, on small drawn tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.biproportional import biproportional
from qonys.methods.estimation.demographic_account import Matching, capped_shares, demographic_account
from qonys.methods.estimation.raking import Margin, rake, rake_matrix
from qonys.methods.estimation.stocks_to_flows import distance_seed, stocks_to_flows

START = np.array([[1000, 100, 10, 0], [55, 555, 50, 5], [80, 40, 800, 40], [20, 25, 20, 200]], dtype=float)
END = np.array([[950, 100, 60, 0], [80, 505, 75, 5], [90, 30, 800, 40], [40, 45, 0, 180]], dtype=float)
LATER = np.array([[1060, 60, 10, 10], [45, 540, 40, 0], [70, 75, 770, 70], [30, 30, 20, 230]], dtype=float)
NOBODY = np.zeros(4)
BIRTHS, DEATHS = np.array([80, 20, 60, 60.0]), np.array([70, 30, 50, 10.0])


def slow_flows(start: np.ndarray, end: np.ndarray, seed: np.ndarray, *, stay: bool) -> np.ndarray:
    """The reference: the whole cube origin × destination × birthplace, raked in three dimensions cell by cell."""
    n = len(start)
    cube, stayers = np.zeros((n, n, n)), np.zeros((n, n, n))
    for birthplace in range(n):
        leaving, coming = start[birthplace].copy(), end[birthplace].copy()
        for area in range(n):
            stays = min(leaving[area], coming[area]) if stay else 0.0
            stayers[area, area, birthplace] = stays
            leaving[area] -= stays
            coming[area] -= stays
        cell = seed.copy()
        for _ in range(3_000):
            for origin in range(n):
                total = cell[origin].sum()
                cell[origin] *= leaving[origin] / total if total > 0 else 0.0
            for destination in range(n):
                total = cell[:, destination].sum()
                cell[:, destination] *= coming[destination] / total if total > 0 else 0.0
        cube[:, :, birthplace] = cell
    return cube + stayers


@pytest.mark.parametrize("stay", [True, False])
def test_flows_with_a_seed_are_those_of_the_whole_cube_raked_slowly(stay: bool) -> None:
    seed = np.random.default_rng(3).uniform(0.2, 5, (4, 4))
    found = stocks_to_flows(START, END, NOBODY, NOBODY, seed=seed, staying=float(stay))
    expected = slow_flows(START, END, seed, stay=stay)
    for birthplace in range(4):
        np.testing.assert_allclose(found.of_birthplace(birthplace), expected[:, :, birthplace], rtol=1e-7, atol=1e-6)
    total = expected.sum(axis=2)
    np.testing.assert_allclose(found.flows + np.diag(found.stayers), total, rtol=1e-7, atol=1e-6)


def test_the_independent_flows_are_the_cube_raked_to_both_stocks() -> None:
    cube = rake(np.ones((4, 4, 4)), [Margin((0, 2), START.T), Margin((1, 2), END.T)]).matrix.sum(axis=2)
    found = stocks_to_flows(START, END, NOBODY, NOBODY, staying=0)
    assert cube.sum() - np.trace(cube) == pytest.approx(880.6, abs=0.05)
    np.testing.assert_allclose(found.flows, cube - np.diag(np.diag(cube)), rtol=1e-9, atol=1e-12)


def test_a_weight_between_mixes_minimum_migration_and_independence() -> None:
    least, most, mixed = (stocks_to_flows(START, LATER, BIRTHS, DEATHS, staying=weight) for weight in (1, 0, 0.87))
    np.testing.assert_allclose(mixed.flows, 0.87 * least.flows + 0.13 * most.flows)
    np.testing.assert_allclose(mixed.stayers, 0.87 * least.stayers + 0.13 * most.stayers)
    np.testing.assert_allclose(mixed.of_birthplace(2), 0.87 * least.of_birthplace(2) + 0.13 * most.of_birthplace(2))


def test_a_seed_of_distances_moves_people_to_the_nearer_area_under_minimum_migration() -> None:
    """Of those born in D, 20 leave C and 20 leave D for A and B: the odds are those of the seed, 16 · 900 / (25 · 841)."""
    seed = distance_seed(np.abs(np.subtract.outer([0, 1, 5, 30], [0, 1, 5, 30])), power=2)
    found = stocks_to_flows(START, END, NOBODY, NOBODY, seed=seed).of_birthplace(3)
    root = np.sqrt(16 * 900 / (25 * 841))
    assert found[2, 0] == pytest.approx(20 * root / (1 + root))
    assert found[2, 0] < found[2, 1]


def test_a_seed_of_distances_changes_the_independent_flows() -> None:
    seed = distance_seed(np.abs(np.subtract.outer([0, 1, 5, 30], [0, 1, 5, 30])), power=2)
    plain, shaped = (stocks_to_flows(START, END, NOBODY, NOBODY, staying=0, seed=weights) for weights in (None, seed))
    assert shaped.flows[0, 3] < plain.flows[0, 3] / 2


@pytest.mark.parametrize("matching", ["rescale", "open", "open-dr"])
def test_flows_lead_from_one_stock_of_the_account_to_the_other(matching: Matching) -> None:
    found = stocks_to_flows(START, LATER, BIRTHS, DEATHS, matching=matching, staying=0.5)
    for birthplace in range(4):
        flows = found.of_birthplace(birthplace)
        np.testing.assert_allclose(flows.sum(axis=1), found.account.start[birthplace], atol=1e-6)
        np.testing.assert_allclose(flows.sum(axis=0), found.account.end[birthplace], atol=1e-6)


def test_the_net_migration_of_a_closed_account_is_population_change_less_natural_increase() -> None:
    found = stocks_to_flows(START, LATER, BIRTHS, DEATHS)
    net = found.flows.sum(axis=0) - found.flows.sum(axis=1)
    np.testing.assert_allclose(net, LATER.sum(axis=0) - START.sum(axis=0) - BIRTHS + DEATHS, atol=1e-6)


@pytest.mark.parametrize("matching", ["open", "open-dr"])
def test_an_open_account_adds_up_with_those_who_left_and_entered(matching: Matching) -> None:
    births = BIRTHS - np.array([0, 0, 20, 0])
    account = demographic_account(START, LATER, births, DEATHS, matching=matching)
    survivors = START.sum(axis=0) - DEATHS
    np.testing.assert_allclose((account.start + account.left).sum(axis=0), survivors)
    np.testing.assert_allclose((account.end + account.entered).sum(axis=0), LATER.sum(axis=0) - births)
    assert account.entered.sum() - account.left.sum() == pytest.approx(20)
    assert account.discrepancy == pytest.approx(20)


def test_a_closed_account_scales_natives_by_half_of_the_discrepancy_at_each_date() -> None:
    account = demographic_account([[90, 10], [20, 80]], [[100, 10], [20, 90]], [5, 5], [0, 0])
    assert account.discrepancy == pytest.approx(10)
    assert account.start.sum() == pytest.approx(205)
    assert account.end.sum() == pytest.approx(205)


def test_natives_that_are_a_negative_remainder_become_none_and_the_population_is_kept() -> None:
    """Area 0 has 30 residents, 40 of them counted as born in area 1: they must be 30, and nobody is native."""
    account = demographic_account([[-10, 10], [40, 60]], [[0, 10], [30, 60]], [0, 0], [0, 0], matching="open")
    np.testing.assert_allclose(account.start, [[0, 10], [30, 60]])


def test_births_above_the_natives_are_taken_off_all_residents_alike() -> None:
    account = demographic_account([[10, 0], [0, 50]], [[10, 0], [30, 50]], [20, 0], [0, 0], matching="open")
    np.testing.assert_allclose((account.end + account.entered)[:, 0], [5, 15])


def test_shares_reach_their_caps_and_the_rest_goes_by_weight() -> None:
    """The reference raises the level in small steps; with all weighted caps full, the rest goes by room."""
    shares = capped_shares([6, 10, 4], [[1, 1, 2], [1, 1, 0], [0, 0, 0]], [[1, 9, 9], [2, 3, 20], [2, 6, 0]])
    np.testing.assert_allclose(shares, [[1, 5 / 3, 10 / 3], [2, 3, 5], [1, 3, 0]])


def test_one_area_has_no_flows() -> None:
    found = stocks_to_flows([[100]], [[110]], [20], [10])
    assert found.flows.tolist() == [[0]]
    assert found.stayers.tolist() == [90]


def test_an_empty_system_has_no_flows() -> None:
    found = stocks_to_flows(np.zeros((2, 2)), np.zeros((2, 2)), [0, 0], [0, 0])
    assert found.flows.sum() == 0
    assert found.converged


def test_a_flow_that_the_seed_excludes_is_zero() -> None:
    seed = np.ones((4, 4))
    seed[3, 0] = 0
    found = stocks_to_flows(START, END, NOBODY, NOBODY, seed=seed)
    assert found.flows[3, 0] == 0
    np.testing.assert_allclose(found.of_birthplace(3).sum(axis=0), END[3], atol=1e-6)


def test_a_seed_that_excludes_what_the_stocks_need_is_refused() -> None:
    seed = np.ones((2, 2)) - np.eye(2)[::-1]
    with pytest.raises(InfeasibleError, match="rows at"):
        stocks_to_flows([[90, 10], [20, 80]], [[80, 20], [25, 75]], [0, 0], [0, 0], seed=seed)


def test_a_birthplace_and_an_area_with_nobody_else_cannot_be_rescaled_and_the_message_says_what_can() -> None:
    with pytest.raises(InfeasibleError, match=r'cannot be rescaled: .*Use the "open" matching'):
        demographic_account([[100, 0], [0, 100]], [[130, 0], [0, 70]], [0, 0], [0, 0])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"deaths": [2000, 0, 0, 0]}, "more than the 1,155 residents"),
        ({"births": [0, 900, 0, 0]}, "more than the"),
        ({"births": [1, 2, 3]}, r"births have shape \(3,\)"),
        ({"deaths": [0, 0, -1, 0]}, "must be finite and not negative"),
        ({"deaths": [0, 0, np.nan, 0]}, "must be finite and not negative"),
        ({"stock_end": END[:3]}, "stocks at the end have shape"),
        ({"stock_start": np.zeros((0, 0))}, "at least one area"),
        ({"stock_start": START - 60}, "must not be negative"),
        ({"staying": 1.5}, "between 0 and 1"),
        ({"seed": np.ones((3, 3))}, "seed have shape"),
    ],
)
def test_inputs_that_are_no_stocks_or_events_are_refused(change: dict[str, Any], told: str) -> None:
    given = {"stock_start": START, "stock_end": END, "births": NOBODY, "deaths": NOBODY, "matching": "open", **change}
    with pytest.raises(StatisticianError, match=told):
        stocks_to_flows(**given)


def test_a_discrepancy_that_natives_cannot_make_up_for_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="natives cannot make up for it"):
        demographic_account([[1, 50], [50, 1]], [[1, 90], [90, 1]], [0, 0], [0, 0])


def test_distances_of_zero_between_different_areas_are_refused() -> None:
    with pytest.raises(StatisticianError, match="must be positive"):
        distance_seed([[0, 0], [1, 0]])


def test_many_matrices_of_one_seed_are_those_raked_one_by_one() -> None:
    draw = np.random.default_rng(4)
    seed, truth = draw.uniform(0.1, 3, (5, 6)), draw.gamma(1, 9, (7, 5, 6))
    many = biproportional(seed, truth.sum(axis=2), truth.sum(axis=1))
    assert many.converged.all()
    one_by_one = [rake_matrix(seed, t.sum(axis=1), t.sum(axis=0), tolerance=1e-12).matrix for t in truth]
    np.testing.assert_allclose(many.total(), np.sum(one_by_one, axis=0), rtol=1e-8)
    np.testing.assert_allclose(many.matrix(3), one_by_one[3], rtol=1e-8)


def test_the_matrix_whose_margins_contradict_each_other_is_named() -> None:
    with pytest.raises(StatisticianError, match="matrix 1: The margins contradict each other: rows sum to 3"):
        biproportional(np.ones((2, 2)), [[1, 1], [1, 2]], [[1, 1], [2, 2]])


def test_matrices_on_the_border_of_their_zeros_are_reported_as_not_converged() -> None:
    many = biproportional([[0, 1], [1, 1]], [[1, 1]], [[1, 1]], most_iterations=20)
    assert many.converged.tolist() == [False]
    assert 0 < many.errors[0] < 0.2


def test_totals_of_other_shapes_than_the_seed_are_refused() -> None:
    with pytest.raises(StatisticianError, match="one row of totals for each matrix"):
        biproportional(np.ones((2, 2)), [[1, 1]], [[1, 1], [1, 1]])


def test_weights_too_unequal_to_compute_with_are_refused() -> None:
    with pytest.raises(StatisticianError, match="too unequal"):
        biproportional([[1, 1e-320], [1e-320, 1e-320]], [[1, 5]], [[2, 4]])
