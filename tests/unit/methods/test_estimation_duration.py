"""Factors of durations of stay, from drawn reports whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.estimation.duration import duration_factors
from qonys.methods.estimation.mirror import undercount_ratios

CRITERIA = np.array([0.0, 3.0, 6.0, 12.0, np.inf])
TRUE = np.array([0.53, 0.63, 0.73, 1.0, 2.26])
AREAS = 8


def reports(seed: int, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Reports of the same flows, each divided by the factor of its criterion, and the criteria by area."""
    draw = np.random.default_rng(seed)
    flows = draw.gamma(1, 2_000, (AREAS, AREAS)) + 5
    leaving, coming = (draw.permutation(np.arange(AREAS) % len(CRITERIA)) for _ in range(2))
    wrong = np.exp(draw.normal(0, noise, (2, AREAS, AREAS)))
    sent, received = flows / TRUE[leaving][:, None] * wrong[0], flows / TRUE[coming] * wrong[1]
    return sent, received, CRITERIA[leaving], CRITERIA[coming]


def distance(factors: np.ndarray, given: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> float:
    """What is minimised, flow by flow."""
    sent, received, leaving, coming = given
    of = dict(zip(CRITERIA, factors, strict=True))
    return sum(
        (of[leaving[i]] * sent[i, j] - of[coming[j]] * received[i, j]) ** 2 / (sent[i, j] + received[i, j])
        for i in range(AREAS)
        for j in range(AREAS)
        if i != j and leaving[i] != coming[j]
    )


@given(seed=st.integers(0, 500))
def test_reports_that_are_wrong_by_their_durations_alone_give_the_true_factors(seed: int) -> None:
    sent, received, leaving, coming = reports(seed)
    found = duration_factors(sent, received, leaving, coming)
    assert found.months == tuple(CRITERIA)
    np.testing.assert_allclose(found.factors, TRUE, rtol=1e-9)
    ratios = undercount_ratios(
        sent, received, references=[True] * AREAS, departure_factors=found.departures, arrival_factors=found.arrivals
    )
    np.testing.assert_allclose(ratios.departures, 1, rtol=1e-9)
    np.testing.assert_allclose(ratios.arrivals, 1, rtol=1e-9)


@given(seed=st.integers(0, 500), unit=st.sampled_from([1e-3, 7.0, 1e6]))
def test_factors_do_not_depend_on_the_unit_of_the_counts_and_rise_with_the_duration(seed: int, unit: float) -> None:
    sent, received, leaving, coming = reports(seed, noise=0.5)
    found = duration_factors(sent, received, leaving, coming).factors
    again = duration_factors(unit * sent, unit * received, leaving, coming).factors
    np.testing.assert_allclose(again, found, rtol=1e-7, atol=1e-12)
    assert (np.diff(found) >= -1e-12).all()
    assert found[0] >= 0
    assert found[3] == 1


@pytest.mark.parametrize("seed", range(6))
def test_no_slow_search_comes_nearer(seed: int) -> None:
    given = reports(seed, noise=0.6)
    found = duration_factors(*given)
    rising = LinearConstraint(np.eye(5, k=0)[1:] - np.eye(5)[:-1], lb=0)
    fixed = LinearConstraint(np.eye(5)[3], lb=1, ub=1)
    slow = minimize(
        lambda factors: distance(factors, given) / 1e3, TRUE, method="SLSQP", bounds=[(0, None)] * 5,
        constraints=[rising, fixed], options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert distance(found.factors, given) <= distance(slow.x, given) * (1 + 1e-9)
    np.testing.assert_allclose(found.factors, slow.x, atol=2e-3)


def test_missing_reports_and_reports_on_one_criterion_say_nothing() -> None:
    sent = np.array([[0, 50, 77], [48, 0, np.nan], [99, np.nan, 0]])
    received = np.array([[0, 80, 11], [30, 0, 5], [1, 5, 0]])
    found = duration_factors(sent, received, [12, 3, 12], [12, 3, 12])
    np.testing.assert_allclose(found.factors, [0.625, 1])
    assert found.pairs == 2


def test_reports_that_would_let_a_shorter_stay_weigh_more_are_taken_as_alike() -> None:
    found = duration_factors([[0, 80], [50, 0]], [[0, 50], [80, 0]], [12, 3], [12, 3])
    np.testing.assert_allclose(found.factors, [1, 1])


def test_a_criterion_that_meets_no_other_has_no_factor() -> None:
    sent, received = np.array([[0, 50, 0], [48, 0, 0], [0, 0, 0]]), np.array([[0, 80, 0], [30, 0, 0], [0, 0, 0]])
    with pytest.raises(UndefinedIndicatorError, match="from the criterion of 6 months to that of 12"):
        duration_factors(sent, received, [12, 3, 6], [12, 3, 6])


@pytest.mark.parametrize(
    ("months", "told"),
    [
        ([6, 3], "No report counts by the common criterion of 12 months"),
        ([12, -1], "months of stay"),
        ([12, np.nan], "months of stay"),
        ([12], "Each of 2 areas"),
    ],
)
def test_impossible_durations_are_refused(months: list[float], told: str) -> None:
    with pytest.raises(StatisticianError, match=told):
        duration_factors([[0, 50], [30, 0]], [[0, 80], [48, 0]], months, months)
