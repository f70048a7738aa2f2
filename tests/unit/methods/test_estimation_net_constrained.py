"""Flows with given nets, on the example published with migest and on drawn priors."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.net_constrained import NetConstrained, kl_nearest_flows, l1_nearest_flows

PRIOR = np.array([[0, 100, 30, 70], [50, 0, 45, 5], [60, 35, 0, 40], [20, 25, 20, 0]], dtype=float)
NET = np.array([30.0, 40, -15, -55])
BOTH = pytest.mark.parametrize("nearest", [kl_nearest_flows, l1_nearest_flows])


def slow_flows(prior: np.ndarray, net: np.ndarray, rounds: int = 3_000) -> np.ndarray:
    """The reference: one factor after the other, as the positive root of its quadratic equation."""
    factors = np.ones(len(net))
    for _ in range(rounds):
        for area in range(len(net)):
            out = sum(prior[area, j] / factors[j] for j in range(len(net)))
            coming = sum(prior[j, area] * factors[j] for j in range(len(net)))
            factors[area] = (-net[area] + np.sqrt(net[area] ** 2 + 4 * out * coming)) / (2 * out)
    return prior * factors[:, None] / factors


def net_of(flows: np.ndarray) -> np.ndarray:
    return flows.sum(axis=0) - flows.sum(axis=1)


def test_the_flows_of_least_divergence_are_the_published_ones() -> None:
    published = [[0, 80.58, 26.05, 34.78], [62.05, 0, 48.48, 3.08], [69.11, 32.48, 0, 22.89], [40.25, 40.55, 34.95, 0]]
    found = kl_nearest_flows(PRIOR, NET)
    np.testing.assert_allclose(found.flows, published, atol=0.0051)
    assert found.flows.sum() == pytest.approx(495.26, abs=0.01)


def test_the_flows_of_least_divergence_are_those_of_the_slow_quadratic_equations() -> None:
    draw = np.random.default_rng(5)
    prior, net = draw.gamma(0.5, 100, (6, 6)), draw.normal(0, 150, 6)
    np.fill_diagonal(prior, 0)
    net -= net.mean()
    np.testing.assert_allclose(kl_nearest_flows(prior, net, tolerance=1e-12).flows, slow_flows(prior, net), rtol=1e-6)


def test_the_flows_are_the_prior_times_ratios_of_factors() -> None:
    found = kl_nearest_flows(PRIOR, NET)
    np.testing.assert_allclose(found.flows, PRIOR * found.factors[:, None] / found.factors)


def test_no_other_flows_with_these_nets_have_less_divergence() -> None:
    """A circle of moves leaves all nets as they are, so any change of one is a candidate."""
    found = kl_nearest_flows(PRIOR, NET, tolerance=1e-12)
    circle = np.zeros((4, 4))
    circle[0, 1] = circle[1, 2] = circle[2, 0] = 1
    for size in (-2.0, -0.1, 0.1, 2.0):
        other = found.flows + size * circle
        assert divergence(other) > found.distance
    assert divergence(found.flows) == pytest.approx(found.distance)


def divergence(flows: np.ndarray) -> float:
    away = ~np.eye(len(flows), dtype=bool)
    return float((flows[away] * np.log(flows[away] / PRIOR[away]) - flows[away] + PRIOR[away]).sum())


def test_the_nearest_flows_by_differences_change_few_flows_and_leave_the_others_as_they_are() -> None:
    """migest's net_matrix_lp gives 0 for nine of these flows; the nets of the prior are wrong by 125 persons."""
    found = l1_nearest_flows(PRIOR, NET)
    assert found.distance == pytest.approx(np.abs(net_of(PRIOR) - NET).sum() / 2) == pytest.approx(125)
    assert np.abs(found.flows - PRIOR).sum() == pytest.approx(found.distance)
    assert (np.abs(found.flows - PRIOR) < 1e-9).sum() >= 12
    of_the_package = np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 15, 0, 0], [30, 25, 0, 0]])
    assert np.abs(of_the_package - PRIOR).sum() > 3 * found.distance


def test_differences_are_least_by_differences_and_divergence_by_divergence() -> None:
    least, smooth = l1_nearest_flows(PRIOR, NET), kl_nearest_flows(PRIOR, NET)
    assert np.abs(smooth.flows - PRIOR).sum() > least.distance
    assert divergence(np.maximum(least.flows, 1e-12)) > smooth.distance


@BOTH
def test_flows_that_have_the_nets_already_stay_as_they_are(nearest: type[NetConstrained]) -> None:
    found = nearest(PRIOR, net_of(PRIOR))
    np.testing.assert_allclose(found.flows, PRIOR)
    assert found.distance == 0


@BOTH
def test_the_diagonal_is_left_out(nearest: type[NetConstrained]) -> None:
    found = nearest(PRIOR + np.diag([1000, 2000, 3000, 4000]), NET)
    np.testing.assert_array_equal(np.diag(found.flows), 0)
    np.testing.assert_allclose(net_of(found.flows), NET, atol=1e-6)


@BOTH
def test_nets_that_do_not_sum_to_zero_are_refused(nearest: type[NetConstrained]) -> None:
    with pytest.raises(StatisticianError, match="nets sum to 5"):
        nearest(PRIOR, [5, 0, 0, 0])


@BOTH
def test_an_area_that_must_gain_where_nobody_can_come_is_named(nearest: type[NetConstrained]) -> None:
    prior = PRIOR.copy()
    prior[:, 2] = 0
    with pytest.raises(InfeasibleError, match=r"No flows .* miss them in .*area 2 by 20"):
        nearest(prior, [-10, -10, 20, 0])


@BOTH
def test_separate_groups_of_areas_must_balance_by_themselves(nearest: type[NetConstrained]) -> None:
    prior = np.kron(np.eye(2), [[0, 10], [10, 0]])
    found = nearest(prior, [5, -5, -3, 3])
    np.testing.assert_allclose(net_of(found.flows), [5, -5, -3, 3], atol=1e-6)
    with pytest.raises(InfeasibleError):
        nearest(prior, [5, 5, -5, -5])


@BOTH
def test_a_prior_without_flows_has_no_nets(nearest: type[NetConstrained]) -> None:
    assert nearest(np.zeros((2, 2)), [0, 0]).flows.sum() == 0
    with pytest.raises(InfeasibleError):
        nearest(np.zeros((2, 2)), [1, -1])


@BOTH
def test_one_area_has_no_flows(nearest: type[NetConstrained]) -> None:
    assert nearest([[7]], [0]).flows.tolist() == [[0]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
@BOTH
def test_a_prior_that_is_no_amount_is_refused(nearest: type[NetConstrained], bad: float) -> None:
    with pytest.raises(StatisticianError, match="prior flows must be finite and not negative"):
        nearest([[0, bad], [1, 0]], [0, 0])


def test_nets_that_are_reached_only_in_the_limit_come_near() -> None:
    """Area 1 gains all that area 0 sends, so what it sends back must shrink to nothing."""
    prior = np.array([[0, 10, 0], [10, 0, 10], [10, 0, 0]], dtype=float)
    found = kl_nearest_flows(prior, [-10, 10, 0])
    np.testing.assert_allclose(net_of(found.flows), [-10, 10, 0], atol=1e-6)
    assert found.converged


@BOTH
def test_a_net_that_is_missing_is_refused(nearest: type[NetConstrained]) -> None:
    with pytest.raises(StatisticianError, match=r"index \(1,\): The nets must be finite"):
        nearest(PRIOR, [0, np.nan, 0, 0])
