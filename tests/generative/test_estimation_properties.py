"""What holds of estimated flows for any margins, stocks, nets and reports."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qonys.errors import InfeasibleError
from qonys.methods.estimation.coverage import trimmed_dual_system
from qonys.methods.estimation.demographic_account import Matching, capped_shares
from qonys.methods.estimation.harmonisation import harmonised_flows
from qonys.methods.estimation.net_constrained import kl_nearest_flows, l1_nearest_flows
from qonys.methods.estimation.raking import Margin, rake
from qonys.methods.estimation.stocks_to_flows import StockFlows, stocks_to_flows

draws = st.integers(0, 2**32 - 1).map(np.random.default_rng)
orders = st.integers(1, 7)
MATCHINGS: tuple[Matching, ...] = ("rescale", "open", "open-dr")
matchings = st.sampled_from(MATCHINGS)
weights = st.sampled_from([0.0, 0.3, 1.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), draws, st.floats(0, 0.4))
def test_margins_of_any_axes_are_met_and_zeros_stay(shape: list[int], draw: np.random.Generator, empty: float) -> None:
    table = draw.gamma(1, 50, shape) * (draw.random(shape) >= empty)
    seed = np.where(table > 0, draw.uniform(0.3, 3, shape), 0.0)
    subsets = [axes for size in range(len(shape)) for axes in combinations(range(len(shape)), size)]
    chosen = [subsets[number] for number in draw.permutation(len(subsets))[:3]]
    margins = [
        Margin(axes, table.sum(axis=tuple(axis for axis in range(len(shape)) if axis not in axes))) for axes in chosen
    ]
    raked = rake(seed, margins, tolerance=1e-8)
    assert raked.converged
    assert np.all(raked.matrix[seed == 0] == 0)
    for margin in margins:
        over = tuple(axis for axis in range(len(shape)) if axis not in margin.axes)
        np.testing.assert_allclose(raked.matrix.sum(axis=over), margin.totals, atol=2e-8 * max(table.sum(), 1))


def system(draw: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stocks with people of every birthplace everywhere, and the events between them."""
    start = draw.gamma(0.5, 100, (n, n)) + 1 + np.diag(draw.gamma(3, 1_000, n))
    end = start * draw.uniform(0.7, 1.4, (n, n))
    return start, end, end.sum(axis=0) * draw.uniform(0, 0.2, n), start.sum(axis=0) * draw.uniform(0, 0.2, n)


def estimated(draw: np.random.Generator, n: int, matching: Matching, staying: float) -> tuple[StockFlows, tuple]:
    given = (*system(draw, n), draw.uniform(0.2, 4, (n, n)))
    return stocks_to_flows(*given[:4], seed=given[4], matching=matching, staying=staying), given


@settings(max_examples=60, deadline=None)
@given(draws, orders, matchings, weights)
def test_flows_lead_from_stock_to_stock_and_nobody_is_lost(
    draw: np.random.Generator, n: int, matching: Matching, staying: float
) -> None:
    found, (start, end, births, deaths, _) = estimated(draw, n, matching, staying)
    account, size = found.account, start.sum()
    assert found.converged
    assert np.all(found.flows >= 0)
    assert np.all(np.diag(found.flows) == 0)
    by_birthplace = np.stack([found.of_birthplace(birthplace) for birthplace in range(n)])
    np.testing.assert_allclose(by_birthplace.sum(axis=2), account.start, atol=1e-7 * size)
    np.testing.assert_allclose(by_birthplace.sum(axis=1), account.end, atol=1e-7 * size)
    np.testing.assert_allclose(by_birthplace.sum(axis=0), found.flows + np.diag(found.stayers), atol=1e-7 * size)
    net = found.flows.sum(axis=0) - found.flows.sum(axis=1)
    change = end.sum(axis=0) - start.sum(axis=0) - births + deaths
    external = (account.entered - account.left).sum(axis=0)
    if matching == "rescale":
        assert abs(net.sum()) < 1e-9 * size
    else:
        np.testing.assert_allclose(net + external, change, atol=1e-7 * size)


@settings(max_examples=60, deadline=None)
@given(draws, orders, matchings, weights, st.floats(0, 0.5))
def test_stocks_and_seeds_with_zeros_give_flows_along_the_seed_or_are_refused(
    draw: np.random.Generator, n: int, matching: Matching, staying: float, empty: float
) -> None:
    start, end, births, deaths = system(draw, n)
    seed = draw.gamma(0.3, 1, (n, n)) * (draw.random((n, n)) >= empty)
    start *= draw.random((n, n)) >= empty
    end *= draw.random((n, n)) >= empty
    births, deaths = np.minimum(births, end.sum(axis=0)), np.minimum(deaths, start.sum(axis=0))
    try:
        found = stocks_to_flows(start, end, births, deaths, seed=seed, matching=matching, staying=staying)
    except InfeasibleError:
        return
    assert np.all(np.isfinite(found.flows))
    assert np.all(found.flows[(seed == 0) & ~np.eye(n, dtype=bool)] == 0)
    leaving = np.stack([found.of_birthplace(birthplace).sum(axis=1) for birthplace in range(n)])
    error = found.largest_error if not found.converged else 0.0
    np.testing.assert_allclose(leaving, found.account.start, atol=error * 1.001 + 1e-7 * max(start.sum(), 1))


@settings(max_examples=30, deadline=None)
@given(draws, orders)
def test_minimum_migration_moves_no_more_people_than_independence(draw: np.random.Generator, n: int) -> None:
    start, end, births, deaths = system(draw, n)
    least, most = (stocks_to_flows(start, end, births, deaths, staying=weight) for weight in (1.0, 0.0))
    assert least.flows.sum() <= most.flows.sum() * (1 + 1e-9) + 1e-9


@settings(max_examples=30, deadline=None)
@given(draws, orders, matchings, weights)
def test_the_order_of_areas_does_not_matter(
    draw: np.random.Generator, n: int, matching: Matching, staying: float
) -> None:
    found, (start, end, births, deaths, seed) = estimated(draw, n, matching, staying)
    order = draw.permutation(n)
    both = np.ix_(order, order)
    again = stocks_to_flows(
        start[both], end[both], births[order], deaths[order], seed=seed[both], matching=matching, staying=staying
    )
    np.testing.assert_allclose(again.flows, found.flows[both], atol=1e-7 * start.sum())


@settings(max_examples=60, deadline=None)
@given(draws, st.integers(1, 5), st.integers(1, 6))
def test_capped_shares_sum_to_their_amount_and_stay_below_their_caps(draw: np.random.Generator, k: int, n: int) -> None:
    weight, cap = (draw.gamma(0.5, 10, (k, n)) * (draw.random((k, n)) < 0.7) for _ in range(2))
    amount = cap.sum(axis=1) * draw.random(k)
    shares = capped_shares(amount, weight, cap)
    np.testing.assert_allclose(shares.sum(axis=1), amount, rtol=1e-9, atol=1e-9)
    assert np.all((shares >= 0) & (shares <= cap))
    # Below their caps, shares of one row stand to each other as their weights.
    for row in range(k):
        below = (shares[row] < cap[row] * (1 - 1e-9)) & (weight[row] > 0)
        if below.any():
            levels = shares[row][below] / weight[row][below]
            np.testing.assert_allclose(levels, levels.max(), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(draws, st.integers(2, 7), st.floats(0, 0.6))
def test_nets_of_any_flows_along_the_prior_are_met_and_its_zeros_stay(
    draw: np.random.Generator, n: int, empty: float
) -> None:
    prior = draw.gamma(0.5, 100, (n, n)) * (draw.random((n, n)) >= empty)
    np.fill_diagonal(prior, 0)
    flows = prior * draw.gamma(0.5, 2, (n, n))
    net = flows.sum(axis=0) - flows.sum(axis=1)
    assume(prior.sum() > 0)
    smooth, least = kl_nearest_flows(prior, net), l1_nearest_flows(prior, net)
    for found in (smooth, least):
        assert found.converged
        np.testing.assert_allclose(
            found.flows.sum(axis=0) - found.flows.sum(axis=1), net, atol=2e-6 * max(prior.sum() + flows.sum(), 1)
        )
        assert np.all(found.flows[prior == 0] == 0)
        assert np.all(found.flows >= 0)
    size = max(prior.sum() + flows.sum(), 1)
    assert least.distance <= np.abs(smooth.flows - prior).sum() + 1e-5 * size
    assert least.distance <= np.abs(flows - prior).sum() + 1e-5 * size


@settings(max_examples=40, deadline=None)
@given(draws, st.integers(2, 6))
def test_nets_of_areas_in_another_order_are_met_by_the_same_flows(draw: np.random.Generator, n: int) -> None:
    prior, net = draw.gamma(1, 100, (n, n)), draw.normal(0, 100, n)
    net -= net.mean()
    order = draw.permutation(n)
    found = kl_nearest_flows(prior, net, tolerance=1e-12)
    again = kl_nearest_flows(prior[np.ix_(order, order)], net[order], tolerance=1e-12)
    np.testing.assert_allclose(again.flows, found.flows[np.ix_(order, order)], rtol=1e-6, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(draws, st.integers(2, 6), st.floats(0.2, 0.7))
def test_nets_are_either_met_or_refused(draw: np.random.Generator, n: int, empty: float) -> None:
    prior, net = draw.gamma(1, 100, (n, n)) * (draw.random((n, n)) >= empty), draw.integers(-50, 50, n).astype(float)
    net[0] -= net.sum()
    try:
        found = kl_nearest_flows(prior, net)
    except InfeasibleError:
        return
    np.testing.assert_allclose(
        found.flows.sum(axis=0) - found.flows.sum(axis=1), net, atol=1e-5 * (prior.sum() + np.abs(net).sum() + 1)
    )


@settings(max_examples=60, deadline=None)
@given(draws, st.integers(3, 7))
def test_factors_are_positive_and_reports_wrong_by_constant_factors_give_the_true_flows(
    draw: np.random.Generator, n: int
) -> None:
    true, sending, receiving = draw.uniform(1, 100, (n, n)), draw.uniform(0.2, 5, n), draw.uniform(0.2, 5, n)
    receiving[0] = 1
    exact = harmonised_flows(true / sending[:, None], true / receiving, benchmark=("receiver", 0))
    away = ~np.eye(n, dtype=bool)
    np.testing.assert_allclose(exact.flows[away], true[away], rtol=1e-6)
    noisy = harmonised_flows(
        true * draw.uniform(0.1, 3, (n, n)), true * draw.uniform(0.1, 3, (n, n)), benchmark=("receiver", 0)
    )
    assert np.all(noisy.sender_factors > 0)
    assert np.all(noisy.receiver_factors > 0)


@settings(max_examples=60, deadline=None)
@given(draws, st.integers(50, 400), st.integers(1, 6))
def test_records_of_nobody_that_are_taken_out_never_let_an_estimate_rise(
    draw: np.random.Generator, second: int, steps: int
) -> None:
    matched = int(draw.integers(1, second + 1))
    removed = draw.integers(0, 40, steps)
    path = trimmed_dual_system(matched + int(removed.sum()), second, matched, removed, np.zeros(steps))
    assert np.all(np.diff(path.populations) <= 1e-9)
    assert path.populations[-1] == second
